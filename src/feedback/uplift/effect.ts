/** Does being shown something help? The share of tasks that went well, with and without, and how sure that is. */
import { anytimeZ } from '../../learners/anytime.ts';
import {
  clusteredRate,
  type Interval,
  pooledRate,
  type Rate,
  rateDifference,
  rateInterval,
  rateVariance,
} from '../../learners/rates.ts';
import { type Arm, addTo, compareArms, emptyArm, upperTail } from '../../learners/stratified.ts';
import { byShare } from './strata.ts';
import type { Unit } from './unit.ts';

export interface Side {
  /** Share of success, 0..1, one vote a task. Under several shares: as if both arms had the same mix of them. */
  rate: number;
  interval: Interval;
  tasks: number;
  runs: number;
}

export interface Effect {
  with: Side;
  without: Side;
  /** −1..1; above 0 where it helps. */
  difference: number;
  /** 95 %, for one look. */
  interval: Interval;
  /** 95 %, however often one looks while tasks come in; wider. */
  interval_anytime: Interval;
  /** Two-sided, of "the arms are alike". */
  p: number;
  /** Shares of hold-out under which tasks were drawn into both arms. */
  strata: number;
  /** Tasks drawn under a share that has one arm only: they tell nothing and are counted nowhere else. */
  left_out: number;
}

/**
 * The difference that being shown something makes to success. A task is one witness, however many runs it has: its value is the
 * mean of its runs. Rates have Wilson intervals, the difference Newcombe's. Undefined where nothing can be compared.
 */
export function successEffect(units: Unit[]): Effect | undefined {
  const { strata, left_out } = byShare(units);
  if (strata.length === 0) return undefined;
  const weights = strata.map(({ weight }) => weight);
  const arms = strata.map((stratum) => ({ with: votesOf(stratum.with), without: votesOf(stratum.without) }));
  const [shown, withheld] = [arms.map((arm) => arm.with), arms.map((arm) => arm.without)];
  const [one, other] = [pooledRate(shown.map(rateOf), weights), pooledRate(withheld.map(rateOf), weights)];
  const { difference, interval } = rateDifference(one, other);
  const often = anytimeZ(rateVariance(one) + rateVariance(other));
  const { z } = compareArms(
    arms.map((arm) => ({ with: armOf(arm.with), without: armOf(arm.without), weight: 1 })),
    0,
  );
  return {
    with: sideOf(one, shown),
    without: sideOf(other, withheld),
    difference,
    interval,
    interval_anytime: rateDifference(one, other, often).interval,
    p: Math.min(1, 2 * upperTail(Math.abs(z))),
    strata: strata.length,
    left_out,
  };
}

export type Verdict = 'helps' | 'hurts' | 'cannot tell yet';

/** In a word. A report is asked for again and again, so the interval that bears looking at decides. */
export function verdictOf(effect: Effect | undefined): Verdict {
  if (effect === undefined) return 'cannot tell yet';
  const [low, high] = effect.interval_anytime;
  return low > 0 ? 'helps' : high < 0 ? 'hurts' : 'cannot tell yet';
}

/** The share of a task's runs that went well. */
export function successOf({ runs }: Unit): number {
  let worked = 0;
  for (const { success } of runs) if (success) worked += 1;
  return worked / runs.length;
}

/** An arm of a stratum: one value a task, and how many runs they come from. */
interface Votes {
  values: number[];
  runs: number;
}

const votesOf = (units: Unit[]): Votes => ({
  values: units.map(successOf),
  runs: units.reduce((sum, { runs }) => sum + runs.length, 0),
});

const rateOf = ({ values, runs }: Votes): Rate => clusteredRate(values, runs);

function armOf({ values }: Votes): Arm {
  const arm = emptyArm();
  for (const value of values) addTo(arm, 1, value, value * value);
  return arm;
}

const sideOf = (rate: Rate, votes: Votes[]): Side => ({
  rate: rate.rate,
  interval: rateInterval(rate),
  tasks: votes.reduce((sum, { values }) => sum + values.length, 0),
  runs: votes.reduce((sum, { runs }) => sum + runs, 0),
});
