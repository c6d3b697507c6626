/**
 * A random forest (Breiman 2001). Each tree sees a bootstrap of the groups, so a task is in or out as a whole, and a
 * third of the features in each node. All pure.
 */
import type { Random } from '../random.ts';
import type { Regressor } from '../regression.ts';
import { meanOf, type Table, tableOf } from './table.ts';
import { growTree, predictTree, type Tree } from './tree.ts';

export interface ForestFit {
  /** Every tree says how far a row is from this. */
  base: number;
  /** The range of y that was seen; nothing outside is foreseen. */
  range: [low: number, high: number];
  /** The oldest first. */
  trees: Tree[];
}

export interface ForestChoice {
  /** Default 200. */
  trees?: number;
  /** Most leaves of a tree, which bounds its size; default 128. */
  leaves?: number;
  /** Least weight of a leaf; default 3. */
  minLeaf?: number;
  /** Share of the features that each node looks at; default a third. */
  share?: number;
}

const DEEPEST = 24;

export function forestRegressor(choice: ForestChoice = {}): Regressor<ForestFit> {
  const count = Math.max(1, choice.trees ?? 200);
  return {
    name: 'forest',
    fit(rows, random) {
      const table = tableOf(rows);
      const base = meanOf(table);
      return { base, range: table.range, trees: grow(table, base, count, choice, random) };
    },
    predict({ base, range: [low, high], trees }, x) {
      const mean = base + trees.reduce((sum, tree) => sum + predictTree(tree, x), 0) / trees.length;
      return Math.max(low, Math.min(high, mean));
    },
    /** Puts new trees, grown from all rows, in the place of the oldest: as large a share as the fresh rows are, at least a tenth. */
    update(fitted, fresh, rows, random) {
      if (fresh.length === 0) return fitted;
      const share = Math.min(1, Math.max(0.1, fresh.length / rows.length));
      const table = tableOf(rows);
      const grown = grow(table, fitted.base, Math.ceil(share * count), choice, random);
      const trees = [...fitted.trees, ...grown].slice(-count);
      return { base: fitted.base, range: table.range, trees };
    },
  };
}

function grow(table: Table, base: number, count: number, choice: ForestChoice, random: Random): Tree[] {
  const target = table.y.map((y) => y - base);
  const features = Int32Array.from(table.edges.keys());
  return Array.from({ length: count }, () => {
    const weight = new Float64Array(table.y.length);
    for (let draw = 0; draw < table.groups.length; draw += 1)
      for (const i of table.groups[Math.floor(random() * table.groups.length)] as Int32Array)
        (weight[i] as number) += table.weight[i] as number;
    return growTree(
      table,
      {
        target,
        weight,
        rows: Int32Array.from(weight.keys()).filter((i) => (weight[i] as number) > 0),
        depth: DEEPEST,
        leaves: choice.leaves ?? 128,
        minLeaf: choice.minLeaf ?? 3,
        features,
        looked: Math.max(1, Math.round((choice.share ?? 1 / 3) * features.length)),
        ridge: 0,
        rate: 1,
      },
      random,
    );
  });
}
