/** Many estimates drawn together, against a worked example. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pooled, shrunken } from '../../src/learners/shrinkage.ts';

/** The eight schools (Rubin 1981): coaching's effect and its standard error. */
const SCHOOLS = [
  [28, 15],
  [8, 10],
  [-3, 16],
  [7, 11],
  [-1, 9],
  [1, 11],
  [18, 10],
  [12, 18],
].map(([value = 0, error = 0]) => ({ value, variance: error * error }));

describe('estimates drawn together', () => {
  it('are all the mean where noise explains their spread: the eight schools', () => {
    const { mean, variance, between } = pooled(SCHOOLS);
    expect(between).toBe(0);
    // Gelman et al., Bayesian Data Analysis, 5.5: pooled estimate 7.7, standard error 4.1.
    expect(mean).toBeCloseTo(7.7, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(4.1, 1);
    for (const { value } of shrunken(SCHOOLS)) expect(value).toBeCloseTo(mean, 10);
  });

  it('keep the spread that noise does not explain', () => {
    // Equal variances: Paule-Mandel is the sample variance less the noise, by hand 100 − 4.
    const apart = [-10, 0, 10].map((value) => ({ value, variance: 4 }));
    expect(pooled(apart).between).toBeCloseTo(96, 6);
    expect(shrunken(apart).map(({ value }) => value)).toEqual([
      expect.closeTo(-9.6, 6),
      expect.closeTo(0, 6),
      expect.closeTo(9.6, 6),
    ]);
  });

  it('solve the equation of Paule and Mandel', () => {
    const doubled = SCHOOLS.map(({ value, variance }) => ({ value: 3 * value, variance }));
    const { mean, between } = pooled(doubled);
    const squares = doubled.map(({ value, variance }) => (value - mean) ** 2 / (variance + between));
    expect(between).toBeGreaterThan(0);
    expect(squares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(7, 6);
  });

  it('never pass their own value or the mean, and one alone stays', () => {
    const estimate = fc.record({
      value: fc.double({ min: -1, max: 1, noNaN: true }),
      variance: fc.double({ min: 1e-4, max: 0.3, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(estimate, { minLength: 1, maxLength: 12 }), (all) => {
        const { mean } = pooled(all);
        for (const [i, { value, interval }] of shrunken(all).entries()) {
          const own = all[i]?.value ?? 0;
          expect(value).toBeGreaterThanOrEqual(Math.min(own, mean) - 1e-9);
          expect(value).toBeLessThanOrEqual(Math.max(own, mean) + 1e-9);
          expect(interval[0]).toBeLessThanOrEqual(value);
          expect(interval[1]).toBeGreaterThanOrEqual(value);
        }
      }),
    );
    expect(shrunken([{ value: 0.2, variance: 0.01 }])[0]?.value).toBeCloseTo(0.2, 12);
    expect(shrunken([])).toEqual([]);
  });
});
