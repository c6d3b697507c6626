/** Error patterns into the memory: occurrences first, then each touched pattern counted anew from all of its own. */
import type { Context } from '../../context.ts';
import { taskKey } from '../../memory/memory.ts';
import type { ErrorPattern, Trajectory } from '../../types.ts';
import { occurrencesOf, patternOf } from './patterns.ts';

/** Occurrences of one pattern that are counted; beyond these more change nothing. */
const MOST_OCCURRENCES = 2_000;
/** A pattern met more often than this is counted in batches only. */
const FREQUENT = 200;
const PATTERNS_AT_ONCE = 20;

export interface JudgedRun {
  trajectory: Trajectory;
  abstractable: boolean;
}

/** Notes the errors of runs and counts the patterns they touch. Doing it twice writes the same records again. */
export async function learnErrors(ctx: Context, runs: JudgedRun[]): Promise<ErrorPattern[]> {
  return countPatterns(ctx, await noteErrors(ctx, runs));
}

/**
 * As `learnErrors`, for one run while its agent waits: one more occurrence of an error met hundreds of times changes little
 * and costs reading them all, so such a pattern is left to the next batch.
 */
export async function learnErrorsNow(ctx: Context, run: JudgedRun): Promise<ErrorPattern[]> {
  const touched = [...(await noteErrors(ctx, [run]))];
  const met = await Promise.all(touched.map((pattern) => ctx.memory.occurrences.count({ pattern })));
  return countPatterns(
    ctx,
    touched.filter((_, i) => (met[i] ?? 0) <= FREQUENT),
  );
}

/** Stores the errors of runs as facts. @returns the ids of the patterns they belong to, which wait to be counted. */
export async function noteErrors(ctx: Context, runs: JudgedRun[]): Promise<Set<string>> {
  const at = ctx.now().toISOString();
  const occurrences = runs.flatMap(({ trajectory, abstractable }) =>
    occurrencesOf(trajectory, taskKey(trajectory.project, trajectory.task), abstractable, at),
  );
  await ctx.memory.occurrences.put(occurrences);
  return new Set(occurrences.map(({ pattern }) => pattern));
}

/** Counts patterns from all their occurrences and stores them. */
export async function countPatterns(ctx: Context, ids: Iterable<string>): Promise<ErrorPattern[]> {
  const at = ctx.now().toISOString();
  const patterns: ErrorPattern[] = [];
  const wanted = [...ids];
  for (let i = 0; i < wanted.length; i += PATTERNS_AT_ONCE) {
    const pattern = wanted.slice(i, i + PATTERNS_AT_ONCE);
    const limit = MOST_OCCURRENCES * pattern.length;
    const occurrences = await ctx.memory.occurrences.list({ where: { pattern }, limit });
    for (const same of Map.groupBy(occurrences, (occurrence) => occurrence.pattern).values()) {
      const counted = patternOf(same, at);
      if (counted) patterns.push(counted);
    }
  }
  await ctx.memory.error_patterns.put(patterns);
  return patterns;
}
