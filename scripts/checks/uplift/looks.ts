/** How often a false word is spoken at any of twenty looks while tasks come in and nothing helps. */
import { successEffect, verdictOf } from '../../../src/feedback/uplift/effect.ts';
import { strategyEffects } from '../../../src/feedback/uplift/strategies.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { type Row, seedOf, share } from './rows.ts';
import { type Planted, plantedTasks } from './tasks.ts';

const LOOKS = 20;

export interface Looked {
  tasks: number;
  holdout: number;
  runs: Planted['runs'];
}

export function looks(cells: Looked[], times: number): Row[] {
  return cells.map((cell) => {
    const name = `${cell.tasks} tasks, ${cell.holdout} held out, ${cell.runs} run${cell.runs === 'one' ? '' : 's'} a task`;
    const random = createRandom(seedOf(name));
    const seen = Array.from({ length: times }, () => {
      const units = plantedTasks({ ...cell, effect: 0, base: 0.5 }, random);
      const effects = Array.from({ length: LOOKS }, (_, look) =>
        successEffect(units.slice(0, Math.ceil((cell.tasks * (look + 1)) / LOOKS))),
      ).flatMap((effect) => effect ?? []);
      return {
        fixed: effects.some(({ interval: [low, high] }) => low > 0 || high < 0),
        verdict: effects.some((effect) => verdictOf(effect) !== 'cannot tell yet'),
      };
    });
    return {
      check: `false word at any of ${LOOKS} looks`,
      case: name,
      measured: share(seen.map(({ verdict }) => verdict)),
      wanted: [0, 0.064],
      told: { by_the_interval_of_one_look: share(seen.map(({ fixed }) => fixed)) },
    };
  });
}

/** Only told: flags are held for one look. */
export function flagLooks(times: number, strategies = 20, tasks = 400): Row[] {
  const name = `${strategies} strategies, ${tasks} tasks, 0.5 held out`;
  const random = createRandom(seedOf(name));
  const seen = Array.from({ length: times }, () => {
    const records = () => [`strat_${Math.floor(random() * strategies)}`];
    const units = plantedTasks({ tasks, holdout: 0.5, runs: 'one', effect: 0, base: 0.5, records }, random);
    return Array.from({ length: LOOKS }, (_, look) => units.slice(0, (tasks * (look + 1)) / LOOKS)).some(
      (some) => strategyEffects(some).some(({ flagged }) => flagged !== undefined),
    );
  });
  return [
    { check: `any strategy flagged at any of ${LOOKS} looks`, case: name, measured: share(seen), told: {} },
  ];
}
