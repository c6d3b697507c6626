/** How many tasks it takes to tell a difference, and what difference so many tasks can tell. Normal approximation. */
import { anytimeZ } from '../../learners/anytime.ts';
import { rateVariance } from '../../learners/rates.ts';
import { upperTail } from '../../learners/stratified.ts';
import type { Effect } from './effect.ts';

export interface Wanted {
  /** How often the difference shall be told, 0..1. */
  power?: number;
  /** How often one that is none may be told, 0..1; two-sided. */
  alpha?: number;
}

export interface Arms {
  with: number;
  without: number;
}

/**
 * Tasks that each arm needs, so that a true difference of success is told by one look; with `often`, by a verdict that is asked for
 * at any time. `ratio` is tasks without per task with. An arm is never taken to vary less than at `base`, since the difference may go
 * either way: +5 points at 0.5 need 1,570 an arm. Undefined for no difference, and for one that no rate can be from `base`.
 */
export function tasksNeeded(
  difference: number,
  base = 0.5,
  { power = 0.8, alpha = 0.05, ratio = 1, often = false }: Wanted & { ratio?: number; often?: boolean } = {},
): Arms | undefined {
  const variance = unitVariance(difference, base, ratio);
  if (variance === undefined) return undefined;
  let reach = zOf(1 - alpha / 2) + zOf(power);
  let shown = (reach * reach * variance) / difference ** 2;
  // Every look more is paid for by a wider interval, which needs more tasks, which widen it a little again: this settles fast.
  for (let i = 0; often && i < 30; i += 1) {
    reach = anytimeZ(variance / shown, { alpha }) + zOf(power);
    shown = (reach * reach * variance) / difference ** 2;
  }
  return { with: Math.ceil(shown), without: Math.ceil(shown * ratio) };
}

/** The smallest difference from `base` that so many tasks would tell. Undefined where not even the largest would be. */
export function detectable(
  shown: number,
  withheld: number,
  base = 0.5,
  { power = 0.8, alpha = 0.05 }: Wanted = {},
): number | undefined {
  if (shown <= 0 || withheld <= 0) return undefined;
  const reach = zOf(1 - alpha / 2) + zOf(power);
  const tells = (difference: number) =>
    reach * Math.sqrt((unitVariance(difference, base, withheld / shown) ?? 0) / shown) <= difference;
  let [low, high] = [0, Math.max(base, 1 - base)];
  if (!tells(high)) return undefined;
  for (let i = 0; i < 40; i += 1) {
    const middle = (low + high) / 2;
    if (tells(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export interface PowerRow extends Arms {
  difference: number;
  base: number;
  holdout: number;
  /** Both arms. */
  tasks: number;
  /** Both arms, for a verdict that is asked for at any time. */
  often: number;
}

/** What the documentation prints: tasks needed for differences from bases, at shares that are held out. */
export function powerTable({
  differences = [0.05, 0.1, 0.15, 0.2, 0.3],
  bases = [0.3, 0.5, 0.7, 0.9],
  shares = [0.5, 0.2, 0.1],
} = {}): PowerRow[] {
  return differences.flatMap((difference) =>
    bases.flatMap((base) =>
      shares.flatMap((holdout) => {
        const ratio = holdout / (1 - holdout);
        const arms = tasksNeeded(difference, base, { ratio });
        const often = tasksNeeded(difference, base, { ratio, often: true });
        if (base + difference > 1 || !arms || !often) return [];
        return [{ difference, base, holdout, ...arms, tasks: bothOf(arms), often: bothOf(often) }];
      }),
    ),
  );
}

const bothOf = (arms: Arms): number => arms.with + arms.without;

/** Tasks in all beyond which nobody waits. */
const FOREVER = 10_000_000;

/**
 * How many more tasks, `holdout` of them held out, until the verdict would be spoken with the given power if the true difference is
 * what was seen: by the interval that bears looking at often. 0 where it is spoken already; undefined where none would do.
 */
export function moreTasks(effect: Effect, holdout: number, { power = 0.8 }: Wanted = {}): number | undefined {
  const {
    with: shown,
    without: withheld,
    difference,
    interval_anytime: [low, high],
  } = effect;
  if (low > 0 || high < 0) return 0;
  if (difference === 0 || holdout <= 0 || holdout >= 1) return undefined;
  const z = zOf(power);
  const spoken = (more: number) => {
    const variance =
      rateVariance({ rate: shown.rate, size: shown.tasks + more * (1 - holdout) }) +
      rateVariance({ rate: withheld.rate, size: withheld.tasks + more * holdout });
    return Math.abs(difference) > (anytimeZ(variance) + z) * Math.sqrt(variance);
  };
  if (!spoken(FOREVER)) return undefined;
  let [less, enough] = [0, FOREVER];
  while (enough - less > 1) {
    const middle = Math.floor((less + enough) / 2);
    if (spoken(middle)) enough = middle;
    else less = middle;
  }
  return enough;
}

/** Variance of the difference, times the tasks with. */
function unitVariance(difference: number, base: number, ratio: number): number | undefined {
  const size = Math.abs(difference);
  const other = base + size <= 1 ? base + size : base - size;
  if (size === 0 || other < 0) return undefined;
  const own = base * (1 - base);
  return Math.max(own, other * (1 - other)) + own / ratio;
}

/** The `share`-quantile of the standard normal distribution, within 1e-5. */
function zOf(share: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 50; i += 1) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > 1 - share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
