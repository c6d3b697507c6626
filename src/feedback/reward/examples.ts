/**
 * Rated runs as examples: features of the run on the one side, what people think of it on the other. One example a run,
 * however often it was rated; runs that share a task or a rating are one group, so that nothing of a held-out example
 * is ever learned from.
 */
import type { Context } from '../../context.ts';
import type { Example } from '../../learners/regression.ts';
import { taskKey } from '../../memory/memory.ts';
import type { RewardTarget, Trajectory } from '../../types.ts';
import { featuresOf } from './features.ts';
import { humanScores, type Scored } from './scores.ts';

export interface RatedRun extends Example {
  run: string;
  /** Of the run, at most what its verdict is worth: what is made of it is trusted no further. */
  trust: number;
}

/** Of more rated runs the newest count. */
export const MOST_EXAMPLES = 5_000;
const PAGE = 200;

/** All runs of a project that people rated, in the order of their ids. What agents and judges said is left out. */
export async function examplesOf(ctx: Context, project: string, target: RewardTarget): Promise<RatedRun[]> {
  const scored = await humanScores(ctx, project, target);
  const about = new Map<string, Scored[]>();
  for (const score of scored.slice(-MOST_EXAMPLES))
    for (const run of score.trajectories) about.set(run, [...(about.get(run) ?? []), score]);
  const groups = groupsOf();
  const rows: RatedRun[] = [];
  for await (const run of runsOf(ctx, [...about.keys()].sort().slice(0, MOST_EXAMPLES))) {
    const scores = about.get(run.run.id) ?? [];
    const group = taskKey(run.run.project, run.run.task);
    for (const { task_key } of scores) groups.unite(group, task_key);
    rows.push({
      run: run.run.id,
      trust: run.run.trust,
      x: run.x,
      y: scores.reduce((sum, { value }) => sum + value, 0) / scores.length,
      group,
      // A rating of several runs is one witness of all of them.
      weight: Math.max(...scores.map(({ trajectories }) => 1 / trajectories.length)),
    });
  }
  return rows.map((row) => ({ ...row, group: groups.of(row.group) }));
}

/** Runs with their features; those that are gone are left out. */
async function* runsOf(
  ctx: Context,
  ids: string[],
): AsyncIterable<{ run: Trajectory; x: (number | null)[] }> {
  for (let i = 0; i < ids.length; i += PAGE) {
    const runs = await ctx.memory.trajectories.getMany(ids.slice(i, i + PAGE));
    yield* await withFeatures(ctx, runs);
  }
}

/** The features of runs, with their place among the attempts at their task. */
export async function withFeatures(
  ctx: Context,
  runs: Trajectory[],
): Promise<{ run: Trajectory; x: (number | null)[] }[]> {
  const keys = [...new Set(runs.map(({ project, task }) => taskKey(project, task)))];
  const attempts = await ctx.memory.trajectories.cells('task_key', {
    where: { task_key: keys },
    order: 'oldest',
  });
  const place = new Map<string, number>();
  const met = new Map<string, number>();
  for (const [id, key] of attempts) {
    place.set(id, met.get(key) ?? 0);
    met.set(key, (met.get(key) ?? 0) + 1);
  }
  return runs.map((run) => {
    // A run that is not stored yet comes after all that are.
    const earlier = place.get(run.id) ?? met.get(taskKey(run.project, run.task)) ?? 0;
    return { run, x: featuresOf({ ...run, earlier }) };
  });
}

/** Names that stand or fall together. */
function groupsOf(): { unite(a: string, b: string): void; of(name: string): string } {
  const parent = new Map<string, string>();
  const of = (name: string): string => {
    let at = name;
    for (let up = parent.get(at); up !== undefined; up = parent.get(at)) at = up;
    return at;
  };
  return {
    of,
    unite(a, b) {
      const [one, other] = [of(a), of(b)];
      if (one !== other) parent.set(other, one);
    },
  };
}
