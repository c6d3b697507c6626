/** Intervals of rates against the published examples. */
import { describe, expect, it } from 'vitest';
import { anytimeZ } from '../../src/learners/anytime.ts';
import { clusteredRate, pooledRate, rateDifference, rateInterval } from '../../src/learners/rates.ts';

const of = (worked: number, tried: number) => ({ rate: worked / tried, size: tried });

describe('intervals of rates', () => {
  it.each([
    // Newcombe 1998, Statistics in Medicine 17, 857: single proportions, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('are those of Wilson: %i of %i', (worked, tried, low, high) => {
    const [from, to] = rateInterval(of(worked, tried));
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  it.each([
    // Newcombe 1998, Statistics in Medicine 17, 873: table II, method 10.
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('are those of Newcombe: %i/%i against %i/%i', (a, m, b, n, low, high) => {
    const { interval } = rateDifference(of(a, m), of(b, n));
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });
});

describe('rates of tasks with several runs', () => {
  it('are worth the tasks where runs of a task go alike, and more where they do not', () => {
    expect(clusteredRate([1, 1, 0, 1], 12)).toEqual({ rate: 0.75, size: 4 });
    const apart = clusteredRate(
      Array.from({ length: 50 }, (_, i) => [0.25, 0.5, 0.75][i % 3] ?? 0),
      200,
    );
    expect(apart.size).toBeGreaterThan(150);
    expect(apart.size).toBeLessThanOrEqual(200);
    // Two tasks that happen to agree are no proof that all do.
    expect(clusteredRate([0.5, 0.5], 100).size).toBeCloseTo(4, 10);
    expect(clusteredRate([1, 1], 20)).toEqual({ rate: 1, size: 2 });
  });

  it('pool by weight, and one pools to itself', () => {
    expect(pooledRate([of(3, 10)], [1])).toEqual(of(3, 10));
    const both = pooledRate([of(2, 10), of(24, 30)], [0.25, 0.75]);
    expect(both.rate).toBeCloseTo(0.65, 12);
    expect(both.size).toBeCloseTo(40, 10);
  });
});

it('looking often costs about half as much width again', () => {
  // By hand: variance 0.0025, expected 0.15: sqrt(2 (0.025 / 0.0225) ln(sqrt(10) / 0.05)).
  expect(anytimeZ(0.0025)).toBeCloseTo(3.0357, 4);
});
