/** Many estimates drawn together, against a worked example. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/learners/random.ts';
import { shrunken } from '../../src/learners/shrinkage.ts';

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
  it('are those of the eight schools', () => {
    const drawn = shrunken(SCHOOLS);
    // Posterior means with a uniform prior on the spread, as Stan's example reports them.
    const means = [11.4, 7.9, 6.1, 7.6, 5.1, 6.2, 10.6, 8.4];
    for (const [i, { value }] of drawn.entries())
      expect(Math.abs(value - (means[i] ?? 0))).toBeLessThan(0.15);
    // Of the first, where one spread taken for known would give 7.7 ± 8.
    expect(drawn[0]?.interval[0]).toBeCloseTo(-5, 0);
    expect(drawn[0]?.interval[1]).toBeCloseTo(28, 0);
  });

  it('have intervals that hold the truth as often as they say', () => {
    const random = createRandom(5);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    let [held, all] = [0, 0];
    for (let run = 0; run < 300; run += 1) {
      const truths = Array.from({ length: 8 }, () => 0.1 * normal());
      const seen = truths.map((truth) => ({ value: truth + 0.15 * normal(), variance: 0.15 ** 2 }));
      for (const [i, { interval }] of shrunken(seen).entries()) {
        const truth = truths[i] ?? 0;
        held += Number(interval[0] <= truth && truth <= interval[1]);
        all += 1;
      }
    }
    expect(held / all).toBeGreaterThan(0.93);
  });

  it('lie among what was seen, and one alone stays', () => {
    const estimate = fc.record({
      value: fc.double({ min: -1, max: 1, noNaN: true }),
      variance: fc.double({ min: 1e-4, max: 0.3, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(estimate, { minLength: 1, maxLength: 12 }), (all) => {
        const values = all.map(({ value }) => value);
        for (const { value, interval } of shrunken(all)) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
          expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          expect(interval[0]).toBeLessThan(value);
          expect(interval[1]).toBeGreaterThan(value);
        }
      }),
    );
    const [alone] = shrunken([{ value: 0.2, variance: 0.01 }]);
    expect(alone?.value).toBeCloseTo(0.2, 12);
    expect(alone?.interval[1]).toBeCloseTo(0.2 + 0.196, 3);
    expect(shrunken([])).toEqual([]);
  });
});
