/** Lessons of runs at some tasks, judged with the runs at these in memory, and what became of them at the others. */
import { recordAll } from '../../../src/capture/recorder.ts';
import type { Context } from '../../../src/context.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { assessHeuristic } from '../../../src/learning/abstractability/assess.ts';
import { assessing } from '../../../src/learning/abstractability/many.ts';
import { noteAttempts } from '../../../src/learning/attempts.ts';
import { noteErrors } from '../../../src/learning/errors/learn.ts';
import { taskKey } from '../../../src/memory/memory.ts';
import {
  type Abstractability,
  type Replay,
  type Trajectory,
  type TrajectoryDraft,
  TrajectoryInput,
} from '../../../src/types.ts';
import { PROJECT, withStore } from '../stores.ts';

/** One lesson: how it was judged, and how much better those fared at unseen tasks that did the same. */
export interface Carried {
  /** The task it is from: attempts at one task are one witness. */
  cluster: string;
  judged: Abstractability;
  /** Judged as if nobody had done the same at its own task before: what novelty takes away is nothing about transfer. */
  asFirst: Abstractability;
  /** Judged by its words alone, as where nobody else met the situation. */
  byWords: Abstractability;
  success: boolean;
  elsewhere: Replay;
}

/** Both sides must have so many runs, else nobody can say which fared better. */
const LEAST_SIDE = 2;

/** The tasks are halved; each half is once the memory and once what is unseen. */
export async function carried(runs: TrajectoryDraft[], seed: number): Promise<Carried[]> {
  const random = createRandom(seed);
  const tasks = [...new Set(runs.map(({ task }) => task.id ?? task.description))].sort();
  const side = new Map(tasks.map((task) => [task, random() < 0.5]));
  const half = (which: boolean) => runs.filter(({ task }) => side.get(task.id ?? task.description) === which);
  return withRuns(half(true), (first, one) =>
    withRuns(half(false), async (second, other) => [
      ...(await between(first, one, second)),
      ...(await between(second, other, first)),
    ]),
  );
}

function withRuns<T>(
  drafts: TrajectoryDraft[],
  work: (ctx: Context, runs: Trajectory[]) => Promise<T>,
): Promise<T> {
  return withStore(async (ctx) => {
    const inputs = drafts.map((draft) => ({ input: TrajectoryInput.parse({ ...draft, project: PROJECT }) }));
    const runs = (await recordAll(ctx, inputs)).map(({ trajectory }) => trajectory);
    await noteAttempts(ctx, runs);
    await noteErrors(
      ctx,
      runs.map((trajectory) => ({ trajectory, abstractable: false })),
    );
    return work(ctx, runs);
  });
}

async function between(memory: Context, runs: Trajectory[], unseen: Context): Promise<Carried[]> {
  const judged = await assess(memory, runs);
  const there = await assess(unseen, runs);
  return runs.flatMap((run, i) => {
    const [seen, elsewhere] = [judged[i], there[i]?.replay];
    if (!seen || !elsewhere || Math.min(elsewhere.did.tried, elsewhere.without.tried) < LEAST_SIDE) return [];
    const byWords = assessHeuristic(run, []);
    const asFirst = assessHeuristic(run, [], seen.replay);
    const cluster = taskKey(run.project, run.task);
    return [{ cluster, judged: seen, asFirst, byWords, success: run.outcome.success === true, elsewhere }];
  });
}

async function assess(ctx: Context, runs: Trajectory[]): Promise<(Abstractability | undefined)[]> {
  const judged = await assessing(ctx)(runs);
  return judged.map((each) => (each instanceof Error ? undefined : each));
}
