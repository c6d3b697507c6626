/**
 * Intervals that hold the truth of a new task as often as they say, whatever the model: from errors on groups that were
 * held out. Rows of one group are one witness, so groups weigh alike (Dunn, Wasserman & Ramdas 2022). All pure.
 */
import { splits } from './grouped-folds.ts';
import type { Random } from './random.ts';
import { type Example, type Regressor, weightOf } from './regression.ts';

export interface HalfWidth {
  /** The interval is prediction ± half. */
  half: number;
  /** Share of the held-out groups inside: what was measured. */
  covers: number;
  /** What may be claimed: the level asked for, less where there are too few groups to claim it. */
  level: number;
}

/** One width for all rows, from out-of-fold predictions (`crossValidate`), one a row. `level` default 0.9. */
export function halfWidth(rows: Example[], predictions: number[], { level = 0.9 } = {}): HalfWidth {
  const errors = rows.map(({ y }, i) => Math.abs(y - (predictions[i] ?? 0)));
  const shares = groupShares(rows);
  const groups = new Set(rows.filter((row) => weightOf(row) > 0).map(({ group }) => group)).size;
  // The new group is one more among them, and may be the worst.
  const half = quantile(errors, shares, level * (1 + 1 / Math.max(1, groups)));
  const covers = errors.reduce((sum, error, i) => sum + (error <= half ? (shares[i] ?? 0) : 0), 0);
  return { half, covers: Math.min(1, covers), level: Math.min(level, groups / (groups + 1)) };
}

/** Of each row, so that every group weighs the same and all sum to 1. */
function groupShares(rows: Example[]): number[] {
  const weights = new Map<string, number>();
  for (const row of rows) weights.set(row.group, (weights.get(row.group) ?? 0) + weightOf(row));
  const groups = [...weights.values()].filter((weight) => weight > 0).length;
  return rows.map((row) => {
    const all = weights.get(row.group) ?? 0;
    return all > 0 ? weightOf(row) / all / groups : 0;
  });
}

/** The least value that `share` of the weight does not exceed; the largest where no value does. */
function quantile(values: number[], shares: number[], share: number): number {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  let sum = 0;
  for (const i of order) {
    sum += shares[i] ?? 0;
    if (sum >= share - 1e-9) return values[i] ?? 0;
  }
  return values[order.at(-1) ?? -1] ?? 0;
}

export interface CvPlus<Fitted = unknown> {
  /** One model a fold. */
  fits: Fitted[];
  /** Of each row: the fold that held it out, how far off that fold's model was, and its share of the weight. */
  folds: number[];
  errors: number[];
  shares: number[];
  groups: number;
}

/**
 * CV+ (Barber, Candès, Ramdas & Tibshirani 2021) over grouped folds: the interval is wider where the folds' models
 * disagree. Folds default 10, level 0.9. `fit` throws `too_few_groups`.
 */
export function cvPlus<Fitted>(
  regressor: Regressor<Fitted>,
  { folds = 10, level = 0.9 }: { folds?: number; level?: number } = {},
) {
  return {
    fit(rows: Example[], random: Random): CvPlus<Fitted> {
      const fitted: CvPlus<Fitted> = {
        fits: [],
        folds: rows.map(() => 0),
        errors: rows.map(() => 0),
        shares: groupShares(rows),
        groups: new Set(rows.filter((row) => weightOf(row) > 0).map(({ group }) => group)).size,
      };
      for (const { train, held } of splits(rows, folds, random)) {
        const model = regressor.fit(train, random);
        const fold = fitted.fits.push(model) - 1;
        for (const i of held) {
          const { x, y } = rows[i] as Example;
          fitted.folds[i] = fold;
          fitted.errors[i] = Math.abs(y - regressor.predict(model, x));
        }
      }
      return fitted;
    },
    interval({ fits, folds: foldOf, errors, shares, groups }: CvPlus<Fitted>, x: (number | null)[]) {
      const foreseen = fits.map((fit) => regressor.predict(fit, x));
      const share = level * (1 + 1 / groups);
      const high = quantile(
        errors.map((error, i) => (foreseen[foldOf[i] ?? 0] ?? 0) + error),
        shares,
        share,
      );
      const low = -quantile(
        errors.map((error, i) => error - (foreseen[foldOf[i] ?? 0] ?? 0)),
        shares,
        share,
      );
      return { low: Math.min(low, high), high: Math.max(low, high) };
    },
  };
}
