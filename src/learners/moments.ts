/**
 * Sums of squares and products of examples, gaps included: all that a linear model needs, and rows can be added to them
 * at any time. Pure.
 */
import { type Example, known, weightOf } from './regression.ts';

/**
 * Columns: 0 is y, 1 … width the features (0 where not known), then one for each feature of `gaps`: 1 where it is not
 * known. All but the last kind less `origin`, so that large numbers do not swallow small differences.
 */
export interface Moments {
  width: number;
  /** By column up to `width`; fixed by the first rows. */
  origin: number[];
  /** Features that some row does not know, in the order they were met. */
  gaps: number[];
  /** Σ weight. */
  weight: number;
  sums: number[];
  /** Lower triangle, row by row. */
  products: number[];
  /** Smallest and largest value seen, by column up to `width`. */
  low: number[];
  high: number[];
}

export const at = (i: number, j: number): number => (i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i);

/** Moments of no rows yet, with the means of `rows` as origin. */
export function emptyMoments(rows: Example[]): Moments {
  const width = rows.reduce((most, { x }) => Math.max(most, x.length), 0);
  const origin = Array.from({ length: width + 1 }, (_, c) => {
    let [sum, total] = [0, 0];
    for (const row of rows) {
      const value = valueAt(row, c);
      if (value === undefined) continue;
      total += weightOf(row);
      if (total > 0) sum += (weightOf(row) / total) * (value - sum);
    }
    return sum;
  });
  return {
    width,
    origin,
    gaps: [],
    weight: 0,
    sums: new Array(width + 1).fill(0),
    products: new Array(at(width + 1, 0)).fill(0),
    low: new Array(width + 1).fill(Number.MAX_VALUE),
    high: new Array(width + 1).fill(-Number.MAX_VALUE),
  };
}

const valueAt = (row: Example, c: number): number | undefined => (c === 0 ? row.y : known(row.x[c - 1]));

/** The moments of what they held and of `rows`, which are not wider than they are. */
export function addMoments(before: Moments, rows: Example[]): Moments {
  const { width, origin } = before;
  const gaps = [...before.gaps];
  const sums = [...before.sums];
  const products = [...before.products];
  const low = [...before.low];
  const high = [...before.high];
  let weight = before.weight;
  const placeOf = new Map(gaps.map((feature, g) => [feature, width + 1 + g]));
  for (const row of rows) {
    const w = weightOf(row);
    if (w === 0) continue;
    weight += w;
    const held: [column: number, value: number][] = [];
    for (let c = 0; c <= width; c += 1) {
      const value = valueAt(row, c);
      if (value !== undefined) {
        held.push([c, value - (origin[c] ?? 0)]);
        low[c] = Math.min(low[c] ?? value, value);
        high[c] = Math.max(high[c] ?? value, value);
        continue;
      }
      let place = placeOf.get(c - 1);
      if (place === undefined) {
        // Every row so far knew it, so its column is all 0.
        place = sums.push(0) - 1;
        for (let j = 0; j <= place; j += 1) products.push(0);
        placeOf.set(c - 1, place);
        gaps.push(c - 1);
      }
      held.push([place, 1]);
    }
    for (const [i, a] of held) {
      sums[i] = (sums[i] ?? 0) + w * a;
      for (const [j, b] of held)
        if (j <= i) {
          const cell = at(i, j);
          products[cell] = (products[cell] ?? 0) + w * a * b;
        }
    }
  }
  return { width, origin, gaps, weight, sums, products, low, high };
}

/** What has been filled in: the unknown of a feature takes the mean of the known. */
export interface Centred {
  /** By column: its mean, less the origin. */
  means: number[];
  /** Σ weight · (a − mean a)(b − mean b) of two columns, features filled. */
  product: (i: number, j: number) => number;
}

export function centred({ width, gaps, weight, sums, products }: Moments): Centred {
  const gapOf = new Map(gaps.map((feature, g) => [feature + 1, width + 1 + g]));
  const means = sums.map((sum, c) => {
    const unknown = c <= width ? (sums[gapOf.get(c) ?? -1] ?? 0) : 0;
    return weight - unknown > 0 ? sum / (weight - unknown) : 0;
  });
  const raw = (i: number, j: number) => products[at(i, j)] ?? 0;
  const product = (i: number, j: number): number => {
    const [gi, gj] = [gapOf.get(i), gapOf.get(j)];
    const [mi, mj] = [means[i] ?? 0, means[j] ?? 0];
    let sum = raw(i, j) - weight * mi * mj;
    if (gj !== undefined) sum += mj * raw(i, gj);
    if (gi !== undefined) sum += mi * raw(gi, j);
    if (gi !== undefined && gj !== undefined) sum += mi * mj * raw(gi, gj);
    return sum;
  };
  return { means, product };
}
