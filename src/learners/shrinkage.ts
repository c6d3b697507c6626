/** Many estimates at once: each is drawn towards their common mean by as much as it is noise. All pure. */
import { type Interval, Z95 } from './rates.ts';

export interface Estimate {
  value: number;
  /** Above 0. */
  variance: number;
}

export interface Pooled {
  mean: number;
  /** Variance of the mean. */
  variance: number;
  /** Variance of the truths about the mean, beyond noise. */
  between: number;
}

/**
 * The mean that the estimates share and how much the truths differ from it: Paule & Mandel (1982), by bisection of the weighted
 * sum of squares, which falls as `between` grows. `between` is 0 where the noise alone explains the spread, and for one estimate.
 */
export function pooled(estimates: Estimate[]): Pooled {
  const freedom = estimates.length - 1;
  let [low, high] = [0, 0];
  if (freedom > 0 && excess(estimates, 0) > freedom) {
    high = estimates.reduce((most, { variance }) => Math.max(most, variance), 0);
    while (excess(estimates, high) > freedom) high *= 2;
    for (let i = 0; i < 60; i += 1) {
      const middle = (low + high) / 2;
      if (excess(estimates, middle) > freedom) low = middle;
      else high = middle;
    }
  }
  return { ...meanAt(estimates, high), between: high };
}

/**
 * The estimates drawn towards their mean (normal prior of the pooled mean and spread), with 95 % intervals that count that the
 * mean is itself estimated (Morris 1983, without his correction for the spread).
 */
export function shrunken(estimates: Estimate[]): { value: number; interval: Interval }[] {
  const { mean, variance: ofMean, between } = pooled(estimates);
  return estimates.map(({ value, variance }) => {
    const own = between / (between + variance);
    const shrunk = mean + own * (value - mean);
    const half = Z95 * Math.sqrt(own * variance + (1 - own) ** 2 * ofMean);
    return { value: shrunk, interval: [shrunk - half, shrunk + half] };
  });
}

function meanAt(estimates: Estimate[], between: number): { mean: number; variance: number } {
  let [weights, weighted] = [0, 0];
  for (const { value, variance } of estimates) {
    weights += 1 / (variance + between);
    weighted += value / (variance + between);
  }
  return { mean: weights > 0 ? weighted / weights : 0, variance: weights > 0 ? 1 / weights : 0 };
}

function excess(estimates: Estimate[], between: number): number {
  const { mean } = meanAt(estimates, between);
  return estimates.reduce((sum, { value, variance }) => sum + (value - mean) ** 2 / (variance + between), 0);
}
