/** Error patterns into the memory: occurrences first, then each touched pattern counted anew from all of its own. */
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import type { ErrorPattern, Trajectory } from '../types.ts';
import { occurrencesOf, patternOf } from './error-patterns.ts';

/** Occurrences of one pattern that are counted; beyond these more change nothing. */
const MOST_OCCURRENCES = 5_000;

/** @returns the patterns that were written. Doing it twice writes the same records again. */
export async function learnErrors(
  ctx: Context,
  runs: { trajectory: Trajectory; abstractable: boolean }[],
): Promise<ErrorPattern[]> {
  const at = ctx.now().toISOString();
  const occurrences = runs.flatMap(({ trajectory, abstractable }) =>
    occurrencesOf(trajectory, taskKey(trajectory.project, trajectory.task), abstractable, at),
  );
  if (occurrences.length === 0) return [];
  await ctx.memory.occurrences.put(occurrences);
  const patterns: ErrorPattern[] = [];
  for (const pattern of new Set(occurrences.map((occurrence) => occurrence.pattern))) {
    const all = await ctx.memory.occurrences.list({ where: { pattern }, limit: MOST_OCCURRENCES });
    const counted = patternOf(all, at);
    if (counted) patterns.push(counted);
  }
  await ctx.memory.error_patterns.put(patterns);
  return patterns;
}
