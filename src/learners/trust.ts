/**
 * How far a record may be trusted: as far as the weakest piece of evidence in its lineage. Runs are the roots: a run is
 * worth what its own verdict is worth (VERDICT_TRUST). The attempt that a run retried (its `parent`) is where it came
 * from and no evidence for it, so it lends and takes nothing.
 */
import { VERDICT_TRUST } from '../types/run.ts';

/** What a record may be worth at most when instruction-like text was left out of it: somebody tried something. */
export const SUSPECT_TRUST = VERDICT_TRUST.unknown;

/**
 * The minimum over a lineage, 0..1: every record whose evidence is counted, not only those that are named. Never more
 * than `cap`; 0 for a record that comes from nothing.
 */
export function leastTrust(lineage: Iterable<{ readonly trust: number }>, cap = 1): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { trust } of lineage) least = Math.min(least, trust);
  return least === Number.POSITIVE_INFINITY ? 0 : Math.min(least, cap);
}

/** The same record, worth no more than text that nobody vouches for. */
export const suspect = <T extends { trust: number }>(record: T): T => ({
  ...record,
  trust: Math.min(record.trust, SUSPECT_TRUST),
});
