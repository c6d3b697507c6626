/** A bet must be fair where there is nothing to find, or one in 20 is not what it says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { belowBy, betterBy, worseBy } from '../../src/learners/sequential.ts';

const votes = fc.record({
  worked: fc.double({ min: 0, max: 60, noNaN: true }),
  failed: fc.double({ min: 0, max: 60, noNaN: true }),
});
const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
/** Chance of `k` of `n` where any rate is as likely as any other, given what was drawn before. */
const drawn = (k: number, n: number, worked: number, failed: number): number => {
  let chance = choose(n, k);
  for (let i = 0; i < n; i += 1) {
    const up = i < k ? 1 + worked + i : 1 + failed + (i - k);
    chance *= up / (2 + worked + failed + i);
  }
  return chance;
};

describe('a bet that runs do worse', () => {
  it('is worth 1 on average where both are alike, over all that can be drawn', () => {
    let [total, mean] = [0, 0];
    for (let w = 0; w <= 5; w += 1)
      for (let s = 0; s <= 7; s += 1) {
        const chance = drawn(w, 5, 0, 0) * drawn(s, 7, w, 5 - w);
        total += chance;
        mean += chance * worseBy({ worked: s, failed: 7 - s }, { worked: w, failed: 5 - w });
      }
    expect(total).toBeCloseTo(1, 9);
    expect(mean).toBeCloseTo(1, 5);
  });

  it('against a known rate is worth 1 on average at that rate, and less above it', () => {
    const mean = (rate: number) => {
      let sum = 0;
      for (let s = 0; s <= 9; s += 1)
        sum += choose(9, s) * rate ** s * (1 - rate) ** (9 - s) * belowBy({ worked: s, failed: 9 - s }, 0.15);
      return sum;
    };
    expect(mean(0.15)).toBeCloseTo(1, 6);
    expect(mean(0.3)).toBeLessThan(0.7);
  });

  it('says nothing before anything was seen, and much of what is plain', () => {
    const none = { worked: 0, failed: 0 };
    expect(worseBy(none, none)).toBeCloseTo(1, 9);
    expect(worseBy(none, { worked: 30, failed: 3 })).toBeCloseTo(1, 6);
    expect(worseBy({ worked: 12, failed: 28 }, { worked: 27, failed: 14 })).toBeGreaterThan(30);
    expect(worseBy({ worked: 20, failed: 20 }, { worked: 20, failed: 20 })).toBeLessThan(1);
    expect(worseBy({ worked: 28, failed: 12 }, { worked: 14, failed: 27 })).toBeLessThan(0.1);
    expect(worseBy({ worked: 0, failed: 1e5 }, { worked: 1e5, failed: 0 })).toBe(Infinity);
  });

  it('never gains by a success, nor loses by a failure', () => {
    const more = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(votes, votes, more, (these, those, by) => {
        const before = worseBy(these, those);
        expect(worseBy({ ...these, worked: these.worked + by }, those)).toBeLessThanOrEqual(
          before * (1 + 1e-6),
        );
        expect(worseBy({ ...these, failed: these.failed + by }, those)).toBeGreaterThanOrEqual(
          before * (1 - 1e-6),
        );
        const below = belowBy(these, 0.15);
        expect(belowBy({ ...these, worked: these.worked + by }, 0.15)).toBeLessThanOrEqual(below);
      }),
      { numRuns: 300 },
    );
  });

  it('that they do better is the same bet, failures for successes', () => {
    fc.assert(
      fc.property(votes, votes, (these, those) => {
        const turn = ({ worked, failed }: typeof these) => ({ worked: failed, failed: worked });
        expect(betterBy(these, those)).toBe(worseBy(turn(these), turn(those)));
      }),
      { numRuns: 50 },
    );
  });
});
