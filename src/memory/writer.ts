/**
 * The way of rows into a table. On a local disk: into the journal, acknowledged, and in groups on into the table, one process
 * at a time under the table's lock. Large writes go straight there. Without a journal (object storage): each group is a commit of its own.
 */
import { join } from 'node:path';
import type { Log } from '../log.ts';
import { groupCommits } from './group-commits.ts';
import type { Journal } from './journal.ts';
import type { Row } from './lance/schema.ts';
import type { Shelf } from './lance/shelf.ts';
import { clearLeftovers } from './leftovers.ts';
import { whenFree, withLock } from './lock.ts';
import { syncPath, syncTree } from './sync.ts';

/** What waits is searched row by row and moved on in one commit: not too much, and not one by one. */
const FLUSH_ROWS = 256;
const FLUSH_BYTES = 4 * 1024 * 1024;
/** A write waits for the flush under way when so many rows wait that reading them would be slow. */
const MOST_WAITING = 16 * FLUSH_ROWS;
/** From here a write is worth a commit of its own. */
const BULK_ROWS = 128;
/** Folding a table of a million rows took three quarters of a minute on two busy cores. */
const LOCK_WAIT_MS = 5 * 60_000;
/** Queries of other processes that began on an older version have this long to end. */
const GRACE_MS = 10_000;

export interface Writer {
  put(rows: Row[]): Promise<void>;
  /** Runs `work` with everything that waited in the table and nobody else writing to it. */
  alone<R>(work: () => Promise<R>): Promise<R>;
  upkeep(how: 'all' | 'purge'): Promise<void>;
  /** When the table was last folded, as far as is known. */
  foldedAt(): string | undefined;
}

/** Where a store on a local disk keeps what. */
export interface Place {
  directory: string;
  journal: Journal;
  now: () => Date;
  log: Log;
  /** Told of work that goes on after a write was acknowledged. */
  background: (work: Promise<unknown>) => void;
}

export function localWriter(shelf: Shelf, place: Place): Writer {
  const { directory, journal, now, log, background } = place;
  const { name } = shelf.shape;
  const lock = join(directory, 'locks', `${name}.lock`);
  const folder = join(directory, `${name}.lance`);
  let flushing: Promise<void> | undefined;
  let sweeping: NodeJS.Timeout | undefined;

  /** From when on files may be unsynced: all of them, if whoever committed last did not come to it. */
  const unsyncedSince = async () =>
    (await shelf.version()) === (journal.settled().get(name) ?? 0) ? Date.now() : 0;

  /** What was committed since `since` is made safe and remembered; then the rows it holds may leave the journal. */
  async function settle(since: number, seqs: number[] = []): Promise<void> {
    await syncTree(folder, since);
    await syncPath(directory);
    journal.settle(name, await shelf.version(), seqs);
  }

  /** Rows without a vector in a space are embedded by the next process that works in it. */
  async function merge(rows: Row[]): Promise<void> {
    for (const column of await shelf.merge(rows)) journal.note(`embed ${column}`, 'gaps');
  }

  /** Under the lock: what waits now goes into the table. What comes meanwhile is left, or it might never end. */
  async function drain(): Promise<void> {
    const last = journal.pending(name).at(-1)?.seq ?? 0;
    for (;;) {
      const rows = journal
        .pending(name)
        .filter(({ seq }) => seq <= last)
        .slice(0, 2 * FLUSH_ROWS);
      if (rows.length === 0) return;
      const since = await unsyncedSince();
      await merge(rows);
      // A process that dies before this line leaves the rows to the next; merging them twice changes nothing.
      const seqs = rows.map(({ seq }) => seq);
      await settle(since, seqs);
    }
  }

  /** Each time, because processes may end after one flush: whether there is anything to do is soon known. */
  async function fold(how: 'need' | 'all' | 'purge'): Promise<void> {
    const began = Date.now();
    const since = await unsyncedSince();
    const sync = () => settle(since);
    if (!(await shelf.upkeep({ how, graceMs: how === 'need' ? GRACE_MS : 0, sync }))) return;
    await settle(since);
    journal.note(`folded ${name}`, now().toISOString());
    if (how === 'need') sweepLater();
    log.debug('table folded', { table: name, ms: Date.now() - began });
  }

  /** What a fold left for those who were still reading goes when they are done; a process that ends first leaves it to the next fold. */
  function sweepLater(): void {
    const sweep = async () => {
      const since = await unsyncedSince();
      await shelf.upkeep({ how: 'old', graceMs: GRACE_MS, sync: async () => undefined });
      await settle(since);
    };
    // After the last of several folds: each removes what the ones before it left.
    clearTimeout(sweeping);
    sweeping = setTimeout(() => {
      background(
        withLock(lock, sweep).catch((error) => log.debug('old versions were left', { error: String(error) })),
      );
    }, 2 * GRACE_MS);
    sweeping.unref();
  }

  /** Folding is an extra: what was written is written, whether it succeeds or not. */
  const tidy = () =>
    fold('need').catch((error) =>
      log.error('a table could not be folded', { table: name, error: String(error) }),
    );

  /** In the background; whoever does not get the lock leaves it to its holder. One at a time, however many ask. */
  function flush(): Promise<void> {
    if (flushing !== undefined) return flushing;
    const work = withLock(lock, async () => {
      await drain();
      await tidy();
    });
    flushing = work.then(
      ({ held }) => {
        flushing = undefined;
        // What came meanwhile, if it is as much again.
        if (held && journal.pending(name).length >= FLUSH_ROWS) void flush();
      },
      (error) => {
        flushing = undefined;
        // Nothing is lost: the rows stay in the journal, where every process finds them.
        log.error('waiting rows could not be moved into their table', { table: name, error: String(error) });
      },
    );
    background(flushing);
    return flushing;
  }

  const alone = <R>(work: () => Promise<R>) =>
    whenFree(lock, LOCK_WAIT_MS, async () => {
      await drain();
      const since = await unsyncedSince();
      const before = await shelf.version();
      const done = await work();
      if ((await shelf.version()) !== before) {
        await settle(since);
        await tidy();
      }
      return done;
    });

  return {
    alone,
    async put(rows) {
      if (rows.length >= BULK_ROWS) {
        await alone(() => merge(rows));
        return;
      }
      await journal.append(name, rows);
      const waiting = journal.pending(name);
      const bytes = waiting.reduce((sum, { record }) => sum + record.length, 0);
      if (waiting.length < FLUSH_ROWS && bytes < FLUSH_BYTES) return;
      const flushed = flush();
      if (waiting.length > MOST_WAITING) await flushed;
    },
    upkeep: (how) =>
      alone(async () => {
        await fold(how);
        if (how !== 'purge') return;
        await clearLeftovers(directory, name);
        await journal.scrub();
      }),
    foldedAt: () => journal.note(`folded ${name}`),
  };
}

