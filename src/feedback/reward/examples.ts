/**
 * Rated runs as examples: features of the run on the one side, what people think of it on the other. One example a run,
 * however often it was rated; runs that share a task or a rating are one group, so that nothing of a held-out example
 * is ever learned from.
 */
import type { Context } from '../../context.ts';
import type { Example } from '../../learners/regression.ts';
import type { RewardTarget } from '../../types.ts';
import { knownRuns } from './known-runs.ts';
import { humanScores, type Scored } from './scores.ts';

export interface RatedRun extends Example {
  run: string;
  /** Of the run, at most what its verdict is worth: what is made of it is trusted no further. */
  trust: number;
}

/** Of more rated runs the newest count. */
export const MOST_EXAMPLES = 5_000;

/** All runs of a project that people rated, in the order of their ids. What agents and judges said is left out. */
export async function examplesOf(ctx: Context, project: string, target: RewardTarget): Promise<RatedRun[]> {
  const scored = await humanScores(ctx, project, target);
  const about = new Map<string, Scored[]>();
  for (const score of scored.slice(-MOST_EXAMPLES))
    for (const run of score.trajectories) about.set(run, [...(about.get(run) ?? []), score]);
  const groups = groupsOf();
  const rows = (await knownRuns(ctx, [...about.keys()].sort().slice(0, MOST_EXAMPLES))).map(
    ({ id, trust, task_key: group, x }): RatedRun => {
      const scores = about.get(id) ?? [];
      for (const { task_key } of scores) groups.unite(group, task_key);
      return {
        run: id,
        trust,
        x,
        y: scores.reduce((sum, { value }) => sum + value, 0) / scores.length,
        group,
        // A rating of several runs is one witness of all of them.
        weight: Math.max(...scores.map(({ trajectories }) => 1 / trajectories.length)),
      };
    },
  );
  return rows.map((row) => ({ ...row, group: groups.of(row.group) }));
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
