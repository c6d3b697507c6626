/** What raters think of single runs: the scores of workflows, as far as they are about runs of one task. */
import type { Context } from '../../context.ts';
import type { RaterKind } from '../../types.ts';
import { type KindScore, scoresOf, type WorkflowScore } from '../ratings/scores.ts';

/** Kinds of raters that count, who is worth most first. What an agent thinks of its own work is no judgement. */
export const COUNTED = ['human', 'judge'] as const satisfies RaterKind[];

export interface RunRating {
  kinds: WorkflowScore['kinds'];
  /** By whom counts most of those who rated it. */
  best: KindScore;
}

/**
 * By run. A workflow of several runs of one task speaks for each of them, one of several tasks for none; where a run is in
 * several rated workflows the smallest speaks.
 */
export async function ratingsByRun(ctx: Context, project?: string): Promise<Map<string, RunRating>> {
  const scores = (await scoresOf(ctx, { project })).filter(({ kinds }) =>
    COUNTED.some((kind) => kinds[kind]),
  );
  const named = [...new Set(scores.flatMap(({ trajectories }) => trajectories))];
  const keys = new Map<string, string>();
  for (let i = 0; i < named.length; i += 500)
    for (const [id, key] of await ctx.memory.trajectories.cells('task_key', {
      where: { id: named.slice(i, i + 500) },
    }))
      keys.set(id, key);
  const found = new Map<string, RunRating>();
  const smallestLast = scores.toSorted((a, b) => b.trajectories.length - a.trajectories.length);
  for (const { kinds, trajectories } of smallestLast) {
    const stored = trajectories.filter((id) => keys.has(id));
    if (new Set(stored.map((id) => keys.get(id))).size !== 1) continue;
    const best = COUNTED.flatMap((kind) => kinds[kind] ?? [])[0];
    if (best) for (const id of stored) found.set(id, { kinds, best });
  }
  return found;
}
