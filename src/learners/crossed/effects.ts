/** Best linear unbiased predictions of items and raters, and how sure they are (Henderson 1975). Pure. */
import { cholesky, forward, solveWith } from '../cholesky.ts';
import type { FittedRaters } from '../raters.ts';
import { type Crossed, levelOf, type Ratios, reduce } from './design.ts';

/** Levels of the minor factor up to which the equations are solved at once and the errors are exact. */
const MOST_DENSE = 600;
const MOST_ROUNDS = 500;

interface Solution {
  /** Minor effects in units of their standard deviation, then the mean. */
  minors: Float64Array;
  /** Variance of the noise. */
  residual: number;
  /** aᵀ·inverse·b, of vectors given as [place, value]. */
  inverse: (vector: [place: number, value: number][]) => number;
}

/** `noise`: the variance of the noise where it was found elsewhere. */
export function predictEffects(design: Crossed, ratios: Ratios, noise?: number): FittedRaters {
  const { major, majors, minors, start, minorOf, weight, centre, majorCounts, minorCounts } = design;
  const solution = minors.length <= MOST_DENSE ? atOnce(design, ratios) : byRounds(design, ratios);
  const { inverse } = solution;
  const residual = noise ?? solution.residual;
  const last = minors.length;
  const mean = solution.minors[last] ?? 0;
  const { major: s, minor: t } = ratios;
  const ofMajor = majors.map((_, i) => {
    const level = levelOf(design, i, s);
    let left = level.sum - level.weight * mean;
    // The mean is a part of an item's value and not of a rater's bias.
    const whole = Number(major === 'item');
    const shadow: [number, number][] = [[last, whole - (s * s * level.weight) / level.pivot]];
    for (let k = start[i] ?? 0; k < (start[i + 1] ?? 0); k += 1) {
      const [j, w] = [minorOf[k] as number, weight[k] as number];
      left -= w * t * (solution.minors[j] ?? 0);
      shadow.push([j, (-s * s * t * w) / level.pivot]);
    }
    const variance = (s * s) / level.pivot + inverse(shadow);
    return {
      effect: (s * s * left) / level.pivot,
      error: rootOf(residual * variance),
      n: majorCounts[i] ?? 0,
    };
  });
  const ofMinor = minors.map((_, j) => {
    const vector: [number, number][] = [[j, t]];
    if (major === 'rater') vector.push([last, 1]);
    return {
      effect: t * (solution.minors[j] ?? 0),
      error: rootOf(residual * inverse(vector)),
      n: minorCounts[j] ?? 0,
    };
  });
  const [items, raters] = major === 'item' ? [ofMajor, ofMinor] : [ofMinor, ofMajor];
  const [itemNames, raterNames] = major === 'item' ? [majors, minors] : [minors, majors];
  const [itemRatio, raterRatio] = major === 'item' ? [s, t] : [t, s];
  return {
    mean: centre + mean,
    items: new Map(
      items.map(({ effect, error, n }, i) => [
        itemNames[i] ?? '',
        { value: centre + mean + effect, error, n },
      ]),
    ),
    raters: new Map(
      raters.map(({ effect, error, n }, i) => [raterNames[i] ?? '', { bias: effect, error, n }]),
    ),
    variance: { item: itemRatio ** 2 * residual, rater: raterRatio ** 2 * residual, residual },
  };
}

const rootOf = (variance: number): number => Math.sqrt(Math.max(0, variance));

function atOnce(design: Crossed, ratios: Ratios): Solution {
  const { matrix, right, size, rest } = reduce(design, ratios);
  const lower = cholesky(matrix, size);
  const minors = solveWith(lower, right, size);
  const explained = forward(lower, right, size).reduce((sum, each) => sum + each * each, 0);
  // L⁻¹, a column at a time, once: every error is a sum over pairs of its columns.
  const inverse = new Float64Array(size * size);
  for (let j = 0; j < size; j += 1) {
    const unit = new Float64Array(size);
    unit[j] = 1;
    const solved = solveWith(lower, unit, size);
    inverse.set(solved, j * size);
  }
  return {
    minors,
    residual: Math.max(0, rest - explained) / Math.max(1, design.value.length - 1),
    inverse: (vector) => {
      let sum = 0;
      for (const [i, a] of vector)
        for (const [j, b] of vector) sum += a * b * (inverse[i * size + j] as number);
      return sum;
    },
  };
}

