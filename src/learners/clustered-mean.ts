/** Means with intervals where what is averaged comes in clusters: ten ratings of one task are no ten witnesses. All pure. */
import { betaQuantile } from './beta.ts';

export interface Clustered {
  value: number;
  cluster: string;
}

export interface MeanInterval {
  n: number;
  clusters: number;
  /** null: nothing to average. */
  mean: number | null;
  /** 95 %; null where nothing says how much clusters differ: fewer than two, or all the same. */
  low: number | null;
  high: number | null;
}

/**
 * The mean of all values, with Student's interval over the cluster-robust variance (Liang and Zeger 1986, with the
 * G/(G−1) correction), cut to `bounds`.
 */
export function clusteredMean(
  values: readonly Clustered[],
  bounds: [low: number, high: number],
): MeanInterval {
  const n = values.length;
  if (n === 0) return { n, clusters: 0, mean: null, low: null, high: null };
  const mean = values.reduce((sum, { value }) => sum + value, 0) / n;
  const residuals = new Map<string, number>();
  for (const { value, cluster } of values)
    residuals.set(cluster, (residuals.get(cluster) ?? 0) + value - mean);
  const clusters = residuals.size;
  const squares = [...residuals.values()].reduce((sum, residual) => sum + residual * residual, 0);
  const error = Math.sqrt(((clusters / Math.max(1, clusters - 1)) * squares) / (n * n));
  if (clusters < 2 || error < 1e-12) return { n, clusters, mean, low: null, high: null };
  const half = studentQuantile(clusters - 1) * error;
  return { n, clusters, mean, low: Math.max(bounds[0], mean - half), high: Math.min(bounds[1], mean + half) };
}

/** How many standard errors a two-sided interval of `level` takes, with so many degrees of freedom. */
export function studentQuantile(freedom: number, level = 0.95): number {
  const x = betaQuantile(1 - level, freedom / 2, 0.5);
  return Math.sqrt(freedom * (1 / x - 1));
}
