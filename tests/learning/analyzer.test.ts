import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config.ts';
import type { ContextParts } from '../../src/context.ts';
import { createLearningPipeline } from '../../src/index.ts';
import { createAnalyzer } from '../../src/learning/analyzer.ts';
import { creditName } from '../../src/learning/credit/strategy.ts';
import { patternId } from '../../src/learning/errors/patterns.ts';
import { Analysis, ErrorPattern, type Step, type Trajectory } from '../../src/types.ts';
import { bash, failing, openFresh, runOf } from '../support/fixtures.ts';

const missing = failing('python3 a.py', "ModuleNotFoundError: No module named 'numpy'");
const run = () => runOf([missing, bash('pip install numpy'), bash('python3 a.py', 'ok')]);

describe('analysing a run', () => {
  it('says what made the outcome, and which errors were met', async () => {
    const ctx = await openFresh();
    const analysis = Analysis.parse(await createAnalyzer(ctx).analyze(run()));
    expect(analysis).toMatchObject({ success: true, method: 'simple', key_steps: [1, 2] });
    expect(analysis.step_attribution).toEqual(await createAnalyzer(ctx).attributeOutcome(run()));
    expect(analysis.error_patterns).toEqual([
      patternId('shop', "ModuleNotFoundError: No module named '{module}'"),
    ]);
    expect(analysis.note).toBeUndefined();
  });

  it('without steps says nothing, but says it', async () => {
    const ctx = await openFresh();
    expect(await createAnalyzer(ctx).analyze(runOf([], { success: null }))).toEqual({
      success: null,
      key_steps: [],
      step_attribution: [],
      method: 'simple',
      error_patterns: [],
    });
  });

  it('takes the outcome as it was given, whatever else contradicts it', async () => {
    const ctx = await openFresh();
    const odd = run();
    odd.outcome = {
      success: true,
      score: 0,
      error: 'it failed',
      verdict: { source: 'test', detail: '0 passed' },
    };
    expect(await createAnalyzer(ctx).analyze(odd)).toMatchObject({ success: true, key_steps: [1, 2] });
  });

  it('counts patterns over exactly the runs it is given, and stores nothing', async () => {
    const ctx = await openFresh();
    const [pattern, ...more] = await createAnalyzer(ctx).extractErrorPatterns([run(), run()]);
    expect(more).toEqual([]);
    expect(ErrorPattern.parse(pattern)).toMatchObject({ frequency: 2, support: { worked: 2, tried: 2 } });
    expect(await ctx.memory.error_patterns.count()).toBe(0);
    expect(await ctx.memory.occurrences.count()).toBe(0);
    expect(await createAnalyzer(ctx).extractErrorPatterns([])).toEqual([]);
  });
});

describe('the strategy of credit that is used', () => {
  it('is simple where none is named and no model is there', async () => {
    expect(creditName(await openFresh())).toBe('simple');
  });

  it.each(['llm', 'counterfactual'] as const)(
    'is simple when %s cannot work; that is said',
    async (asked) => {
      const ctx = await openFresh({ learning: { credit_strategy: asked } });
      const analysis = await createAnalyzer(ctx).analyze(run());
      expect(analysis.method).toBe('simple');
      expect(analysis.note).toContain(`credit_strategy ${asked} is not available here`);
      expect(analysis.note).toContain('simple was used');
    },
  );
});

/** Two lines must stand in a file; the step between them does nothing. */
const STEPS = [bash('echo one >> list'), bash('touch other'), bash('echo two >> list'), bash('cat list')];
const verifier = { command: 'grep -qx one list && grep -qx two list' };

