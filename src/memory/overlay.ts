/** A table and what waits for it in the journal, seen as one. */
import { sql } from './filter.ts';
import type { Journal, PendingRow } from './journal.ts';
import type { Shelf } from './lance/shelf.ts';

export interface Overlay {
  /** Waiting rows that count: those the table does not hold in a higher rank already. */
  rows: PendingRow[];
  /** Their ids: what the table says of these is out of date. */
  hides: Set<string>;
  /** How many of them the table holds in an older version. */
  replaced: number;
}

/** What a table is without a journal, or with nothing in it. */
export const NOTHING_WAITS: Overlay = { rows: [], hides: new Set(), replaced: 0 };

/** Looks at the journal before the table is read: a row that leaves it meanwhile is in the table already. */
export function createOverlay(journal: Journal, shelf: Shelf): () => Promise<Overlay> {
  const { name, ranked, columns } = shelf.shape;
  /** By seq of a waiting row: the rank under which the table holds the record, undefined where it does not. */
  let known = new Map<number, string | undefined>();
  let version = -1;
  return async () => {
    const pending = journal.pending(name);
    if (pending.length === 0) {
      known.clear();
      return NOTHING_WAITS;
    }
    // Whatever was committed since may hold other versions of them.
    const now = await shelf.version();
    if (now !== version) known.clear();
    version = now;
    const unseen = pending.filter(({ seq }) => !known.has(seq));
    if (unseen.length > 0) {
      const condition = sql(
        { id: unseen.map(({ id }) => id) },
        Object.fromEntries(columns.map((c) => [c, 1])),
      );
      const held = await shelf.read(ranked ? ['id', 'rank'] : ['id'], condition);
      const ranks = new Map(held.map((row) => [String(row.id), ranked ? String(row.rank) : '']));
      const before = known;
      known = new Map(pending.map(({ seq, id }) => [seq, before.has(seq) ? before.get(seq) : ranks.get(id)]));
    }
    const rows = pending.filter(({ seq, cells }) => {
      const held = known.get(seq);
      return held === undefined || held <= (cells.rank ?? '');
    });
    return {
      rows,
      hides: new Set(rows.map(({ id }) => id)),
      replaced: rows.filter(({ seq }) => known.get(seq) !== undefined).length,
    };
  };
}
