/** Pairs with the features of both runs: of their course only, since most pairs were made from how the runs ended. */
import type { Context } from '../../context.ts';
import type { Trajectory } from '../../types.ts';
import { FEATURE_NAMES, featuresOf } from '../reward/features.ts';
import type { NamedPair } from './preferences.ts';

/** A pair as a learner sees it. */
export interface Contest {
  task_key: string;
  better: (number | null)[];
  worse: (number | null)[];
  /** Strength times confidence. */
  weight: number;
}

/** Pairs to a page: at most so many and one task's more. */
const AT_ONCE = 12;

/**
 * What is known of a run without a word of how it ended, who judged it or which attempt it was: features that ask for that see
 * a run that nobody judged, so none of them can tell the two of a pair apart. @param after Only the first so many steps.
 */
export const courseFeatures = (run: Trajectory, after?: number): (number | null)[] => {
  const { task, steps, metadata, usage, started_at, ended_at } = run;
  const gone = metadata?.steps_left_out;
  return featuresOf(
    {
      task,
      steps,
      outcome: { success: null },
      ...(gone === undefined ? {} : { metadata: { steps_left_out: gone } }),
      ...(usage ? { usage } : {}),
      ...(started_at ? { started_at } : {}),
      ...(ended_at ? { ended_at } : {}),
    },
    after,
  );
};

/**
 * Runs are read in pages; pairs of runs that have gone meanwhile are left out. `early`: of both runs as many steps are looked
 * at, half of the shorter one, so that neither its length nor its end gives away which one stopped because it was done.
 */
export async function contestsOf(
  ctx: Context,
  pairs: NamedPair[],
  { early = false }: { early?: boolean | undefined } = {},
): Promise<Contest[]> {
  const contests: Contest[] = [];
  for (const page of pagesOf(pairs)) {
    const ids = [...new Set(page.flatMap(({ chosen, rejected }) => [chosen, rejected]))];
    const runs = new Map((await ctx.memory.trajectories.getMany(ids)).map((run) => [run.id, run]));
    const whole = remembered();
    for (const { task_key, chosen, rejected, strength, confidence } of page) {
      const [one, other] = [runs.get(chosen), runs.get(rejected)];
      if (!one || !other) continue;
      const half = Math.floor(Math.min(one.steps.length, other.steps.length) / 2);
      const of = (run: Trajectory) => (early ? courseFeatures(run, Math.max(1, half)) : whole(run));
      contests.push({ task_key, better: of(one), worse: of(other), weight: strength * confidence });
    }
  }
  return contests;
}

/** A run is in several pairs. */
function remembered(): (run: Trajectory) => (number | null)[] {
  const known = new Map<string, (number | null)[]>();
  return (run) => {
    const found = known.get(run.id) ?? courseFeatures(run);
    known.set(run.id, found);
    return found;
  };
}

/** Pairs of a task share runs, so they stay together. */
function* pagesOf(pairs: NamedPair[]): Iterable<NamedPair[]> {
  let page: NamedPair[] = [];
  for (const pair of pairs) {
    if (page.length >= AT_ONCE && page.at(-1)?.task_key !== pair.task_key) {
      yield page;
      page = [];
    }
    page.push(pair);
  }
  if (page.length > 0) yield page;
}

const value = (of: (number | null)[], name: string): number | null => of[FEATURE_NAMES.indexOf(name)] ?? null;
/** By its logarithm, as learners are told it. */
const steps = (of: (number | null)[]): number | null => value(of, 'steps taken');

function failed(of: (number | null)[]): number | null {
  const [taken, share] = [steps(of), value(of, 'share of steps that failed')];
  return taken === null || share === null ? null : Math.expm1(taken) * share;
}

/** What anybody could say without learning: of two runs the one with less of it is preferred. */
export const SIMPLE = [
  { name: 'the shorter run', of: steps },
  { name: 'fewer failed steps', of: failed },
] as const;

/** Contests of which nothing is known but how long the runs were. */
export const lengthsOf = (contests: Contest[]): Contest[] =>
  contests.map((contest) => ({
    ...contest,
    better: [steps(contest.better)],
    worse: [steps(contest.worse)],
  }));
