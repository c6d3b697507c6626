/** Small statistics of counts. All pure. */

/** Wilson score interval of a share, `z` standard errors wide (1.96 = 95 %). [0, 1] when nothing was tried. */
export function wilson(worked: number, tried: number, z = 1.96): [low: number, high: number] {
  if (tried === 0) return [0, 1];
  const p = worked / tried;
  const z2 = z * z;
  const middle = p + z2 / (2 * tried);
  const spread = z * Math.sqrt((p * (1 - p)) / tried + z2 / (4 * tried * tried));
  const scale = 1 + z2 / tried;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}

/** Mean of the Beta posterior of a share under a Beta(prior·strength, (1−prior)·strength) prior. */
export function betaMean(worked: number, tried: number, prior = 0.5, strength = 2): number {
  return (worked + prior * strength) / (tried + strength);
}

/** A 2×2 table: attempts that did it and those that did not, by outcome. */
export interface Contrast {
  withSuccess: number;
  withFailure: number;
  withoutSuccess: number;
  withoutFailure: number;
}

/**
 * Mantel-Haenszel comparison over strata (tasks), so that an easy task cannot pass for good advice.
 * `difference` is the pooled difference of success rates (−1..1), `z` its continuity-corrected test statistic;
 * both 0 when no stratum has both arms.
 */
export function mantelHaenszel(strata: Contrast[]): { difference: number; z: number; strata: number } {
  let weighted = 0;
  let weights = 0;
  let surplus = 0;
  let variance = 0;
  let used = 0;
  for (const { withSuccess, withFailure, withoutSuccess, withoutFailure } of strata) {
    const n1 = withSuccess + withFailure;
    const n0 = withoutSuccess + withoutFailure;
    const n = n1 + n0;
    if (n1 === 0 || n0 === 0) continue;
    used += 1;
    const weight = (n1 * n0) / n;
    weighted += weight * (withSuccess / n1 - withoutSuccess / n0);
    weights += weight;
    const successes = withSuccess + withoutSuccess;
    surplus += withSuccess - (n1 * successes) / n;
    if (n > 1) variance += (n1 * n0 * successes * (n - successes)) / (n * n * (n - 1));
  }
  if (used === 0) return { difference: 0, z: 0, strata: 0 };
  const corrected = Math.sign(surplus) * Math.max(0, Math.abs(surplus) - 0.5);
  return {
    difference: weighted / weights,
    z: variance > 0 ? corrected / Math.sqrt(variance) : 0,
    strata: used,
  };
}

/** Cosine similarity; 0 when either vector is zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i += 1) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}
