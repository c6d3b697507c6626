/** The few that are shown should not say the same thing. */
import { jaccard, topics } from '../../learners/words.ts';

const SAME_WORDS = 0.7;

/** The first `k` whose texts are not nearly the same as one already taken. */
export function diverse<T>(ranked: T[], textOf: (item: T) => string, k: number): T[] {
  const taken: { item: T; words: Set<string> }[] = [];
  for (const item of ranked) {
    if (taken.length >= k) break;
    const words = topics(textOf(item));
    if (taken.some((other) => jaccard(other.words, words) >= SAME_WORDS)) continue;
    taken.push({ item, words });
  }
  return taken.map(({ item }) => item);
}

/** A second run of a task already shown ended otherwise, so it says something; but after other tasks about as near. */
const AGAIN = 0.5;

/**
 * The best run of each task and, somewhat behind, the best that ended otherwise. `ranked` is best first.
 * @returns most valuable first, at most two of a task.
 */
export function oneOfEach<T extends { task: string; ended: string }>(
  ranked: T[],
  value: (item: T) => number,
): T[] {
  const shown = new Map<string, Set<string>>();
  const kept = ranked.flatMap((item) => {
    const ends = shown.get(item.task) ?? new Set<string>();
    if (ends.has(item.ended) || ends.size > 1) return [];
    ends.add(item.ended);
    shown.set(item.task, ends);
    return [{ item, value: value(item) * AGAIN ** (ends.size - 1) }];
  });
  return kept.sort((a, b) => b.value - a.value).map(({ item }) => item);
}
