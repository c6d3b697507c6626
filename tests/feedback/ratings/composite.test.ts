/** The composite, and what counts of what one rater said: laws that hold whatever is said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compositeOf, PARTS, type Part } from '../../../src/feedback/ratings/composite.ts';
import { voicesOf } from '../../../src/feedback/ratings/voices.ts';
import type { Rating, RatingParts } from '../../../src/types.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const cat = fc.record({ score: fc.double({ min: 1, max: 10, noNaN: true }) });
const parts = fc.record(
  { cat, satisfaction: share, usefulness: share, novelty: share, quality: share, text: fc.string() },
  { requiredKeys: [] },
) as fc.Arbitrary<RatingParts>;

const withPart = (said: RatingParts, part: Part, value: number): RatingParts =>
  part === 'cat' ? { ...said, cat: { score: 1 + 9 * value } } : { ...said, [part]: value };

describe('the composite', () => {
  it('is that of the seed', () => {
    const all = { cat: { score: 7 }, satisfaction: 0.8, usefulness: 0.6, quality: 0.4, novelty: 0.2 };
    expect(compositeOf(all)).toBeCloseTo((0.4 * 6) / 9 + 0.2 * 0.8 + 0.15 * 0.6 + 0.15 * 0.4 + 0.1 * 0.2, 12);
    expect(compositeOf({ satisfaction: 0.9, quality: 0.3 })).toBeCloseTo((0.2 * 0.9 + 0.15 * 0.3) / 0.35, 12);
    expect(compositeOf({ cat: { score: 1 } })).toBe(0);
    expect(compositeOf({ cat: { score: 10 } })).toBe(1);
  });

  it('lies in 0..1, and is none when nothing was scored', () => {
    fc.assert(
      fc.property(parts, (said) => {
        const composite = compositeOf(said);
        if (PARTS.every((part) => said[part] === undefined)) expect(composite).toBeUndefined();
        else {
          expect(composite).toBeGreaterThanOrEqual(0);
          expect(composite).toBeLessThanOrEqual(1);
        }
      }),
    );
    expect(compositeOf({ text: 'fine', tags: ['a'] })).toBeUndefined();
  });

  it('never falls when a part rises', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom(...PARTS), share, share, (said, part, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((value) =>
          compositeOf(withPart(said, part, value)),
        );
        expect(high).toBeGreaterThanOrEqual((low as number) - 1e-12);
      }),
    );
  });
});

describe('a voice', () => {
  const row = (said: RatingParts, nth: number, rater = 'Ann'): Rating => ({
    id: `rate_${nth}`,
    at: new Date(Date.UTC(2026, 0, 1) + nth).toISOString(),
    project: 'p',
    derived_from: ['traj_1'],
    trust: 0.8,
    workflow: 'traj_1',
    trajectories: ['traj_1'],
    task_key: 'task_1',
    rater,
    rater_kind: 'human',
    said,
  });

  it('says the newest of each part, in whatever order its rows come', () => {
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 8 }), fc.integer(), (history, turn) => {
        const rows = history.map((said, i) => row(said, i));
        const shuffled = [...rows].sort(
          (a, b) => ((a.id.charCodeAt(5) * turn) % 7) - ((b.id.charCodeAt(5) * turn) % 7),
        );
        const [voice, ...others] = voicesOf(shuffled);
        expect(others).toEqual([]);
        expect(voice?.ratings).toBe(history.length);
        for (const part of [...PARTS, 'text'] as const) {
          const newest = history.findLast((said) => said[part] !== undefined);
          expect(voice?.said[part]).toEqual(newest?.[part]);
        }
      }),
    );
  });

  it('is one for each rater, kind and workflow', () => {
    const said = { satisfaction: 1 };
    const rows = [
      row(said, 0),
      row(said, 1),
      row(said, 2, 'Bob'),
      { ...row(said, 3), rater_kind: 'agent' as const },
      { ...row(said, 4), workflow: 'traj_2' },
      { ...row(said, 5), project: 'q' },
    ];
    expect(voicesOf(rows).map(({ ratings }) => ratings)).toEqual([2, 1, 1, 1, 1]);
  });
});
