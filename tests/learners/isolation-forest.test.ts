import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growForest, isolationScores, meanPath } from '../../src/learners/isolation-forest.ts';
import { createRandom } from '../../src/learners/random.ts';

const scoresOf = (rows: number[][], favour = 0, seed = 1) => {
  const matrix = { width: rows[0]?.length ?? 1, values: Float64Array.from(rows.flat()) };
  return isolationScores(
    growForest(matrix, { trees: 100, sample: 64, favour, random: createRandom(seed) }),
    matrix,
  );
};

describe('isolation forest', () => {
  it('knows the mean path of the paper', () => {
    expect(meanPath(1)).toBe(0);
    expect(meanPath(2)).toBe(1);
    // c(256) = 2 H(255) − 2 · 255 / 256, H by its sum.
    const harmonic = Array.from({ length: 255 }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b);
    expect(meanPath(256)).toBeCloseTo(2 * harmonic - 510 / 256, 2);
  });

  it('sets the row that stands apart before all others, whatever its units', () => {
    const random = createRandom(5);
    const rows = Array.from({ length: 200 }, () => [random(), random()]);
    rows[77] = [3, -2];
    for (const factor of [1, 1e6, 1e-6]) {
      const scores = scoresOf(rows.map(([x = 0, y = 0]) => [x * factor, y]));
      expect(scores.indexOf(Math.max(...scores))).toBe(77);
      expect(scores[77]).toBeGreaterThan(0.7);
      expect(scores.toSorted()[100]).toBeLessThan(0.5);
    }
  });

  it('finds what is odd in one of many features when far-reaching ones are favoured', () => {
    const random = createRandom(6);
    const rows = Array.from({ length: 200 }, () => Array.from({ length: 9 }, random));
    (rows[50] as number[])[4] = 9;
    const [plain, favoured] = [scoresOf(rows), scoresOf(rows, 2)];
    expect(favoured.indexOf(Math.max(...favoured))).toBe(50);
    expect(favoured[50]).toBeGreaterThan((plain[50] as number) + 0.05);
  });

  it('passes over constant features and rows that are all the same', () => {
    const same = scoresOf(Array.from({ length: 150 }, () => [4, 4]));
    expect(new Set(same).size).toBe(1);
    expect(same[0]).toBeCloseTo(0.5, 10);
    expect(scoresOf([[1, 2]])[0]).toBe(0.5);
    const random = createRandom(2);
    const varied = Array.from({ length: 100 }, () => random());
    const scores = scoresOf(varied.map((value) => [7, value === Math.max(...varied) ? 30 : value, 7]));
    expect(scores.indexOf(Math.max(...scores))).toBe(varied.indexOf(Math.max(...varied)));
  });

  it('gives every row a score between 0 and 1, the same for the same seed', () => {
    const row = fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), fc.nat(2), (rows, favour) => {
        const scores = scoresOf(rows, favour);
        expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
        expect(scoresOf(rows, favour)).toEqual(scores);
      }),
      { numRuns: 25 },
    );
  });
});
