/**
 * Does what a run did tell which of two attempts is preferred? A Bradley-Terry model over features of the course, judged on
 * tasks that it has not seen, against what anybody could say without it.
 */
import type { Context } from '../../context.ts';
import { fitPreferences as fitModel, preferenceOf } from '../../learners/bradley-terry.ts';
import { clusteredMean } from '../../learners/clustered-mean.ts';
import { groupedFolds } from '../../learners/grouped-folds.ts';
import type { Logistic } from '../../learners/logistic.ts';
import { createRandom } from '../../learners/random.ts';
import { type Interval, rateInterval } from '../../learners/rates.ts';
import { FEATURE_NAMES } from '../reward/features.ts';
import type { PreferenceScope } from './attempts.ts';
import { type Contest, contestsOf, lengthsOf, SIMPLE } from './contests.ts';
import { type NamedPair, type PreferenceCounts, preferencesOf } from './preferences.ts';

/** A share of pairs foreseen rightly, mean over tasks, with a 95 % interval over tasks. */
export interface Accuracy {
  value: number;
  interval: Interval;
}

export interface FittedPreferences {
  known: true;
  pairs: number;
  tasks: number;
  /** On tasks that the model had not seen. */
  accuracy: Accuracy;
  /** A coin, the shorter run, fewer failed steps, and what a model learns that sees nothing but the length. */
  baselines: (Accuracy & { name: string })[];
  /** The model less the best of the baselines, on the same pairs. */
  over_best: { name: string; difference: number; interval: Interval };
  verdict: 'better' | 'worse' | 'cannot tell';
  /** What speaks for a run, the strongest first; log-odds for one standard deviation more than the other has. */
  weights: { feature: string; weight: number }[];
  counts: PreferenceCounts;
}

export interface UnfitPreferences {
  known: false;
  why: string;
  pairs: number;
  tasks: number;
  counts: PreferenceCounts;
}

/** Fewer tasks with pairs, and an interval would span nearly everything. */
export const LEAST_TASKS = 20;
/** Of more, those of the first tasks by their keys, which are drawn from content. */
const MOST_FITTED = 5_000;
const FOLDS = 5;
/** Features are many and tasks few; set once, before anything was measured. */
const RIDGE = 10;
const SEED = 1;

/** Fits on the pairs of a project, or of all; `early` on their first steps alone. Refuses with the reason below 20 tasks. */
export async function fitPreferences(
  ctx: Context,
  { early, ...scope }: PreferenceScope & { early?: boolean | undefined } = {},
): Promise<FittedPreferences | UnfitPreferences> {
  const pairs: NamedPair[] = [];
  const counts = await preferencesOf(ctx, scope, (found) => {
    if (pairs.length + found.length <= MOST_FITTED) pairs.push(...found);
  });
  return { ...fitContests(await contestsOf(ctx, pairs, { early })), counts };
}

/** The same over pairs whose features are there already. Pure. */
export function fitContests(
  contests: Contest[],
): Omit<FittedPreferences, 'counts'> | Omit<UnfitPreferences, 'counts'> {
  const tasks = new Set(contests.map(({ task_key }) => task_key)).size;
  const pairs = contests.length;
  if (tasks < LEAST_TASKS) {
    const why = `only ${tasks} ${tasks === 1 ? 'task has' : 'tasks have'} attempts of which one is preferred; ${LEAST_TASKS} are needed`;
    return { known: false, why, pairs, tasks };
  }
  const modelled = perTask(contests, heldOut(contests));
  const baselines = [
    {
      name: 'a coin',
      right: perTask(
        contests,
        contests.map(() => 0.5),
      ),
    },
    ...SIMPLE.map(({ name, of }) => ({
      name,
      right: perTask(
        contests,
        contests.map(({ better, worse }) => lessOf(of(better), of(worse))),
      ),
    })),
    {
      name: 'the length alone, whichever way it speaks',
      right: perTask(contests, heldOut(lengthsOf(contests))),
    },
  ];
  const accuracy = accuracyOf(modelled);
  const told = baselines.map(({ name, right }) => ({ name, ...accuracyOf(right) }));
  const best = baselines.reduce((a, b) => (meanOf(b.right) > meanOf(a.right) ? b : a));
  const gains = new Map([...modelled].map(([task, right]) => [task, right - (best.right.get(task) ?? 0)]));
  const interval = intervalOf(gains, [-1, 1]);
  const [low, high] = interval;
  return {
    known: true,
    pairs,
    tasks,
    accuracy,
    baselines: told,
    over_best: { name: best.name, difference: meanOf(gains), interval },
    verdict: low > 0 ? 'better' : high < 0 ? 'worse' : 'cannot tell',
    weights: weightsOf(modelOf(contests)),
  };
}

/** For each pair how right a model was that had not seen its task: 1, 0, or 0.5 where it saw no difference. */
function heldOut(contests: Contest[]): number[] {
  const foldOf = groupedFolds(
    contests.map(({ task_key }) => task_key),
    FOLDS,
    createRandom(SEED),
  );
  const right = contests.map(() => 0.5);
  for (const fold of new Set(foldOf)) {
    const model = modelOf(contests.filter((_, i) => foldOf[i] !== fold));
    for (const [i, { better, worse }] of contests.entries()) {
      if (foldOf[i] !== fold) continue;
      const p = preferenceOf(model, better, worse);
      right[i] = Math.abs(p - 0.5) < 1e-9 ? 0.5 : Number(p > 0.5);
    }
  }
  return right;
}

/** Pairs of one task share its runs: twelve of them weigh as much as three or four of different tasks. */
function modelOf(contests: Contest[]): Logistic {
  const sizes = new Map<string, number>();
  for (const { task_key } of contests) sizes.set(task_key, (sizes.get(task_key) ?? 0) + 1);
  return fitModel(
    contests.map(({ task_key, better, worse, weight }) => ({
      better,
      worse,
      weight: weight / Math.sqrt(sizes.get(task_key) ?? 1),
    })),
    RIDGE,
  );
}

const lessOf = (a: number | null, b: number | null): number =>
  a === null || b === null || a === b ? 0.5 : Number(a < b);

function perTask(contests: Contest[], right: number[]): Map<string, number> {
  const all = new Map<string, number[]>();
  for (const [i, { task_key }] of contests.entries()) {
    const values = all.get(task_key) ?? [];
    all.set(task_key, values);
    values.push(right[i] ?? 0.5);
  }
  return new Map([...all].map(([task, values]) => [task, mean(values)]));
}

const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const meanOf = (byTask: Map<string, number>): number => mean([...byTask.values()]);

const accuracyOf = (byTask: Map<string, number>): Accuracy => ({
  value: meanOf(byTask),
  interval: intervalOf(byTask, [0, 1]),
});

/** Student's over tasks; where all tasks are alike, as for so many that are all right or all wrong. */
function intervalOf(byTask: Map<string, number>, bounds: [number, number]): Interval {
  const values = [...byTask].map(([cluster, value]) => ({ cluster, value }));
  const { low, high } = clusteredMean(values, bounds);
  if (low !== null && high !== null) return [low, high];
  const rate = meanOf(byTask);
  return rate === 0 || rate === 1 ? rateInterval({ rate, size: byTask.size }) : [rate, rate];
}

const MOST_WEIGHTS = 8;

const weightsOf = ({ weights }: Logistic): { feature: string; weight: number }[] =>
  weights
    .map((weight, i) => ({ feature: FEATURE_NAMES[i] ?? '', weight }))
    .filter(({ weight }) => Math.abs(weight) >= 0.05)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, MOST_WEIGHTS);
