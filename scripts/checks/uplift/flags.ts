/** How often a record is flagged: when none does anything (seldom), and when one does (mostly). */
import { successEffect, verdictOf } from '../../../src/feedback/uplift/effect.ts';
import { strategyEffects } from '../../../src/feedback/uplift/strategies.ts';
import type { Unit } from '../../../src/feedback/uplift/unit.ts';
import { createRandom, type Random } from '../../../src/learners/random.ts';
import { type Row, seedOf, share } from './rows.ts';
import { type Planted, plantedTask, plantedTasks } from './tasks.ts';

export interface Null {
  strategies: number;
  tasks: number;
  holdout: number;
  runs: Planted['runs'];
  base: number;
}

/** Every number of strategies at a base of a half, and twenty at the skewed base of 0.9. */
export function nullCells(tasks = 400): Null[] {
  const pairs = [
    [5, 0.5],
    [20, 0.5],
    [50, 0.5],
    [20, 0.9],
  ] as const;
  return (['one', 'several'] as const).flatMap((runs) =>
    [0.5, 0.1].flatMap((holdout) =>
      pairs.map(([strategies, base]) => ({ strategies, tasks, holdout, runs, base })),
    ),
  );
}

/** Three neighbours, as a search finds them, so that the same tasks speak for several. */
const neighbours = (among: number) => (random: Random) => {
  const first = Math.floor(random() * among);
  return [0, 1, 2].map((i) => `strat_${(first + i) % among}`);
};

export function falseFlags(cells: Null[], times: number): Row[] {
  return cells.map((cell) => {
    const name = `${cell.strategies} strategies, ${cell.tasks} tasks, base ${cell.base}, ${cell.holdout} held out, ${cell.runs} run${cell.runs === 'one' ? '' : 's'} a task`;
    const random = createRandom(seedOf(name));
    const planted = { ...cell, effect: 0, records: neighbours(cell.strategies) };
    const seen = Array.from({ length: times }, () => strategyEffects(plantedTasks(planted, random)));
    return {
      check: 'any strategy flagged, none does anything',
      case: name,
      measured: share(seen.map((effects) => effects.some(({ flagged }) => flagged !== undefined))),
      wanted: [0, 0.064],
      told: { p_below_5_percent: share(seen.flatMap((effects) => effects.map(({ p }) => p < 0.05))) },
    };
  });
}

/** +30 points at 100 tasks an arm: is the one strategy of `among` flagged, and is the verdict spoken on its tasks alone? */
export function found(among: number[], times: number): Row[] {
  return among.flatMap((strategies) =>
    (['one', 'several'] as const).map((runs) => {
      const name = `one of ${strategies} strategies does +30 points, 100 tasks an arm, ${runs} run${runs === 'one' ? '' : 's'} a task`;
      const random = createRandom(seedOf(name));
      const seen = Array.from({ length: times }, () => {
        const planted = { tasks: 0, effect: 0.3, base: 0.5, holdout: 0.5, runs };
        const own = balanced({ ...planted, records: () => ['strat_x'] }, 100, random);
        const others = { ...planted, tasks: 400, effect: 0, records: neighbours(strategies - 1) };
        const effects = strategyEffects([...own, ...plantedTasks(others, random)]);
        const flagged = effects.filter((effect) => effect.flagged !== undefined);
        return {
          own: flagged.some(({ id, flagged: word }) => id === 'strat_x' && word === 'helps'),
          others: flagged.some(({ id }) => id !== 'strat_x'),
          verdict: verdictOf(successEffect(own)) === 'helps',
        };
      });
      return {
        check: 'found: +30 points at 100 an arm',
        case: name,
        measured: share(seen.map(({ own }) => own)),
        wanted: [0.8, 1] as [number, number],
        told: {
          verdict_helps: share(seen.map(({ verdict }) => verdict)),
          others_flagged: share(seen.map(({ others }) => others)),
        },
      };
    }),
  );
}

function balanced(planted: Planted, each: number, random: Random): Unit[] {
  const arms: Record<Unit['arm'], Unit[]> = { shown: [], withheld: [] };
  for (let i = 0; arms.shown.length < each || arms.withheld.length < each; i += 1) {
    const unit = plantedTask(planted, `own_${i}`, random);
    if (arms[unit.arm].length < each) arms[unit.arm].push(unit);
  }
  return [...arms.shown, ...arms.withheld];
}
