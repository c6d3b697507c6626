/** How near a model that took a fifth of its examples in later is to one that was fitted on all of them. */
import { NAMES, regressorOf } from '../../../src/feedback/reward/choose.ts';
import { groupedFolds, r2Of, splits } from '../../../src/learners/grouped-folds.ts';
import { createRandom } from '../../../src/learners/random.ts';
import type { Row } from './study.ts';

export interface FoldedIn {
  name: string;
  /** Mean absolute difference of the two predictions, in units of the score. */
  apart: number;
  /** R² at held-out instructions: without the fifth, with it folded in, fitted on all. */
  before: number;
  folded: number;
  anew: number;
}

const FOLDS = 5;

export function foldedIn(rows: Row[], seed: number): FoldedIn[] {
  return NAMES.filter((name) => name !== 'mean').map((name) => {
    const random = createRandom(seed);
    const regressor = regressorOf(name);
    const squared = { before: rows.map(() => 0), folded: rows.map(() => 0), anew: rows.map(() => 0) };
    let apart = 0;
    for (const { train, held } of splits(rows, FOLDS, random)) {
      const part = groupedFolds(
        train.map(({ group }) => group),
        FOLDS,
        random,
      );
      const fresh = train.filter((_, i) => part[i] === 0);
      const before = regressor.fit(
        train.filter((_, i) => part[i] !== 0),
        random,
      );
      const folded = regressor.update?.(before, fresh, train, random) ?? before;
      const anew = regressor.fit(train, random);
      for (const i of held) {
        const { x, y } = rows[i] as Row;
        const said = {
          before: regressor.predict(before, x),
          folded: regressor.predict(folded, x),
          anew: regressor.predict(anew, x),
        };
        for (const which of ['before', 'folded', 'anew'] as const) squared[which][i] = (y - said[which]) ** 2;
        apart += Math.abs(said.folded - said.anew) / rows.length;
      }
    }
    return {
      name,
      apart,
      before: r2Of(rows, squared.before),
      folded: r2Of(rows, squared.folded),
      anew: r2Of(rows, squared.anew),
    };
  });
}
