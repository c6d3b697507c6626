/**
 * Whether showing a strategy does harm, or helps: the runs that were shown it against others, as strictly as asking
 * again after every run demands (`learners/sequential.ts`).
 */
import { belowBy, betterBy, worseBy } from '../../learners/sequential.ts';
import { countVotes, votesOf } from '../../learners/votes.ts';
import {
  type Attempt,
  type Counted,
  type Strategy,
  type Use,
  VERDICT_TRUST,
  type Votes,
} from '../../types.ts';
import { isEnough } from './posterior.ts';

/**
 * How often the counts must speak against chance. One in 30 on average over the rates that runs may have keeps it below
 * one in 20 at each of them.
 */
const SURE = 30;
/** The same of one rate against a known one, where one in 20 holds at each rate. */
const SURE_OF_ONE = 20;

/** What the judged runs of its project reach that neither were shown a strategy nor are in its evidence. */
export type Base = (strategy: Strategy, uses: Use[]) => Counted | undefined;

interface Comparison {
  these: Counted;
  those: Counted;
  /** What is compared, in words. */
  words: string;
}

/**
 * What a strategy is compared with: runs from which it was withheld by a draw, where there are enough of them; else
 * attempts without it at the tasks it was learned from; else other judged runs of its project. Only the first
 * compares like with like.
 */
function comparisonOf(strategy: Strategy): Comparison | undefined {
  const { kind, evidence } = strategy;
  const { used, withheld, without, base } = evidence;
  if (withheld && isEnough(withheld)) {
    const words = 'runs that were shown it did worse than those from which it was withheld';
    return { these: withheld.shown, those: withheld, words };
  }
  if (without && without.tried > 0) {
    const those = { ...without, votes: votesWithout(without, evidence.tasks) };
    // The runs of a contrast were compared within each task, and counted together they would tell how hard the tasks are.
    if (kind === 'contrast') {
      const words = 'runs that were shown it did worse than attempts without it';
      return used && { these: base?.shown ?? used, those, words };
    }
    const { worked, tried } = evidence;
    const all = { worked: worked + (used?.worked ?? 0), tried: tried + (used?.tried ?? 0) };
    const words = 'runs with it did worse than without';
    return { these: { ...all, votes: votesOf(strategy) }, those, words };
  }
  if (!used || !base) return undefined;
  return {
    these: base.shown ?? used,
    those: { ...base, votes: lowered(base.votes, HARDER) },
    words: `runs that were shown it did worse than other runs of its project, by more than ${100 * HARDER} points`,
  };
}

/**
 * Advice may be asked for at tasks that are so much harder than the others of its project, and do no harm: a difference that
 * may be that proves nothing.
 */
const HARDER = 0.1;

function lowered({ worked, failed }: Votes, by: number): Votes {
  const all = worked + failed;
  const left = Math.max(0, worked - by * all);
  return { worked: left, failed: all - left };
}

/** Many attempts at a few tasks are as many witnesses as there are tasks. */
function votesWithout({ worked, tried }: { worked: number; tried: number }, tasks: number): Votes {
  const each = Math.min(1, Math.max(1, tasks) / tried);
  return { worked: each * worked, failed: each * (tried - worked) };
}

/** Why it is believed to do harm, in words; undefined where that is not proven. */
export function harmOf(strategy: Strategy): string | undefined {
  const found = comparisonOf(strategy);
  if (!found || !isLower(found.these.votes, found.those.votes)) return undefined;
  const { these, those, words } = found;
  if (worseBy(these.votes, those.votes) < SURE) return undefined;
  return `${words}: ${these.worked} of ${these.tried} against ${those.worked} of ${those.tried}`;
}

/** Whether the runs that a draw showed it to did better than those from which it was withheld, beyond chance. */
export function isConfirmed({ evidence: { withheld } }: Strategy): boolean {
  if (!withheld || !isLower(withheld.votes, withheld.shown.votes)) return false;
  return betterBy(withheld.shown.votes, withheld.votes) >= SURE;
}

/**
 * Whether the runs that it was shown to succeed in less than a `share` of cases, and not because all runs of its project do.
 * Asks nothing once it was withheld from some: then it will be known what showing it changed.
 */
export function isUseless({ evidence: { used, base, withheld } }: Strategy, share: number): boolean {
  if (!used || withheld) return false;
  const { votes } = used;
  if (!isLower(votes, { worked: share, failed: 1 - share }) || belowBy(votes, share) < SURE_OF_ONE)
    return false;
  if (!base || !isEnough(base)) return true;
  const { votes: alike } = base.shown ?? used;
  const others = lowered(base.votes, HARDER);
  return isLower(alike, others) && worseBy(alike, others) >= SURE;
}

/** Spares weighing most of what is stored. */
const isLower = (a: Votes, b: Votes): boolean => a.worked * b.failed < b.worked * a.failed;

/** Counts each task once for all: the base of a project, from which each strategy's own runs are left out. */
export function baseOf(attempts: Attempt[]): Base {
  // An agent's own word is no measure for runs that a test judged.
  const judged = attempts.filter(
    ({ success, trust }) => success !== null && trust >= VERDICT_TRUST.llm_judge,
  );
  const taskOf = new Map(judged.map(({ trajectory, task_key }) => [trajectory, task_key]));
  const byTask = [...Map.groupBy(judged, ({ task_key }) => task_key)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([task, runs]) => ({ task, runs, count: countOf(runs) }));
  return ({ evidence }, uses) => {
    const own = new Set([...evidence.from, ...uses.map(({ trajectory }) => trajectory)]);
    const touched = new Set([...own].map((id) => taskOf.get(id)));
    const sum = { worked: 0, tried: 0, votes: { worked: 0, failed: 0 } };
    for (const { task, runs, count } of byTask) {
      const { worked, tried, votes } = touched.has(task)
        ? countOf(runs.filter(({ trajectory }) => !own.has(trajectory)))
        : count;
      sum.worked += worked;
      sum.tried += tried;
      sum.votes.worked += votes.worked;
      sum.votes.failed += votes.failed;
    }
    return sum.tried > 0 ? sum : undefined;
  };
}

const countOf = (runs: Attempt[]): Counted => ({
  worked: runs.filter(({ success }) => success).length,
  tried: runs.length,
  votes: countVotes(
    runs.map(({ task_key, success, trust }) => ({ task_key, success: success === true, weight: trust })),
  ),
});
