/**
 * The mean of independent values between known bounds, and the mean of paired differences, with 95 % intervals by
 * bootstrap-t (Efron & Tibshirani 1993, 12.5), never inside Student's. All pure: the randomness is passed in.
 */
import { studentQuantile } from './clustered-mean.ts';
import type { Random } from './random.ts';
import type { Interval } from './rates.ts';

export interface MeanWithin {
  n: number;
  /** null: no values. */
  mean: number | null;
  /** 95 %; null with fewer than two values, of which nothing says how much they differ. */
  interval: Interval | null;
}

/**
 * Where all values are alike, or all but so few that draws often are, little spread is seen, and the interval says how far the mean can be when at most the share of
 * values that 97.5 % certainty allows (1 − 0.025^(1/n), as in the rule of three) lie at a bound instead.
 */
export function meanWithin(
  values: readonly number[],
  bounds: Interval,
  { random, draws = 2_000 }: { random: Random; draws?: number },
): MeanWithin {
  const n = values.length;
  if (n === 0) return { n, mean: null, interval: null };
  const { mean, error } = spread(n, (i) => values[i] ?? 0);
  if (n < 2) return { n, mean, interval: null };
  const unseen = 1 - 0.025 ** (1 / n);
  const alike: Interval = [mean - unseen * (mean - bounds[0]), mean + unseen * (bounds[1] - mean)];
  if (error < 1e-12) return { n, mean, interval: alike };
  const scores = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = spread(n, () => values[Math.floor(random() * n)] ?? 0);
    const away = drawn.mean - mean;
    scores[draw] = drawn.error > 1e-12 ? away / drawn.error : Math.sign(away) * Number.POSITIVE_INFINITY || 0;
  }
  scores.sort();
  const at = (share: number) => scores[Math.round(share * (draws - 1))] ?? 0;
  const student = studentQuantile(n - 1);
  const reach = (score: number, bound: number) => (Number.isFinite(score) ? mean - score * error : bound);
  const low = reach(Math.max(student, at(0.975)), Math.min(alike[0], mean - student * error));
  const high = reach(Math.min(-student, at(0.025)), Math.max(alike[1], mean + student * error));
  return { n, mean, interval: [Math.max(bounds[0], low), Math.min(bounds[1], high)] };
}

function spread(n: number, value: (i: number) => number): { mean: number; error: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const each = value(i);
    sum += each;
    squares += each * each;
  }
  const mean = sum / n;
  return { mean, error: Math.sqrt(Math.max(0, squares / n - mean * mean) / Math.max(1, n - 1)) };
}
