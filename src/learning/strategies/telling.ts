/** What strategies of every kind are told with: what is most frequent, where they were seen. */
import { LEFT_OUT } from '../../learners/instructions.ts';
import { jaccard, topics } from '../../learners/words.ts';
import { type Attempt, VERDICT_TRUST } from '../../types.ts';
import { shorten } from '../acts/acts.ts';

/** Sources named with a strategy. */
export const MOST_FROM = 20;
const MOST_SEEN = 10;

/**
 * The tasks of runs, in short, each once; of many, some from all over them, so that a task like any of them finds what
 * was learned there. Those at which it worked before the others.
 */
export function seenAt(attempts: Attempt[]): string[] {
  const side = (success: boolean) =>
    harmless(
      attempts.filter((attempt) => (attempt.success === true) === success),
      300,
      Number.POSITIVE_INFINITY,
    ).sort();
  const worked = side(true);
  if (worked.length >= MOST_SEEN) return spread(worked, MOST_SEEN);
  const others = side(false).filter((task) => !worked.includes(task));
  return [...worked, ...spread(others, MOST_SEEN - worked.length)];
}

const spread = (tasks: string[], most: number): string[] =>
  tasks.length <= most
    ? tasks
    : Array.from({ length: most }, (_, i) => tasks[Math.floor((i * tasks.length) / most)] ?? '');

const LOOKED_AT = 40;

/**
 * The shortest task of runs, and a short one as unlike it as there is, so that both ends can be seen; LEFT_OUT only
 * where nothing else can be said.
 */
export function examplesOf(attempts: Attempt[]): string[] {
  const inOrder = attempts
    .map((attempt) => ({ attempt, length: shorten(attempt.task, 100).length }))
    .sort((a, b) => a.length - b.length || (a.attempt.task < b.attempt.task ? -1 : 1))
    .map(({ attempt }) => attempt);
  const [first, ...others] = harmless(inOrder, 100, LOOKED_AT);
  if (first === undefined) return [LEFT_OUT];
  const about = topics(first);
  const [other] = others
    .map((task) => ({ task, alike: jaccard(about, topics(task)) }))
    .sort((a, b) => a.alike - b.alike);
  return other ? [first, other.task] : [first];
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
