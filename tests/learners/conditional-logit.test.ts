import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Choice,
  choiceProbabilities,
  fitConditionalLogit,
} from '../../src/learners/conditional-logit.ts';

const times = (count: number, choice: Choice) => Array.from({ length: count }, () => choice);

describe('conditional logistic regression', () => {
  it('of pairs told apart by one sign finds the logarithm of the odds', () => {
    // Chosen 30 of 40 times: odds 3, so the weight is ln 3.
    const rows = [[0], [1]];
    const choices = [...times(30, { rows, chosen: 1 }), ...times(10, { rows, chosen: 0 })];
    expect(fitConditionalLogit(choices, 1e-9)[0]).toBeCloseTo(Math.log(3), 5);
  });

  it('of three alternatives with dummies finds their shares again', () => {
    const rows = [
      [0, 0],
      [1, 0],
      [0, 1],
    ];
    const choices = [
      ...times(10, { rows, chosen: 0 }),
      ...times(60, { rows, chosen: 1 }),
      ...times(30, { rows, chosen: 2 }),
    ];
    const weights = fitConditionalLogit(choices, 1e-9);
    expect(weights[0]).toBeCloseTo(Math.log(6), 6);
    expect(weights[1]).toBeCloseTo(Math.log(3), 6);
    const shares = choiceProbabilities(rows, weights);
    for (const [i, share] of [0.1, 0.6, 0.3].entries()) expect(shares[i]).toBeCloseTo(share, 6);
  });

  it('ends where the slope of likelihood and penalty is 0, and stays finite where a sign separates', () => {
    const choices = times(5, { rows: [[0], [1]], chosen: 1 });
    const [weight = 0] = fitConditionalLogit(choices, 1);
    expect(5 * (1 - 1 / (1 + Math.exp(-weight))) - weight).toBeCloseTo(0, 5);
  });

  it('takes what is the same in all alternatives as nothing', () => {
    const choices = times(4, {
      rows: [
        [7, 0],
        [7, 1],
      ],
      chosen: 1,
    });
    expect(fitConditionalLogit(choices, 0.5)[0]).toBeCloseTo(0, 9);
    expect(fitConditionalLogit([], 1)).toEqual([]);
  });

  it('gives probabilities that sum to 1, whatever the numbers', () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, finite), { minLength: 1, maxLength: 40 }), (rows) => {
        const shares = choiceProbabilities(rows, [1, -2]);
        expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});
