/** Given tasks with and without, when compared, then a difference with an interval, or an honest nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { successEffect, verdictOf } from '../../../src/feedback/uplift/effect.ts';
import type { Unit } from '../../../src/feedback/uplift/unit.ts';
import { arms, tasksOf } from './tasks.ts';

const swapped = (units: Unit[]): Unit[] =>
  units.map((unit) => ({ ...unit, arm: unit.arm === 'shown' ? 'withheld' : 'shown' }));

const anyUnits = fc
  .array(
    fc.record({
      arm: fc.constantFrom<Unit['arm']>('shown', 'withheld'),
      holdout: fc.constantFrom(0.1, 0.5),
      runs: fc.stringMatching(/^[+-]{1,4}$/u),
    }),
    { maxLength: 30 },
  )
  .map((all) => all.flatMap(({ arm, holdout, runs }) => tasksOf(arm, [runs], holdout)));

describe('the difference that being shown something makes', () => {
  it("is Newcombe's where tasks have one run", () => {
    const effect = successEffect(arms([56, 70], [48, 80]));
    expect(effect).toMatchObject({
      with: { rate: 0.8, tasks: 70, runs: 70 },
      without: { rate: 0.6 },
      strata: 1,
    });
    expect(effect?.interval[0]).toBeCloseTo(0.0524, 4);
    expect(effect?.interval[1]).toBeCloseTo(0.3339, 4);
    expect(effect?.difference).toBe(0.8 - 0.6);
    // Score test, N − 1: z² = 149 · (56·32 − 14·48)² / (70 · 80 · 104 · 46).
    expect(effect?.p).toBeCloseTo(0.00826, 5);
  });

  it('takes no drift between shares for an effect', () => {
    const early = [
      ...tasksOf('shown', ['+', '-', '-', '-', '-'], 0.5),
      ...tasksOf('withheld', ['+', '-', '-', '-', '-'], 0.5),
    ];
    const late = [
      ...tasksOf(
        'shown',
        Array.from({ length: 45 }, (_, i) => (i < 36 ? '+' : '-')),
        0.1,
      ),
      ...tasksOf('withheld', ['+', '+', '+', '+', '-'], 0.1),
    ];
    const effect = successEffect([...early, ...late]);
    expect(effect?.difference).toBeCloseTo(0, 12);
    expect(effect?.strata).toBe(2);
    expect(effect?.with.tasks).toBe(50);
    expect(successEffect([...early, ...tasksOf('shown', ['+', '+'], 0)])?.left_out).toBe(2);
  });

  it('is undefined where there is nothing to compare', () => {
    expect(successEffect([])).toBeUndefined();
    expect(successEffect(tasksOf('withheld', ['+', '-']))).toBeUndefined();
    expect(successEffect(tasksOf('shown', ['+', '-']))).toBeUndefined();
    expect(verdictOf(undefined)).toBe('cannot tell yet');
  });

  it('cannot be told where all tasks end alike, nor from one task an arm', () => {
    for (const units of [
      arms([9, 9], [7, 7]),
      arms([0, 9], [0, 7]),
      arms([1, 1], [0, 1]),
      arms([5, 10], [5, 10]),
    ]) {
      const effect = successEffect(units);
      expect(verdictOf(effect)).toBe('cannot tell yet');
      expect(JSON.stringify(effect)).not.toContain('null');
    }
    expect(successEffect(arms([9, 9], [7, 7]))?.p).toBeCloseTo(1, 8);
  });

  it('is said in a word once it is plain, either way', () => {
    expect(verdictOf(successEffect(arms([80, 100], [50, 100])))).toBe('helps');
    expect(verdictOf(successEffect(arms([50, 100], [80, 100])))).toBe('hurts');
    // Plain to one look, not to a reader who looks every day.
    const once = successEffect(arms([59, 100], [44, 100]));
    expect(once?.interval[0]).toBeGreaterThan(0);
    expect(verdictOf(once)).toBe('cannot tell yet');
  });

  it('lies in its intervals, negates when arms are swapped, and knows no order', () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const effect = successEffect(units);
        const turned = successEffect(swapped(units));
        expect(effect === undefined).toBe(turned === undefined);
        if (!effect || !turned) return;
        const { interval, interval_anytime, difference } = effect;
        for (const [low, high] of [interval, interval_anytime]) {
          expect(low).toBeGreaterThanOrEqual(-1 - 1e-12);
          expect(low).toBeLessThanOrEqual(difference);
          expect(high).toBeGreaterThanOrEqual(difference);
          expect(high).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(interval_anytime[0]).toBeLessThanOrEqual(interval[0]);
        expect(interval_anytime[1]).toBeGreaterThanOrEqual(interval[1]);
        for (const side of [effect.with, effect.without]) {
          expect(side.interval[0]).toBeLessThanOrEqual(side.rate);
          expect(side.interval[1]).toBeGreaterThanOrEqual(side.rate);
        }
        expect(effect.p).toBeGreaterThanOrEqual(0);
        expect(effect.p).toBeLessThanOrEqual(1);
        expect(difference).toBe(effect.with.rate - effect.without.rate);
        expect(turned.difference).toBeCloseTo(-difference, 12);
        expect(turned.interval[0]).toBeCloseTo(-interval[1], 9);
        expect(turned.p).toBeCloseTo(effect.p, 9);
        const other = successEffect([...units].reverse());
        expect(other?.difference).toBeCloseTo(difference, 12);
        expect(other?.interval[0]).toBeCloseTo(interval[0], 9);
      }),
      { numRuns: 200 },
    );
  });

  it('is no surer when the same runs are told again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 2, max: 9 }),
        (a, b, times) => {
          const once = arms([a, 12], [b, 9]);
          const again = once.map((unit) => ({
            ...unit,
            runs: Array.from({ length: times }, () => unit.runs).flat(),
          }));
          const [low = 0, high = 0] = successEffect(once)?.interval ?? [];
          expect(successEffect(again)?.interval).toEqual([expect.closeTo(low, 12), expect.closeTo(high, 12)]);
        },
      ),
    );
  });
});
