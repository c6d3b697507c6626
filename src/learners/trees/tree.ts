/**
 * One regression tree on binned features, grown leaf by leaf where most is gained. What is not known of a row goes the
 * way that gained more (Chen & Guestrin 2016). Pure.
 */

import type { Random } from '../random.ts';
import { known } from '../regression.ts';
import { MOST_BINS, type Table, UNKNOWN } from './table.ts';

/** Three numbers a node, node 0 first: compact as JSON. */
export interface Tree {
  /** −1 in a leaf; else twice the feature's place, plus 1 where the unknown goes left. */
  feature: number[];
  /** x ≤ at goes left; in a leaf its value. */
  at: number[];
  /** The left child; the right one follows it. 0 in a leaf. */
  left: number[];
}

export interface Growth {
  /** What the leaves are to say, by row of the table. */
  target: Float64Array;
  /** How often each row counts, by row of the table. */
  weight: Float64Array;
  /** The rows to grow from; reordered. */
  rows: Int32Array;
  depth: number;
  leaves: number;
  /** Least weight of a leaf. */
  minLeaf: number;
  /** Features that may be used. */
  features: Int32Array;
  /** How many of them are looked at in each node, drawn anew. */
  looked: number;
  /** Draws the leaves towards 0, like so many rows of 0. */
  ridge: number;
  /** Scales the leaves. */
  rate: number;
}

interface Split {
  gain: number;
  feature: number;
  bin: number;
  unknownLeft: boolean;
}

interface Leaf {
  node: number;
  start: number;
  end: number;
  depth: number;
  sum: number;
  weight: number;
  split: Split | undefined;
}

/** x ≤ this for all that is known: parts the known from the unknown. */
const ALL = 1e300;
const BINS = MOST_BINS + 1;
/** Splits that part the rows alike gain alike but for rounding: the first one is taken. */
const TIE = 1 + 1e-9;

export function growTree(table: Table, growth: Growth, random: Random): Tree {
  const { rows, target, weight, rate, ridge } = growth;
  const tree: Tree = { feature: [], at: [], left: [] };
  const histogram = { sum: new Float64Array(BINS), weight: new Float64Array(BINS) };
  const features = Int32Array.from(growth.features);
  const leafOf = (start: number, end: number, depth: number): Leaf => {
    let [sum, total] = [0, 0];
    for (let r = start; r < end; r += 1) {
      const i = rows[r] as number;
      const w = weight[i] as number;
      sum += w * (target[i] as number);
      total += w;
    }
    const node = tree.feature.push(-1) - 1;
    tree.at.push(short((rate * sum) / (total + ridge)));
    tree.left.push(0);
    const leaf: Leaf = { node, start, end, depth, sum, weight: total, split: undefined };
    if (depth < growth.depth && total >= 2 * growth.minLeaf)
      leaf.split = bestSplit(table, growth, leaf, features, histogram, random);
    return leaf;
  };
  const open = [leafOf(0, rows.length, 0)];
  for (let leaves = 1; leaves < growth.leaves; leaves += 1) {
    let best = -1;
    for (let o = 0; o < open.length; o += 1)
      if (open[o]?.split && (best < 0 || gainOf(open[o]) > TIE * gainOf(open[best]))) best = o;
    const leaf = open[best];
    if (!leaf?.split) break;
    const { feature, bin, unknownLeft } = leaf.split;
    const middle = part(rows, leaf, table.codes[feature] as Uint8Array, bin, unknownLeft);
    tree.feature[leaf.node] = 2 * feature + Number(unknownLeft);
    tree.at[leaf.node] = table.edges[feature]?.[bin] ?? ALL;
    tree.left[leaf.node] = tree.feature.length;
    const left = leafOf(leaf.start, middle, leaf.depth + 1);
    open[best] = left;
    open.push(leafOf(middle, leaf.end, leaf.depth + 1));
  }
  return tree;
}

