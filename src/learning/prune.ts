/**
 * Pruning: attempts at a task that consistently fails are archived, never deleted, and never all of them: one for
 * each way in which they failed stays. Judged over clusters of attempts, so single failures are always kept.
 */
import type { Context } from '../context.ts';
import { templateOf } from '../learners/template.ts';
import { taskKey } from '../memory/memory.ts';
import type { Trajectory } from '../types.ts';
import { failuresOf } from './fixes.ts';

/** Clusters with fewer judged attempts than this say nothing yet. */
const LEAST_ATTEMPTS = 10;
const LEAST_SUCCESS = 0.1;

/** @returns how many runs were archived. */
export async function pruneClusters(ctx: Context, runs: Trajectory[]): Promise<number> {
  const judged = runs.filter(({ outcome }) => outcome.success !== null);
  const archived: string[] = [];
  for (const cluster of Map.groupBy(judged, (run) => taskKey(run.project, run.task)).values()) {
    const worked = cluster.filter(({ outcome }) => outcome.success);
    if (cluster.length < LEAST_ATTEMPTS || worked.length / cluster.length >= LEAST_SUCCESS) continue;
    const kept = new Set(worked.map(({ id }) => id));
    for (const same of Map.groupBy(cluster, endOf).values()) if (same[0]) kept.add(same[0].id);
    archived.push(...cluster.filter(({ id }) => !kept.has(id)).map(({ id }) => id));
  }
  for (let i = 0; i < archived.length; i += 500) {
    await ctx.memory.trajectories.mark({ id: archived.slice(i, i + 500) }, { status: 'archived' });
  }
  return archived.length;
}

/** How a run failed: the last error it met. */
function endOf({ steps }: Trajectory): string {
  const message = failuresOf(steps).findLast((failure) => failure !== undefined)?.messages[0];
  return message === undefined ? '' : templateOf(message).template;
}
