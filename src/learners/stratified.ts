/** Comparing two arms over strata, and how many comparisons may be believed at once. All pure. */

/** One arm of a stratum: units, the sum of what they reached (0..1 each), and the sum of its squares. */
export interface Arm {
  n: number;
  sum: number;
  squares: number;
}

export interface Stratum {
  with: Arm;
  without: Arm;
  /** What the stratum counts as evidence, 0..1. */
  weight: number;
}

export interface Stratified {
  /** Pooled difference of what the arms reach, −1..1 (Mantel & Haenszel 1959). */
  difference: number;
  /** Test statistic, continuity-corrected unless told otherwise, under "the arms are alike within each stratum". */
  z: number;
  /** The largest |z| that these strata could have given, had all gone one way. */
  reach: number;
  /** Mantel-Haenszel log odds ratio, drawn towards 0 by one pseudo-stratum of halves, and its standard error. */
  log_odds: number;
  error: number;
  /** Strata that have both arms. */
  strata: number;
}

export const emptyArm = (): Arm => ({ n: 0, sum: 0, squares: 0 });

/** Adds units that reached `sum` together, to an arm. */
export function addTo(arm: Arm, n: number, sum: number, squares: number): void {
  arm.n += n;
  arm.sum += sum;
  arm.squares += squares;
}

/**
 * Compares the arms over the strata that have both. Units need not be 0 or 1: a task whose attempts reached a half is one
 * unit of 0.5. Standard error of the log odds after Robins, Breslow & Greenland (1986). `continuity` is how much of one unit's
 * weight the surplus is drawn in by.
 */
export function compareArms(strata: Stratum[], continuity = 0.5): Stratified {
  const prior = { r: 0.5, s: 0.5, pr: 0.25, mixed: 0.5, qs: 0.25 };
  let [weights, weighted, surplus, variance, most, least, used, heaviest] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const stratum of strata) {
    const { with: did, without: not, weight } = stratum;
    const n = did.n + not.n;
    if (did.n === 0 || not.n === 0) continue;
    used += 1;
    heaviest = Math.max(heaviest, weight);
    const sum = did.sum + not.sum;
    const expected = (did.n * sum) / n;
    const share = (weight * (did.n * not.n)) / n;
    weights += share;
    weighted += share * (did.sum / did.n - not.sum / not.n);
    surplus += weight * (did.sum - expected);
    most += weight * (Math.min(did.n, sum) - expected);
    least += weight * (expected - Math.max(0, sum - not.n));
    if (n > 1) {
      const spread = Math.max(0, did.squares + not.squares - (sum * sum) / n) / (n - 1);
      variance += weight * ((did.n * not.n) / n) * spread;
    }
    const r = (weight * did.sum * (not.n - not.sum)) / n;
    const s = (weight * (did.n - did.sum) * not.sum) / n;
    const p = (did.sum + (not.n - not.sum)) / n;
    prior.r += r;
    prior.s += s;
    prior.pr += p * r;
    prior.mixed += p * s + (1 - p) * r;
    prior.qs += (1 - p) * s;
  }
  const { r, s, pr, mixed, qs } = prior;
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  const corrected = (value: number) => Math.max(0, Math.abs(value) - heaviest * continuity) * scale;
  return {
    difference: weights > 0 ? weighted / weights : 0,
    z: Math.sign(surplus) * corrected(surplus),
    reach: corrected(Math.max(most, least)),
    log_odds: Math.log(r / s),
    error: Math.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s)),
    strata: used,
  };
}

/** Upper tail of the standard normal distribution (Abramowitz & Stegun 7.1.26, error below 1e-7). */
export function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp(-x * x);
  return z >= 0 ? tail : 1 - tail;
}

/**
 * The largest p that may be believed among these, so that at most a share `rate` of what is believed is chance
 * (Benjamini & Hochberg 1995). 0 when none may be. `of` is how many were looked at, at least as many as are given.
 */
export function believedUpTo(ps: number[], rate: number, of = ps.length): number {
  const sorted = [...ps].sort((a, b) => a - b);
  let bound = 0;
  for (const [i, p] of sorted.entries()) if (p <= (rate * (i + 1)) / Math.max(1, of)) bound = p;
  return bound;
}
