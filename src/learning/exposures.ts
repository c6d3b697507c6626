/** Exposures: one fact for each run that asked what is known, with what it was shown or not, and how it ended. */
import type { Context } from '../context.ts';
import { exposureId, taskKey } from '../memory/memory.ts';
import { type Exposure, lengthOf, type Retrieval, type Trajectory } from '../types.ts';

/** What was shown, or would have been. */
export const recordsOf = ({ arm, shown, withheld = [] }: Retrieval): string[] =>
  arm === 'withheld' ? withheld : shown;

/** The exposure of a run to a retrieval, as the run is judged now. */
export function exposureOf(run: Trajectory, retrieval: Retrieval): Exposure {
  const { arm, holdout, tokens } = retrieval;
  return {
    id: exposureId(run.id),
    at: run.at,
    project: run.project,
    derived_from: [run.id, retrieval.id],
    retrieval: retrieval.id,
    ...(arm === undefined ? {} : { arm }),
    ...(holdout === undefined ? {} : { holdout }),
    records: recordsOf(retrieval),
    ...(tokens === undefined ? {} : { context_tokens: arm === 'withheld' ? 0 : tokens }),
    ...resultOf(run),
  };
}

/** What the run itself says. */
const resultOf = (run: Trajectory) => {
  const { agent, model, usage, outcome, task } = run;
  return {
    trust: run.trust,
    trajectory: run.id,
    task_key: taskKey(run.project, task),
    success: outcome.success,
    judged_by: outcome.verdict?.source ?? ('agent' as const),
    steps: lengthOf(run),
    ...(usage?.tokens === undefined ? {} : { tokens: usage.tokens }),
    ...(agent === undefined ? {} : { agent }),
    ...(model === undefined ? {} : { model }),
    ...(task.domain === undefined ? {} : { domain: task.domain }),
    ran_at: new Date(run.ended_at ?? run.at).toISOString(),
  };
};

/** Brings the exposures of runs in line with what the runs say now: judged anew, or grown longer. */
export async function rejudgeExposures(ctx: Context, runs: Trajectory[]): Promise<void> {
  const known = new Map(
    (await ctx.memory.exposures.getMany(runs.map(({ id }) => exposureId(id)))).map((each) => [
      each.trajectory,
      each,
    ]),
  );
  const changed = runs.flatMap((run) => {
    const before = known.get(run.id);
    const next = before && { ...before, ...resultOf(run) };
    return next && JSON.stringify(next) !== JSON.stringify(before) ? [next] : [];
  });
  if (changed.length > 0) await ctx.memory.exposures.put(changed);
}
