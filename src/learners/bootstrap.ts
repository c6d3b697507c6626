/** Intervals of means by drawing again, for values as skewed as token counts. All pure: the randomness is passed in. */
import type { Random } from './random.ts';
import { type Interval, Z95 } from './rates.ts';

/** Values that may be compared, at least two an arm; weights sum to 1. */
export interface Arms {
  with: number[];
  without: number[];
  weight: number;
}

export interface Estimated {
  value: number;
  interval: Interval;
}

export interface Compared {
  with: Estimated;
  without: Estimated;
  difference: Estimated;
}

/**
 * Means of two arms and their difference, with 95 % bootstrap-t intervals (Efron & Tibshirani 1993, 12.5). Draws are from the
 * distances of all values to their arm's mean, taken together: a small arm does not know how skewed it is, the other tells
 * it. Quantiles are never inside the normal ones. Undefined where no value differs from another in its arm.
 */
export function compareMeans(
  strata: Arms[],
  { random, draws = 1_000 }: { random: Random; draws?: number },
): Compared | undefined {
  const truth = strata.map((arms) => ({ with: spreadOf(arms.with), without: spreadOf(arms.without) }));
  const pool = Float64Array.from(
    strata.flatMap((arms) => [...distances(arms.with), ...distances(arms.without)]).sort((a, b) => a - b),
  );
  if (strata.length === 0 || pool.every((distance) => Math.abs(distance) < 1e-12)) return undefined;
  const weights = strata.map(({ weight }) => weight);
  const [one, other] = [
    total(
      weights,
      truth.map((each) => each.with),
    ),
    total(
      weights,
      truth.map((each) => each.without),
    ),
  ];
  const drawn = (size: number) => spreadOfDraw(pool, size, random);
  const scores: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < draws; i += 1) {
    const [a, b] = [
      total(
        weights,
        strata.map((arms) => drawn(arms.with.length)),
      ),
      total(
        weights,
        strata.map((arms) => drawn(arms.without.length)),
      ),
    ];
    scores[0].push(score(a));
    scores[1].push(score(b));
    scores[2].push(score(less(a, b)));
  }
  return {
    with: estimated(one, scores[0]),
    without: estimated(other, scores[1]),
    difference: estimated(less(one, other), scores[2]),
  };
}

interface Spread {
  mean: number;
  /** Variance of the mean. */
  variance: number;
}

function estimated({ mean, variance }: Spread, scores: number[]): Estimated {
  const sorted = scores.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const error = Math.sqrt(variance);
  return {
    value: mean,
    interval: [mean - Math.max(Z95, at(0.975)) * error, mean - Math.min(-Z95, at(0.025)) * error],
  };
}

const score = ({ mean, variance }: Spread): number => (variance > 0 ? mean / Math.sqrt(variance) : 0);

const less = (a: Spread, b: Spread): Spread => ({ mean: a.mean - b.mean, variance: a.variance + b.variance });

/** Weighted over strata. */
function total(weights: number[], spreads: Spread[]): Spread {
  let [mean, variance] = [0, 0];
  for (const [i, spread] of spreads.entries()) {
    const weight = weights[i] ?? 0;
    mean += weight * spread.mean;
    variance += weight * weight * spread.variance;
  }
  return { mean, variance };
}

function spreadOf(values: ArrayLike<number>): Spread {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i += 1) {
    const away = (values[i] ?? 0) - mean;
    mean += away / (i + 1);
    squares += away * ((values[i] ?? 0) - mean);
  }
  return { mean, variance: squares / (values.length - 1) / values.length };
}

function spreadOfDraw(pool: Float64Array, size: number, random: Random): Spread {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < size; i += 1) {
    const value = pool[Math.floor(random() * pool.length)] ?? 0;
    sum += value;
    squares += value * value;
  }
  const mean = sum / size;
  return { mean, variance: Math.max(0, squares / size - mean * mean) / (size - 1) };
}

/** Distances to the mean, widened by what fitting it took away. */
function distances(values: number[]): number[] {
  const { mean } = spreadOf(values);
  const widened = Math.sqrt(values.length / (values.length - 1));
  return values.map((value) => (value - mean) * widened);
}
