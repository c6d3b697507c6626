/** What many histories come to: how many were retired, after how many runs, and how many a test of fixed size needs. */

import { wilson } from '../../src/learners/statistics.ts';
import { votesOf } from '../../src/learners/votes.ts';
import { rateOf } from '../../src/learning/strategies/posterior.ts';
import { type Case, type Ending, historyOf, isRetired, type Rule } from './use-histories.ts';

/** The rule before: at every run, the upper bound of a 68 % interval below what runs reach without it, 0.5 if none. */
export const ruleBefore: Rule = (strategy) => {
  const { used, without } = strategy.evidence;
  const lost = used ? used.tried - used.worked : 0;
  if (!used || lost < 3) return false;
  const alternative = without ? (without.worked + 1) / (without.tried + 2) : 0.5;
  return rateOf(votesOf(strategy)).high < alternative || rateOf(used.votes).high < 0.15;
};

export const RULES: [name: string, rule: Rule][] = [
  ['new', isRetired],
  ['old', ruleBefore],
];

export interface Figures {
  histories: number;
  /** Share that was retired, with its 95 % interval (Wilson). */
  retired: number;
  interval: [low: number, high: number];
  /** Runs that were shown it (those drawn either way, where some are held out) until it was, of all; Infinity: never. */
  median: number;
  ninety: number;
  confirmed: number;
}

export function figuresOf(of: Case, rule: Rule, histories: number, most: number): Figures {
  const endings = Array.from({ length: histories }, (_, nth) => historyOf(of, 1_000 * nth + 7, most, rule));
  const until = endings
    .map(({ shown, asked }: Ending) => (of.against === 'withheld' ? asked : shown) ?? Infinity)
    .sort((a, b) => a - b);
  const retired = until.filter(Number.isFinite).length;
  const at = (share: number) => until[Math.floor(share * (until.length - 1))] ?? Infinity;
  return {
    histories,
    retired: retired / histories,
    interval: wilson(retired, histories),
    median: at(0.5),
    ninety: at(0.9),
    confirmed: endings.filter(({ confirmed }) => confirmed).length / histories,
  };
}

/**
 * Runs that a test of two rates needs which is made once, two-sided at 5 %, to find the effect in 80 % of cases (normal
 * approximation; Fleiss 1981). Of both arms where they are drawn; else of those shown it, with so many others given.
 */
export function fixedSize({ base, effect, against, holdout = 0 }: Case): number {
  const rate = base + effect;
  const others = against === 'project' ? 300 : 24;
  for (let n = 2; n < 1_000_000; n += 1) {
    const [a, b] = against === 'withheld' ? [n * (1 - holdout), n * holdout] : [n, others];
    const common = (a * rate + b * base) / (a + b);
    const alike = Math.sqrt(common * (1 - common) * (1 / a + 1 / b));
    const apart = Math.sqrt((rate * (1 - rate)) / a + (base * (1 - base)) / b);
    if (Math.abs(effect) >= 1.96 * alike + 0.8416 * apart) return n;
    if (n > 100_000) break;
  }
  return Infinity;
}