describe('counterfactual credit', () => {
  const analyse = async (
    steps: Step[],
    learning: ConfigInput['learning'],
    parts: ContextParts = {},
    change: (trajectory: Trajectory) => Trajectory = (same) => same,
  ) => {
    const ctx = await openFresh({ learning: { credit_strategy: 'counterfactual', ...learning } }, parts);
    const trajectory = runOf(steps, { task: 'Put two lines into list' });
    return createAnalyzer(ctx).analyze(change({ ...trajectory, task: { ...trajectory.task, verifier } }));
  };

  it('replays without each step where the task carries a verifier and it is switched on', async () => {
    const analysis = await analyse(STEPS, { replay: true });
    expect(analysis).toMatchObject({ method: 'counterfactual', key_steps: [0, 2] });
    expect(analysis.step_attribution.map(([, share]) => share)).toEqual([0.5, 0, 0.5, 0]);
    expect(analysis.note).toBe('by replay, 6 executions');
  });

  it('runs nothing where it is not switched on, or for a run that was imported', async () => {
    const off = await analyse(STEPS, {});
    expect(off).toMatchObject({
      method: 'simple',
      note: expect.stringContaining('replay is off (learning.replay)'),
    });
    const theirs = await analyse(STEPS, { replay: true }, {}, (run) => ({ ...run, source: 'run.jsonl' }));
    expect(theirs).toMatchObject({ method: 'simple', note: expect.stringContaining('imported run') });
  });

  it('falls through where the steps do not reproduce the outcome', async () => {
    const analysis = await analyse([bash('echo one >> list'), bash('cp ../two list')], { replay: true });
    expect(analysis.method).toBe('simple');
    expect(analysis.note).toContain('replay of all steps does not end as the run did');
  });

  it('asks the library’s own verifier, which needs no command', async () => {
    const asked: string[][] = [];
    const own: ContextParts['verifier'] = async (task, steps) => {
      expect(task.description).toBe('Put two lines into list');
      asked.push(steps.map(({ action }) => action));
      return steps.some(({ action }) => action.includes('two'));
    };
    const analysis = await analyse(STEPS, {}, { verifier: own });
    expect(analysis).toMatchObject({ method: 'counterfactual', key_steps: [2] });
    expect(asked[0]).toEqual(STEPS.map(({ action }) => action));
    const ctx = await openFresh();
    const pipeline = createLearningPipeline({
      memory: ctx.memory,
      config: { credit_strategy: 'counterfactual' },
      verifier: own,
    });
    const draft = {
      task: { description: 'Put two lines into list' },
      steps: STEPS,
      outcome: { success: true },
    };
    expect((await pipeline.analyzer.analyze(draft)).method).toBe('counterfactual');
  });

  it('a verifier that fails is noted and loses nothing', async () => {
    const analysis = await analyse(STEPS, {}, { verifier: () => Promise.reject(new Error('no docker')) });
    expect(analysis).toMatchObject({ method: 'simple', note: expect.stringContaining('replay failed') });
    expect(analysis.note).not.toContain('docker');
  });

  it('else holds the run against other attempts, at the same task or a similar one', async () => {
    const ctx = await openFresh({ learning: { credit_strategy: 'counterfactual' } });
    const migrate = bash('npm run migrate', 'migrated');
    const test = bash('npm test', 'ok');
    const at = (task: string) => [
      runOf([migrate, test], { task }),
      runOf([migrate, test], { task }),
      runOf([bash('npm version patch'), test], { task, success: false }),
    ];
    const task = 'Make the tests of the order service pass';
    await ctx.memory.trajectories.put(at(task));
    const mine = runOf([migrate, bash('touch x'), test], { task });
    const analysis = await createAnalyzer(ctx).analyze(mine);
    expect(analysis.method).toBe('counterfactual');
    expect(analysis.note).toContain('by contrast with 3 other attempts');
    const near = runOf(mine.steps, { task: 'Make all the tests of the order service pass' });
    expect(await createAnalyzer(ctx).analyze(near)).toMatchObject({ method: 'counterfactual' });
    const far = runOf(mine.steps, { task: 'Translate the handbook into French' });
    expect(await createAnalyzer(ctx).analyze(far)).toMatchObject({ method: 'simple' });
  });

  it.each([0, 1, 5_000])('holds for %d equal steps', async (count) => {
    const analysis = await analyse(Array<Step>(count).fill(bash('true')), { replay: false });
    const sum = analysis.step_attribution.reduce((total, [, share]) => total + share, 0);
    expect(sum).toBeCloseTo(count === 0 ? 0 : 1, 9);
  });
});
