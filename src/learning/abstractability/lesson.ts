/** What a run could teach: its acts with the task's own words taken out, so that the same act at another task is the same. */
import { jaccard, stem } from '../../learners/words.ts';
import type { Attempt } from '../../types.ts';
import { featuresOf } from '../acts/features.ts';

/** An attempt as it is compared. */
export interface Done {
  attempt: Attempt;
  topics: ReadonlySet<string>;
  /** Its acts in general form. */
  acts: ReadonlySet<string>;
}

export const doneIn = (attempt: Attempt): Done => {
  const topics = new Set(attempt.topics);
  return { attempt, topics, acts: actsIn(attempt, topics) };
};

/** Acts, files looked at or changed, and orders of acts. */
function actsIn(attempt: Attempt, topics: ReadonlySet<string>): Set<string> {
  const acts = new Set<string>();
  for (const { kind, act, than } of featuresOf(attempt).values())
    acts.add(`${kind} ${general(act, topics)}${than === undefined ? '' : ` < ${general(than, topics)}`}`);
  return acts;
}

/**
 * An act as somebody at another task would do it: words that the task names become `{}`, numbers `#`. The first word, the
 * program or tool, stays.
 */
export function general(act: string, topics: ReadonlySet<string>): string {
  let first = true;
  return act.replace(/\{\w+\}|\d+|\p{L}+/gu, (word) => {
    if (word.startsWith('{')) return '{}';
    if (/^\d/u.test(word)) return '#';
    if (first) {
      first = false;
      return word;
    }
    return topics.has(stem(word.toLowerCase())) ? '{}' : word;
  });
}

/** How alike two tasks are by their words: the cosine of the sets, 0..1. */
export function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const word of few) if (many.has(word)) shared += 1;
  return shared / Math.sqrt(a.size * b.size);
}

/** How much of what either did both did, 0..1: the acts, and half as much for the same programs and tools. */
export function sameness(a: Done, b: Done): number {
  if (a.acts.size === 0 && b.acts.size === 0) return a.attempt.way === b.attempt.way ? 1 : 0;
  return (jaccard(a.acts, b.acts) + jaccard(programs(a), programs(b))) / 2;
}

const programs = ({ acts }: Done): Set<string> =>
  new Set([...acts].map((act) => act.split(' ', 2).join(' ')));
