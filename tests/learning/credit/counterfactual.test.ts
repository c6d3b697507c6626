import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { attemptsBeside } from '../../../src/learning/credit/attempts-beside.ts';
import { counterfactual } from '../../../src/learning/credit/counterfactual.ts';
import { createPipeline } from '../../../src/learning/pipeline.ts';
import { bash, openFresh, runOf } from '../../support/fixtures.ts';

const STEPS = [bash('echo one > list'), bash('touch other')];

describe('replay', () => {
  it('in a batch leaves imported runs alone', async () => {
    const ctx = await openFresh({ learning: { credit_strategy: 'counterfactual', replay: true } });
    const verified = (task: string, command = 'grep -qx one list') => {
      const run = runOf(STEPS, { task });
      return { ...run, task: { ...run.task, verifier: { command } } };
    };
    const own = verified('Put one line into list');
    const theirs = { ...verified('Translate the handbook'), source: 'memory.jsonl' };
    const far = verified('Count the planets', 'cd /srv/app && grep -qx one list');
    await ctx.memory.trajectories.put([own, theirs, far]);
    expect(await createPipeline(ctx).runBatchLearning({ min_trajectories: 0 })).toMatchObject({ ran: true });
    const notes = new Map(
      (await ctx.memory.experiences.list()).map(({ trajectory, analysis }) => [trajectory, analysis.note]),
    );
    expect(notes.get(own.id)).toMatch(/^by replay, /u);
    expect(notes.get(theirs.id)).toContain('an imported run is not replayed');
    expect(notes.get(far.id)).toContain('the verifier may reach out of a throw-away directory');
  });
});

describe('other attempts', () => {
  const task = 'Make the tests of the order service pass';
  const migrate = bash('npm run migrate', 'migrated');
  const wrong = bash('npm version patch', 'v2');

  /** Counts the whole runs that are read. */
  function counting(ctx: Context): { ctx: Context; read: () => number } {
    let read = 0;
    const { trajectories } = ctx.memory;
    const getMany = async (ids: string[]) => {
      read += ids.length;
      return trajectories.getMany(ids);
    };
    const memory = { ...ctx.memory, trajectories: { ...trajectories, getMany } };
    return { ctx: { ...ctx, memory }, read: () => read };
  }

  it('are read once, and again when they change', async () => {
    const { ctx, read } = counting(await openFresh({ learning: { credit_strategy: 'counterfactual' } }));
    const good = Array.from({ length: 10 }, () => runOf([migrate], { task }));
    const bad = Array.from({ length: 10 }, () => runOf([wrong], { task, success: false }));
    const all = [...good, ...bad];
    await ctx.memory.trajectories.put(all);
    const first = await counterfactual(runOf([migrate, wrong], { task }), ctx);
    expect(first.note).toContain('by contrast with 20 other attempts');
    for (const run of all) expect(await attemptsBeside(run, ctx)).toHaveLength(19);
    expect(read()).toBe(20);
    const before = bad[0];
    if (!before) throw new Error('no run');
    await ctx.memory.trajectories.put([
      { ...before, steps: [wrong, migrate], outcome: { ...before.outcome, success: true } },
      runOf([wrong], { task, success: false }),
    ]);
    const seen = await attemptsBeside(runOf([migrate], { task }), ctx);
    expect(seen.filter(({ success }) => success)).toHaveLength(11);
    expect(seen).toHaveLength(21);
    expect(read()).toBe(22);
    await ctx.memory.trajectories.remove({ id: before.id });
    expect(await attemptsBeside(runOf([migrate], { task }), ctx)).toHaveLength(20);
    expect(read()).toBe(22);
  });
});
