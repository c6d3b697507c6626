/** Chances by lot, against counting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialP, type Lot, leastP, lotP } from '../../src/learners/exact.ts';
import { saddleTails } from '../../src/learners/saddlepoint.ts';

const counts = (a: number, m: number, b: number, n: number): Lot => ({
  with: Array.from({ length: m }, (_, i) => Number(i < a)),
  without: Array.from({ length: n }, (_, i) => Number(i < b)),
});

/** Every way to draw as many as are with, counted: chances of less, of the same and of more. */
function enumerated({ with: shown, without }: Lot): [less: number, same: number, more: number] {
  const all = [...shown, ...without];
  const seen = shown.reduce((sum, value) => sum + value, 0);
  const found: [number, number, number] = [0, 0, 0];
  const walk = (from: number, left: number, sum: number) => {
    if (left === 0) found[Math.abs(sum - seen) < 1e-9 ? 1 : sum < seen ? 0 : 2] += 1;
    else for (let i = from; i <= all.length - left; i += 1) walk(i + 1, left - 1, sum + (all[i] ?? 0));
  };
  walk(0, shown.length, 0);
  const ways = found[0] + found[1] + found[2];
  return [found[0] / ways, found[1] / ways, found[2] / ways];
}

describe('the chance that the lot alone decided', () => {
  it("is Fisher's for the lady who tasted tea", () => {
    expect(lotP([counts(3, 4, 1, 4)])).toBeCloseTo((2 * 17) / 70, 12);
    expect(lotP([counts(4, 4, 0, 4)])).toBeCloseTo(2 / 70, 12);
  });

  it('is what counting gives, for one lot', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 5 }), (a, b) => {
        const [less, same, more] = enumerated(counts(a, 6, b, 5));
        expect(lotP([counts(a, 6, b, 5)])).toBeCloseTo(
          Math.min(1, 2 * Math.min(less + same, same + more)),
          10,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('adds up over lots as counting does', () => {
    const lots = [counts(4, 5, 1, 4), counts(3, 4, 1, 5)];
    const chances = lots.map((lot) =>
      Array.from({ length: 6 }, (_, k) => {
        const successes = [...lot.with, ...lot.without].filter(Boolean).length;
        if (k > lot.with.length || successes - k < 0 || successes - k > lot.without.length) return 0;
        return enumerated(counts(k, lot.with.length, successes - k, lot.without.length))[1];
      }),
    );
    let above = 0;
    for (const [i, p] of (chances[0] ?? []).entries())
      for (const [j, q] of (chances[1] ?? []).entries()) if (i + j >= 7) above += p * q;
    expect(lotP(lots)).toBeCloseTo(2 * above, 10);
  });

  it('is near what counting gives where tasks reached something between', () => {
    const lot = {
      with: [1, 1, 0.75, 0.5, 1, 0.67, 1, 0.5, 0.75, 1],
      without: [0, 0.5, 0.25, 0.33, 0.5, 0, 1, 0.25, 0.67],
    };
    const [, same, more] = enumerated(lot);
    const [, above] = saddleTails([lot]);
    expect(above / (more + same / 2)).toBeGreaterThan(0.85);
    expect(above / (more + same / 2)).toBeLessThan(1.15);
  });

  it('is never below the least that was possible, and 1 where nothing could be told', () => {
    const value = fc.constantFrom(0, 0.25, 0.5, 1);
    const lots = fc.array(
      fc.record({ with: fc.array(value, { maxLength: 8 }), without: fc.array(value, { maxLength: 8 }) }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(lots, (some) => {
        const p = lotP(some);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(leastP(some)).toBeGreaterThan(0);
        const turned = some.map((lot) => ({ with: lot.without, without: lot.with }));
        expect(lotP(turned)).toBeCloseTo(p, 6);
      }),
    );
    expect(lotP([counts(5, 5, 9, 9)])).toBe(1);
    expect(lotP([])).toBe(1);
    expect(lotP([{ with: [1, 0.5], without: [] }])).toBe(1);
    expect(leastP([counts(0, 4, 4, 4)])).toBeCloseTo(2 / 70, 12);
  });
});

it('a binomial p is what counting gives', () => {
  expect(binomialP(1, 10, 0.5)).toBeCloseTo(22 / 1024, 6);
  expect(binomialP(5, 10, 0.5)).toBe(1);
  expect(binomialP(0, 20, 0.2)).toBeCloseTo(2 * 0.8 ** 20, 6);
  expect(binomialP(0, 0, 0.2)).toBe(1);
  expect(binomialP(3, 3, 1)).toBe(1);
});
