import { expect, test } from 'vitest';
import {
  crossValidate,
  groupedFolds,
  permutationImportances,
  r2Difference,
} from '../../src/learners/grouped-folds.ts';
import { createRandom } from '../../src/learners/random.ts';
import { type Example, meanRegressor, type Regressor } from '../../src/learners/regression.ts';
import { ridgeRegressor } from '../../src/learners/ridge.ts';
import { onSimplex, stackedRegressor } from '../../src/learners/stacking.ts';
import { boostedRegressor } from '../../src/learners/trees/boosted.ts';
import { friedman, gaussian, linear, r2On } from './synthetic.ts';

const random = () => createRandom(11);

/** Knows every row by heart, and says how it did on groups that it learnt from. */
const byHeart: Regressor<Record<string, number>> = {
  name: 'by heart',
  fit: (rows) => Object.fromEntries(rows.map(({ x, y }) => [`${x[0]}`, y])),
  predict: (fitted, x) => fitted[`${x[0]}`] ?? 0,
};

test('no group is on both sides, and the folds are even', () => {
  const groups = Array.from({ length: 200 }, (_, i) => `t${i % 37 < 5 ? i % 5 : i % 37}`);
  const folds = groupedFolds(groups, 5, random());
  for (const group of new Set(groups))
    expect(new Set(folds.filter((_, i) => groups[i] === group)).size).toBe(1);
  const sizes = [0, 1, 2, 3, 4].map((fold) => folds.filter((each) => each === fold).length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(5);
  expect(groupedFolds(groups.toReversed(), 5, random()).toReversed()).toEqual(folds);
  expect(groupedFolds(groups, 5, createRandom(12))).not.toEqual(folds);
  expect(new Set(groupedFolds(['a', 'a', 'b'], 5, random())).size).toBe(2);
});

test('what is known by heart is worth nothing on unseen groups', () => {
  const rows = linear(80, 1).map((row, i) => ({ ...row, x: [Math.floor(i / 4)] }));
  const [heart, mean] = crossValidate(rows, [byHeart, meanRegressor], { random: random(), repeats: 2 });
  expect(heart?.r2).toBeLessThan(0.05);
  expect(mean?.r2).toBeLessThan(0);
  expect(mean?.r2).toBeGreaterThan(-0.2);
});

test('R², error and the difference of two models are those of the out-of-fold predictions', () => {
  const rows = linear(200, 2);
  const [line, mean] = crossValidate(rows, [ridgeRegressor(), meanRegressor], { random: random() });
  // Noise 0.5 around a spread of √13: 1 − 0.25 / 13.25.
  expect(line?.r2).toBeCloseTo(0.981, 1);
  expect(Math.abs((line?.mae ?? 0) - 0.5 * Math.sqrt(2 / Math.PI))).toBeLessThan(0.08);
  if (!line || !mean) throw new Error('none');
  const { difference, low, high } = r2Difference(rows, line, mean, { random: random() });
  expect(difference).toBeCloseTo(line.r2 - mean.r2, 9);
  expect(low).toBeLessThan(difference);
  expect(high).toBeGreaterThan(difference);
  expect(low).toBeGreaterThan(0.9);
  expect(r2Difference(rows, line, line, { random: random() })).toEqual({ difference: 0, low: 0, high: 0 });
});

test('the interval of a difference is as wide as tasks, not rows, allow: two models that are alike', () => {
  let outside = 0;
  const draw = createRandom(5);
  for (let run = 0; run < 60; run += 1) {
    const rows: Example[] = [];
    const [a, b]: [number[], number[]] = [[], []];
    for (let task = 0; task < 40; task += 1) {
      const [own, other] = [draw(), draw()];
      for (let k = 0; k < 5; k += 1) {
        rows.push({ x: [], y: gaussian(draw), group: `${task}` });
        a.push(own);
        b.push(other);
      }
    }
    const { low, high } = r2Difference(rows, { squared: a }, { squared: b }, { random: draw, draws: 150 });
    if (low > 0 || high < 0) outside += 1;
  }
  expect(outside).toBeLessThanOrEqual(8);
});

test('importances show what a model lives on', () => {
  const [a = 0, b = 0, c = 1] = permutationImportances(linear(200, 3), ridgeRegressor(), {
    random: random(),
  });
  // Shuffling doubles a feature's part of the variance: 2·4/13 and 2·9/13.
  expect(a).toBeCloseTo(0.6, 0);
  expect(b).toBeGreaterThan(a);
  expect(Math.abs(c)).toBeLessThan(0.02);
  const flat = linear(40, 3).map((row) => ({ ...row, y: 1 }));
  expect(permutationImportances(flat, ridgeRegressor(), { random: random() })).toEqual([0, 0, 0]);
});

test('one task cannot be held out; a constant y is foreseen by nobody', () => {
  const one = linear(10, 4).map((row) => ({ ...row, group: 'only' }));
  expect(() => crossValidate(one, [meanRegressor], { random: random() })).toThrow(
    expect.objectContaining({ code: 'too_few_groups' }),
  );
  const flat = linear(20, 4).map((row) => ({ ...row, y: 0.1 }));
  const [mean] = crossValidate(flat, [meanRegressor], { random: random() });
  expect(mean).toMatchObject({ r2: 0, mae: expect.closeTo(0, 9) });
});

test('a mixture weighs by what was foreseen of unseen groups', () => {
  expect(
    onSimplex([
      [2, 0],
      [0, 1],
    ])[0],
  ).toBeCloseTo(1 / 3, 6);
  expect(
    onSimplex([
      [1, 2],
      [2, 5],
    ]),
  ).toEqual([1, 0]);
  expect(
    onSimplex([
      [0, 0],
      [0, 0],
    ]),
  ).toEqual([0.5, 0.5]);
  const rows = friedman(150, 5);
  const boosted = boostedRegressor({ rounds: 25, rate: 0.3 });
  const stacked = stackedRegressor([meanRegressor, byHeart, ridgeRegressor(), boosted], { folds: 3 });
  const fitted = stacked.fit(rows, random());
  const weight = (name: string) => fitted.weights.find((each) => each.name === name)?.weight ?? 0;
  expect(fitted.weights.reduce((sum, each) => sum + each.weight, 0)).toBeCloseTo(1, 9);
  expect(weight('by heart')).toBe(0);
  expect(weight('boosted')).toBeGreaterThan(0.5);
  const held = friedman(1_000, 6);
  const alone = r2On(ridgeRegressor(), ridgeRegressor().fit(rows, random()), held);
  const best = r2On(boosted, boosted.fit(rows, random()), held);
  const mixed = r2On(stacked, JSON.parse(JSON.stringify(fitted)), held);
  expect(mixed).toBeGreaterThan(Math.max(alone, best) - 0.03);
  const fresh = friedman(50, 7).map((row) => ({ ...row, group: `new ${row.group}` }));
  const folded = stacked.update?.(fitted, fresh, [...rows, ...fresh], random());
  expect(r2On(stacked, folded, held)).toBeGreaterThan(mixed - 0.02);
  const single = stacked.fit([{ x: [1], y: 0.4, group: 'a' }], random());
  expect(stacked.predict(single, [1])).toBeCloseTo(0.4, 9);
});
