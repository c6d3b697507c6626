/**
 * Stored runs as their features, remembered while the process lives: to read a long run and to look at all of its steps is
 * dear, one rating asks for every rated run, and a version of a run does not change.
 */
import { setImmediate } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { revisionOf, taskKey } from '../../memory/memory.ts';
import type { Trajectory } from '../../types.ts';
import { featuresOf, withEarlier } from './features.ts';

interface KnownRun {
  id: string;
  task_key: string;
  /** Of the run, at most what its verdict is worth. */
  trust: number;
  x: (number | null)[];
}

/** Features of more runs are not kept. */
const MOST_KEPT = 20_000;
const PAGE = 200;
/** Runs that are looked at before others have their turn. */
const AT_ONCE = 10;

const kept = new WeakMap<Context['memory'], Map<string, KnownRun & { version: string }>>();

/** In the order of the ids; runs that are gone or at rest are left out. */
export async function knownRuns(ctx: Context, ids: string[]): Promise<KnownRun[]> {
  const { trajectories } = ctx.memory;
  const known = kept.get(ctx.memory) ?? new Map<string, KnownRun & { version: string }>();
  kept.set(ctx.memory, known);
  if (known.size > MOST_KEPT) known.clear();
  const found: KnownRun[] = [];
  for (let i = 0; i < ids.length; i += PAGE) {
    const page = ids.slice(i, i + PAGE);
    const versions = await trajectories.cells('revision', { where: { id: page, status: 'active' } });
    const there = page.filter((id) => versions.has(id));
    const unknown = there.filter((id) => known.get(id)?.version !== versions.get(id));
    for (let k = 0; k < unknown.length; k += AT_ONCE) {
      for (const run of await trajectories.getMany(unknown.slice(k, k + AT_ONCE)))
        known.set(run.id, { ...ofItself(run), version: revisionOf(run) });
      await setImmediate();
    }
    found.push(...there.flatMap((id) => known.get(id) ?? []));
  }
  return placed(ctx, found);
}

/** The features of runs at hand, stored or not, with their place among the attempts at their task. */
export async function withFeatures(
  ctx: Context,
  runs: Trajectory[],
): Promise<{ run: Trajectory; x: (number | null)[] }[]> {
  const own: KnownRun[] = [];
  for (const [i, run] of runs.entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) await setImmediate();
    own.push(ofItself(run));
  }
  const all = await placed(ctx, own);
  return runs.map((run, i) => ({ run, x: all[i]?.x ?? [] }));
}

const ofItself = (run: Trajectory): KnownRun => ({
  id: run.id,
  task_key: taskKey(run.project, run.task),
  trust: run.trust,
  x: featuresOf(run),
});

/** How many attempts came before is no matter of the run alone, so it is never remembered. */
async function placed(ctx: Context, runs: KnownRun[]): Promise<KnownRun[]> {
  const keys = [...new Set(runs.map(({ task_key }) => task_key))];
  const place = new Map<string, number>();
  const met = new Map<string, number>();
  for (let i = 0; i < keys.length; i += PAGE) {
    const where = { task_key: keys.slice(i, i + PAGE) };
    for (const [id, key] of await ctx.memory.trajectories.cells('task_key', { where, order: 'oldest' })) {
      place.set(id, met.get(key) ?? 0);
      met.set(key, (met.get(key) ?? 0) + 1);
    }
  }
  // A run that is not stored yet comes after all that are.
  return runs.map(({ id, task_key, trust, x }) => ({
    ...{ id, task_key, trust },
    x: withEarlier(x, place.get(id) ?? met.get(task_key) ?? 0),
  }));
}
