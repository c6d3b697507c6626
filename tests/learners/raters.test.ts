import { expect, test } from 'vitest';
import { createRandom } from '../../src/learners/random.ts';
import { fitRaters, type Rated } from '../../src/learners/raters.ts';
import { gaussian } from './synthetic.ts';

const TABLE: Rated[] = (
  [
    ['a', 'p', 7],
    ['a', 'q', 5],
    ['a', 'r', 8],
    ['b', 'p', 4],
    ['b', 'q', 3],
    ['c', 'q', 6],
    ['c', 'r', 9],
    ['c', 's', 7],
    ['d', 'p', 8],
    ['d', 'r', 9],
    ['e', 'p', 3],
    ['e', 'q', 2],
    ['e', 's', 4],
    ['f', 'r', 6],
    ['f', 's', 5],
    ['g', 'q', 7],
    ['h', 's', 8],
  ] as const
).map(([item, rater, value]) => ({ item, rater, value }));

test('variances, values and errors are those of restricted maximum likelihood (dense, in NumPy and SciPy)', () => {
  const { mean, variance, items, raters } = fitRaters(TABLE);
  expect(mean).toBeCloseTo(6.30833, 4);
  expect(variance.item).toBeCloseTo(3.533, 3);
  expect(variance.rater).toBeCloseTo(1.24, 3);
  expect(variance.residual).toBeCloseTo(0.17041, 4);
  const values = {
    a: 6.71216,
    b: 4.27049,
    c: 7.29219,
    d: 7.85728,
    e: 3.47447,
    f: 4.81468,
    g: 8.27198,
    h: 7.77337,
  };
  for (const [item, value] of Object.entries(values)) expect(items.get(item)?.value).toBeCloseTo(value, 4);
  expect(items.get('a')).toMatchObject({ n: 3, error: expect.closeTo(0.60937, 4) });
  expect(items.get('g')).toMatchObject({ n: 1, error: expect.closeTo(0.71241, 4) });
  const biases = { p: -0.07599, q: -1.36669, r: 1.28672, s: 0.15597 };
  for (const [rater, bias] of Object.entries(biases)) expect(raters.get(rater)?.bias).toBeCloseTo(bias, 4);
  expect(raters.get('q')?.error).toBeCloseTo(0.58914, 4);
});

test('weights divide the noise, as there', () => {
  const { variance, items } = fitRaters(TABLE.map((row, i) => ({ ...row, weight: 1 + (i % 3) })));
  expect(variance.item).toBeCloseTo(3.5915, 3);
  expect(variance.rater).toBeCloseTo(1.182, 3);
  expect(variance.residual).toBeCloseTo(0.24723, 4);
  expect(items.get('g')).toMatchObject({
    value: expect.closeTo(8.19453, 4),
    error: expect.closeTo(0.74346, 4),
  });
});

test('neither the order nor which factor is larger matters, and a scale goes through', () => {
  const fitted = fitRaters(TABLE);
  expect(fitRaters([...TABLE].reverse())).toEqual(fitted);
  const turned = fitRaters(TABLE.map(({ item, rater, value }) => ({ item: rater, rater: item, value })));
  expect(turned.variance.rater).toBeCloseTo(fitted.variance.item, 3);
  expect(turned.raters.get('a')?.bias).toBeCloseTo((fitted.items.get('a')?.value ?? 0) - fitted.mean, 3);
  const scaled = fitRaters(TABLE.map((row) => ({ ...row, value: 1e6 + 100 * row.value })));
  expect(scaled.items.get('e')?.value).toBeCloseTo(1e6 + 100 * (fitted.items.get('e')?.value ?? 0), 0);
});

interface Plan {
  items: number;
  raters: number;
  ratings: number;
  bias: number;
}

/** Ratings around 5: items differ by 1, noise 0.7. */
function planted({ items, raters, ratings, bias }: Plan, seed: number) {
  const random = createRandom(seed);
  const worth = Array.from({ length: items }, () => gaussian(random));
  const biases = Array.from({ length: raters }, () => bias * gaussian(random));
  const rows: Rated[] = Array.from({ length: ratings }, (_, k) => {
    const i = k < items ? k : Math.floor(random() * items);
    const j = Math.floor(random() * raters);
    const value = 5 + (worth[i] ?? 0) + (biases[j] ?? 0) + 0.7 * gaussian(random);
    return { item: `${i}`, rater: `r${j}`, value };
  });
  return { rows, worth };
}

/** Root mean square errors of the adjusted and of the raw means, up to a constant. */
function errorsOf({ rows, worth }: ReturnType<typeof planted>) {
  const { items } = fitRaters(rows);
  const raw = Map.groupBy(rows, ({ item }) => item);
  const spread = (found: (item: string) => number) => {
    const off = worth.map((true_, i) => found(`${i}`) - true_);
    const mean = off.reduce((sum, each) => sum + each, 0) / off.length;
    return Math.sqrt(off.reduce((sum, each) => sum + (each - mean) ** 2, 0) / off.length);
  };
  const inside = worth.filter((true_, i) => {
    const { value = 0, error = 0 } = items.get(`${i}`) ?? {};
    return Math.abs(value - 5 - true_) <= 1.96 * error;
  });
  return {
    adjusted: spread((item) => items.get(item)?.value ?? 0),
    raw: spread((item) => {
      const own = raw.get(item) ?? [];
      return own.reduce((sum, { value }) => sum + value, 0) / own.length;
    }),
    covered: inside.length / worth.length,
  };
}

