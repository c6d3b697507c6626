/** How well shares find the labelled step, and how sure that is. Steps of equal share are taken in every order: no luck. */
import { createRandom } from '../../../src/learners/random.ts';
import { mean } from '../figures.ts';
import type { LabelledRun } from './sets.ts';

export const FIGURES = ['step', 'within1', 'within3', 'top3', 'mrr', 'agent'] as const;
export type Figure = (typeof FIGURES)[number];
export type Scored = Record<Figure, number>;

/** The figures of one run, each 0..1. `agent` is the speaker of the first guess; 0 where nobody was named. */
export function score({ label, run, agent }: LabelledRun, shares: number[]): Scored {
  const own = shares[label] ?? 0;
  const above = shares.filter((share) => share > own).length;
  const equal = shares.filter((share) => share === own).length;
  const largest = Math.max(...shares);
  const guesses = [...shares.keys()].filter((i) => shares[i] === largest);
  const near = (reach: number) => mean(guesses.map((guess) => Number(Math.abs(guess - label) <= reach)));
  return {
    step: near(0),
    within1: near(1),
    within3: near(3),
    top3: Math.max(0, Math.min(1, (3 - above) / equal)),
    mrr: mean(Array.from({ length: equal }, (_, i) => 1 / (above + 1 + i))),
    agent: agent === undefined ? 0 : mean(guesses.map((guess) => Number(run.steps[guess]?.agent === agent))),
  };
}

export type Scores = { cluster: string; of: Scored }[];

export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

const DRAWS = 2_000;

/** The mean over runs with a 95 % bootstrap interval; clusters are drawn with replacement (Efron & Tibshirani 1993). */
export function estimate(scores: Scores, figure: Figure): Estimate {
  return interval(scores.map(({ cluster, of }) => ({ cluster, value: of[figure] })));
}

/** Ours minus theirs, run by run. */
export function difference(ours: Scores, theirs: Scores, figure: Figure): Estimate {
  return interval(
    ours.map(({ cluster, of }, i) => ({ cluster, value: of[figure] - (theirs[i]?.of[figure] ?? 0) })),
  );
}

function interval(values: { cluster: string; value: number }[], seed = 11): Estimate {
  const clusters = [...Map.groupBy(values, ({ cluster }) => cluster).values()].map((of) => ({
    sum: of.reduce((sum, { value }) => sum + value, 0),
    count: of.length,
  }));
  const random = createRandom(seed);
  const means = Array.from({ length: DRAWS }, () => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < clusters.length; i += 1) {
      const drawn = clusters[Math.floor(random() * clusters.length)];
      sum += drawn?.sum ?? 0;
      count += drawn?.count ?? 0;
    }
    return sum / Math.max(1, count);
  }).sort((a, b) => a - b);
  const at = (share: number) => means[Math.floor(share * DRAWS)] ?? 0;
  return { mean: mean(values.map(({ value }) => value)), low: at(0.025), high: at(0.975) };
}

/** Guesses that need no run: the first step, the last, any, and the places in the order in which labels are most often there. */
export function baselines(runs: LabelledRun[]): Record<string, (run: LabelledRun) => number[]> {
  const often = new Map<number, number>();
  for (const { label } of runs) often.set(label, (often.get(label) ?? 0) + 1);
  return {
    first: ({ run }) => run.steps.map((_, i) => -i),
    last: ({ run }) => run.steps.map((_, i) => i),
    random: ({ run }) => run.steps.map(() => 0),
    'best constant': ({ run }) => run.steps.map((_, i) => often.get(i) ?? 0),
  };
}

export const scoreAll = (runs: LabelledRun[], sharesOf: (run: LabelledRun, i: number) => number[]): Scores =>
  runs.map((run, i) => ({ cluster: run.cluster, of: score(run, sharesOf(run, i)) }));

/** The mean of several scorings of the same runs, e.g. by seeds of the folds. */
export const average = (all: Scores[]): Scores =>
  (all[0] ?? []).map(({ cluster }, i) => ({
    cluster,
    of: Object.fromEntries(
      FIGURES.map((figure) => [figure, mean(all.map((scores) => scores[i]?.of[figure] ?? 0))]),
    ) as Scored,
  }));
