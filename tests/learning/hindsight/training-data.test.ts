import { describe, expect, it } from 'vitest';
import { createHindsight } from '../../../src/learning/hindsight/learner.ts';
import { prepareTrainingData } from '../../../src/learning/hindsight/training-data.ts';
import { bash, failing, openFresh, runOf } from '../../support/fixtures.ts';

describe('training data', () => {
  const solved = runOf([bash('ls'), bash('make'), bash('make test')], { task: 'Build it', domain: 'c' });
  const broken = runOf([bash('ls'), failing('make', 'error: no rule'), bash('ls')], {
    task: 'Ship it',
    success: false,
  });
  const data = prepareTrainingData([solved, broken, runOf([bash('make')], { success: null }), runOf([])]);

  it('weighs 2.0, 1.5 and 1.0', () => {
    expect(new Set(data.sampling.map(({ weight }) => weight))).toEqual(new Set([2.0]));
    expect(new Set(data.refinement.map(({ weight }) => weight))).toEqual(new Set([1.5]));
    expect(new Set(data.error.map(({ weight }) => weight))).toEqual(new Set([1.0]));
  });

  it('is from successes: the whole way, and each key step from what came before it', () => {
    expect(data.sampling).toEqual([
      { input: 'Build it\n\nDomain: c', output: 'ls\nmake\nmake test', weight: 2 },
    ]);
    expect(data.refinement.at(-1)).toEqual({
      input: 'Build it\n\nDomain: c\nls\nmake',
      output: 'make test',
      weight: 1.5,
    });
  });

  it('has errors of failures as errors, never as something to imitate', () => {
    expect(data.error).toEqual([{ input: 'Ship it\nls', output: 'make', weight: 1 }]);
    expect(JSON.stringify([data.sampling, data.refinement])).not.toContain('Ship it');
  });

  it('never leads to fine-tuning by itself', async () => {
    expect(createHindsight(await openFresh()).shouldFinetune()).toBe(false);
  });
});