export function predictTree({ feature, at, left }: Tree, x: (number | null)[]): number {
  let node = 0;
  for (;;) {
    const code = feature[node] ?? -1;
    const bound = at[node] ?? 0;
    if (code < 0) return bound;
    const value = known(x[code >> 1]);
    const goesLeft = value === undefined ? (code & 1) === 1 : value <= bound;
    const next = (left[node] ?? 0) + Number(!goesLeft);
    // Children always come after their parent; one that was brought in broken must not lead in circles.
    if (!(next > node)) return 0;
    node = next;
  }
}

const gainOf = (leaf: Leaf | undefined): number => leaf?.split?.gain ?? 0;

/** Six digits: a leaf's value is no better known than that, and the JSON is half as long. */
const short = (value: number): number => Number(value.toPrecision(6));

/** Moves the rows that go left to the front of the leaf's stretch; returns where the right ones begin. */
function part(
  rows: Int32Array,
  { start, end }: Leaf,
  codes: Uint8Array,
  bin: number,
  unknownLeft: boolean,
): number {
  const right: number[] = [];
  let next = start;
  for (let r = start; r < end; r += 1) {
    const i = rows[r] as number;
    const code = codes[i] as number;
    if (code === UNKNOWN ? unknownLeft : code <= bin) {
      rows[next] = i;
      next += 1;
    } else right.push(i);
  }
  rows.set(right, next);
  return next;
}

function bestSplit(
  table: Table,
  growth: Growth,
  leaf: Leaf,
  features: Int32Array,
  histogram: { sum: Float64Array; weight: Float64Array },
  random: Random,
): Split | undefined {
  const { rows, target, weight, ridge, minLeaf } = growth;
  const floor = leaf.sum ** 2 / (leaf.weight + ridge);
  let best: Split | undefined;
  // What is gained by rounding alone is no gain.
  let most = 1e-12 * floor + 1e-290;
  const looked = Math.min(growth.looked, features.length);
  for (let k = 0; k < looked; k += 1) {
    if (looked < features.length) {
      const j = k + Math.floor(random() * (features.length - k));
      const drawn = features[j] as number;
      features[j] = features[k] as number;
      features[k] = drawn;
    }
    const feature = features[k] as number;
    const bins = (table.edges[feature] as number[]).length + 1;
    const codes = table.codes[feature] as Uint8Array;
    histogram.sum.fill(0);
    histogram.weight.fill(0);
    for (let r = leaf.start; r < leaf.end; r += 1) {
      const i = rows[r] as number;
      const code = codes[i] as number;
      const w = weight[i] as number;
      (histogram.sum[code] as number) += w * (target[i] as number);
      (histogram.weight[code] as number) += w;
    }
    const lost = histogram.sum[UNKNOWN] as number;
    const lostWeight = histogram.weight[UNKNOWN] as number;
    let [sum, total] = [0, 0];
    for (let bin = 0; bin < bins; bin += 1) {
      // An empty bin parts the rows like the bin before it.
      if (histogram.weight[bin] === 0) continue;
      sum += histogram.sum[bin] as number;
      total += histogram.weight[bin] as number;
      const last = bin === bins - 1;
      if (last && lostWeight === 0) break;
      for (let side = 0; side < (lostWeight > 0 && !last ? 2 : 1); side += 1) {
        const leftWeight = total + side * lostWeight;
        const rightWeight = leaf.weight - leftWeight;
        if (leftWeight < minLeaf || rightWeight < minLeaf) continue;
        const left = sum + side * lost;
        const right = leaf.sum - left;
        const gain = left ** 2 / (leftWeight + ridge) + right ** 2 / (rightWeight + ridge) - floor;
        if (gain > most) {
          most = gain * TIE;
          // Where nothing was unknown, the unknown goes with the larger part.
          const unknownLeft = lostWeight > 0 ? side === 1 : leftWeight >= rightWeight;
          best = { gain, feature, bin, unknownLeft };
        }
      }
    }
  }
  return best;
}
