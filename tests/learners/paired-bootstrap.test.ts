import { expect, it } from 'vitest';
import { meanWithin } from '../../src/learners/paired-bootstrap.ts';
import { createRandom } from '../../src/learners/random.ts';

const random = createRandom(3);

it('of nothing nothing is known, of one value no interval', () => {
  expect(meanWithin([], [0, 4], { random })).toEqual({ n: 0, mean: null, interval: null });
  expect(meanWithin([2], [0, 4], { random })).toEqual({ n: 1, mean: 2, interval: null });
});

it('values that are all alike leave room for what was not seen', () => {
  const few = meanWithin(Array(10).fill(0), [0, 4], { random }).interval;
  const many = meanWithin(Array(300).fill(0), [0, 4], { random }).interval;
  // Rule of three, at 97.5 %: about 3.7 / n of the values may lie at the bound.
  expect(few?.[0]).toBe(0);
  expect(few?.[1]).toBeCloseTo(4 * (1 - 0.025 ** 0.1), 6);
  expect(many?.[1]).toBeCloseTo((4 * 3.689) / 300, 3);
  // Twenty tasks that all took one retry less are no chance.
  expect(meanWithin(Array(20).fill(-1), [-4, 4], { random }).interval?.[1]).toBeLessThan(0);
});

it('is never narrower than Student, and stays within the bounds', () => {
  const values = [0, 0.2, 0.2, 0.4, 0.8, 1, 1.4, 3.8];
  const { mean, interval } = meanWithin(values, [-9, 9], { random });
  expect(mean).toBeCloseTo(0.975, 9);
  // s = 1.2349, t(7) = 2.3646.
  expect(interval?.[0]).toBeLessThanOrEqual(0.975 - (2.3646 * 1.2349) / Math.sqrt(8) + 1e-3);
  expect(interval?.[1]).toBeGreaterThanOrEqual(0.975 + (2.3646 * 1.2349) / Math.sqrt(8) - 1e-3);
  expect(meanWithin([4, 4, 4, 3.9, 0], [0, 4], { random }).interval?.[1]).toBe(4);
});

it('covers the mean of skewed retries about as often as it says, with 20 tasks', () => {
  // Most tasks nearly always at once: the hardest for intervals.
  const task = () => {
    const failing = 0.6 * random() ** 6;
    const retries = () => {
      let count = 0;
      while (count < 4 && random() < failing) count += 1;
      return count;
    };
    return Array.from({ length: 5 }, retries).reduce((sum, each) => sum + each, 0) / 5;
  };
  const many = Array.from({ length: 100_000 }, task);
  const truth = many.reduce((sum, each) => sum + each, 0) / many.length;
  let covered = 0;
  for (let i = 0; i < 300; i += 1) {
    const { interval } = meanWithin(Array.from({ length: 20 }, task), [0, 4], { random, draws: 300 });
    if (interval && interval[0] <= truth && truth <= interval[1]) covered += 1;
  }
  expect(covered / 300).toBeGreaterThan(0.91);
});
