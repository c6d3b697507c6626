import { expect, test } from 'vitest';
import { effects, fitLogistic, likelihood, type Row } from '../../src/learners/logistic.ts';

/** A 2×2 table as rows: x is 0 or 1. */
const table = (counts: [x: number, y: boolean, times: number][]): Row[] =>
  counts.map(([x, y, weight]) => ({ x: [x], y, weight }));

const TABLE = table([
  [1, true, 30],
  [1, false, 10],
  [0, true, 20],
  [0, false, 40],
]);

test('without a penalty a 2×2 table gives its own shares, and the odds ratio as effect', () => {
  const model = fitLogistic(TABLE, 0);
  expect(likelihood(model, [1])).toBeCloseTo(0.75, 6);
  expect(likelihood(model, [0])).toBeCloseTo(1 / 3, 6);
  const [one = 0] = effects(model, [1]);
  const [none = 0] = effects(model, [0]);
  expect(one - none).toBeCloseTo(Math.log((30 * 40) / (10 * 20)), 6);
});

test('a penalty draws towards the base rate, a strong one all the way', () => {
  const mild = likelihood(fitLogistic(TABLE, 20), [1]);
  expect(mild).toBeLessThan(0.75);
  expect(mild).toBeGreaterThan(0.5);
  expect(likelihood(fitLogistic(TABLE, 1e9), [1])).toBeCloseTo(0.5, 4);
});

test('weights count like repeated rows', () => {
  const repeated = TABLE.flatMap((row) => Array.from({ length: row.weight }, () => ({ ...row, weight: 1 })));
  expect(likelihood(fitLogistic(repeated, 3), [1])).toBeCloseTo(likelihood(fitLogistic(TABLE, 3), [1]), 6);
});

test('what never differs has no weight, and rows that are parted cleanly stay finite', () => {
  const rows = [-3, -2, -1, 1, 2, 3].map((x) => ({ x: [x, 7], y: x > 0, weight: 1 }));
  const model = fitLogistic(rows, 0.01);
  expect(model.weights[1]).toBe(0);
  expect(model.weights.every(Number.isFinite)).toBe(true);
  expect(likelihood(model, [3, 7])).toBeGreaterThan(0.95);
  expect(likelihood(model, [1e12, -1e12])).toBeLessThanOrEqual(1);
});

test('no rows give a model that knows nothing', () => {
  expect(likelihood(fitLogistic([], 1), [])).toBe(0.5);
});
