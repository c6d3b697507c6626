/** Whether the comparison may be trusted: that the lot fell as it should, and that neither arm lost more of its tasks. */
import { binomialP, lotP } from '../../learners/exact.ts';
import type { Unit } from './unit.ts';

/** A task that was drawn into an arm, whether or not a judged run came of it. A unit is one. */
export type Drawn = Pick<Unit, 'task' | 'project' | 'arm' | 'holdout'>;

/** Of the tasks of an arm, those that have a judged run. */
export interface Kept {
  drawn: number;
  judged: number;
  /** 0..1; 0 where none was drawn. */
  share: number;
}

export interface Checks {
  /** Sample ratio: were as many held out as should be? */
  ratio: { drawn: number; withheld: number; expected: number; p: number; warns: boolean };
  /** Did the arms lose different shares of their tasks on the way to a verdict? */
  loss: { with: Kept; without: Kept; difference: number; p: number; warns: boolean };
}

/** An alarm at every thousandth sound report is rare enough to be believed (Fabijan et al. 2019). */
const ALARM = 0.001;

/** Checks the units against all tasks that were drawn. Shares are looked at one by one, and the worst counts, times their number. */
export function checks(units: Unit[], drawn: Drawn[]): Checks {
  const all = new Map([...drawn, ...units].map((task) => [keyOf(task), task]));
  const judged = new Set(units.map(keyOf));
  const shares = new Map<number, { with: number[]; without: number[] }>();
  for (const [key, task] of all) {
    const arms = shares.get(task.holdout) ?? { with: [], without: [] };
    (task.arm === 'shown' ? arms.with : arms.without).push(Number(judged.has(key)));
    shares.set(task.holdout, arms);
  }
  const arms = [...shares];
  const [shown, without] = [
    kept(arms.flatMap(([, arm]) => arm.with)),
    kept(arms.flatMap(([, arm]) => arm.without)),
  ];
  const ratioPs = arms.map(([share, arm]) =>
    binomialP(arm.without.length, arm.with.length + arm.without.length, Math.min(1, Math.max(0, share))),
  );
  const ratioP = Math.min(1, Math.min(1, ...ratioPs) * arms.length);
  const lossP = lotP(arms.map(([, arm]) => arm));
  return {
    ratio: {
      drawn: all.size,
      withheld: without.drawn,
      expected: arms.reduce((sum, [share, arm]) => sum + share * (arm.with.length + arm.without.length), 0),
      p: all.size === 0 ? 1 : ratioP,
      warns: all.size > 0 && ratioP < ALARM,
    },
    loss: { with: shown, without, difference: shown.share - without.share, p: lossP, warns: lossP < ALARM },
  };
}

function kept(judged: number[]): Kept {
  const count = judged.reduce((sum, one) => sum + one, 0);
  return { drawn: judged.length, judged: count, share: judged.length === 0 ? 0 : count / judged.length };
}

const keyOf = ({ project, task }: Drawn): string => JSON.stringify([project, task]);
