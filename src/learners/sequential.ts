/**
 * Whether runs of one kind do worse than those of another, asked again after every run: a mixture sequential test of two
 * success rates (Wald 1945, Robbins 1970; as Johari, Pekelis & Walsh 2015 use it). What is given back is a Bayes factor,
 * which a fair bet on "worse" would have grown to from 1: where neither is worse it reaches 20 at any time, however often
 * it is looked at, in at most one of 20 cases (Ville), on average over what the common rate may be. At single rates that
 * is measured (`scripts/check-use.ts`), not proven: a test that is safe at each of them needs runs in balanced blocks
 * (Turner, Ly & Grünwald 2021), and nobody hands out runs in blocks. All pure.
 */

/** Weight for and against, e.g. runs, or parts of runs where several are one witness. */
interface Weighed {
  worked: number;
  failed: number;
}

/** Bets on how much worse, in log odds: a half-normal of scale 1, the usual weak belief about an effect, in steps. */
const STEP = 0.35;
const SHIFTS = Array.from({ length: 10 }, (_, i) => {
  const shift = (i + 0.5) * STEP;
  return { shift, weight: Math.exp((-shift * shift) / 2) };
});
const TOTAL = SHIFTS.reduce((sum, { weight }) => sum + weight, 0);

/**
 * The factor by which the counts speak for `these` having the lower rate and against both having the same. One more
 * success among `these` never raises it and one more failure never lowers it.
 */
export function worseBy(these: Weighed, those: Weighed): number {
  const same = logMarginal(these, those, 0);
  const worse = SHIFTS.map(({ shift, weight }) => weight * Math.exp(logMarginal(these, those, shift) - same));
  return worse.reduce((sum, each) => sum + each, 0) / TOTAL;
}

/** The same for `these` having the higher rate. */
export const betterBy = (these: Weighed, those: Weighed): number => worseBy(turned(these), turned(those));
const turned = ({ worked, failed }: Weighed): Weighed => ({ worked: failed, failed: worked });

const SLICES = 256;

/**
 * The factor by which the counts speak for a rate below `share` (0 to 1, neither included) and against one at least that
 * high, where any below it is as likely. At whatever rate of at least `share`, it ever reaches 20 in at most one of 20 cases.
 */
export function belowBy({ worked, failed }: Weighed, share: number): number {
  const logOf = (rate: number) => worked * Math.log(rate) + failed * Math.log1p(-rate);
  const at = logOf(share);
  let sum = 0;
  for (let i = 0; i < SLICES; i += 1) sum += Math.exp(logOf((share * (i + 0.5)) / SLICES) - at);
  return sum / SLICES;
}

const HALF_STEPS = 12;

/**
 * Log of the counts' likelihood, where the log odds of `these` lie `shift` below those of `those`, integrated over what
 * the rate of `those` may be (Beta(1, 1)). In log odds the integrand is log-concave, so a trapezoid of three quarters of
 * a standard deviation a step around its mode is exact to five digits.
 */
function logMarginal(these: Weighed, those: Weighed, shift: number): number {
  const [up, all] = [1 + those.worked, 2 + those.worked + those.failed];
  const [more, tried] = [these.worked, these.worked + these.failed];
  let mode = Math.log((up + more) / (all - up + these.failed));
  let bend = 1;
  for (let i = 0; i < 60; i += 1) {
    const [p, q] = [share(mode), share(mode - shift)];
    bend = all * p * (1 - p) + tried * q * (1 - q);
    const step = (up + more - all * p - tried * q) / bend;
    // The slope flattens far from the mode, where a full step would overshoot.
    mode += Math.max(-1, Math.min(1, step));
    if (Math.abs(step) < 1e-4) break;
  }
  const logOf = (x: number) => up * x - all * softplus(x) + more * (x - shift) - tried * softplus(x - shift);
  const [top, width] = [logOf(mode), 0.75 / Math.sqrt(bend)];
  let sum = 0;
  for (let i = -HALF_STEPS; i <= HALF_STEPS; i += 1) sum += Math.exp(logOf(mode + i * width) - top);
  return top + Math.log(sum * width);
}

const share = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
