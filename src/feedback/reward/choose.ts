/**
 * Which candidate is used: judged on tasks that it has not seen, and never a more complicated one for what may be noise.
 * The same seed chooses the same.
 */

import { type CrossValidated, r2Difference } from '../../learners/grouped-folds.ts';
import { createRandom } from '../../learners/random.ts';
import type { Example, Regressor } from '../../learners/regression.ts';
import type { CandidateScore, Gain } from '../../types.ts';
import { CANDIDATES } from './candidates.ts';
import { type Judging, judge } from './judge.ts';

export type CandidateName = keyof typeof CANDIDATES;
export const NAMES = Object.keys(CANDIDATES) as CandidateName[];
export const regressorOf = (name: CandidateName): Regressor => CANDIDATES[name] as unknown as Regressor;

export interface Choice {
  chosen: CandidateName;
  scores: CandidateScore[];
  gain: Gain;
  /** What the chosen one said of each example, not having seen its task. */
  predictions: number[];
}

const NOTHING: Gain = { r2: 0, low: 0, high: 0 };

/**
 * Grouped cross-validation of all candidates on the same folds. A candidate may be used where the 95 % interval of its
 * gain over the mean lies above 0; where none does, the mean stays. Of those with trees that of the highest R² is used,
 * unless its gain over the linear one is within one standard error (Breiman et al. 1984): then the linear one stays.
 */
export async function chooseCandidate(rows: Example[], judging: Judging): Promise<Choice> {
  const regressors = NAMES.map((name) => ({ ...regressorOf(name), name }));
  const judged = await judge(rows, regressors, judging);
  const random = createRandom(judging.seed);
  const by = new Map(judged.map((each) => [each.name, each]));
  const of = (name: CandidateName) => by.get(name) as CrossValidated;
  const over = (name: CandidateName, other: CandidateName): Gain => {
    const { difference, low, high } = r2Difference(rows, of(name), of(other), { random });
    return { r2: difference, low, high };
  };
  const scores = NAMES.map((name): CandidateScore => {
    const { r2, mae } = of(name);
    return {
      name,
      r2,
      mae,
      ...(name === 'mean' ? {} : { over_mean: over(name, 'mean') }),
      ...(name === 'mean' || name === 'linear' ? {} : { over_linear: over(name, 'linear') }),
    };
  });
  const chosen = pick(scores);
  return {
    chosen,
    scores,
    gain: scores.find(({ name }) => name === chosen)?.over_mean ?? NOTHING,
    predictions: of(chosen).predictions,
  };
}

/** The rule, on its own. */
export function pick(scores: CandidateScore[]): CandidateName {
  const linear = scores.find(({ name }) => name === 'linear');
  const [best] = scores.filter(({ over_linear }) => over_linear).sort((a, b) => b.r2 - a.r2);
  const may = (score: CandidateScore | undefined) => (score?.over_mean?.low ?? 0) > 0;
  if (may(linear) && !(may(best) && isMoreThanNoise(best?.over_linear))) return 'linear';
  return may(best) ? (best?.name as CandidateName) : 'mean';
}

/** Width of a 95 % interval in standard errors. */
const WIDTH = 3.92;
const isMoreThanNoise = (gain: Gain | undefined): boolean =>
  gain !== undefined && gain.r2 > (gain.high - gain.low) / WIDTH;
