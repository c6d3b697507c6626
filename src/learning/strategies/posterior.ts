/** What is believed of a strategy's win rate: Beta(1, 1) and the evidence, each run weighed by who judged it. */
import { betaQuantile } from '../../learners/beta.ts';
import { votesOf } from '../../learners/votes.ts';
import type { Counted, Strategy, Votes, WinRate } from '../../types.ts';

export { votesOf };

/** Two thirds of the belief lie in the interval, as with one standard error; a sixth on either side. */
const TAIL = 0.16;

export type Believed = Pick<Strategy, 'evidence' | 'trust'>;

/** Posterior mean of the win rate with its 68 % interval, rounded to three places. */
export const posterior = (strategy: Believed): WinRate => rateOf(votesOf(strategy));

/** The same of votes alone. */
export function rateOf({ worked, failed }: Votes): WinRate {
  const [a, b] = [1 + worked, 1 + failed];
  return {
    mean: rounded(a / (a + b)),
    low: rounded(betaQuantile(TAIL, a, b)),
    high: rounded(betaQuantile(1 - TAIL, a, b)),
  };
}

/**
 * What runs reach without it, with one run either way added: those from which it was withheld where there are enough, else
 * those at the same tasks that did otherwise; 0.5 where nobody tried without.
 */
export function alternativeTo({ evidence: { without, withheld } }: Pick<Strategy, 'evidence'>): number {
  const { worked, tried } = (isEnough(withheld) ? withheld : without) ?? { worked: 0, tried: 0 };
  return tried > 0 ? (worked + 1) / (tried + 2) : 0.5;
}

/** So many votes of runs from which it was withheld are asked before any other. */
const ENOUGH = 10;
export const isEnough = (withheld: Counted | undefined): boolean =>
  withheld !== undefined && withheld.votes.worked + withheld.votes.failed >= ENOUGH;

const rounded = (share: number): number => Math.round(share * 1000) / 1000;
