/** What tasks cost, with and without: retries, steps, tokens. A task is one witness. */
import { compareMeans } from '../../learners/bootstrap.ts';
import type { Random } from '../../learners/random.ts';
import type { Interval } from '../../learners/rates.ts';
import { byShare } from './strata.ts';
import type { Unit } from './unit.ts';

interface MeanSide {
  mean: number;
  interval: Interval;
  tasks: number;
}

export interface MeanEffect {
  with: MeanSide;
  without: MeanSide;
  /** In the unit of the values; below 0 where it saves. */
  difference: number;
  /** 95 %, bootstrap over tasks. */
  interval: Interval;
  strata: number;
  /** Tasks with a value that could not be compared. */
  left_out: number;
}

/**
 * The difference that being shown something makes to what `of` says of a task; tasks of which it says nothing are passed over.
 * Tasks are compared under the share they were drawn by. Undefined where no share has two such tasks in each arm, and where nothing varies.
 */
export function meanEffect(
  units: Unit[],
  of: (unit: Unit) => number | undefined,
  { random, draws = 1_000 }: { random: Random; draws?: number },
): MeanEffect | undefined {
  const told = units.filter((unit) => Number.isFinite(of(unit)));
  const valuesOf = (tasks: Unit[]) => tasks.flatMap((unit) => of(unit) ?? []).sort((a, b) => a - b);
  const { strata } = byShare(told, 2);
  const arms = strata.map((stratum) => ({
    with: valuesOf(stratum.with),
    without: valuesOf(stratum.without),
    weight: stratum.weight,
  }));
  const compared = compareMeans(arms, { random, draws });
  if (compared === undefined) return undefined;
  const [shown, withheld] = [countOf(arms.map((arm) => arm.with)), countOf(arms.map((arm) => arm.without))];
  return {
    with: { mean: compared.with.value, interval: compared.with.interval, tasks: shown },
    without: { mean: compared.without.value, interval: compared.without.interval, tasks: withheld },
    difference: compared.difference.value,
    interval: compared.difference.interval,
    strata: strata.length,
    left_out: told.length - shown - withheld,
  };
}

/**
 * Runs of a task before the first that went well; where none did, all but the last. So it is a floor for tasks that were given up
 * (they would have needed more), and is to be read beside the share of success: giving up early is no saving.
 */
export function retriesOf({ runs }: Unit): number {
  const first = runs.findIndex(({ success }) => success);
  return first === -1 ? runs.length - 1 : first;
}

/** Steps of a run, on average over the task's. */
export const stepsOf = ({ runs }: Unit): number | undefined => meanOf(runs.map(({ steps }) => steps));

/** Tokens of a run, on average over the task's runs that say. */
export const tokensOf = ({ runs }: Unit): number | undefined =>
  meanOf(runs.flatMap(({ tokens }) => tokens ?? []));

const meanOf = (values: number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

const countOf = (arms: number[][]): number => arms.reduce((sum, values) => sum + values.length, 0);
