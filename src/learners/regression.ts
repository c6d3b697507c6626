/** What every model that foresees a number has in common, and the simplest of them. All pure. */
import { callerError } from '../errors.ts';
import type { Random } from './random.ts';

/** One row: what is known of it, what came out, and which rows stand or fall together (one task). */
export interface Example {
  /** null: not known of this row. NaN and infinities count as not known. */
  x: (number | null)[];
  y: number;
  group: string;
  /** Default 1. A row that weighs 2 counts as two rows. */
  weight?: number;
}

/** A way to fit, and what it gives: plain JSON, so that it can be stored. */
export interface Regressor<Fitted = unknown> {
  name: string;
  fit(rows: Example[], random: Random): Fitted;
  predict(fitted: Fitted, x: (number | null)[]): number;
  /** Takes `fresh` rows in without a full refit; `rows` are all there are, the fresh ones among them. */
  update?(fitted: Fitted, fresh: Example[], rows: Example[], random: Random): Fitted;
}

/** Larger numbers would not survive being squared and summed; no feature means them. */
const LARGEST = 1e100;

/** The number, or undefined where it is not known. */
export const known = (x: number | null | undefined): number | undefined =>
  typeof x === 'number' && Math.abs(x) <= LARGEST ? x : undefined;

export const weightOf = ({ weight }: Example): number => weight ?? 1;

/** Throws `no_examples` and `bad_example` where there is nothing to learn from. */
export function checkExamples(rows: Example[]): void {
  let total = 0;
  for (const row of rows) {
    const weight = weightOf(row);
    if (known(row.y) === undefined || !(weight >= 0 && weight <= LARGEST))
      throw callerError(
        'bad_example',
        'An example has no finite number to learn, or a weight below 0.',
        'Leave the example out.',
      );
    total += weight;
  }
  if (total <= 0)
    throw callerError('no_examples', 'There are no examples to learn from.', 'Collect some first.');
}

export interface MeanFit {
  mean: number;
  weight: number;
}

function meanOf(rows: Example[]): MeanFit {
  checkExamples(rows);
  const weight = rows.reduce((sum, row) => sum + weightOf(row), 0);
  return { mean: rows.reduce((sum, row) => sum + (weightOf(row) / weight) * row.y, 0), weight };
}

/** Always says the mean: what every other model has to beat. */
export const meanRegressor: Regressor<MeanFit> = {
  name: 'mean',
  fit: meanOf,
  predict: ({ mean }) => mean,
  update(fitted, fresh) {
    if (fresh.length === 0) return fitted;
    const { mean, weight } = meanOf(fresh);
    const total = fitted.weight + weight;
    return { mean: fitted.mean + ((mean - fitted.mean) * weight) / total, weight: total };
  },
};
