/**
 * Intervals that hold the truth of a new task as often as they say, whatever the model: from errors on groups that were
 * held out. Rows of one group are one witness, so groups weigh alike (Dunn, Wasserman & Ramdas 2022). All pure.
 */
import { type Example, weightOf } from './regression.ts';

export interface HalfWidth {
  /** The interval is prediction ± half. */
  half: number;
  /** Share of the held-out groups inside: what was measured. */
  covers: number;
  /** What may be claimed: the level asked for, less where there are too few groups to claim it. */
  level: number;
}

/** One width for all rows, from out-of-fold predictions (`crossValidate`), one a row. `level` default 0.9. */
export function halfWidth(rows: Example[], predictions: number[], { level = 0.9 } = {}): HalfWidth {
  const errors = rows.map(({ y }, i) => Math.abs(y - (predictions[i] ?? 0)));
  const shares = groupShares(rows);
  const groups = new Set(rows.filter((row) => weightOf(row) > 0).map(({ group }) => group)).size;
  // The new group is one more among them, and may be the worst.
  const half = quantile(errors, shares, level * (1 + 1 / Math.max(1, groups)));
  const covers = errors.reduce((sum, error, i) => sum + (error <= half ? (shares[i] ?? 0) : 0), 0);
  return { half, covers: Math.min(1, covers), level: Math.min(level, groups / (groups + 1)) };
}

/** Of each row, so that every group weighs the same and all sum to 1. */
function groupShares(rows: Example[]): number[] {
  const weights = new Map<string, number>();
  for (const row of rows) weights.set(row.group, (weights.get(row.group) ?? 0) + weightOf(row));
  const groups = [...weights.values()].filter((weight) => weight > 0).length;
  return rows.map((row) => {
    const all = weights.get(row.group) ?? 0;
    return all > 0 ? weightOf(row) / all / groups : 0;
  });
}

/** The least value that `share` of the weight does not exceed; the largest where no value does. */
function quantile(values: number[], shares: number[], share: number): number {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  let sum = 0;
  for (const i of order) {
    sum += shares[i] ?? 0;
    if (sum >= share - 1e-9) return values[i] ?? 0;
  }
  return values[order.at(-1) ?? -1] ?? 0;
}
