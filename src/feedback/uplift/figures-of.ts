/** Everything that a set of tasks says about whether being shown what is known helps: one set of figures. */
import { createRandom } from '../../learners/random.ts';
import { type Effect, successEffect, type Verdict, verdictOf } from './effect.ts';
import { type MeanEffect, meanEffect, retriesOf, stepsOf, tokensOf } from './means.ts';
import { detectable, moreTasks, tasksNeeded } from './power.ts';
import { type StrategyEffect, strategyEffects } from './strategies.ts';
import type { Unit } from './unit.ts';

export type Interval = [low: number, high: number];

/** `randomised`: by hold-out. `matched`: like with like, no experiment. `none`: nothing to compare. */
type Method = 'randomised' | 'matched' | 'none';

export interface RateSide {
  rate: number;
  interval: Interval;
  tasks: number;
  runs: number;
}

/** Shares of success, 0..1; null where it cannot be told. `interval` is 95 % of one look, `interval_anytime` of however many. */
interface Uplift {
  with: number | null;
  without: number | null;
  difference: number | null;
  interval: Interval | null;
  interval_anytime: Interval | null;
  p: number | null;
  sides: { with: RateSide; without: RateSide } | null;
}

/** Means over tasks, 95 % intervals by task. */
export interface Mean {
  with: number | null;
  without: number | null;
  difference: number | null;
  interval: Interval | null;
}

/** Of a run, in tokens. What a run used holds what it was shown, so the difference between the arms is what is left: `net`. */
export interface Tokens extends Mean {
  /** What showing it cost the runs that the other totals are about; without those, all runs compared. */
  spent: number;
  /** What was saved before that cost: `net` + `spent`. */
  saved: number | null;
  /** Over the runs that were shown something and tell their tokens; below 0: it cost more than it saved. */
  net: number | null;
  net_interval: Interval | null;
}

/** One record: shown against chosen and withheld. `uplift` is drawn towards what all have in common, `raw` is not. */
export interface RecordUplift {
  id: string;
  uplift: number;
  interval: Interval;
  /** Tasks. */
  shown: number;
  withheld: number;
  raw: { with: number; without: number; uplift: number; interval: Interval };
  p: number;
  p_adjusted: number;
  flagged?: 'helps' | 'hurts';
  /** What it says, in short: stored text, looked up and guarded by the door that tells it. */
  says?: string;
}

export interface Needed {
  /** The share that it is reckoned for. */
  holdout: number;
  /** Further tasks until a difference like the one seen would be told with 80 %; null where none was seen. */
  more: number | null;
  /**
   * The same for these differences, in points: tasks in all, how many are still missing, and how many would do for somebody who
   * looks only once, at the end.
   */
  for: { points: number; tasks: number; more: number; one_look: number }[];
  /** The smallest difference that one look at the tasks there are would tell with 80 %, 0..1. */
  detectable: number | null;
}

export interface Figures {
  method: Method;
  verdict: Verdict;
  /** Tasks compared. */
  tasks: number;
  runs: number;
  uplift: Uplift;
  retries: Mean;
  steps: Mean;
  tokens: Tokens;
  strategies: RecordUplift[];
  /** Error patterns and concepts, likewise. */
  others: RecordUplift[];
  needed: Needed;
}

/** Bootstrap draws; fewer over many tasks, whose means are nearly normal anyway. */
const drawsFor = (units: number): number => (units > 10_000 ? 200 : units > 1_000 ? 400 : 1_000);
const POINTS = [5, 10, 15];
const MOST_RECORDS = 200;

/** `holdout` is the share that further tasks would be drawn with; `seed` makes the bootstrap repeatable. */
export function figuresOf(units: Unit[], holdout: number, seed: number): Figures {
  const effect = successEffect(units);
  const means = (of: (unit: Unit) => number | undefined) =>
    meanEffect(units, of, { random: createRandom(seed), draws: drawsFor(units.length) });
  const records = strategyEffects(telling(units)).map(recordUplift);
  const strategies = records.filter(({ id }) => id.startsWith('strat_'));
  return {
    method: effect ? 'randomised' : 'none',
    verdict: verdictOf(effect),
    tasks: effect ? effect.with.tasks + effect.without.tasks : units.length,
    runs: effect
      ? effect.with.runs + effect.without.runs
      : units.reduce((sum, { runs }) => sum + runs.length, 0),
    uplift: upliftOf(effect),
    retries: meanOf(means(retriesOf)),
    steps: meanOf(means(stepsOf)),
    tokens: tokensFor(units, means(tokensOf)),
    strategies: ends(strategies),
    others: ends(records.filter(({ id }) => !id.startsWith('strat_'))),
    needed: neededFor(effect, holdout),
  };
}

