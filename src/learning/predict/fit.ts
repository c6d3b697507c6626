/**
 * A predictor fitted on judged runs: a ridge regression over the signs, how far the run is, and the telltales. Every
 * stored run counts once, cut off after 1, 2, 4, 8 … of its steps, so that it is learned what a run looks like while
 * nobody knows yet how it ends. How strong the ridge is, and whether there is anything to be learned at all, is decided
 * by cross-validation over whole tasks.
 */
import { withoutInstructions } from '../../learners/instructions.ts';
import { effects, fitLogistic, type Logistic, likelihood } from '../../learners/logistic.ts';
import type { Course } from './course.ts';
import { NAMES, SIGNS, signsOf } from './signs.ts';
import { marksOf, type Telltales, telltalesOf } from './telltales.ts';

/** What is known of a run after some of its steps. */
export interface Cut {
  steps: number;
  signs: number[];
  marks: string[];
}

export interface Judged {
  /** Equal for attempts at one task. */
  task: string;
  success: boolean;
  cuts: Cut[];
}

export interface Reason {
  /** In words, such as "actions done before, to the letter". */
  sign: string;
  /** In this run, and on average in the stored ones. */
  value: number;
  usual: number;
  /** What it adds to the log-odds of success: below 0 speaks for failure. */
  effect: number;
}

export interface Predictor {
  predict(cut: Cut): { probability: number; because: Reason[] };
  /** Share of successes among the runs fitted on. */
  base_rate: number;
  /** Log-loss on tasks left out, against always saying the base rate: 0.1 is a tenth better. */
  gain: number;
}

/** Fewer of either outcome, or from fewer tasks, and nothing is fitted. */
export const LEAST = { each: 10, tasks: 6 };
const RIDGES = [1, 3, 10, 30, 100, 300];
const FOLDS = 5;
const MOST_REASONS = 4;
const EXTRA = ['steps so far', 'telltales of earlier successes and failures'];

export const cutOf = (course: Course, steps = course.paces.length): Cut => ({
  steps,
  signs: signsOf(course, steps),
  marks: marksOf(course, steps),
});

/** The cuts a stored run is learned from; none of a run of fewer than two steps. */
export function cutsOf(course: Course): Cut[] {
  const cuts: Cut[] = [];
  for (let steps = 1; steps < course.paces.length; steps *= 2) cuts.push(cutOf(course, steps));
  return cuts;
}

/** A predictor, or in words why there can be none. Time grows with the number of runs; some thousand take seconds. */
export function fitPredictor(judged: Judged[]): Predictor | { why: string } {
  const runs = judged.filter(({ cuts }) => cuts.length > 0);
  const tasks = [...new Set(runs.map(({ task }) => task))];
  const worked = runs.filter(({ success }) => success).length;
  if (Math.min(worked, runs.length - worked) < LEAST.each || tasks.length < LEAST.tasks) {
    return {
      why: `too few judged runs are stored: ${worked} successes and ${runs.length - worked} failures at ${tasks.length} tasks; at least ${LEAST.each} of each at ${LEAST.tasks} tasks are needed`,
    };
  }
  const base_rate = worked / runs.length;
  const losses = RIDGES.map(() => 0);
  let plain = 0;
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const out = new Set(tasks.filter((_, i) => i % FOLDS === fold));
    const kept = samples(runs.filter(({ task }) => !out.has(task)));
    const asked = samples(runs.filter(({ task }) => out.has(task)));
    const rate = kept.reduce((sum, { success, weight }) => sum + weight * Number(success), 0) / total(kept);
    plain += asked.reduce((sum, { success, weight }) => sum + weight * loss(rate, success), 0);
    const telltales = telltalesOf(kept);
    for (const [i, ridge] of RIDGES.entries()) {
      const model = regression(kept, telltales, ridge);
      for (const { cut, success, weight } of asked)
        losses[i] = (losses[i] ?? 0) + weight * loss(likelihood(model, valuesOf(cut, telltales)), success);
    }
  }
  const least = Math.min(...losses);
  if (least >= plain) {
    return {
      why: `nothing in the first steps of the ${runs.length} judged runs told successes from failures at tasks that were left out`,
    };
  }
  const all = samples(runs);
  const telltales = telltalesOf(all);
  const model = regression(all, telltales, RIDGES[losses.indexOf(least)] ?? 1);
  return {
    base_rate,
    gain: 1 - least / plain,
    predict: (cut) => {
      const values = valuesOf(cut, telltales);
      return { probability: likelihood(model, values), because: reasons(model, values, telltales, cut) };
    },
  };
}

interface Sample {
  task: string;
  success: boolean;
  weight: number;
  cut: Cut;
  marks: string[];
}

const samples = (runs: Judged[]): Sample[] =>
  runs.flatMap(({ task, success, cuts }) =>
    cuts.map((cut) => ({ task, success, weight: 1 / cuts.length, cut, marks: cut.marks })),
  );

const total = (of: Sample[]): number => of.reduce((sum, { weight }) => sum + weight, 0);

/** A task's own runs do not speak for themselves: `except` takes them out of the telltales. */
const valuesOf = ({ signs, steps, marks }: Cut, telltales: Telltales, except?: string): number[] => [
  ...signs,
  Math.log(1 + steps),
  telltales.score(marks, except),
];

const regression = (of: Sample[], telltales: Telltales, ridge: number): Logistic =>
  fitLogistic(
    of.map(({ cut, task, success, weight }) => ({ x: valuesOf(cut, telltales, task), y: success, weight })),
    ridge,
  );

const loss = (probability: number, success: boolean): number =>
  -Math.log(Math.max(1e-6, success ? probability : 1 - probability));

function reasons(model: Logistic, values: number[], telltales: Telltales, cut: Cut): Reason[] {
  const names = [...NAMES.map((name) => SIGNS[name]), ...EXTRA];
  const all = effects(model, values).map((effect, i) => ({
    sign: names[i] ?? '',
    value: values[i] ?? 0,
    usual: model.means[i] ?? 0,
    effect,
  }));
  const [paces, last] = all.slice(-2);
  // Steps were taken by their logarithm, and are told as steps.
  if (paces) Object.assign(paces, { value: cut.steps, usual: Math.expm1(paces.usual) });
  // Which telltales they were is the part that can be read.
  const marks = telltales.strongest(cut.marks, 3).map(({ mark }) => withoutInstructions(mark));
  if (last && marks.length > 0) last.sign = `${last.sign}: ${marks.join('; ')}`;
  return all
    .filter(({ effect }) => Math.abs(effect) >= 0.05)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
    .slice(0, MOST_REASONS);
}
