import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeSimple, keySteps, normalize } from '../../../src/learning/credit/simple.ts';
import { failuresOf } from '../../../src/learning/errors/fixes.ts';
import type { Attribution, Step } from '../../../src/types.ts';
import { bash, call, edit, failing, runOf, say } from '../../support/fixtures.ts';

const credit = (steps: Step[], success: boolean | null = true) => attributeSimple(runOf(steps, { success }));
const share = (attribution: Attribution, step: number) => attribution[step]?.[1] ?? Number.NaN;
const top = (attribution: Attribution) => attribution.toSorted((a, b) => b[1] - a[1])[0]?.[0];

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .constantFrom('npm test', 'pip install x', 'make', 'git commit -m x', 'rm -r build')
    .map((line) => bash(line)),
  fc.constantFrom('cat a', 'ls', 'grep x y', 'echo hi', 'cd a').map((line) => bash(line)),
  fc
    .constantFrom('a', 'b', 'c')
    .map((name) => failing(`node ${name}.mjs`, `Error: Cannot find module '${name}'`)),
  fc.constant(failing('make', '')),
  fc.constant(edit('a.ts', 'x', 'y')),
  fc.constant(call('TodoWrite', { todos: 'x' })),
  fc.constant(call('get_order', { id: '1' })),
  fc.constant(say('Let me think about it.')),
  fc.string({ maxLength: 30 }).map(say),
);
const anySteps = fc.array(anyStep, { maxLength: 300, size: 'max' });
const anySuccess = fc.constantFrom(true, false, null);

describe('laws of credit', () => {
  it('one share a step in order, none below 0, together 1', () => {
    fc.assert(
      fc.property(anySteps, anySuccess, (steps, success) => {
        const attribution = credit(steps, success);
        expect(attribution.map(([step]) => step)).toEqual(steps.map((_, i) => i));
        if (steps.length === 0) return;
        expect(attribution.every(([, part]) => part >= 0 && part <= 1)).toBe(true);
        expect(attribution.reduce((sum, [, part]) => sum + part, 0)).toBeCloseTo(1, 9);
      }),
      { seed: 51, numRuns: 60 },
    );
  });

  it('in a success failed steps get none, unless nothing else happened', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const attribution = credit([...steps, bash('npm test', 'ok')], true);
        for (const [i, failure] of failuresOf(steps).entries())
          if (failure) expect(share(attribution, i)).toBe(0);
      }),
      { seed: 52, numRuns: 60 },
    );
  });

  it('in a success the last act gets most', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        expect(top(credit([...steps, bash('npm test', 'ok')], true))).toBe(steps.length);
      }),
      { seed: 53, numRuns: 60 },
    );
  });

  it('key steps are in order, at most seven, each with a share, the largest among them', () => {
    fc.assert(
      fc.property(anySteps, anySuccess, (steps, success) => {
        const attribution = credit(steps, success);
        const keys = keySteps(attribution);
        expect(keys).toEqual(keys.toSorted((a, b) => a - b));
        expect(keys.length).toBeLessThanOrEqual(7);
        for (const key of keys) expect(share(attribution, key)).toBeGreaterThan(0);
        const largest = Math.max(0, ...attribution.map(([, part]) => part));
        if (keys.length > 0) expect(keys.some((key) => share(attribution, key) === largest)).toBe(true);
      }),
      { seed: 54, numRuns: 60 },
    );
  });

  it('scaling takes anything that is called a number', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 50 }), (raw) => {
        const bounded = raw.map((x) => (Math.abs(x) > 1e300 ? 1e300 : x));
        const parts = normalize(bounded).map(([, part]) => part);
        expect(parts.every((part) => part >= 0 && part <= 1)).toBe(true);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 9);
      }),
      { seed: 55, numRuns: 300 },
    );
  });
});

