/** Made-up tasks with an effect planted in them: what `knowhow report` would be given, with the truth known. */
import type { Unit, UnitRun } from '../../../src/feedback/uplift/unit.ts';
import type { Random } from '../../../src/learners/random.ts';

export interface Planted {
  tasks: number;
  /** Added to the chance of success of a task that is shown something, 0..1. */
  effect: number;
  base: number;
  holdout: number;
  /** One run a task, or one to four that go alike more often than chance would have it. */
  runs: 'one' | 'several';
  records?: (random: Random) => string[];
  /** The shape of what a run uses. */
  tokens?: (random: Random, shown: boolean) => number;
}

/** How often a run goes as its task goes; the others are on their own. Correlation of two runs of a task: 0.36. */
const ALIKE = 0.6;
const MOST_RUNS = 4;

export function plantedTasks(planted: Planted, random: Random): Unit[] {
  return Array.from({ length: planted.tasks }, (_, i) => plantedTask(planted, `task_${i}`, random));
}

export function plantedTask(planted: Planted, task: string, random: Random): Unit {
  const shown = random() >= planted.holdout;
  const chance = planted.base + (shown ? planted.effect : 0);
  const usual = random() < chance;
  const count = planted.runs === 'one' ? 1 : 1 + Math.floor(random() * MOST_RUNS);
  const runs: UnitRun[] = [];
  for (let i = 0; i < count; i += 1) {
    const own = planted.runs === 'one' || random() < ALIKE ? usual : random() < chance;
    const run: UnitRun = { trajectory: task, at: '2026-01-01T00:00:00.000Z', success: own, steps: 10 };
    if (planted.tokens) run.tokens = planted.tokens(random, shown);
    runs.push(run);
  }
  return {
    task,
    project: 'p',
    arm: shown ? 'shown' : 'withheld',
    holdout: planted.holdout,
    records: planted.records?.(random) ?? [],
    runs,
  };
}

/** A standard normal number (Box & Muller 1958). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
