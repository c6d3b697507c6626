/** What strategies of every kind are told with: what is most frequent, where they were seen. */
import { LEFT_OUT } from '../../learners/instructions.ts';
import { type Attempt, VERDICT_TRUST } from '../../types.ts';
import { shorten } from '../acts/acts.ts';

/** Sources named with a strategy. */
export const MOST_FROM = 20;
const MOST_SEEN = 10;

/** The tasks of runs, in short, each once. */
export const seenAt = (attempts: Attempt[]): string[] => harmless(attempts, 300, MOST_SEEN);

/** The two shortest tasks of runs; LEFT_OUT only where nothing else can be said. */
export function examplesOf(attempts: Attempt[]): string[] {
  const inOrder = attempts
    .map((attempt) => ({ attempt, length: shorten(attempt.task, 100).length }))
    .sort((a, b) => a.length - b.length)
    .map(({ attempt }) => attempt);
  const told = harmless(inOrder, 100, 2);
  return told.length > 0 ? told : [LEFT_OUT];
}

/** The first `most` tasks that give no orders. */
function harmless(attempts: Attempt[], longest: number, most: number): string[] {
  const told = new Set<string>();
  for (const { task } of attempts) {
    if (told.size === most) break;
    if (task !== LEFT_OUT) told.add(shorten(task, longest));
  }
  return [...told];
}

/** The most frequent item and its count; the first of equals. */
export function mostFrequent(items: string[]): [item: string | undefined, count: number] {
  let best: string | undefined;
  let most = 0;
  for (const [item, same] of Map.groupBy(items, (each) => each)) {
    if (same.length > most) [best, most] = [item, same.length];
  }
  return [best, most];
}

/** At least two of the successes were judged by more than the agent's own word. */
export const isJudged = (attempts: Attempt[]): boolean =>
  attempts.filter(({ success, trust }) => success && trust >= VERDICT_TRUST.llm_judge).length >= 2;
