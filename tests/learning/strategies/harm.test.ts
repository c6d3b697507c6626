/** Advice that hurts is found in time, advice that does not is let be: short forms of `scripts/check-use.ts`. */
import { describe, expect, it } from 'vitest';
import { figuresOf, fixedSize, ruleBefore } from '../../../scripts/checks/use-figures.ts';
import { type Case, isRetired } from '../../../scripts/checks/use-histories.ts';
import { baseOf, harmOf } from '../../../src/learning/strategies/harm.ts';
import { credit } from '../../../src/learning/strategies/standing.ts';
import { attempts, bash } from '../../support/fixtures.ts';
import { strategyOf, useOf } from '../../support/strategies.ts';

const harmless: Case = { base: 0.5, effect: 0, against: 'withheld', holdout: 0.5 };
const harmful: Case = { ...harmless, effect: -0.3 };

describe('over many histories, asked after every run', () => {
  it('advice that changes nothing is nearly never retired, as it was before', () => {
    const hard = { ...harmless, base: 0.3 };
    expect(figuresOf(hard, isRetired, 20, 100).retired).toBeLessThanOrEqual(0.05);
    expect(figuresOf(hard, ruleBefore, 20, 100).retired).toBeGreaterThan(0.8);
  });

  it('advice that costs thirty points is retired with about the runs that a test of fixed size needs', () => {
    const { retired, median } = figuresOf(harmful, isRetired, 21, 400);
    expect(retired).toBe(1);
    expect(fixedSize(harmful)).toBe(77);
    expect(median).toBeLessThan(1.5 * 77);
    expect(median).toBeGreaterThan(10);
  });

  it('it is found by other runs of the project too, and where all attempts at a task end alike', () => {
    const others = figuresOf({ base: 0.7, effect: -0.5, against: 'project' }, isRetired, 20, 100);
    expect(others.retired).toBe(1);
    expect(others.median).toBeLessThan(15);
    const clustered = figuresOf({ ...harmless, attempts: 5 }, isRetired, 15, 60);
    expect(clustered.retired).toBeLessThanOrEqual(0.1);
  });
});

describe('what other runs of a project reach', () => {
  const steps = [bash('make')];
  const known = [
    ...attempts('One', steps, 4, 0),
    ...attempts('Two', steps, 0, 2),
    ...attempts('Two', steps, 9, 0, { source: 'agent' }),
  ];

  it('is counted over judged runs, a vote a task, without those that were shown it or are in its evidence', () => {
    const base = baseOf(known);
    expect(base(strategyOf({ from: [] }), [])).toEqual({
      worked: 4,
      tried: 6,
      votes: { worked: 1, failed: 1 },
    });
    const [first, second] = known.map(({ trajectory }) => trajectory);
    const uses = [useOf({ run: first ?? '' })];
    expect(base(strategyOf({ from: [second ?? ''] }), uses)).toMatchObject({ worked: 2, tried: 4 });
    expect(baseOf([])(strategyOf(), [])).toBeUndefined();
  });

  it('is no measure for runs of another project, nor for the word of agents', () => {
    const base = { worked: 90, tried: 100, votes: { worked: 90, failed: 10 } };
    const failed = (more: object) =>
      Array.from({ length: 20 }, (_, nth) => ({ ...useOf({ task: `t${nth}`, success: false }), ...more }));
    const of = (more: object) =>
      credit(
        strategyOf({ id: 'strat_shown', from: [] }),
        new Map([['strat_shown', failed(more)]]),
        () => base,
      );
    expect(harmOf(of({}))).toContain('0 of 20 against 90 of 100');
    expect(harmOf(of({ project: 'elsewhere' }))).toBeUndefined();
    expect(harmOf(of({ trust: 0.3 }))).toBeUndefined();
    expect(of({ trust: 0.3 }).evidence.base?.shown?.tried).toBe(0);
    expect(of({}).evidence.base).toEqual(base);
  });
});
