/** Keeping a table fast: fragments folded, indices kept, old versions removed, when a measure says so. */
import { retryBusy } from '../retry.ts';
import { keepIndices } from './indices.ts';
import type { Lance } from './library.ts';
import type { Shape } from './schema.ts';

export interface Upkeep {
  /**
   * `need`: only when enough has gathered. `all`: now. `purge`: also rewrite, so that removed rows leave the disk. `old`:
   * only versions that nobody can be reading any more.
   */
  how: 'need' | 'all' | 'purge' | 'old';
  /** Queries of other processes that began on a version this young may still read it: it stays. */
  graceMs: number;
  /** Makes what was written durable; called before anything older is removed. */
  sync: () => Promise<void>;
}

/** Every search opens every fragment: this many small ones cost about as much as one folding of them. */
const MOST_FRAGMENTS = 24;
const MOST_VERSIONS = 64;
const NEVER = new Date(0);

/** @returns whether there was anything to do. The caller lets one process at a time do this. */
export async function upkeep(
  table: Lance.Table,
  shape: Shape,
  vectorColumn: string,
  { how, graceMs, sync }: Upkeep,
): Promise<boolean> {
  const removeOld = () =>
    retryBusy(() => table.optimize({ cleanupOlderThan: new Date(Date.now() - graceMs) }));
  if (how === 'old') {
    await removeOld();
    return true;
  }
  const { numRows, fragmentStats } = await table.stats();
  if (how === 'need' && fragmentStats.numSmallFragments < MOST_FRAGMENTS) {
    if ((await table.listVersions()).length < MOST_VERSIONS) return false;
  }
  // LanceDB folds deleted rows in only when they are many; rewriting every row leaves none behind.
  if (how === 'purge' && numRows > 0)
    await retryBusy(() => table.update({ where: 'true', valuesSql: { project: 'project' } }));
  await retryBusy(() => table.optimize({ cleanupOlderThan: NEVER }));
  await keepIndices(table, shape, vectorColumn, numRows, how === 'purge');
  // What replaces the old files must be safe on disk before they go.
  await sync();
  await removeOld();
  return true;
}
