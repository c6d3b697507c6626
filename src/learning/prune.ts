/**
 * Pruning: of many attempts that tell the same, some are archived, never deleted. Judged over clusters of attempts at
 * one task or at nearly the same one, never over a single run. What a cluster covers stays covered: every way in which
 * attempts failed, every way in which they succeeded, and at least one run of every task.
 */
import type { Context } from '../context.ts';
import type { Attempt } from '../types.ts';
import { clustersOf } from './clusters.ts';

/** Clusters with fewer judged attempts than this say nothing yet. */
const LEAST_ATTEMPTS = 10;
/** Below it a task consistently fails; above one minus it, it is consistently solved. */
const LEAST_SUCCESS = 0.1;
/** Successes of a task that is solved again and again: more of them teach nothing. */
const MOST_SUCCESSES = 20;
const IDS_AT_ONCE = 500;

/** Lifted `batch` of a run that somebody brought back: it is not archived again. */
export const RESTORED = 'restored';

export interface Pruned {
  id: string;
  /** A name for the cluster: the task key of its first run. */
  cluster: string;
  reason: string;
}

/** Which of these runs teach nothing that the others do not. Pure; the same runs in any order give the same plan. */
export function planPrune(runs: Attempt[]): Pruned[] {
  const judged = runs.filter(({ success }) => success !== null);
  return clustersOf(judged).flatMap(({ key, runs: cluster }) => {
    if (cluster.length < LEAST_ATTEMPTS) return [];
    const ranked = cluster.toSorted(worthFirst);
    const [worked, failed] = [ranked.filter(succeeded), ranked.filter((run) => !succeeded(run))];
    const rate = worked.length / cluster.length;
    if (rate < LEAST_SUCCESS) return hopeless(key, worked, failed);
    if (rate > 1 - LEAST_SUCCESS) return redundant(key, worked);
    return [];
  });
}

const succeeded = ({ success }: Attempt) => success === true;

/** The best judged first, of equals the newest. */
const worthFirst = (a: Attempt, b: Attempt) =>
  b.trust - a.trust || (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? -1 : 1);

function hopeless(cluster: string, worked: Attempt[], failed: Attempt[]): Pruned[] {
  const kept = new Set<string>();
  const tasks = new Set(worked.map(({ task_key }) => task_key));
  for (const same of Map.groupBy(failed, ({ end }) => end ?? '').values()) keep(same[0], kept, tasks);
  for (const run of failed) if (!tasks.has(run.task_key)) keep(run, kept, tasks);
  const judged = worked.length + failed.length;
  return failed
    .filter(({ trajectory }) => !kept.has(trajectory))
    .map(({ trajectory }) => ({
      id: trajectory,
      cluster,
      reason: `${failed.length} of ${judged} attempts failed; one that ended in the same way stays`,
    }));
}

function redundant(cluster: string, worked: Attempt[]): Pruned[] {
  if (worked.length <= MOST_SUCCESSES) return [];
  const kept = new Set<string>();
  const tasks = new Set<string>();
  for (const same of Map.groupBy(worked, ({ way }) => way).values()) keep(same[0], kept, tasks);
  for (const run of worked) if (!tasks.has(run.task_key)) keep(run, kept, tasks);
  for (const run of worked) if (kept.size < MOST_SUCCESSES) keep(run, kept, tasks);
  return worked
    .filter(({ trajectory }) => !kept.has(trajectory))
    .map(({ trajectory }) => ({
      id: trajectory,
      cluster,
      reason: `${worked.length} attempts succeeded; ${kept.size} stay, one that took the same way among them`,
    }));
}

function keep(run: Attempt | undefined, kept: Set<string>, tasks: Set<string>): void {
  if (!run) return;
  kept.add(run.trajectory);
  tasks.add(run.task_key);
}

/** Archives what a plan names, but nothing that somebody brought back. @returns the ids that were archived. */
export async function applyPrune(ctx: Context, plan: Pruned[]): Promise<string[]> {
  const { trajectories } = ctx.memory;
  const restored = new Set(await trajectories.ids({ where: { batch: RESTORED } }));
  const ids = plan.map(({ id }) => id).filter((id) => !restored.has(id));
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE)
    await trajectories.mark({ id: ids.slice(i, i + IDS_AT_ONCE) }, { status: 'archived' });
  return ids;
}

/** Brings archived runs back, to stay. @returns their ids. */
export async function restorePruned(ctx: Context, project?: string, dry_run = false): Promise<string[]> {
  const { trajectories } = ctx.memory;
  const ids = await trajectories.ids({ where: { status: 'archived', project } });
  for (let i = 0; !dry_run && i < ids.length; i += IDS_AT_ONCE)
    await trajectories.mark({ id: ids.slice(i, i + IDS_AT_ONCE) }, { status: 'active', batch: RESTORED });
  return ids.sort();
}

/** A batch archives attempts at hopeless tasks by itself; what succeeded is archived only when somebody asks. @returns how many. */
export async function pruneClusters(ctx: Context, runs: Attempt[]): Promise<number> {
  const failed = new Set(runs.filter(({ success }) => success === false).map(({ trajectory }) => trajectory));
  return (
    await applyPrune(
      ctx,
      planPrune(runs).filter(({ id }) => failed.has(id)),
    )
  ).length;
}
