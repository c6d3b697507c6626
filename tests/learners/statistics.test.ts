import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaMean, type Contrast, cosine, mantelHaenszel, wilson } from '../../src/learners/statistics.ts';

const table = (
  withSuccess: number,
  withFailure: number,
  withoutSuccess: number,
  withoutFailure: number,
): Contrast => ({ withSuccess, withFailure, withoutSuccess, withoutFailure });

const counts = fc
  .integer({ min: 0, max: 400 })
  .chain((tried) => fc.tuple(fc.integer({ min: 0, max: tried }), fc.constant(tried)));

describe('the Wilson interval', () => {
  it.each([
    // Wilson (1927) by hand: p̂ = 8/10, z = 1.96 → centre 0.7168, half width 0.2265.
    [8, 10, 1.96, 0.4902, 0.9433],
    [0, 10, 1.96, 0, 0.2775],
    [10, 10, 1.96, 0.7225, 1],
    [1, 1, 1, 0.5, 1],
    [0, 0, 1.96, 0, 1],
  ])('of %i in %i at z = %f', (worked, tried, z, low, high) => {
    const interval = wilson(worked, tried, z);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  it('holds the share itself, lies within 0..1 and narrows with more of the same', () => {
    fc.assert(
      fc.property(counts, ([worked, tried]) => {
        const [low, high] = wilson(worked, tried);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        if (tried === 0) return;
        expect(worked / tried).toBeGreaterThanOrEqual(low - 1e-12);
        expect(worked / tried).toBeLessThanOrEqual(high + 1e-12);
        const [tighterLow, tighterHigh] = wilson(4 * worked, 4 * tried);
        expect(tighterHigh - tighterLow).toBeLessThan(high - low);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('the Beta mean', () => {
  it.each([
    [0, 0, 0.5, 2, 0.5],
    [1, 1, 0.5, 2, 2 / 3],
    [3, 4, 0.3, 2, 3.6 / 6],
  ])('of %i in %i under prior %f·%f', (worked, tried, prior, strength, mean) => {
    expect(betaMean(worked, tried, prior, strength)).toBeCloseTo(mean, 12);
  });

  it('lies between the prior and the share', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), ([worked, tried], prior) => {
        const mean = betaMean(worked, tried, prior, 2);
        const share = tried > 0 ? worked / tried : prior;
        expect(mean).toBeGreaterThanOrEqual(Math.min(prior, share) - 1e-12);
        expect(mean).toBeLessThanOrEqual(Math.max(prior, share) + 1e-12);
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});

describe('the Mantel-Haenszel comparison', () => {
  it('of two strata, by hand', () => {
    // Task A: 8 of 10 with, 5 of 10 without; task B: 3 of 5 with, 2 of 10 without.
    // Weights 100/20 = 5 and 50/15 = 10/3: (5·0.3 + 10/3·0.4) / (25/3) = 0.34.
    const { difference, z, strata } = mantelHaenszel([table(8, 2, 5, 5), table(3, 2, 2, 8)]);
    expect(strata).toBe(2);
    expect(difference).toBeCloseTo(0.34, 12);
    // Surplus 8 − 10·13/20 + 3 − 5·5/15 = 1.5 + 4/3, less 0.5 for continuity; variances
    // 100·13·7/(400·19) = 1.19737 and 50·5·10/(225·14) = 0.79365.
    expect(z).toBeCloseTo((1.5 + 4 / 3 - 0.5) / Math.sqrt(1.1973684 + 0.7936508), 5);
  });

  it("is not taken in by Simpson's paradox: worse at both tasks, better in the sum", () => {
    // Easy task: 18 of 20 with, 5 of 5 without. Hard task: 0 of 5 with, 4 of 20 without.
    const strata = [table(18, 2, 5, 0), table(0, 5, 4, 16)];
    const pooledWith = 18 / 25;
    const pooledWithout = 9 / 25;
    expect(pooledWith).toBeGreaterThan(pooledWithout);
    expect(mantelHaenszel(strata).difference).toBeLessThan(0);
    expect(mantelHaenszel(strata).z).toBeLessThan(0);
  });

  it('says nothing where no task has both kinds of attempt', () => {
    expect(mantelHaenszel([table(5, 1, 0, 0), table(0, 0, 2, 3)])).toEqual({
      difference: 0,
      z: 0,
      strata: 0,
    });
    expect(mantelHaenszel([])).toEqual({ difference: 0, z: 0, strata: 0 });
  });

  it('turns its sign when the arms are exchanged, stays in −1..1, minds no order of tasks', () => {
    const n = fc.integer({ min: 0, max: 30 });
    const strata = fc.array(fc.tuple(n, n, n, n), { maxLength: 8 });
    fc.assert(
      fc.property(strata, (rows) => {
        const one = mantelHaenszel(rows.map(([a, b, c, d]) => table(a, b, c, d)));
        const turned = mantelHaenszel(rows.map(([a, b, c, d]) => table(c, d, a, b)));
        const backwards = mantelHaenszel(rows.toReversed().map(([a, b, c, d]) => table(a, b, c, d)));
        expect(Math.abs(one.difference)).toBeLessThanOrEqual(1 + 1e-12);
        expect(Number.isFinite(one.z)).toBe(true);
        expect(turned.difference).toBeCloseTo(-one.difference, 10);
        expect(turned.z).toBeCloseTo(-one.z, 8);
        expect(backwards.difference).toBeCloseTo(one.difference, 10);
        expect(backwards.z).toBeCloseTo(one.z, 8);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

describe('cosine', () => {
  it.each([
    [[1, 0], [0, 1], 0],
    [[1, 1], [2, 2], 1],
    [[1, 0], [-3, 0], -1],
    [[3, 4], [4, 3], 24 / 25],
    [[0, 0], [1, 1], 0],
  ])('of %j and %j', (a, b, expected) => {
    expect(cosine(a, b)).toBeCloseTo(expected, 12);
  });
});
