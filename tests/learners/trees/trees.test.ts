import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/learners/random.ts';
import type { Example } from '../../../src/learners/regression.ts';
import { ridgeRegressor } from '../../../src/learners/ridge.ts';
import { type BoostedFit, boostedRegressor } from '../../../src/learners/trees/boosted.ts';
import { type ForestFit, forestRegressor } from '../../../src/learners/trees/forest.ts';
import { tableOf } from '../../../src/learners/trees/table.ts';
import { growTree, predictTree, type Tree } from '../../../src/learners/trees/tree.ts';
import { friedman, gaussian, linear, r2On } from '../synthetic.ts';

const forest = forestRegressor({ trees: 40 });
const boosted = boostedRegressor({ rounds: 40, rate: 0.2 });
const seeded = () => createRandom(7);

/** One tree on all rows and features. */
function oneTree(rows: Example[], choice: { depth?: number; leaves?: number; minLeaf?: number } = {}): Tree {
  const table = tableOf(rows);
  return growTree(
    table,
    {
      target: table.y,
      weight: table.weight,
      rows: Int32Array.from(table.rows.keys()),
      depth: choice.depth ?? 9,
      leaves: choice.leaves ?? 99,
      minLeaf: choice.minLeaf ?? 1,
      features: Int32Array.from(table.edges.keys()),
      looked: table.edges.length,
      ridge: 0,
      rate: 1,
    },
    seeded(),
  );
}

const rowsOf = (...given: [x: (number | null)[], y: number][]): Example[] =>
  given.map(([x, y], i) => ({ x, y, group: `${i}` }));

describe('a tree', () => {
  test('parts where most is gained and says the means', () => {
    const tree = oneTree(rowsOf([[1, 5], 1], [[2, 5], 1], [[3, 5], 7], [[4, 5], 9]), { depth: 1 });
    expect(tree).toEqual({ feature: [1, -1, -1], at: [2.5, 1, 8], left: [1, 0, 0] });
  });

  test('sends what is not known where it belongs, and can part it from all that is known', () => {
    const high = oneTree(rowsOf([[1], 0], [[2], 0], [[8], 9], [[9], 9], [[null], 9], [[Number.NaN], 9]));
    expect([[1.5], [8.5], [null], [Number.POSITIVE_INFINITY]].map((x) => predictTree(high, x))).toEqual([
      0, 9, 9, 9,
    ]);
    const apart = oneTree(rowsOf([[1], 2], [[9], 2], [[null], 5], [[null], 5]));
    expect([[1], [9], [1e90], [null], []].map((x) => predictTree(apart, x))).toEqual([2, 2, 2, 5, 5]);
  });

  test('is the same on the rows it saw when a feature is bent without changing its order', () => {
    const rows = friedman(300, 1);
    const bent = rows.map((row) => ({ ...row, x: row.x.map((x) => Math.exp(5 * (x ?? 0)) - 40) }));
    const [straight, curved] = [oneTree(rows, { minLeaf: 4 }), oneTree(bent, { minLeaf: 4 })];
    expect(curved.feature).toEqual(straight.feature);
    for (const [i, { x }] of rows.entries())
      expect(predictTree(curved, bent[i]?.x ?? [])).toBe(predictTree(straight, x));
  });

  test('keeps its bounds: leaves, depth, least weight, bins', () => {
    const rows = friedman(1_000, 2);
    expect(oneTree(rows, { leaves: 10 }).feature.filter((f) => f < 0)).toHaveLength(10);
    expect(oneTree(rows, { depth: 3 }).feature.filter((f) => f < 0).length).toBeLessThanOrEqual(8);
    const tree = oneTree(rows, { leaves: 500, depth: 30, minLeaf: 50 });
    const inLeaf = Map.groupBy(rows, ({ x }) => predictTree(tree, x));
    for (const own of inLeaf.values()) expect(own.length).toBeGreaterThanOrEqual(50);
    const { edges, codes } = tableOf(rows);
    for (const [f, own] of edges.entries()) {
      expect(own).toHaveLength(63);
      const sizes = [...Map.groupBy(codes[f] ?? [], (code) => code).values()].map(({ length }) => length);
      expect(Math.max(...sizes)).toBeLessThan(25);
    }
  });
});