describe('who gets the credit of a success', () => {
  it('later acts more than earlier ones, looking little, notes nothing', () => {
    const attribution = credit([
      bash('cat README.md', 'how to build'),
      call('TodoWrite', { todos: 'build' }),
      bash('node tools/gen.mjs'),
      failing('npm test', 'Error: no table'),
      bash('npm run migrate'),
      bash('npm test', 'ok'),
      say('Done!'),
    ]);
    expect(share(attribution, 5)).toBeGreaterThan(share(attribution, 4));
    expect(share(attribution, 4)).toBeGreaterThan(share(attribution, 2));
    expect(share(attribution, 2)).toBeGreaterThan(share(attribution, 0));
    expect(share(attribution, 0)).toBeGreaterThan(0);
    for (const nothing of [1, 3, 6]) expect(share(attribution, nothing)).toBe(0);
  });

  it('of two acts the last gets two thirds', () => {
    expect(credit([bash('make'), bash('make install')])).toEqual([
      [0, expect.closeTo(1 / 3, 12)],
      [1, expect.closeTo(2 / 3, 12)],
    ]);
  });

  it('where only talk happened the last word most, and the first before those between', () => {
    const attribution = credit([say('Hello.'), say('Well.'), say('Hm.'), say('Sure.')]);
    expect(top(attribution)).toBe(3);
    expect(share(attribution, 0)).toBeGreaterThan(share(attribution, 2));
    expect(share(attribution, 2)).toBeGreaterThan(share(attribution, 1));
  });

  it('where every step failed nothing stands out', () => {
    const attribution = credit([
      failing('make', 'error: a'),
      failing('make', 'error: a'),
      failing('make', 'error: a'),
    ]);
    expect(attribution.map(([, part]) => part)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(keySteps(attribution)).toEqual([]);
  });
});

describe('who gets the blame of a failure', () => {
  it('the error that was never got past, not the last step', () => {
    const attribution = credit(
      [
        bash('ls'),
        failing('npm run migrate', 'Error: relation "orders" is missing'),
        bash('cat notes.md', '…'),
        bash('git commit -m wip'),
      ],
      false,
    );
    expect(attribution[1]).toEqual([1, 1]);
  });

  it('not the error that the same command got past later', () => {
    const attribution = credit(
      [
        failing('npm test', "Error: Cannot find module 'x'"),
        bash('npm install x'),
        bash('npm test', 'ok'),
        failing('make deploy', 'error: no credentials'),
        bash('ls'),
      ],
      false,
    );
    expect(share(attribution, 0)).toBe(0);
    expect(top(attribution)).toBe(3);
  });

  it('the first time more than its repetitions', () => {
    const stuck = failing('make', "make: *** No rule to make target 'x'.  Stop.");
    const attribution = credit([stuck, stuck, stuck, bash('ls')], false);
    expect(attribution.map(([, part]) => part)).toEqual([
      expect.closeTo(4 / 7, 12),
      expect.closeTo(2 / 7, 12),
      expect.closeTo(1 / 7, 12),
      0,
    ]);
  });

  it('an act that failed more than a look that did', () => {
    const looked = failing('cat /etc/none', 'cat: /etc/none: No such file or directory');
    const attribution = credit([looked, failing('make', 'make: *** No targets.  Stop.')], false);
    expect(attribution.map(([, part]) => part)).toEqual([expect.closeTo(0.2, 9), expect.closeTo(0.8, 9)]);
  });

  it('the last act, where nothing went wrong on the way', () => {
    expect(
      top(credit([bash('make'), call('refund', { id: '1' }), bash('cat log'), say('Done.')], false)),
    ).toBe(1);
  });
});

describe('key steps', () => {
  it('of no steps are none', () => {
    expect(credit([])).toEqual([]);
    expect(keySteps([])).toEqual([]);
  });

  it('of one and of three steps', () => {
    expect(keySteps(credit([bash('make')]))).toEqual([0]);
    expect(keySteps(credit([bash('ls'), bash('make'), bash('npm test')]))).toEqual([1, 2]);
  });

  it('of 300 steps are the few at the end, the same as of 30', () => {
    const acts = (count: number) => Array.from({ length: count }, (_, i) => bash(`make part${i}`));
    const fromEnd = (count: number) => keySteps(credit(acts(count))).map((step) => step - count);
    expect(fromEnd(300)).toEqual([-3, -2, -1]);
    expect(fromEnd(30)).toEqual(fromEnd(300));
  });

  it('of 5,000 steps hold shares that are numbers still', () => {
    const attribution = credit(Array.from({ length: 5_000 }, (_, i) => bash(`make part${i}`)));
    expect(attribution.reduce((sum, [, part]) => sum + part, 0)).toBeCloseTo(1, 9);
    expect(attribution.every(([, part]) => part > 0)).toBe(true);
  });

  it('of many equal shares are none, of two both', () => {
    const equal = (count: number) => normalize(new Array<number>(count).fill(1));
    expect(keySteps(equal(12))).toEqual([]);
    expect(keySteps(equal(2))).toEqual([0, 1]);
  });

  it('are found among any number of steps', () => {
    const many = Array.from({ length: 200_000 }, (_, i): [number, number] => [i, i === 77 ? 2 : 0.1]);
    expect(keySteps(many)).toEqual([77]);
  });
});
