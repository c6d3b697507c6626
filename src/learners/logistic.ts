/**
 * Logistic regression with a ridge penalty, fitted by Newton's method (le Cessie & van Houwelingen 1992): for a few
 * dozen features and some thousand rows. Features are put on one scale inside, so one penalty fits all. Pure.
 */
import { solve } from './cholesky.ts';

export interface Row {
  x: number[];
  y: boolean;
  weight: number;
}

export interface Logistic {
  /** Log-odds of the row that is average in everything. */
  bias: number;
  /** By feature, for values on the common scale. */
  weights: number[];
  means: number[];
  /** Standard deviations; 0 for a feature that never differs, whose weight is 0. */
  spreads: number[];
}

const MOST_ROUNDS = 25;

/**
 * The most likely weights under a normal prior of precision `ridge`; the bias has none. A row that weighs 2 counts as
 * two rows. Without rows all is 0.
 */
export function fitLogistic(rows: Row[], ridge: number): Logistic {
  const width = rows[0]?.x.length ?? 0;
  const { means, spreads } = scales(rows, width);
  const scaled = rows.map(({ x, y, weight }) => ({ z: scale(x, means, spreads), y: Number(y), weight }));
  // The bias is the last of the parameters.
  let beta: number[] = new Array(width + 1).fill(0);
  for (let round = 0; round < MOST_ROUNDS && rows.length > 0; round += 1) {
    const gradient: number[] = new Array(width + 1).fill(0);
    const hessian = gradient.map(() => new Array<number>(width + 1).fill(0));
    for (const { z, y, weight } of scaled) {
      const p = sigmoid(dot(beta, z));
      const slope = weight * (y - p);
      const bend = Math.max(1e-9, weight * p * (1 - p));
      for (let i = 0; i <= width; i += 1) {
        const zi = z[i] as number;
        (gradient[i] as number) += slope * zi;
        const line = hessian[i] as number[];
        for (let j = 0; j <= i; j += 1) (line[j] as number) += bend * zi * (z[j] as number);
      }
    }
    for (let i = 0; i <= width; i += 1) {
      const line = hessian[i] as number[];
      if (i < width) {
        (gradient[i] as number) -= ridge * (beta[i] as number);
        (line[i] as number) += ridge;
      }
      (line[i] as number) += 1e-9;
      for (let j = 0; j < i; j += 1) (hessian[j] as number[])[i] = line[j] as number;
    }
    const step = solve(hessian, gradient);
    const longest = Math.max(...step.map(Math.abs));
    // Data that one feature parts cleanly would send Newton far out: no step is longer than 2.
    const shorter = longest > 2 ? 2 / longest : 1;
    beta = beta.map((value, i) => value + shorter * (step[i] as number));
    if (longest < 1e-6) break;
  }
  return { bias: beta[width] ?? 0, weights: beta.slice(0, width), means, spreads };
}

/** What each feature adds to the log-odds, in order; their sum and the bias are the log-odds. */
export function effects({ weights, means, spreads }: Logistic, x: number[]): number[] {
  return scale(x, means, spreads)
    .slice(0, -1)
    .map((z, i) => z * (weights[i] ?? 0));
}

/** Probability of true, 0..1. */
export const likelihood = (model: Logistic, x: number[]): number =>
  sigmoid(model.bias + effects(model, x).reduce((sum, effect) => sum + effect, 0));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

function scales(rows: Row[], width: number): { means: number[]; spreads: number[] } {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  const over = (value: (row: Row, i: number) => number) =>
    Array.from({ length: width }, (_, i) =>
      total > 0 ? rows.reduce((sum, row) => sum + row.weight * value(row, i), 0) / total : 0,
    );
  const means = over(({ x }, i) => x[i] ?? 0);
  const squares = over(({ x }, i) => ((x[i] ?? 0) - (means[i] ?? 0)) ** 2);
  return { means, spreads: squares.map((square) => (square > 1e-12 ? Math.sqrt(square) : 0)) };
}

/** On the common scale, at most 4 spreads from the mean, and 1 for the bias behind. */
const scale = (x: number[], means: number[], spreads: number[]): number[] => [
  ...means.map((mean, i) => {
    const spread = spreads[i] ?? 0;
    return spread > 0 ? Math.max(-4, Math.min(4, ((x[i] ?? 0) - mean) / spread)) : 0;
  }),
  1,
];
