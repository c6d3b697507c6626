/**
 * Linear regression with a ridge penalty (Hoerl & Kennard 1970), from sums of squares and products alone: rows that are
 * folded in later give the very model that a refit gives. All pure.
 */
import { callerError } from '../errors.ts';
import { cholesky, forward, solveWith } from './cholesky.ts';
import { addMoments, centred, emptyMoments, type Moments } from './moments.ts';
import { checkExamples, type Example, known, type Regressor } from './regression.ts';

export interface RidgeFit {
  moments: Moments;
  /** What is foreseen of a row that is average in everything. */
  base: number;
  /** By feature, for x less its centre. */
  weights: number[];
  /** By feature: the mean of the known, which stands for the unknown. */
  centres: number[];
  /** By feature: what not knowing it adds; 0 where that tells nothing. */
  gaps: number[];
  /** The penalty, in rows. */
  ridge: number;
}

/** Its sums are a square of the features, twice as wide where all have gaps. */
const MOST_FEATURES = 256;
/** Gaps that may count for something. */
const MOST_GAPS = 8;
const RIDGES = [0.1, 1, 10, 100, 1_000, 10_000];

/**
 * `ridge`: how many rows' worth of "no feature matters" is believed beforehand; by default what generalised
 * cross-validation (Golub, Heath & Wahba 1979) finds best. Foresees nothing outside what was seen of x and y. Throws
 * `too_many_features` above 256.
 */
export function ridgeRegressor({ ridge }: { ridge?: number } = {}): Regressor<RidgeFit> {
  const fitAll = (rows: Example[]): RidgeFit => {
    checkExamples(rows);
    const empty = emptyMoments(rows);
    if (empty.width > MOST_FEATURES)
      throw callerError(
        'too_many_features',
        `A linear model here takes at most ${MOST_FEATURES} features.`,
        'Leave some out.',
      );
    return modelOf(addMoments(empty, rows), ridge);
  };
  return {
    name: 'ridge',
    fit: fitAll,
    predict({ base, weights, centres, gaps, moments: { low, high } }, x) {
      let sum = base;
      for (const [f, weight] of weights.entries()) {
        const value = known(x[f]);
        if (value === undefined) sum += gaps[f] ?? 0;
        else if (weight !== 0) sum += weight * (within(value, low[f + 1], high[f + 1]) - (centres[f] ?? 0));
      }
      return within(sum, low[0], high[0]);
    },
    update(fitted, fresh, rows) {
      if (fresh.length === 0) return fitted;
      if (fresh.some(({ x }) => x.length > fitted.moments.width)) return fitAll(rows);
      checkExamples(rows);
      return modelOf(addMoments(fitted.moments, fresh), ridge);
    },
  };
}

const within = (value: number, low = value, high = value): number => Math.max(low, Math.min(high, value));

function modelOf(moments: Moments, ridge: number | undefined): RidgeFit {
  const { width, gaps, weight, origin } = moments;
  const { means, product } = centred(moments);
  // A column that never differs, but for rounding, says nothing.
  const spreads = means.map((mean, c) => {
    const square = product(c, c);
    return square > 1e-10 * (square + weight * mean * mean) ? Math.sqrt(square / weight) : 0;
  });
  const differs = (c: number) => (spreads[c] ?? 0) > 0;
  const features = Array.from({ length: width }, (_, f) => f + 1).filter(differs);
  const scaled = (i: number, j: number) => product(i, j) / ((spreads[i] ?? 1) * (spreads[j] ?? 1));
  const solution = (columns: number[]) => {
    const system = { columns, scaled, weight, differs: differs(0) };
    return ridge === undefined ? mostGeneral(system) : solved(system, ridge);
  };
  let best = solution(features);
  // One at a time: what the best of them explains, the others need not.
  for (let taken = 0; taken < MOST_GAPS; taken += 1) {
    const left = gaps
      .map((_, g) => width + 1 + g)
      .filter((c) => differs(c) && !best.columns.includes(c))
      .map((column) => ({ column, gain: gainOf(column, best, scaled, weight) }));
    const [most] = left.sort((one, other) => other.gain - one.gain);
    if (!most || most.gain <= Math.max(8, 2 * Math.log(weight))) break;
    best = solution([...best.columns, most.column]);
  }
  const slope = (c: number): number => {
    const place = best.columns.indexOf(c);
    return place < 0 ? 0 : ((best.beta[place] ?? 0) * (spreads[0] ?? 0)) / (spreads[c] ?? 1);
  };
  const gapSlopes = new Map(gaps.map((feature, g) => [feature, slope(width + 1 + g)]));
  const usual = gaps.reduce(
    (sum, feature, g) => sum + (gapSlopes.get(feature) ?? 0) * (means[width + 1 + g] ?? 0),
    0,
  );
  const each = Array.from({ length: width }, (_, f) => f);
  return {
    moments,
    base: (origin[0] ?? 0) + (means[0] ?? 0) - usual,
    weights: each.map((f) => slope(f + 1)),
    centres: each.map((f) => (origin[f + 1] ?? 0) + (means[f + 1] ?? 0)),
    gaps: each.map((f) => gapSlopes.get(f) ?? 0),
    ridge: best.ridge,
  };
}

