import { expect, it } from 'vitest';
import { pick } from '../../../src/feedback/reward/choose.ts';
import type { CandidateScore, Gain } from '../../../src/types.ts';

const gain = (r2: number, half: number): Gain => ({ r2, low: r2 - half, high: r2 + half });

/** Linear and trees: gains over the mean, and of the trees over the linear one, with half widths of 95 % intervals. */
const scores = (linear: Gain, trees: Gain, over: Gain): CandidateScore[] => [
  { name: 'mean', r2: 0, mae: 0.2 },
  { name: 'linear', r2: linear.r2, mae: 0.2, over_mean: linear },
  { name: 'forest', r2: trees.r2 - 0.05, mae: 0.2, over_mean: gain(-0.1, 0.2), over_linear: gain(-0.3, 0.1) },
  { name: 'stacked', r2: trees.r2, mae: 0.2, over_mean: trees, over_linear: over },
];

it('takes the best candidate where its gains are more than noise', () => {
  expect(pick(scores(gain(0.2, 0.1), gain(0.3, 0.1), gain(0.1, 0.15)))).toBe('stacked');
});

it('leaves the linear one within a standard error of the best', () => {
  expect(pick(scores(gain(0.2, 0.1), gain(0.25, 0.1), gain(0.05, 0.15)))).toBe('linear');
  expect(pick(scores(gain(0.2, 0.1), gain(0.1, 0.05), gain(-0.1, 0.05)))).toBe('linear');
});

it('takes trees where only they beat the mean, and the mean where nothing does', () => {
  expect(pick(scores(gain(0.05, 0.1), gain(0.2, 0.1), gain(0.15, 0.3)))).toBe('stacked');
  expect(pick(scores(gain(0.05, 0.1), gain(0.08, 0.1), gain(0.03, 0.01)))).toBe('mean');
});
