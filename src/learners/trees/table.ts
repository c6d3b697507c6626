/**
 * Examples as columns, in one order whatever order they came in, and their features cut into bins: what trees are grown
 * from. Only the order of a feature's values matters to a tree, so 64 quantile bins lose little (Ke et al. 2017). Pure.
 */
import { checkExamples, type Example, known, weightOf } from '../regression.ts';

export const MOST_BINS = 64;
/** The bin of what is not known. */
export const UNKNOWN = MOST_BINS;

export interface Table {
  rows: Example[];
  y: Float64Array;
  weight: Float64Array;
  /** Rows of each group, groups in the order of their names. */
  groups: Int32Array[];
  /** By feature: the bin of each row. */
  codes: Uint8Array[];
  /** By feature: rows up to and with bin b have x ≤ edges[b]. One bin more than edges. */
  edges: number[][];
  /** Smallest and largest y. */
  range: [low: number, high: number];
}

/** Throws what `checkExamples` throws. Rows that weigh nothing are left out. */
export function tableOf(examples: Example[]): Table {
  checkExamples(examples);
  const rows = examples.filter((row) => weightOf(row) > 0).sort(byContent);
  const width = rows.reduce((most, { x }) => Math.max(most, x.length), 0);
  const y = Float64Array.from(rows, (row) => row.y);
  const weight = Float64Array.from(rows, weightOf);
  const groups: number[][] = [];
  for (const [i, { group }] of rows.entries())
    if (i > 0 && rows[i - 1]?.group === group) groups.at(-1)?.push(i);
    else groups.push([i]);
  const binned = Array.from({ length: width }, (_, f) =>
    cut(
      rows.map(({ x }) => known(x[f])),
      weight,
    ),
  );
  return {
    rows,
    y,
    weight,
    groups: groups.map((group) => Int32Array.from(group)),
    codes: binned.map(({ codes }) => codes),
    edges: binned.map(({ edges }) => edges),
    range: [y.reduce((a, b) => Math.min(a, b)), y.reduce((a, b) => Math.max(a, b))],
  };
}

export const meanOf = ({ y, weight }: Table): number =>
  y.reduce((sum, each, i) => sum + (weight[i] ?? 0) * each, 0) / weight.reduce((sum, each) => sum + each, 0);

function byContent(a: Example, b: Example): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  if (a.y !== b.y) return a.y - b.y;
  for (let f = 0; f < Math.max(a.x.length, b.x.length); f += 1) {
    const [left, right] = [known(a.x[f]) ?? Number.MAX_VALUE, known(b.x[f]) ?? Number.MAX_VALUE];
    if (left !== right) return left - right;
  }
  return weightOf(a) - weightOf(b);
}

/** Bins of about equal weight, never between equal values. */
function cut(
  values: (number | undefined)[],
  weight: Float64Array,
): { codes: Uint8Array<ArrayBuffer>; edges: number[] } {
  const weightAt = new Map<number, number>();
  for (const [i, value] of values.entries())
    if (value !== undefined) weightAt.set(value, (weightAt.get(value) ?? 0) + (weight[i] ?? 0));
  const distinct = [...weightAt.keys()].sort((a, b) => a - b);
  const total = [...weightAt.values()].reduce((sum, each) => sum + each, 0);
  const edges: number[] = [];
  let [below, filled] = [0, 0];
  for (let v = 0; v + 1 < distinct.length; v += 1) {
    const value = distinct[v] as number;
    below += weightAt.get(value) ?? 0;
    // Few distinct values get a bin each; else a bin closes when it has its share of what is left.
    const share = (total - filled) / (MOST_BINS - edges.length);
    if (distinct.length > MOST_BINS && below - filled < share) continue;
    if (edges.length === MOST_BINS - 1) break;
    edges.push(between(value, distinct[v + 1] as number));
    filled = below;
  }
  const codes = Uint8Array.from(values, (value) => {
    if (value === undefined) return UNKNOWN;
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (edges[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  });
  return { codes, edges };
}

/** A number of few digits t with low ≤ t < high, as near to the middle as its digits allow. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  for (let digits = 2; digits <= 17; digits += 1) {
    const short = Number(middle.toPrecision(digits));
    if (short >= low && short < high) return short;
  }
  return low;
}
