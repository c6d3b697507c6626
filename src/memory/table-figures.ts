/** How a table stands, for people who look after a store. */
import type { Embedder } from '../llm/ports.ts';
import { vectorColumn } from './lance/schema.ts';
import type { Shelf } from './lance/shelf.ts';
import type { TableFigures } from './table.ts';

export async function figuresOf(
  shelf: Shelf,
  embedder: Embedder,
  waiting: number,
  rows: number,
): Promise<TableFigures> {
  const table = await shelf.open();
  if (!table) return { rows, waiting, unembedded: 0, bytes: 0, fragments: 0, versions: 0, indices: [] };
  const [stats, versions, indices] = await Promise.all([
    table.stats(),
    table.listVersions(),
    table.listIndices(),
  ]);
  const unembedded = shelf.shape.searchable ? await table.countRows(`${vectorColumn(embedder)} IS NULL`) : 0;
  return {
    rows,
    waiting,
    unembedded,
    bytes: stats.totalBytes,
    fragments: stats.fragmentStats.numFragments,
    versions: versions.length,
    indices: indices.flatMap(({ columns }) => columns).sort(),
  };
}
