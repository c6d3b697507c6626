/**
 * How soon random cuts set a row apart from the others: isolation forest (Liu, Ting & Zhou 2008). Rows are flat: `width` numbers each.
 * Deterministic given `random`; time and memory are linear in the rows, and the trees are of bounded size. All pure.
 *
 * The paper draws the feature to cut with all alike, so a row that is odd in one of nine features is met by one cut in nine. Here a
 * feature may be favoured by how far it reaches, as in random cut forests (Guha, Mishra, Roy & Schrijvers 2016); then the units of the
 * features matter, and whoever asks gives all in comparable ones.
 */
import type { Random } from './random.ts';

export interface Rows {
  width: number;
  /** Row after row, all finite. */
  values: Float64Array;
}

/** A tree in flat arrays: inner nodes have a feature, leaves have −1 and in `cuts` the length of the path that ends there. */
interface IsolationTree {
  features: Int16Array;
  cuts: Float64Array;
  /** Of an inner node the one below the cut; the other is the next. */
  below: Int32Array;
}

export interface IsolationForest {
  width: number;
  sample: number;
  trees: IsolationTree[];
}

/** Mean length of an unsuccessful search in a binary tree of n rows: what n rows that were not parted would still take. */
export function meanPath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

export interface Growing {
  trees: number;
  /** Rows that a tree is grown on, drawn without replacement; it is as deep as log2 of that. */
  sample: number;
  /** A feature is cut in proportion to its range among the rows, to this power. 0: all alike, as in the paper. */
  favour: number;
  random: Random;
}

export function growForest(rows: Rows, { trees, sample, favour, random }: Growing): IsolationForest {
  const count = rows.values.length / rows.width;
  const size = Math.min(sample, count);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const grown: IsolationTree[] = [];
  for (let tree = 0; tree < trees; tree += 1) {
    // The first `size` of a shuffle; that `order` is shuffled already does not matter.
    for (let i = 0; i < size; i += 1) {
      const j = i + Math.floor(random() * (count - i));
      const taken = order[j] as number;
      order[j] = order[i] as number;
      order[i] = taken;
    }
    grown.push(growTree(rows, order.slice(0, size), favour, random));
  }
  return { width: rows.width, sample: size, trees: grown };
}

function growTree({ width, values }: Rows, drawn: Int32Array, favour: number, random: Random): IsolationTree {
  const features: number[] = [];
  const cuts: number[] = [];
  const below: number[] = [];
  const deepest = Math.ceil(Math.log2(Math.max(2, drawn.length)));
  const grow = (from: number, to: number, depth: number): void => {
    const node = features.push(-1) - 1;
    cuts.push(depth + meanPath(to - from));
    below.push(0);
    if (to - from <= 1 || depth >= deepest) return;
    const cut = drawCut(from, to);
    if (!cut) return;
    let middle = from;
    for (let i = from; i < to; i += 1) {
      const row = drawn[i] as number;
      if ((values[row * width + cut.feature] as number) >= cut.at) continue;
      drawn[i] = drawn[middle] as number;
      drawn[middle] = row;
      middle += 1;
    }
    features[node] = cut.feature;
    cuts[node] = cut.at;
    grow(middle, to, depth + 1);
    below[node] = features.length;
    grow(from, middle, depth + 1);
  };
  /** A feature that still differs here, and a place between its ends; nothing where all rows are the same. */
  const drawCut = (from: number, to: number): { feature: number; at: number } | undefined => {
    const differing: { feature: number; high: number; range: number }[] = [];
    let reach = 0;
    for (let feature = 0; feature < width; feature += 1) {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = from; i < to; i += 1) {
        const value = values[(drawn[i] as number) * width + feature] as number;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high <= low) continue;
      differing.push({ feature, high, range: high - low });
      reach += (high - low) ** favour;
    }
    const lot = random() * reach;
    let passed = 0;
    const chosen =
      differing.find(({ range }) => {
        passed += range ** favour;
        return lot < passed;
      }) ?? differing.at(-1);
    // Above the lowest, so that both sides hold something.
    return chosen && { feature: chosen.feature, at: chosen.high - random() * chosen.range };
  };
  grow(0, drawn.length, 0);
  return {
    features: Int16Array.from(features),
    cuts: Float64Array.from(cuts),
    below: Int32Array.from(below),
  };
}

/** Of each row 0..1: near 1 it is set apart at once, 0.5 is as usual, below it lies deep among others. */
export function isolationScores(forest: IsolationForest, { width, values }: Rows): Float64Array {
  const scores = new Float64Array(values.length / width);
  for (const { features, cuts, below } of forest.trees)
    for (let row = 0; row < scores.length; row += 1) {
      let node = 0;
      for (let f = features[0] as number; f >= 0; f = features[node] as number)
        node =
          (values[row * width + f] as number) < (cuts[node] as number) ? (below[node] as number) : node + 1;
      scores[row] = (scores[row] as number) + (cuts[node] as number);
    }
  const usual = meanPath(forest.sample) * forest.trees.length;
  return scores.map((path) => (usual > 0 ? 2 ** (-path / usual) : 0.5));
}
