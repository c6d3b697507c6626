/**
 * Will a run that is under way end well? Judged from its steps so far, by what stored and judged runs looked like at
 * the same point. Which agent or model did it is not looked at, nor what it thought.
 */
import type { Context } from '../../context.ts';
import { taskKey } from '../../memory/memory.ts';
import type { Tally, Trajectory } from '../../types.ts';
import { courseOf } from './course.ts';
import { cutOf, cutsOf, fitPredictor, type Judged, type Predictor, type Reason } from './fit.ts';

export interface Prediction {
  /** 0..1; null where it cannot be told, and `why` says why not. */
  probability: number | null;
  why?: string;
  /** Steps of the run that were looked at. */
  steps: number;
  /** What speaks for and against, the strongest first. */
  because: Reason[];
  /** What it was fitted on; `gain` is how much better it did than the base rate, as log-loss on tasks left out. */
  from: { runs: number; tasks: number; base_rate: number | null; gain: number | null };
  /** Other attempts at the same task, as they ended. A fact beside the probability, not part of it. */
  same_task: Tally;
}

/** Stored runs that are fitted on: the newest. */
export const MOST_RUNS = 3_000;
const PAGE = 200;

/** A run as far as it has come. */
export type PartialRun = Pick<Trajectory, 'task' | 'steps' | 'project'> & { id?: string };

/**
 * The probability that `run` ends well. Fits a small regression on the newest 3,000 judged runs of the run's project at
 * each call (a second per thousand runs, about): nothing is kept, so a run recorded a moment ago counts. A stored
 * version of the same run is left out. Never throws for too little data: the answer is then `probability: null`.
 */
export async function predictSuccess(ctx: Context, run: PartialRun): Promise<Prediction> {
  const judged = await judgedRuns(ctx, run.project, run.id);
  return predictWith(fitPredictor(judged), judged, run);
}

/** The same with a predictor that is at hand. */
export function predictWith(
  fitted: Predictor | { why: string },
  judged: Judged[],
  run: PartialRun,
): Prediction {
  const key = taskKey(run.project, run.task);
  const others = judged.filter(({ task }) => task === key);
  const prediction: Prediction = {
    probability: null,
    steps: run.steps.length,
    because: [],
    from: {
      runs: judged.length,
      tasks: new Set(judged.map(({ task }) => task)).size,
      base_rate: 'why' in fitted ? null : fitted.base_rate,
      gain: 'why' in fitted ? null : fitted.gain,
    },
    same_task: { worked: others.filter(({ success }) => success).length, tried: others.length },
  };
  if ('why' in fitted) return { ...prediction, why: fitted.why };
  if (run.steps.length === 0) return { ...prediction, why: 'the run has no steps yet' };
  return { ...prediction, ...fitted.predict(cutOf(courseOf(run))) };
}

/** The newest judged runs of a project, except one, each cut down to what is compared. */
export async function judgedRuns(ctx: Context, project: string, except?: string): Promise<Judged[]> {
  const ids = await ctx.memory.trajectories.ids({
    where: { project, success: ['true', 'false'], status: 'active' },
    order: 'newest',
    limit: MOST_RUNS + 1,
  });
  const wanted = ids.filter((id) => id !== except).slice(0, MOST_RUNS);
  const marks = new Map<string, string>();
  // The same words come in many runs: one copy of each is kept.
  const once = (mark: string) => marks.get(mark) ?? marks.set(mark, mark).get(mark) ?? mark;
  const judged: Judged[] = [];
  for (let i = 0; i < wanted.length; i += PAGE) {
    for (const run of await ctx.memory.trajectories.getMany(wanted.slice(i, i + PAGE))) {
      const cuts = cutsOf(courseOf(run)).map((cut) => ({ ...cut, marks: cut.marks.map(once) }));
      judged.push({ task: taskKey(run.project, run.task), success: run.outcome.success === true, cuts });
    }
  }
  return judged;
}
