/** Tasks in arms, as few words as it takes. */
import type { Unit } from '../../../src/feedback/uplift/unit.ts';

/** Each string is a task: its runs in order, `+` went well, `-` did not. */
export const tasksOf = (arm: Unit['arm'], tasks: string[], holdout = 0.5, records: string[] = []): Unit[] =>
  tasks.map((runs, i) => ({
    task: `${arm}_${holdout}_${i}`,
    project: 'p',
    arm,
    holdout,
    records,
    runs: [...runs].map((sign, j) => ({
      trajectory: `traj_${i}_${j}`,
      at: `2026-01-01T00:00:0${j % 10}.000Z`,
      success: sign === '+',
      steps: 10 + j,
      tokens: 100 * (i + 1),
    })),
  }));

export const worked = (count: number, of: number): string[] =>
  Array.from({ length: of }, (_, i) => (i < count ? '+' : '-'));

export const arms = (shown: [worked: number, of: number], withheld: [worked: number, of: number]): Unit[] => [
  ...tasksOf('shown', worked(...shown)),
  ...tasksOf('withheld', worked(...withheld)),
];
