/**
 * Judging models on tasks that they have not seen: rows of one group are never on both sides. Out-of-fold R² and error,
 * whether one model is really better than another, and which features it lives on. All pure.
 */
import { callerError } from '../errors.ts';
import type { Random } from './random.ts';
import { checkExamples, type Example, type Regressor, weightOf } from './regression.ts';

/**
 * The fold of each row, 0 to k−1, where k is `folds` or the number of groups if that is smaller. Drawn by `random`; the
 * folds weigh as evenly as the groups allow, whatever the order of the rows. A row weighs 1 unless `weights` says more.
 */
export function groupedFolds(groups: string[], folds: number, random: Random, weights?: number[]): number[] {
  const sizes = new Map<string, number>();
  for (const [i, group] of groups.entries()) sizes.set(group, (sizes.get(group) ?? 0) + (weights?.[i] ?? 1));
  const k = Math.max(1, Math.min(Math.floor(folds), sizes.size));
  const drawn = [...sizes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, size]) => ({ group, size, ticket: random() }))
    .sort((a, b) => b.size - a.size || a.ticket - b.ticket);
  const load = new Array<number>(k).fill(0);
  const foldOf = new Map<string, number>();
  for (const { group, size } of drawn) {
    const lightest = load.indexOf(Math.min(...load));
    foldOf.set(group, lightest);
    load[lightest] = (load[lightest] ?? 0) + size;
  }
  return groups.map((group) => foldOf.get(group) ?? 0);
}

export interface CrossValidated {
  name: string;
  /** Share of the variance of y that it foresees on rows of unseen groups, mean over repeats; below 0: worse than the mean. */
  r2: number;
  /** Mean absolute error, in units of y. */
  mae: number;
  /** Of each row, by a model that had not seen its group; mean over repeats. */
  predictions: number[];
  /** Squared error of each row, mean over repeats. */
  squared: number[];
}

export interface Validation {
  /** Default 5. */
  folds?: number;
  /** Default 1. */
  repeats?: number;
  random: Random;
}

/** All regressors on the same grouped folds. Throws `too_few_groups` below two groups. */
export function crossValidate(
  rows: Example[],
  regressors: Regressor[],
  { folds = 5, repeats = 1, random }: Validation,
): CrossValidated[] {
  const zeros = () => rows.map(() => 0);
  const all = regressors.map(({ name }) => ({
    name,
    absolute: zeros(),
    predictions: zeros(),
    squared: zeros(),
  }));
  for (let repeat = 0; repeat < repeats; repeat += 1)
    for (const { train, held } of splits(rows, folds, random))
      for (const [r, regressor] of regressors.entries()) {
        const fitted = regressor.fit(train, random);
        const one = all[r] as (typeof all)[number];
        for (const i of held) {
          const row = rows[i] as Example;
          const predicted = regressor.predict(fitted, row.x);
          (one.predictions[i] as number) += predicted / repeats;
          (one.absolute[i] as number) += Math.abs(row.y - predicted) / repeats;
          (one.squared[i] as number) += (row.y - predicted) ** 2 / repeats;
        }
      }
  return all.map(({ name, absolute, predictions, squared }) => ({
    name,
    r2: r2Of(rows, squared),
    mae: weighted(rows, absolute),
    predictions,
    squared,
  }));
}

/** Each fold in turn: what to learn from, and which rows are held out. */
export function* splits(
  rows: Example[],
  folds: number,
  random: Random,
): Generator<{ train: Example[]; held: number[] }> {
  checkExamples(rows);
  if (new Set(rows.filter((row) => weightOf(row) > 0).map(({ group }) => group)).size < 2)
    throw callerError(
      'too_few_groups',
      'All examples belong to one task, so nothing can be held out.',
      'Collect examples of at least two tasks.',
    );
  const foldOf = groupedFolds(
    rows.map(({ group }) => group),
    Math.max(2, folds),
    random,
    rows.map(weightOf),
  );
  for (const fold of new Set(foldOf))
    yield {
      train: rows.filter((_, i) => foldOf[i] !== fold),
      held: rows.flatMap((_, i) => (foldOf[i] === fold ? [i] : [])),
    };
}

/** 1 − squared errors / variance of y. Where y never differs there is nothing to foresee: 0. */
export function r2Of(rows: Example[], squared: number[]): number {
  const spread = spreadOf(rows);
  return spread > 0 ? 1 - weighted(rows, squared) / spread : 0;
}