/** Earlier runs that were shown are no advice: they have no uplift of their own. */
const telling = (units: Unit[]): Unit[] =>
  units.map((unit) => ({
    ...unit,
    records: unit.records.filter((id) => /^(?:strat|err|concept)_/u.test(id)),
  }));

const recordUplift = (one: StrategyEffect): RecordUplift => ({
  id: one.id,
  uplift: one.shrunk,
  interval: one.shrunk_interval,
  shown: one.shown,
  withheld: one.withheld,
  raw: { with: one.with, without: one.without, uplift: one.uplift, interval: one.interval },
  p: one.p,
  p_adjusted: one.p_adjusted,
  ...(one.flagged ? { flagged: one.flagged } : {}),
});

/** The best and the worst, in the order given: a report is no archive. */
const ends = <T>(sorted: T[]): T[] =>
  sorted.length <= MOST_RECORDS
    ? sorted
    : [...sorted.slice(0, MOST_RECORDS / 2), ...sorted.slice(-MOST_RECORDS / 2)];

function upliftOf(effect: Effect | undefined): Uplift {
  if (!effect) return NO_UPLIFT;
  const { difference, interval, interval_anytime, p } = effect;
  return {
    with: effect.with.rate,
    without: effect.without.rate,
    difference,
    interval,
    interval_anytime,
    p,
    sides: { with: effect.with, without: effect.without },
  };
}

export const NO_UPLIFT: Uplift = {
  with: null,
  without: null,
  difference: null,
  interval: null,
  interval_anytime: null,
  p: null,
  sides: null,
};

const meanOf = (effect: MeanEffect | undefined): Mean =>
  effect
    ? {
        with: effect.with.mean,
        without: effect.without.mean,
        difference: effect.difference,
        interval: effect.interval,
      }
    : { with: null, without: null, difference: null, interval: null };

function tokensFor(units: Unit[], effect: MeanEffect | undefined): Tokens {
  const shown = units.filter(({ arm }) => arm === 'shown').flatMap(({ runs }) => runs);
  const telling = effect ? shown.filter(({ tokens }) => tokens !== undefined) : shown;
  const spent = telling.reduce((sum, { context_tokens = 0 }) => sum + context_tokens, 0);
  const mean = meanOf(effect);
  if (!effect) return { ...mean, spent, saved: null, net: null, net_interval: null };
  const total = (each: number) => Math.round(-each * telling.length);
  const net = total(effect.difference);
  const [low, high] = effect.interval;
  return { ...mean, spent, saved: net + spent, net, net_interval: [total(high), total(low)] };
}

/** What it would take, reckoned from the rate without; of few tasks that is drawn towards a half, where differences take most. */
export function neededFor(
  effect: Effect | undefined,
  holdout: number,
  { rate, tasks } = effect?.without ?? { rate: 0.5, tasks: 0 },
): Needed {
  const base = (rate * tasks + 1) / (tasks + 2);
  const share = holdout > 0 && holdout < 1 ? holdout : 0.5;
  const have = effect ? effect.with.tasks + effect.without.tasks : 0;
  return {
    holdout: share,
    more: (effect && moreTasks(effect, share)) ?? null,
    for: POINTS.flatMap((points) => {
      const ratio = share / (1 - share);
      const often = tasksNeeded(points / 100, base, { ratio, often: true });
      const once = tasksNeeded(points / 100, base, { ratio });
      if (!often || !once) return [];
      const tasks = often.with + often.without;
      return [{ points, tasks, more: Math.max(0, tasks - have), one_look: once.with + once.without }];
    }),
    detectable: (effect && detectable(effect.with.tasks, effect.without.tasks, base)) ?? null,
  };
}