interface System {
  columns: number[];
  /** Products of columns on one scale; column 0 is y. */
  scaled: (i: number, j: number) => number;
  weight: number;
  /** Whether y does. */
  differs: boolean;
}

interface Solved {
  columns: number[];
  beta: number[];
  lower: Float64Array;
  ridge: number;
  /** Σ squared errors, y on its common scale. */
  wrong: number;
}

function solved({ columns, scaled, differs }: System, ridge: number): Solved {
  const size = columns.length;
  const matrix = new Float64Array(size * size);
  for (const [i, a] of columns.entries())
    for (const [j, b] of columns.entries()) matrix[i * size + j] = scaled(a, b) + (i === j ? ridge : 0);
  const right = columns.map((c) => (differs ? scaled(c, 0) : 0));
  const lower = cholesky(matrix, size);
  const beta = [...solveWith(lower, right, size)];
  // |y − Zβ|² = y·y − β·Z'y − ridge·β·β, where β solves the penalised equations.
  const explained = beta.reduce((sum, b, i) => sum + b * (right[i] ?? 0) + ridge * b * b, 0);
  return { columns, beta, lower, ridge, wrong: Math.max(0, (differs ? scaled(0, 0) : 0) - explained) };
}

/** The penalty with the least n·wrong / (n − degrees of freedom)². */
function mostGeneral(system: System): Solved {
  const size = system.columns.length;
  let [best, least]: [Solved | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const ridge of RIDGES) {
    const one = solved(system, ridge);
    let trace = 0;
    for (let i = 0; i < size; i += 1) {
      const unit = new Float64Array(size);
      unit[i] = 1;
      trace += forward(one.lower, unit, size).reduce((sum, each) => sum + each * each, 0);
    }
    const left = system.weight - 1 - (size - ridge * trace);
    const general = left > 0.5 ? one.wrong / left ** 2 : Number.POSITIVE_INFINITY;
    if (best === undefined || general < least || (general === least && least === Number.POSITIVE_INFINITY))
      [best, least] = [one, general];
  }
  return best as Solved;
}

/**
 * The squared t of a column that is not in the model yet. BIC asks for log n; twice that is asked for, because rows that
 * lack a strong feature are noisier than the rest.
 */
function gainOf(
  column: number,
  { columns, beta, lower, wrong, ridge }: Solved,
  scaled: System['scaled'],
  n: number,
): number {
  const size = columns.length;
  const along = columns.map((c) => scaled(column, c));
  const left = scaled(column, 0) - along.reduce((sum, each, i) => sum + each * (beta[i] ?? 0), 0);
  const half = forward(lower, along, size);
  const own = scaled(column, column) + ridge - half.reduce((sum, each) => sum + each * each, 0);
  const free = n - size - 2;
  return free > 0 && own > 1e-9 * n ? (left ** 2 * free) / Math.max(wrong * own, Number.MIN_VALUE) : 0;
}
