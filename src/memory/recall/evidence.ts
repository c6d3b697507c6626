/** What evidence adds to relevance: how often it worked, who said so, at how many tasks, and how long ago. */
import { betaMean } from '../../learners/statistics.ts';
import type { ErrorPattern, Strategy, Trajectory, Votes } from '../../types.ts';
import type { Near } from './candidates.ts';

const DAY = 86_400_000;
/** Days after which what nobody confirmed is worth a tenth less, and again after as many. */
const FADES = 180;

/**
 * Relevance times evidence: the posterior success rate, to which runs that it was shown to add by the place it had; what
 * it is above that of attempts at the same tasks that did otherwise, or, the more runs it was withheld from by a draw, what
 * showing it changed, for better or worse; the number of independent tasks, the strength of the verdicts, and how long ago
 * it was last confirmed.
 */
export function worth({ record, relevance }: Near<Strategy>, now?: Date): number {
  const { worked, tried, tasks } = record.evidence;
  const rate = record.win_rate?.mean ?? betaMean(worked, tried);
  const lift = liftOf(record, rate);
  const standing = record.status === 'active' ? 1 : 0.8;
  const strength = (0.5 + rate) * (1 + 0.5 * lift + 0.05 * Math.min(tasks, 4)) * (0.7 + 0.3 * record.trust);
  return relevance * standing * strength * freshness(record, now);
}

/** So many votes in the smaller arm of a draw say as much as the attempts that it was learned from. */
const AS_MUCH = 5;

function liftOf({ evidence: { without, withheld } }: Strategy, rate: number): number {
  const learned = without ? Math.max(0, rate - betaMean(without.worked, without.tried)) : 0;
  if (!withheld) return learned;
  const drawn = Math.min(votesIn(withheld.votes), votesIn(withheld.shown.votes));
  const change = changeOf(withheld.shown.votes, withheld.votes);
  return (drawn * change + AS_MUCH * learned) / (drawn + AS_MUCH);
}

/** The difference of two rates, each drawn towards what both have in common: a few runs say little. */
function changeOf(these: Votes, those: Votes): number {
  const common = betaMean(these.worked + those.worked, votesIn(these) + votesIn(those));
  const rateOf = (votes: Votes) => betaMean(votes.worked, votesIn(votes), common);
  return rateOf(these) - rateOf(those);
}

const votesIn = ({ worked, failed }: Votes): number => worked + failed;

function freshness({ at, confirmed_at }: Strategy, now: Date | undefined): number {
  const age = now ? now.getTime() - Date.parse(confirmed_at ?? at) : 0;
  return age > 0 ? 0.9 ** (age / DAY / FADES) : 1;
}

/**
 * Which task is meant is not for the outcome to say, so it moves a score by less than tasks differ: among runs of a
 * task, and tasks equally near, a success comes first, and a judged run before a claim.
 */
export function merit({ record, score }: Near<Trajectory>): number {
  const { success } = record.outcome;
  const outcome = success === true ? 2 : success === false ? 1 : 0;
  return score * (1 + 1e-5 * (outcome + record.trust));
}

/** A fix that worked often is worth going further for. */
export const helpful = ({ pattern, relevance }: { pattern: ErrorPattern; relevance: number }): number =>
  relevance * (1 + Math.log1p(pattern.support.worked));
