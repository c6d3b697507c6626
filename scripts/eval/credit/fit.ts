/**
 * How the weights of credit for failed conversations are fitted and judged. Everything that is chosen (which signs, how
 * strong the penalty) is chosen inside the training folds, by the likelihood of held-out labels; the outer fold only counts.
 */

import {
  type Choice,
  choiceProbabilities,
  fitConditionalLogit,
} from '../../../src/learners/conditional-logit.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { PLACES, type Sign, type Signs, signsOf } from '../../../src/learning/credit/message-signs.ts';
import type { LabelledRun } from './sets.ts';

export interface Case {
  cluster: string;
  label: number;
  signs: Signs[];
}

export interface Fitted {
  signs: readonly Sign[];
  lambda: number;
  /** By sign: what one unit of the sign, as it comes, adds to the score. */
  weights: number[];
}

const SAID: readonly Sign[] = [
  'result',
  'code',
  'length',
  'passes_on',
  'repeats',
  'failed_next',
  'ran_next',
  'supposes',
  'lacks',
];
const FACTS: readonly Sign[] = [
  ...SAID,
  'new_words',
  'new_numbers',
  'words_stay',
  'numbers_stay',
  'used_later',
];
const TALK: readonly Sign[] = [...FACTS, 'after_failure', 'agrees', 'corrects', 'asks', 'ends'];
/**
 * The sets of signs that are chosen from; each with and without places. What is said alone does as well on these short runs,
 * but where facts first appear should tell more in long ones.
 */
export const CONTENT = [FACTS, TALK];
export const WITH_PLACES = CONTENT.map((signs) => [...PLACES, ...signs]);
/** Strongest first. */
const LAMBDAS = [100, 30, 10, 3];

export const casesOf = (runs: LabelledRun[]): Case[] =>
  runs.map(({ cluster, label, run }) => ({
    cluster,
    label,
    signs: signsOf(run.task.description, run.steps),
  }));

/** Fits on features scaled to standard deviation 1 over all steps; the scale is folded into the weights. */
export function fitOn(cases: Case[], signs: readonly Sign[], lambda: number): Fitted {
  const scales = signs.map((sign) => deviation(cases.flatMap((each) => each.signs.map((one) => one[sign]))));
  const choices: Choice[] = cases.map(({ label, signs: rows }) => ({
    rows: rows.map((row) => signs.map((sign, f) => row[sign] / (scales[f] ?? 1))),
    chosen: label,
  }));
  const weights = fitConditionalLogit(choices, lambda).map((weight, f) => weight / (scales[f] ?? 1));
  return { signs, lambda, weights };
}

export const sharesOf = ({ signs, weights }: Fitted, rows: Signs[]): number[] =>
  choiceProbabilities(
    rows.map((row) => signs.map((sign) => row[sign])),
    weights,
  );

/**
 * The strongest penalty, and for it the fewest signs, under which held-out labels are not less likely than under the best
 * choice by more than one standard error of the paired difference (Breiman et al. 1984): little can be known from 126 labels.
 */
export function choose(cases: Case[], sets: readonly (readonly Sign[])[], seed: number): Fitted {
  const folds = split(cases, 5, seed);
  const tried = LAMBDAS.flatMap((lambda) =>
    sets.map((signs) => ({
      signs,
      lambda,
      likely: folds.flatMap((fold) => heldOut(cases, fold, signs, lambda)),
    })),
  );
  const best = tried.reduce((a, b) => (total(b.likely) > total(a.likely) ? b : a));
  const chosen = tried.find(({ likely }) => {
    const lost = likely.map((each, i) => (best.likely[i] ?? 0) - each);
    return total(lost) <= deviation(lost) * Math.sqrt(lost.length);
  });
  const { signs, lambda } = chosen ?? best;
  return fitOn(cases, signs, lambda);
}

/** The logarithms of the shares that labels of a fold get from a fit without it. */
function heldOut(cases: Case[], fold: Case[], signs: readonly Sign[], lambda: number): number[] {
  const held = new Set(fold);
  const rest = cases.filter((each) => !held.has(each));
  const fitted = fitOn(rest, signs, lambda);
  return fold.map((each) => Math.log(sharesOf(fitted, each.signs)[each.label] ?? 1e-12));
}

/** For each case its shares from a fit that never saw its cluster: nested cross-validation in ten folds. */
export function nested(cases: Case[], sets: readonly (readonly Sign[])[], seed: number): number[][] {
  const shares = new Map<Case, number[]>();
  for (const fold of split(cases, 10, seed)) {
    const held = new Set(fold);
    const fitted = choose(
      cases.filter((each) => !held.has(each)),
      sets,
      seed + 1,
    );
    for (const each of fold) shares.set(each, sharesOf(fitted, each.signs));
  }
  return cases.map((each) => shares.get(each) ?? []);
}

/** Folds by cluster. */
function split(cases: Case[], folds: number, seed: number): Case[][] {
  const random = createRandom(seed);
  const clusters = [...new Set(cases.map(({ cluster }) => cluster))];
  const drawn = clusters.map((cluster) => ({ cluster, at: random() })).sort((a, b) => a.at - b.at);
  const fold = new Map(drawn.map(({ cluster }, i) => [cluster, i % folds]));
  return Array.from({ length: folds }, (_, k) => cases.filter(({ cluster }) => fold.get(cluster) === k));
}

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

function deviation(values: number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
}
