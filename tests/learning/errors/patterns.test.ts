import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../../src/capture/recorder.ts';
import type { Context } from '../../../src/context.ts';
import { countPatterns, type JudgedRun, MOST_READ, noteErrors } from '../../../src/learning/errors/learn.ts';
import { occurrencesOf, patternId, patternOf } from '../../../src/learning/errors/patterns.ts';
import { type ErrorOccurrence, ErrorPattern, type Step, type Trajectory } from '../../../src/types.ts';
import {
  AT,
  bash,
  edit,
  failing,
  inputOf,
  keyOf,
  openFresh,
  type RunFacts,
  runOf,
} from '../../support/fixtures.ts';

const learnErrors = async (ctx: Context, runs: JudgedRun[]) =>
  countPatterns(ctx, await noteErrors(ctx, runs));

const missing = (module: string): Step =>
  failing(
    'python3 report.py',
    `Traceback (most recent call last):\nModuleNotFoundError: No module named '${module}'`,
  );
const installs = (module: string, facts: RunFacts = {}): Trajectory =>
  runOf([missing(module), bash(`pip install ${module}`), bash('python3 report.py', '42')], facts);

const met = (runs: Trajectory[], abstractable = false): ErrorOccurrence[] =>
  runs.flatMap((run) => occurrencesOf(run, keyOf(run), abstractable, AT));

function only(runs: Trajectory[]): ErrorPattern {
  const pattern = patternOf(met(runs), AT);
  if (!pattern) throw new Error('no pattern');
  return ErrorPattern.parse(pattern);
}

describe('runs that met an error teach a pattern', () => {
  it('with the name as parameter, and the fix that got past it', () => {
    const pattern = only([installs('numpy', { task: 'A' }), installs('pandas', { task: 'B' })]);
    expect(pattern).toMatchObject({
      name: 'module_not_found_error_no_module_named',
      template: "ModuleNotFoundError: No module named '{module}'",
      frequency: 2,
      tasks: 2,
      suggested_fix: '`pip install {module}`',
      support: { worked: 2, tried: 2 },
      parameters: [{ name: 'module', values: ['numpy', 'pandas'] }],
    });
    expect(pattern.fixes[0]).toMatchObject({ tasks: 2, ended_well: { worked: 2, tried: 2 } });
  });

  it('that names where it worked, so that anyone can look', () => {
    const run = installs('numpy');
    expect(only([run]).fixes[0]?.example).toEqual({ trajectory: run.id, step: 2 });
    expect(only([run]).derived_from).toEqual([run.id]);
  });

  it('that matches its own examples, with the parameter as a named group', () => {
    const pattern = only([installs('numpy'), installs('left-pad')]);
    const signature = new RegExp(pattern.signature, 'u');
    for (const example of pattern.examples) expect(example).toMatch(signature);
    expect(signature.exec("x: No module named 'y'")).toBeNull();
    expect(signature.exec("ModuleNotFoundError: No module named 'torch'")?.groups).toEqual({
      module: 'torch',
    });
  });

  it('as weakly as the weakest of its runs', () => {
    expect(only([installs('a'), installs('b', { source: 'agent' })]).trust).toBe(0.3);
  });

  it('that holds beyond its project only if one of the runs was judged to', () => {
    const runs = [installs('numpy', { task: 'A' }), installs('pandas', { task: 'B' })];
    expect(only(runs).abstractable).toBe(false);
    expect(patternOf([...met(runs), ...met([installs('yaml')], true)], AT)?.abstractable).toBe(true);
  });

  it('of its own project', () => {
    const [one] = met([installs('a', { project: 'shop' })]);
    const [other] = met([installs('a', { project: 'bank' })]);
    expect(one?.pattern).not.toBe(other?.pattern);
    expect(one?.pattern).toBe(patternId('shop', "ModuleNotFoundError: No module named '{module}'"));
  });

  it('for each kind of error once, however it is quoted', () => {
    const run = runOf([
      missing('a'),
      failing('make', "make: *** No rule to make target 'x'.  Stop."),
      missing('b'),
    ]);
    expect(new Set(met([run]).map(({ pattern }) => pattern)).size).toBe(2);
  });
});

describe('what is no pattern', () => {
  it.each([
    ['a number', failing('python3 a.py', 'error: 17')],
    ['a path', failing('python3 a.py', 'error: /srv/app/x.py')],
    ['a failure without a word', failing('python3 a.py', '')],
    ['a log that quotes an error', bash('cat log', "ModuleNotFoundError: No module named 'a'")],
  ])('%s', (_what, step) => {
    expect(met([runOf([step])])).toEqual([]);
  });

  it('nothing at all', () => {
    expect(patternOf([], AT)).toBeUndefined();
  });
});

