/** Whether two strategies say the same. Two that differ in a flag, a number or the order of their acts do not. */
import { jaccard, topics, words } from '../../learners/words.ts';
import type { Strategy } from '../../types.ts';

const CODE = /`([^`]+)`/gu;
/** What suggestions are framed with, whatever they suggest. */
const FRAME = new Set(['what', 'work', 'run', 'call', 'use', 'then', 'also']);
const NEGATION = /\b(?:do not|don['’]t|never|avoid|without|instead of|not)\b/iu;
const SAME_WORDS = 0.8;
const SAME_ORDER = 0.6;
const SAME_SITUATION = 0.5;
const SHARED_RUNS = 0.5;

/** The code that a suggestion names, in order; numbered parameters lose their number. */
const codeOf = (suggestion: string): string[] =>
  [...suggestion.matchAll(CODE)].map(([, code = '']) =>
    code
      .replace(/\{(\w+?)_\d+\}/gu, '{$1}')
      .replace(/^apt /u, 'apt-get ')
      .replace(/^pip3 /u, 'pip ')
      .replace(/\s+/gu, ' ')
      .replace(/(^|\s)\.\/(?=\w)/gu, '$1')
      .trim(),
  );

/** What is advised, without the check that a contrast names after its act: a route to the same end leaves it out. */
const adviceOf = ({ kind, suggestion }: Strategy): string =>
  kind === 'contrast' ? suggestion.replace(/^(Run `[^`]+`), then `[^`]+`\.$/u, '$1.') : suggestion;

/** What two must have in common to say the same: a key to sort many of them by before any is compared. */
export const codeKey = (strategy: Strategy): string => codeOf(adviceOf(strategy)).join('\n');

/** A strategy as it is compared: worked out once, since it may be compared with many. */
export interface Reading {
  strategy: Strategy;
  /** codeOf() its advice, as one text. */
  key: string;
  isNegative: boolean;
  isConcrete: boolean;
  frame: ReadonlySet<string>;
  /** Of advice without code: its words, and its neighbouring words. What a bag of words forgets is their order. */
  words: ReadonlySet<string>;
  pairs: ReadonlySet<string>;
  situation: ReadonlySet<string>;
  from: ReadonlySet<string>;
}

export function readingOf(strategy: Strategy): Reading {
  const advice = adviceOf(strategy);
  const prose = advice.replace(CODE, ' ');
  const all = words(advice);
  return {
    strategy,
    key: codeKey(strategy),
    isNegative: NEGATION.test(prose),
    isConcrete: codeOf(advice).some((code) => /[\s/]/u.test(code)),
    frame: new Set([...topics(prose)].filter((word) => !FRAME.has(word))),
    words: topics(advice),
    pairs: new Set(all.map((word, i) => `${word} ${all[i + 1] ?? ''}`)),
    situation: topics(strategy.situation),
    from: new Set(strategy.evidence.from),
  };
}

/** The same acts in the same order, said in much the same words. */
export function saysSame(a: Reading, b: Reading): boolean {
  if (a.key !== b.key || a.isNegative !== b.isNegative) return false;
  if (a.key !== '') return alike(a.frame, b.frame, SAME_WORDS);
  return alike(a.words, b.words, SAME_WORDS) && jaccard(a.pairs, b.pairs) >= SAME_ORDER;
}

/**
 * The same advice. In one project: for much the same situation, or told of the same runs, or a concrete act (more than
 * the name of a tool) that did it at several tasks. Between projects: both hold beyond their own, and the situation is the
 * same.
 */
export function isNear(a: Reading, b: Reading): boolean {
  if (!saysSame(a, b)) return false;
  const [one, other] = [a.strategy, b.strategy];
  if (one.project === other.project) {
    if (one.kind === 'route' && other.kind === 'route' && a.isConcrete) return true;
    if (share(a.from, b.from) >= SHARED_RUNS) return true;
  } else if (!one.abstractable || !other.abstractable) return false;
  return alike(a.situation, b.situation, SAME_SITUATION);
}

const alike = (a: ReadonlySet<string>, b: ReadonlySet<string>, least: number): boolean =>
  (a.size === 0 && b.size === 0) || jaccard(a, b) >= least;

/** How much of the smaller set is in the other. */
function share(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const id of small) if (large.has(id)) shared += 1;
  return shared / Math.max(1, small.size);
}
