/** The indices of a table: none before they pay, made anew when they have come apart. */
import { retryBusy } from '../retry.ts';
import { type Lance, lance } from './library.ts';
import type { Shape } from './schema.ts';

/** Below this many rows a scan is as fast (10k x 512 floats: 5 ms) and exact. */
const LEAST_FOR_VECTORS = 20_000;
const LEAST_FOR_COLUMNS = 5_000;
/** Each compaction adds a part to an index, and parts are never merged: measured, 80 of them slow a search fivefold. */
const MOST_PARTS = 8;
/** Columns with few different values. */
const FEW_VALUES = new Set([
  'project',
  'status',
  'batch',
  'success',
  'abstractable',
  'kind',
  'known',
  'language',
]);
/** Columns that nobody filters by. */
const UNFILTERED = new Set(['at', 'rank']);

/** Makes the keyword index. Search works without it, more slowly. */
export async function indexText(table: Lance.Table, { searchable }: Shape): Promise<void> {
  if (!searchable || (await table.listIndices()).some(({ columns }) => columns.includes('text'))) return;
  // An Index object can be used once only, so each try makes its own; others may be writing already.
  await retryBusy(() => table.createIndex('text', { config: fullText(), replace: false }));
}

const fullText = () => lance().Index.fts({ withPosition: false, stem: true, removeStopWords: true });
// IVF_RQ with 4 bits and refinement: recall >= .99 at 100k, built in seconds. IVF_PQ reached .24, HNSW_SQ .48 to .73.
const vectors = () => lance().Index.ivfRq({ numBits: 4, distanceType: 'cosine' });
const scalar = (column: string) => (FEW_VALUES.has(column) ? lance().Index.bitmap() : lance().Index.btree());

/** Makes what is missing for a table of `rows` rows, and anew what has too many parts. @returns whether it made any. */
export async function keepIndices(
  table: Lance.Table,
  shape: Shape,
  vectorColumn: string,
  rows: number,
  anew: boolean,
): Promise<boolean> {
  const standing = new Map((await table.listIndices()).map(({ columns, name }) => [columns[0], name]));
  const wanted: [string, () => Lance.Index][] = [];
  if (shape.searchable) wanted.push(['text', fullText]);
  if (shape.searchable && rows >= LEAST_FOR_VECTORS) wanted.push([vectorColumn, vectors]);
  if (rows >= LEAST_FOR_COLUMNS)
    for (const column of shape.columns)
      if (!UNFILTERED.has(column)) wanted.push([column, () => scalar(column)]);
  let made = false;
  for (const [column, index] of wanted) {
    const name = standing.get(column);
    const parts = name === undefined ? 0 : ((await table.indexStats(name))?.numIndices ?? 1);
    if (name !== undefined && !anew && parts < MOST_PARTS) continue;
    await retryBusy(() => table.createIndex(column, { config: index(), replace: true }));
    made = true;
  }
  return made;
}