describe('a fix is suggested only where it helped', () => {
  it('one that got past the error in runs that all failed in the end only silenced the check', () => {
    const silence = (nth: number) =>
      runOf(
        [
          failing('npm test', 'AssertionError: expected total to be rounded'),
          edit('/srv/test/total.test.ts', 'assert(total)', 'assert(true) // rounded'),
          bash('npm test', 'ok'),
        ],
        { task: `T${nth}`, success: false },
      );
    const pattern = only([silence(1), silence(2)]);
    expect(pattern.fixes[0]).toMatchObject({ worked: 2, tried: 2, ended_well: { worked: 0, tried: 2 } });
    expect(pattern.suggested_fix).toBe('');
    expect(pattern.support).toEqual({ worked: 0, tried: 0 });
  });

  it('one that mostly failed is not', () => {
    const vain = (task: string) =>
      runOf([missing('torch'), bash('pip install torch'), missing('torch')], { task, success: false });
    const pattern = only([vain('A'), vain('B'), installs('torch', { task: 'C' })]);
    expect(pattern.fixes[0]).toMatchObject({ worked: 1, tried: 3 });
    expect(pattern.suggested_fix).toBe('');
  });

  it('the one that ended well goes before the one that is tried more', () => {
    const apt = (task: string) =>
      runOf([missing('jq'), bash('apt-get install -y python3-jq'), bash('python3 report.py', '1')], { task });
    const pip = (task: string) =>
      runOf([missing('jq'), bash('pip install jq'), bash('python3 report.py', '1')], {
        task,
        success: false,
      });
    const pattern = only([pip('A'), pip('B'), pip('C'), apt('A'), apt('B')]);
    expect(pattern.suggested_fix).toContain('apt-get install');
    expect(pattern.support).toEqual({ worked: 2, tried: 2 });
    expect(pattern.fixes).toHaveLength(2);
  });

  it('one run is one witness, however often it met the error', () => {
    const again = runOf([
      missing('numpy'),
      bash('pip install numpy'),
      bash('python3 report.py'),
      missing('yaml'),
      bash('pip install yaml'),
      bash('python3 report.py'),
    ]);
    expect(only([again])).toMatchObject({ frequency: 2, support: { worked: 1, tried: 1 } });
  });
});

describe('counting', () => {
  const runs = [
    installs('numpy', { task: 'A' }),
    installs('pandas', { task: 'B', success: false }),
    installs('numpy', { task: 'C', success: null }),
    runOf([missing('yaml'), bash('apt-get install -y python3-yaml'), bash('python3 report.py')], {
      task: 'D',
    }),
    runOf([missing('six')], { task: 'E', success: false }),
  ];
  const occurrences = met(runs);

  it('minds no order', () => {
    const counted = patternOf(occurrences, AT);
    fc.assert(
      fc.property(fc.shuffledSubarray(occurrences, { minLength: occurrences.length }), (shuffled) => {
        expect(patternOf(shuffled, AT)).toEqual(counted);
      }),
      { seed: 41, numRuns: 50 },
    );
  });

  it('the same run gives the same occurrences again', () => {
    expect(met(runs)).toEqual(occurrences);
    expect(new Set(occurrences.map(({ id }) => id)).size).toBe(occurrences.length);
  });

  it('twice is once: learning the same runs again writes the same pattern', async () => {
    const ctx = await openFresh({}, { now: () => new Date(AT) });
    const judged = runs.map((trajectory) => ({ trajectory, abstractable: false }));
    const [first] = await learnErrors(ctx, judged);
    const [second] = await learnErrors(ctx, judged.toReversed());
    expect(second?.frequency).toBe(5);
    expect(second?.support).toEqual(first?.support);
    expect(await ctx.memory.error_patterns.count()).toBe(1);
    expect(await ctx.memory.occurrences.count()).toBe(5);
  });

  it('an error met more often than is read is counted all the same, alike in any order', async () => {
    const many = Array.from({ length: MOST_READ + 30 }, (_, i) =>
      runOf([missing(`lib${i % 7}`)], { task: `T${i}`, success: false }),
    ).map((trajectory) => ({ trajectory, abstractable: false }));
    const patterns: (ErrorPattern | undefined)[] = [];
    for (const runs of [many, many.toReversed()]) {
      const ctx = await openFresh({}, { now: () => new Date(AT) });
      await learnErrors(ctx, runs.slice(0, 200));
      await learnErrors(ctx, runs.slice(200));
      await learnErrors(ctx, runs.slice(0, 50));
      const [pattern] = await ctx.memory.error_patterns.list();
      patterns.push(pattern);
    }
    expect(patterns[0]?.frequency).toBe(MOST_READ + 30);
    expect(patterns[0]).toEqual(patterns[1]);
  });

  it('adds up over batches as over one', async () => {
    const [apart, together] = await Promise.all([openFresh(), openFresh()]);
    for (const trajectory of runs) await learnErrors(apart, [{ trajectory, abstractable: false }]);
    await learnErrors(
      together,
      runs.map((trajectory) => ({ trajectory, abstractable: false })),
    );
    const [one] = await apart.memory.error_patterns.list();
    const [other] = await together.memory.error_patterns.list();
    expect(one?.id).toBe(other?.id);
    expect(one?.frequency).toBe(other?.frequency);
    expect(one?.support).toEqual(other?.support);
    expect(one?.suggested_fix).toBe(other?.suggested_fix);
  });
});

describe('secrets', () => {
  // Put together here, so that no scanner takes the test for a leak.
  const key = ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dcQ8fT2a'].join('_');

  it('never get into a pattern: not into its examples, parameters or fixes', async () => {
    const ctx = await openFresh();
    const { trajectory } = await recordTrajectory(
      ctx,
      inputOf([
        failing('python3 pay.py', `StripeError: Invalid API Key provided: '${key}'`),
        bash(`export STRIPE_KEY=${key}; pip install stripe`),
        bash('python3 pay.py', 'paid'),
      ]),
    );
    await learnErrors(ctx, [{ trajectory, abstractable: true }]);
    const kept = JSON.stringify([
      await ctx.memory.error_patterns.list(),
      await ctx.memory.occurrences.list(),
    ]);
    expect(kept).toContain('StripeError');
    expect(kept).not.toContain(key);
    expect(kept).not.toContain(key.slice(-16));
  });
});
