/** How often the interval of a difference holds the truth that was planted. */
import { successEffect, verdictOf } from '../../../src/feedback/uplift/effect.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { type Row, seedOf, share } from './rows.ts';
import { type Planted, plantedTasks } from './tasks.ts';

const WANTED: [number, number] = [0.93, 0.97];

/** Where tasks are few a run costs little, and more of them tell the cell from its noise. */
const MORE = 4;
const FEW = 400;

export interface Cell {
  tasks: number;
  effect: number;
  holdout: number;
  runs: Planted['runs'];
}

export function coverageCells({
  tasks = [100, 400, 4_000],
  effects = [0, 0.05, 0.15, 0.3],
  holdouts = [0.5, 0.2, 0.1],
  runs = ['one', 'several'] as Planted['runs'][],
} = {}): Cell[] {
  return runs.flatMap((kind) =>
    holdouts.flatMap((holdout) =>
      tasks.flatMap((count) => effects.map((effect) => ({ tasks: count, effect, holdout, runs: kind }))),
    ),
  );
}

/** One row a cell, of `times` runs or of more; told: the mean error of the estimate in points, how often the verdict is spoken, and how often it is wrong. */
export function coverage(cells: Cell[], times: number, base = 0.5): Row[] {
  return cells.map((cell) => {
    const name = `${cell.tasks} tasks, +${Math.round(cell.effect * 100)} points, ${cell.holdout} held out, ${cell.runs} run${cell.runs === 'one' ? '' : 's'} a task`;
    const random = createRandom(seedOf(name));
    const seen = Array.from({ length: cell.tasks <= FEW ? MORE * times : times }, () =>
      successEffect(plantedTasks({ ...cell, base }, random)),
    );
    const found = seen.flatMap((effect) => effect ?? []);
    const words = found.map(verdictOf);
    const right = cell.effect === 0 ? 'cannot tell yet' : 'helps';
    return {
      check: 'coverage of the interval',
      case: name,
      measured: share(found.map(({ interval: [low, high] }) => low <= cell.effect && cell.effect <= high)),
      wanted: WANTED,
      told: {
        bias_points:
          (100 * found.reduce((sum, { difference }) => sum + difference - cell.effect, 0)) /
          Math.max(1, found.length),
        one_look_tells: share(found.map(({ interval: [low, high] }) => low > 0 || high < 0)),
        verdict_speaks: share(words.map((word) => word !== 'cannot tell yet')),
        verdict_wrong: share(words.map((word) => word !== 'cannot tell yet' && word !== right)),
        one_arm_empty: seen.length - found.length,
      },
    };
  });
}
