/** Error patterns into the memory: occurrences first, then each touched pattern counted anew from its own. */
import type { Context } from '../../context.ts';
import { taskKey } from '../../memory/memory.ts';
import type { ErrorOccurrence, ErrorPattern, Trajectory } from '../../types.ts';
import { occurrencesOf, patternOf } from './patterns.ts';

/**
 * Occurrences of one pattern that are read, the newest by the time of their runs and then by id: the same ones in every
 * process, in whatever order they came. How often it was met is counted over all.
 */
export const MOST_READ = 400;
/** A pattern met more often than this is counted in batches only. */
const FREQUENT = 200;
const PATTERNS_AT_ONCE = 20;

export interface JudgedRun {
  trajectory: Trajectory;
  abstractable: boolean;
}

/**
 * Notes and counts the errors of one run while its agent waits: one more occurrence of an error met hundreds of times changes little
 * and costs reading many, so such a pattern is left to the next batch.
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
  const occurrences = runs.flatMap(({ trajectory, abstractable }) =>
    // Dated as the run, so that noting it again changes nothing.
    occurrencesOf(trajectory, taskKey(trajectory.project, trajectory.task), abstractable, trajectory.at),
  );
  await ctx.memory.occurrences.put(occurrences);
  return new Set(occurrences.map(({ pattern }) => pattern));
}

/** Counts patterns from their occurrences and stores them. */
export async function countPatterns(ctx: Context, ids: Iterable<string>): Promise<ErrorPattern[]> {
  const at = ctx.now().toISOString();
  const patterns: ErrorPattern[] = [];
  const wanted = [...new Set(ids)];
  for (let i = 0; i < wanted.length; i += PATTERNS_AT_ONCE) {
    const met = await readMet(ctx, wanted.slice(i, i + PATTERNS_AT_ONCE));
    patterns.push(...met.flatMap(({ read, frequency }) => patternOf(read, at, frequency) ?? []));
  }
  await ctx.memory.error_patterns.put(patterns);
  return patterns;
}

interface Met {
  read: ErrorOccurrence[];
  frequency: number;
}

/** What is read of some patterns: the rare ones in one go, of each frequent one its newest occurrences. */
async function readMet({ memory: { occurrences } }: Context, patterns: string[]): Promise<Met[]> {
  const counts = await Promise.all(patterns.map((pattern) => occurrences.count({ pattern })));
  const rare = patterns.filter((_, i) => (counts[i] ?? 0) <= MOST_READ);
  const reading = occurrences.list({ where: { pattern: rare } });
  const frequent = patterns.map(async (pattern, i): Promise<Met[]> => {
    const frequency = counts[i] ?? 0;
    if (frequency <= MOST_READ) return [];
    const read = await occurrences.list({ where: { pattern }, order: 'newest', limit: MOST_READ });
    return [{ read, frequency }];
  });
  const few = [...Map.groupBy(await reading, ({ pattern }) => pattern).values()];
  return [...few.map((read) => ({ read, frequency: read.length })), ...(await Promise.all(frequent)).flat()];
}
