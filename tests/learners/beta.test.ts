import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaQuantile, betaShare } from '../../src/learners/beta.ts';

describe('the Beta distribution', () => {
  it.each([
    // Closed forms: Beta(a, 1) is x^a, Beta(1, b) is 1 - (1 - x)^b, Beta(2, 2) is 3x² - 2x³.
    [0.5, 3, 1, 0.125],
    [0.2, 1, 4, 1 - 0.8 ** 4],
    [0.3, 2, 2, 3 * 0.09 - 2 * 0.027],
    [0.5, 40, 40, 0.5],
  ])('holds %f of Beta(%f, %f) as known', (x, a, b, share) =>
    expect(betaShare(x, a, b)).toBeCloseTo(share, 9),
  );

  it('has the quantiles of published tables', () => {
    // R: qbeta(c(.025, .975), 8, 3)
    expect(betaQuantile(0.025, 8, 3)).toBeCloseTo(0.4439045, 6);
    expect(betaQuantile(0.975, 8, 3)).toBeCloseTo(0.9332605, 6);
  });

  it('is undone by its quantile, and mirrors', () => {
    const shape = fc.double({ min: 0.5, max: 500, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), shape, shape, (p, a, b) => {
        expect(betaShare(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 6);
        expect(betaQuantile(p, a, b)).toBeCloseTo(1 - betaQuantile(1 - p, b, a), 6);
      }),
    );
  });
});
