/** Candidates held against tasks that they have not seen, with a pause between fits, so that a server goes on answering. */
import { setImmediate } from 'node:timers/promises';
import { type CrossValidated, r2Of, splits } from '../../learners/grouped-folds.ts';
import { createRandom } from '../../learners/random.ts';
import type { Example, Regressor } from '../../learners/regression.ts';

export interface Judging {
  seed: number;
  folds?: number | undefined;
  repeats?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told after each fit. */
  progress?: ((done: number, total: number) => void) | undefined;
}

/** As `crossValidate`, in turns. @throws the signal's reason when it aborts. */
export async function judge(
  rows: Example[],
  regressors: Regressor[],
  { seed, folds = 5, repeats = 2, signal, progress }: Judging,
): Promise<CrossValidated[]> {
  const zeros = () => rows.map(() => 0);
  const all = regressors.map(() => ({ absolute: zeros(), predictions: zeros(), squared: zeros() }));
  const k = Math.min(folds, new Set(rows.map(({ group }) => group)).size);
  let fits = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const random = createRandom(seed + repeat);
    for (const { train, held } of splits(rows, folds, random))
      for (const [r, regressor] of regressors.entries()) {
        await setImmediate();
        signal?.throwIfAborted();
        const fitted = regressor.fit(train, random);
        const one = all[r] as (typeof all)[number];
        for (const i of held) {
          const { x, y } = rows[i] as Example;
          const predicted = regressor.predict(fitted, x);
          (one.predictions[i] as number) += predicted / repeats;
          (one.absolute[i] as number) += Math.abs(y - predicted) / repeats;
          (one.squared[i] as number) += (y - predicted) ** 2 / repeats;
        }
        fits += 1;
        progress?.(fits, regressors.length * repeats * k);
      }
  }
  return regressors.map(({ name }, r) => {
    const { absolute, predictions, squared } = all[r] as (typeof all)[number];
    return { name, r2: r2Of(rows, squared), mae: meanOf(rows, absolute), predictions, squared };
  });
}

function meanOf(rows: Example[], values: number[]): number {
  let [sum, total] = [0, 0];
  for (const [i, { weight = 1 }] of rows.entries()) {
    sum += weight * (values[i] ?? 0);
    total += weight;
  }
  return sum / total;
}
