/** What tasks cost, with and without. */
import { describe, expect, it } from 'vitest';
import { meanEffect, retriesOf, stepsOf, tokensOf } from '../../../src/feedback/uplift/means.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { tasksOf } from './tasks.ts';

const retries = (runs: string) => tasksOf('shown', [runs]).map(retriesOf)[0];
const options = () => ({ random: createRandom(3), draws: 300 });

describe('what a task cost', () => {
  it('counts the runs before the first that went well; all but one where none did', () => {
    expect([retries('+'), retries('-+'), retries('--+-+'), retries('-'), retries('---')]).toEqual([
      0, 1, 2, 0, 2,
    ]);
  });

  it('is a mean over runs, of those that say', () => {
    const [unit] = tasksOf('shown', ['--+']);
    expect(unit && stepsOf(unit)).toBe(11);
    const silent = unit && { ...unit, runs: unit.runs.map(({ tokens: _, ...run }) => run) };
    expect(silent && tokensOf(silent)).toBeUndefined();
  });
});

describe('the difference of means', () => {
  const units = [
    ...tasksOf('shown', ['+', '+', '-+', '+', '+', '-+', '+', '+']),
    ...tasksOf('withheld', ['--+', '-+', '---', '-+', '---+', '-+']),
  ];

  it('lies in its interval, and has one vote a task', () => {
    const effect = meanEffect(units, retriesOf, options());
    expect(effect?.with).toMatchObject({ mean: 0.25, tasks: 8 });
    expect(effect?.without).toMatchObject({ mean: expect.closeTo(10 / 6, 12), tasks: 6 });
    expect(effect?.difference).toBeCloseTo(0.25 - 10 / 6, 12);
    expect(effect?.interval[0]).toBeLessThan(effect?.difference ?? 0);
    expect(effect?.interval[1]).toBeLessThan(0);
  });

  it('knows no order, and the same seed gives the same', () => {
    expect(meanEffect([...units].reverse(), retriesOf, options())).toEqual(
      meanEffect(units, retriesOf, options()),
    );
  });

  it('is undefined where nothing varies, where an arm has one task, and where no task says', () => {
    expect(meanEffect(tasksOf('shown', ['+', '+']), retriesOf, options())).toBeUndefined();
    const alike = [...tasksOf('shown', ['+', '+']), ...tasksOf('withheld', ['+', '+'])];
    expect(meanEffect(alike, retriesOf, options())).toBeUndefined();
    const single = [...tasksOf('shown', ['+', '-+']), ...tasksOf('withheld', ['-+'])];
    expect(meanEffect(single, retriesOf, options())).toBeUndefined();
    expect(meanEffect(units, () => undefined, options())).toBeUndefined();
    expect(meanEffect([], retriesOf, options())).toBeUndefined();
  });
});
