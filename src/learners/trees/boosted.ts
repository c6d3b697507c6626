/**
 * Gradient-boosted trees for squared error (Friedman 2001, 2002): many small trees, each on what the ones before left
 * over. How many is decided on groups that were held out inside. All pure.
 */
import { groupedFolds } from '../grouped-folds.ts';
import type { Random } from '../random.ts';
import { type Example, type Regressor, weightOf } from '../regression.ts';
import { meanOf, type Table, tableOf } from './table.ts';
import { growTree, predictTree, type Tree } from './tree.ts';

export interface BoostedFit {
  base: number;
  /** The range of y that was seen; nothing outside is foreseen. */
  range: [low: number, high: number];
  trees: Tree[];
  /** How many trees were right when it was last fitted as a whole. */
  rounds: number;
}

export interface BoostedChoice {
  /** Most trees; default 300. */
  rounds?: number;
  /** Default 3. */
  depth?: number;
  /** What a tree's answer is multiplied by; default 0.1. */
  rate?: number;
  /** Least weight of a leaf; default 5. */
  minLeaf?: number;
  /** Share of the groups that each tree sees; default 0.8. */
  rows?: number;
  /** Share of the features that each tree sees; default 0.8. */
  columns?: number;
}

/** The inner hold-out: this many folds, all of them in turn while rows are few, one when they are many. */
const FOLDS = 4;
const FEW = 1_000;
/** Rounds without gain after which no better one is expected. */
const PATIENCE = 30;
const LEAST_ADDED = 5;
const RATE = 0.1;

export function boostedRegressor(choice: BoostedChoice = {}): Regressor<BoostedFit> {
  const most = Math.max(1, choice.rounds ?? 300);
  const whole = (rows: Example[], random: Random): BoostedFit => {
    const rounds = bestRounds(rows, most, choice, random);
    const table = tableOf(rows);
    const boost = start(table, meanOf(table));
    while (boost.trees.length < rounds) addTree(boost, choice, random);
    return { base: boost.base, range: table.range, trees: boost.trees, rounds };
  };
  return {
    name: 'boosted',
    fit: whole,
    predict({ base, range: [low, high], trees }, x) {
      const sum = trees.reduce((total, tree) => total + predictTree(tree, x), base);
      return Math.max(low, Math.min(high, sum));
    },
    /** Adds a few trees on all rows: as large a share as the fresh rows are. Once that doubled it, it is fitted anew. */
    update(fitted, fresh, rows, random) {
      if (fresh.length === 0) return fitted;
      const added = Math.max(LEAST_ADDED, Math.ceil((fitted.rounds * fresh.length) / rows.length));
      if (fitted.trees.length + added > 2 * fitted.rounds + LEAST_ADDED) return whole(rows, random);
      const table = tableOf(rows);
      const boost = start(table, fitted.base, fitted.trees);
      for (let round = 0; round < added; round += 1) addTree(boost, choice, random);
      return { base: fitted.base, range: table.range, trees: boost.trees, rounds: fitted.rounds };
    },
  };
}

interface Boost {
  table: Table;
  base: number;
  trees: Tree[];
  /** What is left over, by row. */
  rest: Float64Array;
}

function start(table: Table, base: number, trees: Tree[] = []): Boost {
  const rest = Float64Array.from(
    table.rows,
    ({ x, y }) => y - trees.reduce((sum, tree) => sum + predictTree(tree, x), base),
  );
  return { table, base, trees: [...trees], rest };
}

function addTree({ table, trees, rest }: Boost, choice: BoostedChoice, random: Random): Tree {
  const width = table.edges.length;
  const tree = growTree(
    table,
    {
      target: rest,
      weight: table.weight,
      rows: Int32Array.from(
        [...taken(table.groups.length, choice.rows ?? 0.8, random)].flatMap((g) => [
          ...(table.groups[g] as Int32Array),
        ]),
      ),
      depth: choice.depth ?? 3,
      leaves: 2 ** (choice.depth ?? 3),
      minLeaf: choice.minLeaf ?? 5,
      features: taken(width, choice.columns ?? 0.8, random),
      looked: width,
      ridge: 1,
      rate: choice.rate ?? RATE,
    },
    random,
  );
  trees.push(tree);
  for (const [i, { x }] of table.rows.entries()) (rest[i] as number) -= predictTree(tree, x);
  return tree;
}

/** So large a share of 0 … n−1, at least one, drawn without putting back. */
function taken(n: number, share: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const count = Math.min(n, Math.max(1, Math.round(share * n)));
  if (count < n)
    for (let i = 0; i < count; i += 1) {
      const j = i + Math.floor(random() * (n - i));
      [all[i], all[j]] = [all[j] as number, all[i] as number];
    }
  return all.slice(0, count);
}

/** How many trees foresee held-out groups best; 0 when the mean does. Of one group nothing can be held out: 1 / rate. */
function bestRounds(rows: Example[], most: number, choice: BoostedChoice, random: Random): number {
  const foldOf = groupedFolds(
    rows.map(({ group }) => group),
    FOLDS,
    random,
    rows.map(weightOf),
  );
  const folds = [...new Set(foldOf)].sort((a, b) => a - b);
  const trials = folds.slice(0, rows.length > FEW ? 1 : FOLDS).flatMap((fold) => {
    const train = rows.filter((row, i) => foldOf[i] !== fold && weightOf(row) > 0);
    const held = rows.filter((_, i) => foldOf[i] === fold);
    if (train.length === 0) return [];
    const table = tableOf(train);
    const boost = start(table, meanOf(table));
    return [{ boost, held, rest: held.map(({ y }) => y - boost.base) }];
  });
  if (trials.length === 0) return Math.min(most, Math.ceil(1 / (choice.rate ?? RATE)));
  const wrong = () =>
    trials.reduce(
      (sum, { held, rest }) => held.reduce((all, row, i) => all + weightOf(row) * (rest[i] ?? 0) ** 2, sum),
      0,
    );
  let [best, least] = [0, wrong()];
  for (let round = 1; round <= most && round - best <= PATIENCE; round += 1) {
    for (const { boost, held, rest } of trials) {
      const tree = addTree(boost, choice, random);
      for (const [i, { x }] of held.entries()) (rest[i] as number) -= predictTree(tree, x);
    }
    const now = wrong();
    if (now < least) [best, least] = [round, now];
  }
  return best;
}
