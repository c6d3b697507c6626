/** Rates, their differences, and how sure they are. All pure. */
import { wilson } from './statistics.ts';

/** 97.5 % of the standard normal distribution lies below. */
export const Z95 = 1.959963984540054;

export type Interval = [low: number, high: number];

/** A rate, 0..1, and how many independent trials it is worth; a fraction is fine. */
export interface Rate {
  rate: number;
  size: number;
}

/** Wilson's score interval (1927) of a rate; it holds the rate itself, whatever the rounding. */
export function rateInterval({ rate, size }: Rate, z = Z95): Interval {
  const [low, high] = wilson(rate * size, size, z);
  return [Math.min(low, rate), Math.max(high, rate)];
}

/** The difference of two rates with Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10). */
export function rateDifference(a: Rate, b: Rate, z = Z95): { difference: number; interval: Interval } {
  const [low, high] = rateInterval(a, z);
  const [otherLow, otherHigh] = rateInterval(b, z);
  const difference = a.rate - b.rate;
  return {
    difference,
    interval: [
      difference - Math.hypot(a.rate - low, otherHigh - b.rate),
      difference + Math.hypot(high - a.rate, b.rate - otherLow),
    ],
  };
}

/** Variance of a rate, never 0: as if one more had worked and one more failed (Agresti & Caffo 2000). */
export function rateVariance({ rate, size }: Rate): number {
  const drawn = (rate * size + 1) / (size + 2);
  return (drawn * (1 - drawn)) / (size + 2);
}

/** Tasks by which a spread that was seen in few of them is drawn towards the largest that it could be. */
const WARY = 2;

/**
 * The rate of clusters, each with one vote: its mean, and the trials that it is worth by the spread of the values
 * (Kish's design effect). Never fewer than the clusters, never more than `runs`; where every cluster is 0 or 1, the clusters.
 */
export function clusteredRate(values: number[], runs: number): Rate {
  const clusters = values.length;
  const rate = clusters === 0 ? 0 : sumOf(values) / clusters;
  const most = rate * (1 - rate);
  if (most === 0) return { rate, size: clusters };
  const spread = sumOf(values.map((value) => (value - rate) ** 2)) / clusters;
  const wary = (clusters * spread + WARY * most) / (clusters + WARY);
  return { rate, size: Math.min(Math.max(runs, clusters), Math.max(clusters, (clusters * most) / wary)) };
}

/** Several rates as one, by weights that sum to 1. With one rate it is that rate. */
export function pooledRate(rates: Rate[], weights: number[]): Rate {
  if (rates.length === 1 && rates[0] !== undefined) return rates[0];
  const weight = (i: number) => weights[i] ?? 0;
  return {
    rate: Math.min(1, sumOf(rates.map(({ rate }, i) => weight(i) * rate))),
    size: 1 / sumOf(rates.map(({ size }, i) => weight(i) ** 2 / size)),
  };
}

const sumOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
