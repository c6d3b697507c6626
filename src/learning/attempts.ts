/** Attempts in the memory: noted with each run, and made again wherever one is missing. */
import type { Context } from '../context.ts';
import { attemptId } from '../memory/memory.ts';
import type { Attempt, Trajectory } from '../types.ts';
import { attemptOf } from './acts/attempt.ts';

/** Attempts of a project that are compared: the newest. */
export const MOST_ATTEMPTS = 20_000;
const RUNS_AT_ONCE = 200;

/** Notes what runs did. Doing it twice writes the same records again. */
export async function noteAttempts(ctx: Context, runs: Trajectory[]): Promise<Attempt[]> {
  const attempts = runs.map(attemptOf);
  await ctx.memory.attempts.put(attempts);
  return attempts;
}

/** The attempts that these runs were, in their order; of a run that is stored without one it is made. */
export async function attemptsOfRuns(ctx: Context, runs: string[]): Promise<Attempt[]> {
  const found = new Map<string, Attempt>();
  for (let i = 0; i < runs.length; i += 10 * RUNS_AT_ONCE) {
    const page = runs.slice(i, i + 10 * RUNS_AT_ONCE);
    for (const each of await ctx.memory.attempts.getMany(page.map(attemptId)))
      found.set(each.trajectory, each);
  }
  await makeMissing(ctx, runs, found);
  return runs.flatMap((run) => found.get(run) ?? []);
}

/** The attempts of a project's active runs, newest first; `complete` when these are all. */
export async function attemptsOfProject(
  ctx: Context,
  project: string,
): Promise<{ attempts: Attempt[]; complete: boolean }> {
  const [runs, stored] = await Promise.all([
    ctx.memory.trajectories.ids({
      where: { project, status: 'active' },
      order: 'newest',
      limit: MOST_ATTEMPTS,
    }),
    ctx.memory.attempts.list({ where: { project }, order: 'newest', limit: 2 * MOST_ATTEMPTS }),
  ]);
  const found = new Map(stored.map((each) => [each.trajectory, each]));
  await makeMissing(ctx, runs, found);
  return { attempts: runs.flatMap((run) => found.get(run) ?? []), complete: runs.length < MOST_ATTEMPTS };
}

/** Runs of a store that is older than this table have no attempt yet. */
async function makeMissing(ctx: Context, runs: string[], found: Map<string, Attempt>): Promise<void> {
  const missing = runs.filter((run) => !found.has(run));
  for (let i = 0; i < missing.length; i += RUNS_AT_ONCE) {
    const stored = await ctx.memory.trajectories.getMany(missing.slice(i, i + RUNS_AT_ONCE));
    for (const attempt of await noteAttempts(ctx, stored)) found.set(attempt.trajectory, attempt);
  }
}
