/**
 * Judging the runs of a batch: what `knownOf()` finds by a search for each run is found here among the attempts of a
 * project, read once. Tasks are compared by their words, and only within the project.
 */
import type { Context } from '../../context.ts';
import type { Abstractability, Attempt, ErrorOccurrence, Trajectory } from '../../types.ts';
import { attemptOf } from '../acts/attempt.ts';
import { attemptsOfProject } from '../attempts.ts';
import { judge } from './judge.ts';
import { gotPast, knownFrom, MOST_MET, MOST_PATTERNS } from './known.ts';
import { doneIn } from './lesson.ts';
import { createPool, type Pool } from './pool.ts';

/** Judges runs, in their order; a run that cannot be judged is the error in its place. */
export type AssessMany = (
  trajectories: Trajectory[],
  signal?: AbortSignal,
) => Promise<(Abstractability | Error)[]>;

/** The attempts of a project, newest first. */
export type AttemptsOf = (project: string) => Promise<Attempt[]>;

/** Patterns that are looked up in one read. */
const PATTERNS_AT_ONCE = 20;

/**
 * For one batch: keeps what it has read until it is let go, so what is recorded meanwhile is not seen.
 * @param attemptsOf where the batch has read them already.
 */
export function assessing(ctx: Context, attemptsOf: AttemptsOf = newestOf(ctx)): AssessMany {
  const projects = new Map<string, Promise<Pool>>();
  const met = new Map<string, ErrorOccurrence[]>();
  const poolOf = (project: string) => {
    const pool = projects.get(project) ?? attemptsOf(project).then(createPool);
    projects.set(project, pool);
    return pool;
  };
  return async (trajectories, signal) => {
    const pools = new Map<string, Pool>();
    for (const { project } of trajectories) pools.set(project, pools.get(project) ?? (await poolOf(project)));
    const errors = await errorsOf(ctx, trajectories);
    const patterns = [...errors.values()].flatMap(patternsOf).filter((pattern) => !met.has(pattern));
    await readMet(ctx, [...new Set(patterns)], met);
    const judged: (Abstractability | Error)[] = [];
    for (const trajectory of trajectories) {
      signal?.throwIfAborted();
      try {
        const pool = pools.get(trajectory.project);
        const run = pool?.doneIn(trajectory) ?? doneIn(attemptOf(trajectory));
        const own = errors.get(trajectory.id) ?? [];
        const elsewhere = patternsOf(own).flatMap((pattern) => met.get(pattern) ?? []);
        const known = knownFrom(run, pool?.nearestTo(run) ?? [], own, elsewhere);
        judged.push(await judge(ctx, trajectory, known, signal));
      } catch (error) {
        signal?.throwIfAborted();
        judged.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    return judged;
  };
}

const newestOf =
  (ctx: Context): AttemptsOf =>
  async (project) =>
    (await attemptsOfProject(ctx, project)).attempts;

const patternsOf = (own: ErrorOccurrence[]): string[] =>
  [...new Set(own.map(({ pattern }) => pattern))].slice(0, MOST_PATTERNS);

/** The errors of runs that something got past, as they were noted when the runs came in. */
async function errorsOf(ctx: Context, runs: Trajectory[]): Promise<Map<string, ErrorOccurrence[]>> {
  const trajectory = runs.map(({ id }) => id);
  const noted = await ctx.memory.occurrences.list({ where: { trajectory } });
  return Map.groupBy(noted.filter(gotPast), (occurrence) => occurrence.trajectory);
}

async function readMet(ctx: Context, wanted: string[], met: Map<string, ErrorOccurrence[]>): Promise<void> {
  for (let i = 0; i < wanted.length; i += PATTERNS_AT_ONCE) {
    const pattern = wanted.slice(i, i + PATTERNS_AT_ONCE);
    const limit = MOST_MET * pattern.length;
    const found = await ctx.memory.occurrences.list({ where: { pattern }, order: 'newest', limit });
    const byPattern = Map.groupBy(found, (occurrence) => occurrence.pattern);
    for (const each of pattern) met.set(each, (byPattern.get(each) ?? []).slice(0, MOST_MET));
  }
}
