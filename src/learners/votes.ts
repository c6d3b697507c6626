/** Votes: what runs say for and against something, each by how far its verdict is trusted and how likely it was read. */
import type { Strategy, Votes } from '../types/known.ts';

/**
 * How likely what stood at this place (from 1) was read and followed, against the first: 1, 0.63, 0.5, 0.43, … the
 * discount of Järvelin & Kekäläinen 2002, in an examination model (Craswell et al. 2008). Assumed, not estimated: nobody
 * sees which lines a model heeds. Facts that name no place count in full.
 */
export const examined = (place = 1): number => 1 / Math.log2(1 + place);

/** One judged run. */
export interface Ballot {
  task_key: string;
  success: boolean;
  /** What it weighs on its own, 0..1. */
  weight: number;
}

/** Adds up ballots. A task has at most one vote, shared by its runs: ten attempts at one task are one witness. */
export function countVotes(ballots: Ballot[]): Votes {
  const votes = { worked: 0, failed: 0 };
  const tasks = [...Map.groupBy(ballots, ({ task_key }) => task_key)];
  // Sums of fractions depend on their order in the last digit.
  for (const [, same] of tasks.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [good, bad] = [weightOf(same, true), weightOf(same, false)];
    const scale = 1 / Math.max(1, good + bad);
    votes.worked += good * scale;
    votes.failed += bad * scale;
  }
  return votes;
}

const weightOf = (ballots: Ballot[], wanted: boolean): number =>
  ballots
    .flatMap(({ success, weight }) => (success === wanted ? weight : []))
    .sort((a, b) => a - b)
    .reduce((sum, weight) => sum + weight, 0);

/** All votes on a strategy: of the runs it was learned from, and of those it was shown to. */
export function votesOf({ evidence, trust }: Pick<Strategy, 'evidence' | 'trust'>): Votes {
  const [learned, used] = [learnedVotes({ evidence, trust }), evidence.used?.votes];
  return {
    worked: learned.worked + (used?.worked ?? 0),
    failed: learned.failed + (used?.failed ?? 0),
  };
}

/** Those of the runs it was learned from alone. */
export const learnedVotes = ({ evidence, trust }: Pick<Strategy, 'evidence' | 'trust'>): Votes =>
  evidence.votes ?? { worked: trust * evidence.worked, failed: trust * (evidence.tried - evidence.worked) };
