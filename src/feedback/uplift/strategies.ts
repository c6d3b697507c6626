/** Which records help: tasks that were shown one against tasks for which it was chosen and withheld. */
import { type Lot, leastP, lotP } from '../../learners/exact.ts';
import type { Interval } from '../../learners/rates.ts';
import { shrunken } from '../../learners/shrinkage.ts';
import { successEffect, successOf } from './effect.ts';
import { byShare } from './strata.ts';
import type { Unit } from './unit.ts';

export interface StrategyEffect {
  id: string;
  /** Tasks. */
  shown: number;
  /** Tasks for which it was chosen, and held back. */
  withheld: number;
  /** Share of success of either. */
  with: number;
  without: number;
  /** Their difference, as it is. */
  uplift: number;
  interval: Interval;
  /** The difference drawn towards what all records do, by as much as it is noise. */
  shrunk: number;
  shrunk_interval: Interval;
  /** Two-sided, of this record alone. */
  p: number;
  /** The same, when all records are looked at together. */
  p_adjusted: number;
  /** Said only where chance would say it of any record in at most 5 % of stores. */
  flagged?: 'helps' | 'hurts';
}

const ALPHA = 0.05;

/** The effect of each record that has tasks in both arms, the most helpful (shrunk) first. */
export function strategyEffects(units: Unit[]): StrategyEffect[] {
  const told = [...byRecord(units)].flatMap(([id, tasks]) => {
    const effect = successEffect(tasks);
    return effect === undefined ? [] : [{ id, effect, lots: lotsOf(tasks) }];
  });
  const shrunk = shrunken(
    told.map(({ effect, lots }) => ({ value: effect.difference, variance: varianceOf(lots) })),
  );
  const ps = told.map(({ lots }) => lotP(lots));
  const adjusted = together(
    ps,
    told.map(({ lots }) => leastP(lots)),
  );
  return told
    .map(({ id, effect }, i): StrategyEffect => {
      const drawn = shrunk[i] ?? { value: effect.difference, interval: effect.interval };
      const p_adjusted = adjusted[i] ?? 1;
      return {
        id,
        shown: effect.with.tasks,
        withheld: effect.without.tasks,
        with: effect.with.rate,
        without: effect.without.rate,
        uplift: effect.difference,
        interval: effect.interval,
        shrunk: drawn.value,
        shrunk_interval: [Math.max(-1, drawn.interval[0]), Math.min(1, drawn.interval[1])],
        p: ps[i] ?? 1,
        p_adjusted,
        ...(p_adjusted <= ALPHA ? { flagged: effect.difference > 0 ? 'helps' : 'hurts' } : {}),
      };
    })
    .sort((a, b) => b.shrunk - a.shrunk || (a.id < b.id ? -1 : 1));
}

/**
 * The ps when any of them may be chance: Holm (1979) over the records that could have been flagged at all. Which those are is
 * known from how many tasks went well in all, before the arms are looked at (Tarone 1990); the others stay at 1.
 */
function together(ps: number[], least: number[]): number[] {
  const sorted = [...least].sort((a, b) => a - b);
  let [kept, possible] = [1, sorted.length];
  const fits = () => {
    while (possible > 0 && (sorted[possible - 1] ?? 1) > ALPHA / kept) possible -= 1;
    return possible <= kept;
  };
  while (!fits()) kept += 1;
  const order = [...ps.keys()]
    .filter((i) => (least[i] ?? 1) <= ALPHA / kept)
    .sort((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1));
  const adjusted = ps.map(() => 1);
  let worst = 0;
  for (const [place, i] of order.entries()) {
    worst = Math.max(worst, Math.min(1, (ps[i] ?? 1) * (order.length - place)));
    adjusted[i] = worst;
  }
  return adjusted;
}

function byRecord(units: Unit[]): Map<string, Unit[]> {
  const tasks = new Map<string, Unit[]>();
  for (const unit of units)
    for (const id of new Set(unit.records)) {
      const own = tasks.get(id);
      if (own === undefined) tasks.set(id, [unit]);
      else own.push(unit);
    }
  return tasks;
}

const lotsOf = (tasks: Unit[]): Lot[] =>
  byShare(tasks).strata.map((stratum) => ({
    with: stratum.with.map(successOf),
    without: stratum.without.map(successOf),
  }));

/** Of the difference, as if both arms went alike: two tasks against one vary much, however extreme they came out. */
function varianceOf(lots: Lot[]): number {
  const values = lots.flatMap((lot) => [...lot.with, ...lot.without]);
  const rate = (values.reduce((sum, value) => sum + value, 0) + 1) / (values.length + 2);
  const size = lots.reduce(
    (sum, lot) => sum + (lot.with.length * lot.without.length) / (lot.with.length + lot.without.length),
    0,
  );
  return (rate * (1 - rate)) / size;
}