describe('forest and boosted trees', () => {
  // On the same data and settings: scikit-learn 1.9 ridge 0.729, RandomForestRegressor 0.787,
  // GradientBoostingRegressor 0.908, HistGradientBoostingRegressor 0.896.
  test('foresee Friedman #1 as well as scikit-learn, and better than a line', () => {
    const [rows, held] = [friedman(500, 1), friedman(1_000, 2)];
    const line = r2On(ridgeRegressor(), ridgeRegressor().fit(rows, seeded()), held);
    const [many, steps] = [forestRegressor({ trees: 60 }), boostedRegressor({ rounds: 100, rate: 0.15 })];
    const trees = r2On(many, many.fit(rows, seeded()), held);
    const gradient = r2On(steps, steps.fit(rows, seeded()), held);
    expect(trees).toBeGreaterThan(Math.max(0.77, line + 0.03));
    expect(gradient).toBeGreaterThan(0.89);
  });

  for (const regressor of [forest, boosted]) {
    test(`${regressor.name}: never leaves the range of y, survives JSON, and is bounded in size`, () => {
      const rows = linear(200, 3);
      const fitted = JSON.parse(JSON.stringify(regressor.fit(rows, seeded()))) as ForestFit & BoostedFit;
      const ys = rows.map(({ y }) => y);
      for (const x of [
        ...linear(200, 4).map((row) => row.x),
        [1e300, Number.NaN, -1e300],
        [],
        [null, null, null],
      ]) {
        const foreseen = regressor.predict(fitted, x);
        expect(foreseen).toBeGreaterThanOrEqual(Math.min(...ys));
        expect(foreseen).toBeLessThanOrEqual(Math.max(...ys));
      }
      expect(JSON.stringify(fitted).length).toBeLessThan(200_000);
    });

    test(`${regressor.name}: neither the order of rows nor weights for copies matter`, () => {
      const rows = linear(120, 5).map((row, i) => ({ ...row, weight: 1 + (i % 3) }));
      const fitted = regressor.fit(rows, seeded());
      expect(regressor.fit(rows.toReversed(), seeded())).toEqual(fitted);
      const copies = rows.flatMap((row) => Array.from({ length: row.weight }, () => ({ ...row, weight: 1 })));
      const other = regressor.fit(copies, seeded());
      for (const { x } of rows)
        expect(regressor.predict(other, x)).toBeCloseTo(regressor.predict(fitted, x), 2);
    });

    test(`${regressor.name}: new rows are taken in without a refit`, () => {
      const old = friedman(200, 8);
      // The world has changed: what is new lies 6 higher.
      const fresh = friedman(200, 9).map((row) => ({ ...row, y: row.y + 6, group: `new ${row.group}` }));
      const before = regressor.fit(old, seeded());
      const rows = [...old, ...fresh];
      const after = regressor.update?.(before, fresh, rows, seeded()) as ForestFit & BoostedFit;
      expect(r2On(regressor, after, rows)).toBeGreaterThan(r2On(regressor, before, rows) + 0.1);
      let fitted = after;
      for (let round = 0; round < 5; round += 1)
        fitted = regressor.update?.(fitted, fresh, rows, seeded()) as typeof after;
      expect(fitted.trees.length).toBeLessThanOrEqual(2 * 40 + 5);
      expect(regressor.update?.(fitted, [], rows, seeded())).toBe(fitted);
    });

    test(`${regressor.name}: constant y, one row, one feature, none, copies of rows`, () => {
      const constant = linear(40, 10).map((row) => ({ ...row, y: 0.1 + 0.2 }));
      expect(regressor.predict(regressor.fit(constant, seeded()), [0, 0, 0])).toBe(0.1 + 0.2);
      const alone = regressor.fit([{ x: [null], y: 0.7, group: 'a' }], seeded());
      expect(regressor.predict(alone, [3])).toBe(0.7);
      const bare = regressor.fit(
        linear(40, 11).map((row) => ({ ...row, x: [] })),
        seeded(),
      );
      expect(Number.isFinite(regressor.predict(bare, []))).toBe(true);
      const copies = Array.from({ length: 60 }, (_, i) => ({ x: [i % 2], y: i % 2, group: `${i}` }));
      const fitted = regressor.fit(copies, seeded());
      expect(regressor.predict(fitted, [0])).toBeLessThan(0.1);
      expect(regressor.predict(fitted, [1])).toBeGreaterThan(0.9);
      expect(() => regressor.fit([], seeded())).toThrow(expect.objectContaining({ code: 'no_examples' }));
    });
  }

  test('the forest draws tasks, not rows: half of its trees know one of two tasks only', () => {
    const two = Array.from({ length: 40 }, (_, i) => ({ x: [i % 2], y: i % 2, group: `${i % 2}` }));
    const regressor = forestRegressor({ trees: 400 });
    const foreseen = regressor.predict(regressor.fit(two, seeded()), [0]);
    expect(Math.abs(foreseen - 0.25)).toBeLessThan(0.08);
  });

  test('boosting judges by unseen tasks: what only names a task is not learnt', () => {
    const random = createRandom(6);
    const levels = Array.from({ length: 40 }, () => 3 * gaussian(random));
    const rows = levels.flatMap((y, task) => [1, 2, 3, 4].map(() => ({ x: [task], y, group: `${task}` })));
    const apart = rows.map((row, i) => ({ ...row, group: `${i}` }));
    expect(boosted.fit(rows, seeded()).rounds).toBeLessThan(10);
    expect(boosted.fit(apart, seeded()).rounds).toBeGreaterThan(30);
  });

  test('boosting stops where held-out tasks gain nothing: noise gives the mean', () => {
    const random = createRandom(3);
    const noise = Array.from({ length: 200 }, (_, i) => ({
      x: [random(), random()],
      y: random(),
      group: `${i}`,
    }));
    expect(boostedRegressor().fit(noise, seeded()).rounds).toBeLessThan(15);
  });
});