/** Conjugate gradients on the same equations, never written out; errors as if the minor effects were independent. */
function byRounds(design: Crossed, { major: s, minor: t }: Ratios): Solution {
  const { majors, minors, start, minorOf, weight, value } = design;
  const size = minors.length + 1;
  const mean = size - 1;
  const levels = majors.map((_, i) => levelOf(design, i, s));
  const diagonal = new Float64Array(size).fill(1);
  diagonal[mean] = 0;
  const right = new Float64Array(size);
  let rest = 0;
  const eachRating = (visit: (i: number, k: number, j: number, w: number) => void) => {
    for (let i = 0; i < majors.length; i += 1)
      for (let k = start[i] ?? 0; k < (start[i + 1] ?? 0); k += 1)
        visit(i, k, minorOf[k] as number, weight[k] as number);
  };
  const pivot = (i: number) => levels[i]?.pivot ?? 1;
  eachRating((i, k, j, w) => {
    const { sum, weight: all } = levels[i] ?? { sum: 0, weight: 1 };
    const y = value[k] as number;
    diagonal[j] = (diagonal[j] as number) + t * t * (w - (s * s * w * w) / pivot(i));
    diagonal[mean] = (diagonal[mean] as number) + w / pivot(i);
    right[j] = (right[j] as number) + t * w * (y - (s * s * sum) / pivot(i));
    right[mean] = (right[mean] as number) + (w * y) / pivot(i);
    rest += w * (y - sum / all) ** 2 + (w * y * (sum / all)) / pivot(i);
  });
  const times = (vector: Float64Array): Float64Array => {
    const product = Float64Array.from(vector);
    product[mean] = 0;
    const seen = (j: number) => t * (vector[j] as number) + (vector[mean] as number);
    const drawn = new Float64Array(majors.length);
    eachRating((i, _, j, w) => {
      drawn[i] = (drawn[i] as number) + w * seen(j);
    });
    eachRating((i, _, j, w) => {
      const left = w * (seen(j) - (s * s * (drawn[i] as number)) / pivot(i));
      product[j] = (product[j] as number) + t * left;
      product[mean] = (product[mean] as number) + left;
    });
    return product;
  };
  const minorEffects = conjugate(times, right, diagonal);
  const explained = minorEffects.reduce((sum, each, i) => sum + each * (right[i] as number), 0);
  return {
    minors: minorEffects,
    residual: Math.max(0, rest - explained) / Math.max(1, value.length - 1),
    inverse: (vector) => vector.reduce((sum, [i, a]) => sum + (a * a) / (diagonal[i] as number), 0),
  };
}

/** Conjugate gradients (Hestenes & Stiefel 1952), preconditioned by the diagonal. */
function conjugate(
  times: (vector: Float64Array) => Float64Array,
  right: Float64Array,
  diagonal: Float64Array,
): Float64Array {
  const dot = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, each, i) => sum + each * (b[i] as number), 0);
  const solution = new Float64Array(right.length);
  const left = Float64Array.from(right);
  let eased = left.map((each, i) => each / (diagonal[i] as number));
  let direction = Float64Array.from(eased);
  let size = dot(left, eased);
  const enough = 1e-20 * size;
  for (let round = 0; round < MOST_ROUNDS && size > enough; round += 1) {
    const product = times(direction);
    const step = size / dot(direction, product);
    for (let i = 0; i < right.length; i += 1) {
      solution[i] = (solution[i] as number) + step * (direction[i] as number);
      left[i] = (left[i] as number) - step * (product[i] as number);
    }
    eased = left.map((each, i) => each / (diagonal[i] as number));
    const next = dot(left, eased);
    direction = direction.map((each, i) => (eased[i] as number) + (next / size) * each);
    size = next;
  }
  return solution;
}