const repeated = (plan: Plan, times: number) => {
  const all = Array.from({ length: times }, (_, seed) => errorsOf(planted(plan, seed + 1)));
  const mean = (name: 'adjusted' | 'raw' | 'covered') => all.reduce((sum, one) => sum + one[name], 0) / times;
  return { adjusted: mean('adjusted'), raw: mean('raw'), covered: mean('covered') };
};

test('adjusted values beat raw means where raters differ, and are no worse where they do not', () => {
  const biased = repeated({ items: 40, raters: 8, ratings: 120, bias: 1 }, 20);
  expect(biased.adjusted).toBeLessThan(0.7 * biased.raw);
  expect(biased.covered).toBeGreaterThan(0.88);
  const fair = repeated({ items: 40, raters: 8, ratings: 120, bias: 0 }, 20);
  expect(fair.adjusted).toBeLessThan(1.02 * fair.raw);
});

test('moments and conjugate gradients carry on where the factors are large', () => {
  const { rows, worth } = planted({ items: 3_000, raters: 700, ratings: 10_000, bias: 0.8 }, 3);
  const { variance } = fitRaters(rows);
  expect(Math.sqrt(variance.item)).toBeCloseTo(1, 1);
  expect(Math.sqrt(variance.rater)).toBeCloseTo(0.8, 1);
  expect(Math.sqrt(variance.residual)).toBeCloseTo(0.7, 1);
  const { adjusted, raw, covered } = errorsOf({ rows, worth });
  expect(adjusted).toBeLessThan(0.75 * raw);
  expect(covered).toBeGreaterThan(0.9);
});

test('what cannot be told apart is not', () => {
  const one = fitRaters(TABLE.map((row) => ({ ...row, rater: 'p' })));
  expect(one.raters.get('p')?.bias).toBe(0);
  expect(one.variance.rater).toBe(0);
  const lone = fitRaters(['a', 'b', 'c', 'd'].map((item, i) => ({ item, rater: 'p', value: i })));
  // Half of what they differ by is taken to be theirs.
  expect(lone.items.get('d')?.value).toBeCloseTo(1.5 + (3 - 1.5) / 2, 9);
  const single = fitRaters([{ item: 'a', rater: 'p', value: 7 }]);
  expect(single.items.get('a')).toMatchObject({ value: 7, n: 1 });
  expect(single.raters.get('p')?.bias).toBe(0);
});

test('zero variance, contradictions and perfect agreement stay finite', () => {
  const same = fitRaters(TABLE.map((row) => ({ ...row, value: 0.1 })));
  expect([...same.items.values()].every(({ value, error }) => value === same.mean && error === 0)).toBe(true);
  expect(same.variance).toEqual({ item: 0, rater: 0, residual: 0 });
  const against = fitRaters(
    ['a', 'b', 'c', 'd'].flatMap((item, i) => [
      { item, rater: 'p', value: i % 2 ? 10 : 1 },
      { item, rater: 'q', value: i % 2 ? 1 : 10 },
    ]),
  );
  for (const { value } of against.items.values()) expect(value).toBeCloseTo(5.5, 6);
  const additive = fitRaters(
    [0, 1, 2, 3].flatMap((i) => [0, 2, 5].map((j) => ({ item: `${i}`, rater: `${j}`, value: i + j }))),
  );
  expect((additive.items.get('3')?.value ?? 0) - (additive.items.get('0')?.value ?? 0)).toBeCloseTo(3, 1);
});

test('one rater has one voice an item, and a flood of lone ratings leaves the others near where they were', () => {
  const before = fitRaters(TABLE);
  const again = fitRaters([
    ...TABLE,
    ...Array.from({ length: 500 }, () => ({ item: 'a', rater: 'p', value: 7 })),
  ]);
  expect(again.items.get('a')?.value).toBeCloseTo(before.items.get('a')?.value ?? 0, 9);
  const flood = Array.from({ length: 400 }, (_, i) => ({ item: `new ${i}`, rater: 'flood', value: 10 }));
  const after = fitRaters([...TABLE, ...flood]);
  const shift = after.mean - before.mean;
  // The average rater is another one now, by a fifth of how far off the fifth is.
  expect(shift).toBeLessThan((10 - before.mean) / 5 + 0.1);
  for (const item of 'abcdefgh') {
    const moved = (after.items.get(item)?.value ?? 0) - (before.items.get(item)?.value ?? 0);
    expect(Math.abs(moved - shift)).toBeLessThan(0.5);
  }
});

test('bad ratings are refused by name', () => {
  expect(() => fitRaters([])).toThrow(expect.objectContaining({ code: 'no_examples' }));
  for (const bad of [{ value: Number.NaN }, { value: Number.POSITIVE_INFINITY }, { value: 1, weight: -1 }])
    expect(() => fitRaters([{ item: 'a', rater: 'p', ...bad }])).toThrow(
      expect.objectContaining({ code: 'bad_example' }),
    );
});