/** Variance of y; 0 where it differs by rounding only. */
function spreadOf(rows: Example[]): number {
  const mean = weighted(
    rows,
    rows.map(({ y }) => y),
  );
  const spread = weighted(
    rows,
    rows.map(({ y }) => (y - mean) ** 2),
  );
  return spread > 1e-24 * mean * mean ? spread : 0;
}

function weighted(rows: Example[], values: number[]): number {
  let [sum, total] = [0, 0];
  for (const [i, row] of rows.entries()) {
    sum += weightOf(row) * (values[i] ?? 0);
    total += weightOf(row);
  }
  return total > 0 ? sum / total : 0;
}

/**
 * How much more variance `better` foresees than `other`, with a 95 % interval: percentile bootstrap over groups, which
 * are what is independent.
 */
export function r2Difference(
  rows: Example[],
  better: Pick<CrossValidated, 'squared'>,
  other: Pick<CrossValidated, 'squared'>,
  { random, draws = 1000 }: { random: Random; draws?: number },
): { difference: number; low: number; high: number } {
  // Of each group: weight, Σy, Σy², and both sums of squared errors.
  const groups = new Map<string, number[]>();
  const origin = rows[0]?.y ?? 0;
  for (const [i, row] of rows.entries()) {
    const weight = weightOf(row);
    const y = row.y - origin;
    const sums = [1, y, y * y, better.squared[i] ?? 0, other.squared[i] ?? 0];
    const before = groups.get(row.group) ?? [0, 0, 0, 0, 0];
    groups.set(
      row.group,
      before.map((sum, s) => sum + weight * (sums[s] ?? 0)),
    );
  }
  const all = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sums]) => sums);
  const difference = (counts: ArrayLike<number>): number => {
    let [n, y, yy, gained] = [0, 0, 0, 0];
    for (let g = 0; g < all.length; g += 1) {
      const [gn = 0, gy = 0, gyy = 0, a = 0, b = 0] = all[g] as number[];
      const count = counts[g] as number;
      n += count * gn;
      y += count * gy;
      yy += count * gyy;
      gained += count * (b - a);
    }
    const spread = n > 0 ? yy - (y * y) / n : 0;
    return spread > 1e-12 * yy ? gained / spread : 0;
  };
  const drawn = Array.from({ length: draws }, () => {
    const counts = new Float64Array(all.length);
    for (let g = 0; g < all.length; g += 1) {
      const taken = Math.floor(random() * all.length);
      counts[taken] = (counts[taken] ?? 0) + 1;
    }
    return difference(counts);
  }).sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.min(draws - 1, Math.floor(share * draws))] ?? 0;
  return { difference: difference(new Float64Array(all.length).fill(1)), low: at(0.025), high: at(0.975) };
}

/**
 * By how much held-out R² falls when a feature is shuffled among the held-out rows (Breiman 2001), one number a feature.
 * Features that say the same share what they are worth.
 */
export function permutationImportances(
  rows: Example[],
  regressor: Regressor,
  { folds = 5, repeats = 3, random }: Validation,
): number[] {
  const width = rows.reduce((most, { x }) => Math.max(most, x.length), 0);
  const harm = Array.from({ length: width }, () => rows.map(() => 0));
  for (const { train, held } of splits(rows, folds, random)) {
    const fitted = regressor.fit(train, random);
    const base = held.map((i) => squaredError(regressor, fitted, rows[i] as Example));
    for (const [f, worse] of harm.entries())
      for (let repeat = 0; repeat < repeats; repeat += 1)
        for (const [h, from] of shuffled(held, random).entries()) {
          const i = held[h] as number;
          const row = rows[i] as Example;
          const x = [...row.x];
          x[f] = rows[from]?.x[f] ?? null;
          const added = squaredError(regressor, fitted, { ...row, x }) - (base[h] as number);
          (worse[i] as number) += added / repeats;
        }
  }
  const spread = spreadOf(rows);
  return harm.map((worse) => (spread > 0 ? weighted(rows, worse) / spread : 0));
}

const squaredError = (regressor: Regressor, fitted: unknown, { x, y }: Example): number =>
  (y - regressor.predict(fitted, x)) ** 2;

/** Fisher and Yates. */
function shuffled<T>(values: T[], random: Random): T[] {
  const drawn = [...values];
  for (let i = drawn.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [drawn[i], drawn[j]] = [drawn[j] as T, drawn[i] as T];
  }
  return drawn;
}
