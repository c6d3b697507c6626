/**
 * Conditional logistic regression (McFadden 1974): among the alternatives of each choice exactly one was taken, and
 * P(j) = exp(w·x_j) / Σ exp(w·x_k). Only differences within a choice matter, so there is no intercept, and choices of any
 * number of alternatives are compared. Ridge penalty λ/2·|w|² on features as they come: scale them first. All pure.
 */
import { solve } from './cholesky.ts';

export interface Choice {
  /** One row of features for each alternative, all of one length. */
  rows: number[][];
  chosen: number;
}

const MOST_ROUNDS = 50;
const SMALL = 1e-8;

/** The weights that maximise Σ log P(chosen) − λ/2·|w|², by Newton's method with halved steps. λ > 0 keeps them finite. */
export function fitConditionalLogit(choices: Choice[], lambda: number): number[] {
  const size = choices[0]?.rows[0]?.length ?? 0;
  let weights = new Array<number>(size).fill(0);
  let reached = objective(choices, weights, lambda);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { gradient, curvature } = slopes(choices, weights, lambda);
    const direction = solve(curvature, gradient);
    let scale = 1;
    let next = weights;
    let gained = 0;
    for (; scale > SMALL; scale /= 2) {
      next = weights.map((weight, f) => weight + scale * (direction[f] ?? 0));
      gained = objective(choices, next, lambda) - reached;
      if (gained >= 0) break;
    }
    if (gained <= SMALL) break;
    weights = next;
    reached += gained;
  }
  return weights;
}

/** Probabilities of the alternatives; they sum to 1. */
export function choiceProbabilities(rows: number[][], weights: number[]): number[] {
  const scores = rows.map((row) => dot(row, weights));
  const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const raised = scores.map((score) => Math.exp(score - largest));
  const sum = raised.reduce((total, each) => total + each, 0);
  return raised.map((each) => each / sum);
}

function objective(choices: Choice[], weights: number[], lambda: number): number {
  let sum = (-lambda / 2) * dot(weights, weights);
  for (const { rows, chosen } of choices)
    sum += Math.log(Math.max(Number.MIN_VALUE, choiceProbabilities(rows, weights)[chosen] ?? 0));
  return sum;
}

/** Gradient and negative Hessian of the objective. */
function slopes(choices: Choice[], weights: number[], lambda: number) {
  const gradient = weights.map((weight) => -lambda * weight);
  const curvature = weights.map((_, f) => weights.map((__, g) => (f === g ? lambda : 0)));
  for (const { rows, chosen } of choices) {
    const shares = choiceProbabilities(rows, weights);
    const mean = weights.map((_, f) =>
      rows.reduce((sum, row, j) => sum + (shares[j] ?? 0) * (row[f] ?? 0), 0),
    );
    for (const [f, line] of curvature.entries()) {
      gradient[f] = (gradient[f] ?? 0) + (rows[chosen]?.[f] ?? 0) - (mean[f] ?? 0);
      for (let g = 0; g <= f; g += 1) {
        let covariance = 0;
        for (const [j, row] of rows.entries())
          covariance +=
            (shares[j] ?? 0) * ((row[f] ?? 0) - (mean[f] ?? 0)) * ((row[g] ?? 0) - (mean[g] ?? 0));
        line[g] = (line[g] ?? 0) + covariance;
        const mirror = curvature[g];
        if (mirror && g !== f) mirror[f] = line[g] ?? 0;
      }
    }
  }
  return { gradient, curvature };
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
