/**
 * Credit by replay: would the outcome be another if the step had not been? The steps are run again without it and judged by
 * the task's verifier. One step at a time where that fits the budget; in longer successes blocks are left out first and
 * those that matter are halved (adaptive group testing). Where steps stand in for each other no single one matters: then what
 * suffices is found by leaving out one after the other from either end (1-minimal sets, delta debugging: Zeller &
 * Hildebrandt 2002), and its steps share the credit.
 */
import type { Attribution, Step } from '../../types.ts';
import { normalize } from './simple.ts';

/** Whether the task counts as done after these steps of the run, in their order. */
export type Verify = (steps: Step[]) => Promise<boolean>;

export interface Replayed {
  /** Undefined where replay can say nothing; `note` says why. */
  attribution?: Attribution;
  note: string;
  executions: number;
}

interface Trial {
  /** Whether the run ends as it did without the steps of `without`; undefined when the budget is used up. */
  holds(without: ReadonlySet<number>): Promise<boolean | undefined>;
  executions(): number;
}

/**
 * @param acts the steps that may matter; the others are always kept.
 * @param most executions at most, the two that confirm the outcome included.
 */
export async function attributeByReplay(
  { steps, success }: { steps: readonly Step[]; success: boolean },
  acts: readonly number[],
  verify: Verify,
  most: number,
): Promise<Replayed> {
  const trial = trying(steps, success, verify, most);
  const told = (note: string, shares?: number[]): Replayed => {
    const executions = trial.executions();
    return { executions, note, ...(shares ? { attribution: normalize(shares) } : {}) };
  };
  if (!(await trial.holds(new Set()))) return told('replay of all steps does not end as the run did');
  if (success && (await trial.holds(new Set(acts)))) return told('the verifier passes without any step');
  // One by one as far as that goes: a block may hold a step together with the one that undid it. Of a failure never by
  // blocks: without one the task would lack what it needs as well as the culprit.
  const ones = acts.map((act) => [act]);
  const single = await matters(trial, success && acts.length > most - 2 ? eighths(acts) : ones);
  const shares = new Array<number>(steps.length).fill(0);
  for (const step of single) shares[step] = 1;
  if (single.length > 0) return told(byReplay(trial), shares);
  if (!success) return told('leaving out no single step turns the failure');
  for (const order of [acts, acts.toReversed()]) {
    for (const step of await suffices(trial, order)) shares[step] = (shares[step] ?? 0) + 1;
  }
  return shares.some((share) => share > 0)
    ? told(`${byReplay(trial)}; no step alone matters, these suffice together`, shares)
    : told('replay was used up before any step showed to matter');
}

const byReplay = (trial: Trial): string => `by replay, ${trial.executions()} executions`;

function trying(steps: readonly Step[], success: boolean, verify: Verify, most: number): Trial {
  const known = new Map<string, boolean>();
  return {
    executions: () => known.size,
    async holds(without) {
      const key = [...without].sort((a, b) => a - b).join(' ');
      const before = known.get(key);
      if (before !== undefined) return before;
      if (known.size >= most) return undefined;
      const ends = (await verify(steps.filter((_, i) => !without.has(i)))) === success;
      known.set(key, ends);
      return ends;
    },
  };
}

const eighths = (acts: readonly number[]): (readonly number[])[] =>
  halves(acts).flatMap(halves).flatMap(halves);

/** The steps without which alone the outcome changes, as far as the budget goes: largest blocks first. */
async function matters(trial: Trial, blocks: (readonly number[])[]): Promise<number[]> {
  const found: number[] = [];
  const waiting = [...blocks];
  for (let block = waiting.shift(); block; block = waiting.shift()) {
    const holds = await trial.holds(new Set(block));
    if (holds === undefined) break;
    if (holds) continue;
    if (block.length === 1) found.push(...block);
    else waiting.push(...halves(block));
  }
  return found;
}

const halves = (block: readonly number[]): (readonly number[])[] => {
  const middle = Math.ceil(block.length / 2);
  return [block.slice(0, middle), block.slice(middle)].filter(({ length }) => length > 0);
};

/** Leaves out one act after the other in this order, or as many at once as go, while the outcome holds; what stays. */
async function suffices(trial: Trial, order: readonly number[]): Promise<number[]> {
  const without = new Set<number>();
  let size = Math.max(1, Math.floor(order.length / 4));
  for (;;) {
    for (let from = 0; from < order.length; from += size) {
      const block = order.slice(from, from + size).filter((act) => !without.has(act));
      if (block.length === 0) continue;
      const holds = await trial.holds(new Set([...without, ...block]));
      if (holds === undefined) return [];
      if (holds) for (const act of block) without.add(act);
    }
    if (size === 1) break;
    size = Math.max(1, Math.floor(size / 4));
  }
  return order.filter((act) => !without.has(act));
}
