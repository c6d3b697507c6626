/**
 * Stacking (Wolpert 1992; Breiman 1996): several models at once, mixed by what each foresaw of groups that it had not
 * seen. The weights are non-negative and sum to 1, so the mixture never leaves the range of its members. Pure.
 */
import { callerError } from '../errors.ts';
import { splits } from './grouped-folds.ts';
import { checkExamples, type Example, type Regressor, weightOf } from './regression.ts';

export interface StackedFit {
  /** Of the candidates, by name; they sum to 1. */
  weights: { name: string; weight: number }[];
  /** What each candidate fitted; null where it weighs nothing. */
  fits: unknown[];
}

/** Less than this is not worth a model's room. */
const LEAST = 0.01;

/** `folds` (default 5) are grouped. With one group nothing can be held out, and all candidates weigh alike. */
export function stackedRegressor(
  candidates: Regressor[],
  { folds = 5 }: { folds?: number } = {},
): Regressor<StackedFit> {
  if (candidates.length === 0)
    throw callerError('no_candidates', 'A stacked model needs at least one candidate.', 'Name one.');
  const weigh = (rows: Example[], random: () => number): number[] => {
    const groups = new Set(rows.filter((row) => weightOf(row) > 0).map(({ group }) => group));
    if (groups.size < 2 || candidates.length === 1) return candidates.map(() => 1 / candidates.length);
    const foreseen = candidates.map(() => new Float64Array(rows.length));
    for (const { train, held } of splits(rows, folds, random))
      for (const [c, candidate] of candidates.entries()) {
        const fitted = candidate.fit(train, random);
        for (const i of held)
          (foreseen[c] as Float64Array)[i] = candidate.predict(fitted, (rows[i] as Example).x);
      }
    return mixture(rows, foreseen);
  };
  return {
    name: 'stacked',
    fit(rows, random) {
      checkExamples(rows);
      const weights = weigh(rows, random);
      return {
        weights: candidates.map(({ name }, c) => ({ name, weight: weights[c] ?? 0 })),
        fits: candidates.map((candidate, c) => ((weights[c] ?? 0) > 0 ? candidate.fit(rows, random) : null)),
      };
    },
    predict({ weights, fits }, x) {
      let sum = 0;
      for (const [c, candidate] of candidates.entries()) {
        const weight = weights[c]?.weight ?? 0;
        if (weight > 0) sum += weight * candidate.predict(fits[c], x);
      }
      return sum;
    },
    /** The weights stay; each candidate takes the rows in as it can. */
    update({ weights, fits }, fresh, rows, random) {
      const renewed = candidates.map((candidate, c) => {
        if ((weights[c]?.weight ?? 0) === 0 || fresh.length === 0) return fits[c];
        return candidate.update
          ? candidate.update(fits[c], fresh, rows, random)
          : candidate.fit(rows, random);
      });
      return { weights, fits: renewed };
    },
  };
}

/** The mixture with the least squared error; those below LEAST are left out and the rest weighed anew. */
function mixture(rows: Example[], foreseen: Float64Array[]): number[] {
  let kept = foreseen.map((_, c) => c);
  for (;;) {
    const weights = onSimplex(
      kept.map((a) =>
        kept.map((b) =>
          rows.reduce((sum, row, i) => {
            const [wrongA, wrongB] = [a, b].map((c) => row.y - (foreseen[c]?.[i] ?? 0));
            return sum + weightOf(row) * (wrongA ?? 0) * (wrongB ?? 0);
          }, 0),
        ),
      ),
    );
    const next = kept.filter((_, k) => (weights[k] ?? 0) >= LEAST);
    if (next.length === kept.length)
      return foreseen.map((_, c) => (kept.includes(c) ? (weights[kept.indexOf(c)] ?? 0) : 0));
    kept = next;
  }
}

/**
 * The w ≥ 0 with Σw = 1 and the least w·M·w, for M symmetric and positive: by pairs, as in sequential minimal
 * optimisation (Platt 1998). M[a][b] are products of errors, so w·M·w is the squared error of the mixture.
 */
export function onSimplex(products: number[][]): number[] {
  const n = products.length;
  const m = (a: number, b: number) => products[a]?.[b] ?? 0;
  const weights = new Array<number>(n).fill(1 / n);
  const slope = (a: number) => weights.reduce((sum, weight, b) => sum + weight * m(a, b), 0);
  for (let round = 0; round < 200; round += 1) {
    let moved = 0;
    for (let a = 0; a < n; a += 1)
      for (let b = a + 1; b < n; b += 1) {
        const bend = m(a, a) + m(b, b) - 2 * m(a, b);
        const gain = slope(b) - slope(a);
        if (!(bend > 1e-12 * (m(a, a) + m(b, b)))) continue;
        const [from, to] = [weights[b] ?? 0, weights[a] ?? 0];
        const step = Math.max(-to, Math.min(from, gain / bend));
        weights[a] = to + step;
        weights[b] = from - step;
        moved = Math.max(moved, Math.abs(step));
      }
    if (moved < 1e-9) break;
  }
  return weights;
}
