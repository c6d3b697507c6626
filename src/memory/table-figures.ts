/** How a table stands, for people who look after a store. */
import type { Embedder } from '../llm/ports.ts';
import type { PendingRow } from './journal.ts';
import { vectorColumn } from './lance/schema.ts';
import type { Shelf } from './lance/shelf.ts';
import { retryGone } from './retry.ts';
import type { TableFigures } from './table.ts';

export async function figuresOf(
  shelf: Shelf,
  embedder: Embedder,
  pending: PendingRow[],
  rows: number,
): Promise<TableFigures> {
  const waiting = pending.length;
  const { searchable } = shelf.shape;
  const bare = searchable ? pending.filter(({ vector }) => vector === null).length : 0;
  const table = await shelf.open();
  if (!table) return { rows, waiting, unembedded: bare, bytes: 0, fragments: 0, versions: 0, indices: [] };
  const [stats, versions, indices] = await retryGone(() =>
    Promise.all([table.stats(), table.listVersions(), table.listIndices()]),
  );
  const missing = searchable ? await table.countRows(`${vectorColumn(embedder)} IS NULL`) : 0;
  return {
    rows,
    waiting,
    unembedded: missing + bare,
    bytes: stats.totalBytes,
    fragments: stats.fragmentStats.numFragments,
    versions: versions.length,
    indices: indices.flatMap(({ columns }) => columns).sort(),
  };
}
