import { describe, expect, it } from 'vitest';
import { attributeSimple } from '../../../src/learning/credit/simple.ts';
import { Step } from '../../../src/types.ts';

const query = (action: string, observation: string): Step =>
  Step.parse({ action, observation, ...(observation.startsWith('Error') ? { error: observation } : {}) });
const ranked = (steps: Step[], success: boolean) =>
  attributeSimple({ steps, outcome: { success } })
    .toSorted((a, b) => b[1] - a[1])
    .map(([step]) => step);

const WRONG = query('SELECT nme FROM pets', "Error 1054: Unknown column 'nme'");
const LOOK = query('DESC pets', "[('name',)]");
const GOOD = query('SELECT name FROM pets', "[('Rex',)]");
const OTHER = query('SELECT name FROM pets WHERE age > 3', "[('Tom',)]");
const HAND_IN = query('submit', "[('Tom',)]");

describe('runs that name no tool', () => {
  it('a success is the last answer’s, then the first that went through; errors get nothing', () => {
    const shares = attributeSimple({ steps: [WRONG, GOOD, LOOK, OTHER], outcome: { success: true } });
    expect(ranked([WRONG, GOOD, LOOK, OTHER], true)[0]).toBe(3);
    expect(ranked([WRONG, GOOD, LOOK, OTHER], true)[1]).toBe(1);
    expect(shares[0]).toEqual([0, 0]);
    expect(ranked([GOOD, WRONG], true)[0]).toBe(0);
  });

  it('a failure turned at the first answer, not at a look or an error that was got past', () => {
    expect(ranked([WRONG, LOOK, GOOD, OTHER, OTHER], false)[0]).toBe(2);
  });

  it('or at the answer that was handed in for good', () => {
    expect(ranked([GOOD, OTHER, HAND_IN], false).slice(0, 2)).toEqual([2, 0]);
  });

  it('or at the errors it ended in, the first of them', () => {
    expect(ranked([GOOD, WRONG, WRONG], false)[0]).toBe(1);
  });

  it('an error of a command that was never got past has all the blame', () => {
    const steps = [
      Step.parse({ action: 'npm ci', observation: 'added 3 packages' }),
      Step.parse({ action: 'npm run build', error: 'TS2345: not assignable' }),
      Step.parse({ action: 'git commit -m wip', observation: '1 file changed' }),
    ];
    expect(attributeSimple({ steps, outcome: { success: false } })).toEqual([
      [0, 0],
      [1, 1],
      [2, 0],
    ]);
  });

  it('all failing, one step, none, equal steps and 5,000 hold to the law', () => {
    for (const success of [true, false, null]) {
      for (const steps of [[WRONG, WRONG, WRONG], [GOOD], [LOOK, LOOK], Array<Step>(5_000).fill(GOOD)]) {
        const shares = attributeSimple({ steps, outcome: { success } }).map(([, share]) => share);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        expect(shares.every((share) => share >= 0)).toBe(true);
      }
      expect(attributeSimple({ steps: [], outcome: { success } })).toEqual([]);
    }
  });
});
