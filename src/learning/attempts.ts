/** Attempts in the memory: noted with each run, and made again wherever one is missing. */
import type { Context } from '../context.ts';
import { attemptId } from '../memory/memory.ts';
import type { Attempt, Trajectory } from '../types.ts';
import { ATTEMPT_FORM, attemptOf } from './acts/attempt.ts';

/** Attempts of a project that are compared: the newest. */
const MOST_ATTEMPTS = 20_000;
/** Runs may be megabytes each: few are held at a time. */
const RUNS_AT_ONCE = 50;
const READ_AT_ONCE = 2_000;
const WRITTEN_AT_ONCE = 2_000;

const isCurrent = ({ form }: Attempt): boolean => form === ATTEMPT_FORM;

/** Notes what runs did. Doing it twice writes the same records again. */
export const noteAttempts = (ctx: Context, runs: Trajectory[]): Promise<void> =>
  ctx.memory.attempts.put(runs.map(attemptOf));

/** The attempts that these runs were, in their order; of a run that is stored without one it is made. */
export async function attemptsOfRuns(ctx: Context, runs: string[]): Promise<Attempt[]> {
  const found = new Map<string, Attempt>();
  for (let i = 0; i < runs.length; i += READ_AT_ONCE) {
    const page = runs.slice(i, i + READ_AT_ONCE);
    for (const each of await ctx.memory.attempts.getMany(page.map(attemptId)))
      if (isCurrent(each)) found.set(each.trajectory, each);
  }
  await makeMissing(ctx, runs, found);
  return runs.flatMap((run) => found.get(run) ?? []);
}

export interface ProjectAttempts {
  /** Of its active runs, newest first. */
  attempts: Attempt[];
  /** True when these are all. */
  complete: boolean;
  /** Runs whose attempt was missing and has just been made. */
  made: ReadonlySet<string>;
}

export async function attemptsOfProject(ctx: Context, project: string): Promise<ProjectAttempts> {
  const [runs, stored] = await Promise.all([
    ctx.memory.trajectories.ids({
      where: { project, status: 'active' },
      order: 'newest',
      limit: MOST_ATTEMPTS,
    }),
    ctx.memory.attempts.list({ where: { project }, order: 'newest', limit: 2 * MOST_ATTEMPTS }),
  ]);
  const found = new Map(stored.filter(isCurrent).map((each) => [each.trajectory, each]));
  const made = await makeMissing(ctx, runs, found);
  return {
    attempts: runs.flatMap((run) => found.get(run) ?? []),
    complete: runs.length < MOST_ATTEMPTS,
    made,
  };
}

/** Imported runs, and those of a store that is older than this table, have no attempt yet. */
async function makeMissing(ctx: Context, runs: string[], found: Map<string, Attempt>): Promise<Set<string>> {
  const missing = runs.filter((run) => !found.has(run));
  let made: Attempt[] = [];
  const write = async () => {
    await ctx.memory.attempts.put(made);
    made = [];
  };
  for (let i = 0; i < missing.length; i += RUNS_AT_ONCE) {
    const stored = await ctx.memory.trajectories.getMany(missing.slice(i, i + RUNS_AT_ONCE));
    const attempts = stored.map(attemptOf);
    for (const attempt of attempts) found.set(attempt.trajectory, attempt);
    made.push(...attempts);
    // Runs are large and attempts small: many of these make one commit.
    if (made.length >= WRITTEN_AT_ONCE) await write();
  }
  await write();
  return new Set(missing);
}