/** Commits of one process between two looks at how far a table has come; the first is one, for processes that end soon. */
const COMMITS_BETWEEN_LOOKS = 8;
/** Commits of all processes between two looks, under the lease, at whether it wants folding. */
const VERSIONS_BETWEEN_LOOKS = 32;
/** As above, where a query may have a long way. */
const FAR_GRACE_MS = 60_000;

/** What a table on object storage is written with. */
export interface Far {
  shelf: Shelf;
  /** Runs work unless another machine is at this table. */
  ifFree: (work: () => Promise<void>) => Promise<unknown>;
  /** Runs work as soon as no other machine is at this table. */
  whenFree: (work: () => Promise<void>) => Promise<void>;
  /** False: the service folds tables by itself. */
  folds: boolean;
  log: Log;
  background: (work: Promise<unknown>) => void;
}

export function remoteWriter({ shelf, ifFree, whenFree, folds, log, background }: Far): Writer {
  let commits = 0;
  const keepUp = async (how: 'need' | 'all' | 'purge') => {
    const graceMs = how === 'need' ? FAR_GRACE_MS : 0;
    await shelf.upkeep({ how, graceMs, sync: () => Promise.resolve() });
  };
  /** Several processes come by each time, so that it is no matter if one ends before it. */
  const look = async () => {
    if ((await shelf.version()) % VERSIONS_BETWEEN_LOOKS >= COMMITS_BETWEEN_LOOKS) return;
    await ifFree(() => keepUp('need'));
  };
  const put = groupCommits(async (rows: Row[]) => {
    await shelf.merge(newestRows(rows));
    commits += 1;
    if (!folds || commits % COMMITS_BETWEEN_LOOKS !== 1) return;
    background(
      look().catch((error) =>
        log.error('a table could not be folded', { table: shelf.shape.name, error: String(error) }),
      ),
    );
  });
  return {
    put,
    // Nobody needs to be kept out: a commit that another one has outrun is done again on what that one left.
    alone: (work) => work(),
    upkeep: (how) => (folds ? whenFree(() => keepUp(how)) : Promise.resolve()),
    foldedAt: () => undefined,
  };
}

/** One version of each record: writes that are committed together may hold several. */
function newestRows(rows: Row[]): Row[] {
  const newest = new Map<string, Row>();
  for (const row of rows) {
    if ((newest.get(row.id)?.cells.rank ?? '') <= (row.cells.rank ?? '')) newest.set(row.id, row);
  }
  return [...newest.values()];
}
