import { expect, test } from 'vitest';
import { createRandom } from '../../src/learners/random.ts';
import { type Example, meanRegressor } from '../../src/learners/regression.ts';
import { type RidgeFit, ridgeRegressor } from '../../src/learners/ridge.ts';
import { friedman, gaussian, linear, r2On } from './synthetic.ts';

const random = createRandom(1);
const plain = ridgeRegressor({ ridge: 1e-9 });

test('the mean is the weighted mean, and takes rows in exactly', () => {
  const rows = [1, 2, 6].map((y) => ({ x: [], y, group: `${y}`, weight: y }));
  const whole = meanRegressor.fit(rows, random);
  expect(meanRegressor.predict(whole, [])).toBeCloseTo(41 / 9, 12);
  const folded = meanRegressor.update?.(
    meanRegressor.fit(rows.slice(0, 2), random),
    rows.slice(2),
    rows,
    random,
  );
  expect(folded?.mean).toBeCloseTo(whole.mean, 12);
});

test('finds a linear truth again', () => {
  const { base, weights, centres } = plain.fit(linear(4_000, 1), random);
  expect(weights[0]).toBeCloseTo(2, 1);
  expect(weights[1]).toBeCloseTo(-3, 1);
  expect(Math.abs(weights[2] ?? 1)).toBeLessThan(0.03);
  expect(base - 2 * (centres[0] ?? 0) + 3 * (centres[1] ?? 0)).toBeCloseTo(1, 1);
});

test('agrees with the closed form and with scikit-learn', () => {
  // y = x exactly on three points, penalty 3 on the common scale: z·z = 3, so half the slope is left.
  const rows = [-1, 0, 1].map((x) => ({ x: [x], y: x, group: `${x}` }));
  expect(ridgeRegressor({ ridge: 3 }).fit(rows, random).weights[0]).toBeCloseTo(0.5, 12);
  // scikit-learn 1.9 on Friedman #1 (500 rows to learn from, 2,000 held out): 0.7293 with Ridge(alpha=1).
  const fitted = ridgeRegressor({ ridge: 1 }).fit(friedman(500, 1), random);
  expect(r2On(ridgeRegressor(), fitted, friedman(2_000, 2))).toBeCloseTo(0.729, 2);
});

/** Linear rows on odd scales and with gaps, one of which tells something. */
function gappy(n: number, seed: number): Example[] {
  const draw = createRandom(seed);
  return linear(n, seed).map(({ x, y, group }) => {
    const [a, b, c] = x.map(Number) as [number, number, number];
    const lost = draw() < 0.3;
    return {
      x: [lost ? null : 1e6 + a, draw() < 0.2 ? null : 1e-6 * b, c, 7],
      y: y + (lost ? 4 : 0),
      group,
      weight: 1 + Math.floor(3 * draw()),
    };
  });
}

test('rows that are folded in give the very model that a refit gives', () => {
  const rows = gappy(300, 3);
  for (const regressor of [ridgeRegressor(), ridgeRegressor({ ridge: 5 })]) {
    const whole = regressor.fit(rows, random);
    // The first rows have no gaps, so that new columns have to come in.
    const first = rows.filter(({ x }) => !x.includes(null)).slice(0, 20);
    let [folded, known] = [regressor.fit(first, random), first];
    const rest = rows.filter((row) => !first.includes(row));
    for (let at = 0; at < rest.length; at += 40) {
      const fresh = rest.slice(at, at + 40);
      known = [...known, ...fresh];
      folded = regressor.update?.(folded, fresh, known, random) as RidgeFit;
    }
    expect(folded.ridge).toBe(whole.ridge);
    for (const { x } of rows)
      expect(Math.abs(regressor.predict(folded, x) - regressor.predict(whole, x))).toBeLessThan(1e-9);
  }
});

test('that something is not known counts where it tells something, and only there', () => {
  const { gaps } = ridgeRegressor().fit(
    gappy(400, 5).map((row) => ({ ...row, weight: 1 })),
    random,
  );
  expect(gaps[0]).toBeGreaterThan(2);
  expect(gaps.slice(1)).toEqual([0, 0, 0]);
});

test('weights count like repeated rows', () => {
  const rows = gappy(60, 6);
  const repeated = rows.flatMap((row) =>
    Array.from({ length: row.weight ?? 1 }, () => ({ ...row, weight: 1 })),
  );
  const [one, other] = [rows, repeated].map((each) => ridgeRegressor().fit(each, random));
  for (const { x } of rows)
    expect(ridgeRegressor().predict(one as RidgeFit, x)).toBeCloseTo(
      ridgeRegressor().predict(other as RidgeFit, x),
      9,
    );
});

test('stays within what was seen, whatever is asked; survives JSON', () => {
  const rows = linear(50, 7);
  const fitted = JSON.parse(JSON.stringify(ridgeRegressor().fit(rows, random))) as RidgeFit;
  const ys = rows.map(({ y }) => y);
  const asked = [
    [1e300, 1, 1],
    [Number.NaN, Number.POSITIVE_INFINITY, 0],
    [],
    [1e90, -1e90, 1e90],
    [null, null, null, 9],
  ];
  for (const x of asked) {
    const foreseen = ridgeRegressor().predict(fitted, x);
    expect(foreseen).toBeGreaterThanOrEqual(Math.min(...ys));
    expect(foreseen).toBeLessThanOrEqual(Math.max(...ys));
  }
});

test('one row, constant y, copies of a feature, more features than rows', () => {
  const one = ridgeRegressor().fit([{ x: [3, null], y: 0.1, group: 'a' }], random);
  expect(ridgeRegressor().predict(one, [5, 5])).toBe(0.1);
  const constant = ridgeRegressor().fit(
    linear(30, 8).map((row) => ({ ...row, y: 0.3 })),
    random,
  );
  expect(ridgeRegressor().predict(constant, [9, 9, 9])).toBe(0.3);
  const copies = linear(200, 9).map((row) => ({ ...row, x: [...row.x, ...row.x] }));
  expect(r2On(plain, plain.fit(copies, random), copies)).toBeGreaterThan(0.95);
  const wide = Array.from({ length: 10 }, (_, i) => ({
    x: Array.from({ length: 40 }, () => gaussian(random)),
    y: i,
    group: `${i}`,
  }));
  expect(
    Number.isFinite(ridgeRegressor().predict(ridgeRegressor().fit(wide, random), wide[0]?.x ?? [])),
  ).toBe(true);
});

test('refuses what it cannot learn from', () => {
  const refused = (rows: Example[], code: string) =>
    expect(() => ridgeRegressor().fit(rows, random)).toThrow(expect.objectContaining({ code }));
  refused([], 'no_examples');
  refused([{ x: [1], y: 1, group: 'a', weight: 0 }], 'no_examples');
  refused([{ x: [1], y: Number.NaN, group: 'a' }], 'bad_example');
  refused([{ x: [1], y: 1, group: 'a', weight: -1 }], 'bad_example');
  refused([{ x: new Array(300).fill(1), y: 1, group: 'a' }], 'too_many_features');
});
