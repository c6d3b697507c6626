import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mantelHaenszel } from '../../src/learners/statistics.ts';
import {
  type Arm,
  believedUpTo,
  compareArms,
  type Stratum,
  upperTail,
} from '../../src/learners/stratified.ts';

const arm = (n: number, worked: number): Arm => ({ n, sum: worked, squares: worked });
const stratum = (n1: number, s1: number, n0: number, s0: number, weight = 1): Stratum => ({
  with: arm(n1, s1),
  without: arm(n0, s0),
  weight,
});

describe('two arms over strata', () => {
  it('are compared as Mantel and Haenszel did, where units are attempts', () => {
    const cells = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 6 }), (all) => {
        const known = mantelHaenszel(
          all.map(([a, b, c, d]) => ({
            withSuccess: a,
            withFailure: b,
            withoutSuccess: c,
            withoutFailure: d,
          })),
        );
        const { difference, z, strata } = compareArms(all.map(([a, b, c, d]) => stratum(a + b, a, c + d, c)));
        expect(strata).toBe(known.strata);
        expect(difference).toBeCloseTo(known.difference, 10);
        expect(z).toBeCloseTo(known.z, 8);
      }),
      { seed: 41 },
    );
  });

  it('have the log odds of a single table, drawn towards 0', () => {
    // (8·7/16 + ½) / (1·0/16 + ½), and one without anybody: 0.
    expect(compareArms([stratum(8, 8, 8, 1)]).log_odds).toBeCloseTo(Math.log((8 * 7) / 16 / 0.5 + 1), 10);
    expect(compareArms([]).log_odds).toBe(0);
    const { log_odds, error } = compareArms([stratum(400, 300, 400, 100)]);
    expect(log_odds).toBeCloseTo(Math.log(9), 1);
    // Woolf: the root of the sum of the reciprocals.
    expect(error).toBeCloseTo(Math.sqrt(1 / 300 + 1 / 100 + 1 / 100 + 1 / 300), 2);
  });

  it('turned round give the opposite', () => {
    const [a, b] = [compareArms([stratum(6, 5, 7, 2)]), compareArms([stratum(7, 2, 6, 5)])];
    expect(a.difference).toBeCloseTo(-b.difference, 10);
    expect(a.z).toBeCloseTo(-b.z, 10);
    expect(a.log_odds).toBeCloseTo(-b.log_odds, 10);
  });

  it('never go beyond what they could have reached', () => {
    const cells = fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6), fc.nat(6));
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 5 }), (all) => {
        const { z, reach } = compareArms(all.map(([a, b, c, d]) => stratum(a + b, a, c + d, c)));
        expect(Math.abs(z)).toBeLessThanOrEqual(reach + 1e-9);
      }),
      { seed: 42 },
    );
  });

  it('count for less where the stratum does', () => {
    const whole = compareArms([stratum(10, 9, 10, 2)]);
    const half = compareArms([stratum(10, 9, 10, 2, 0.5)]);
    expect(half.difference).toBeCloseTo(whole.difference, 10);
    expect(half.z).toBeLessThan(whole.z);
    expect(half.log_odds).toBeLessThan(whole.log_odds);
  });
});

describe('what may be believed', () => {
  it('follows the normal tail', () => {
    expect(upperTail(0)).toBeCloseTo(0.5, 6);
    expect(upperTail(1.959964)).toBeCloseTo(0.025, 6);
    expect(upperTail(-1.959964)).toBeCloseTo(0.975, 6);
  });

  it('is as Benjamini and Hochberg have it in their example', () => {
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    expect(believedUpTo(ps, 0.05)).toBe(0.0095);
    expect(believedUpTo(ps.toReversed(), 0.05)).toBe(0.0095);
  });

  it('is nothing where nothing stands out, or where too much was looked at', () => {
    expect(believedUpTo([], 0.1)).toBe(0);
    expect(believedUpTo([0.2, 0.5, 0.9], 0.1)).toBe(0);
    expect(believedUpTo([0.01], 0.1)).toBe(0.01);
    expect(believedUpTo([0.01], 0.1, 100)).toBe(0);
  });
});
