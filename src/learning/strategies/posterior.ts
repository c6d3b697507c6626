/** What is believed of a strategy's win rate: Beta(1, 1) and the evidence, each run weighed by who judged it. */
import { betaQuantile } from '../../learners/beta.ts';
import type { Strategy, Votes, WinRate } from '../../types.ts';

/** Two thirds of the belief lie in the interval, as with one standard error; a sixth on either side. */
const TAIL = 0.16;

export type Believed = Pick<Strategy, 'evidence' | 'trust'>;

/** Trust-weighted runs for and against: those it was learned from, and those it was shown to. */
export function votesOf({ evidence, trust }: Believed): Votes {
  const { worked, tried, used } = evidence;
  const learned = evidence.votes ?? { worked: trust * worked, failed: trust * (tried - worked) };
  return {
    worked: learned.worked + (used?.votes.worked ?? 0),
    failed: learned.failed + (used?.votes.failed ?? 0),
  };
}

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

/** What runs at the same tasks reach without it, with one run either way added; 0.5 where nobody tried without. */
export function alternativeTo({ evidence: { without } }: Pick<Strategy, 'evidence'>): number {
  return without && without.tried > 0 ? (without.worked + 1) / (without.tried + 2) : 0.5;
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000;
