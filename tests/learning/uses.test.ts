import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { noteUses, rejudgeUses, tallyDrawn, tallyUses, usesOfRecords } from '../../src/learning/uses.ts';
import type { Retrieval, Step } from '../../src/types.ts';
import { AT, bash, clockAt, failing, inputOf, openFresh, type RunFacts } from '../support/fixtures.ts';
import { strategyOf, useOf } from '../support/strategies.ts';

const START = '2026-02-01T00:00:00.000Z';
const steps = [failing('npm test', 'Error: tables are out of date'), bash('npm test', 'ok')];

const retrieval = (id: string, shown: string[], at = AT): Retrieval => ({
  id,
  at,
  project: 'shop',
  derived_from: [],
  trust: 1,
  task: 'Any',
  known: true,
  shown,
});

/** A memory that has one strategy, shown by the retrieval ret_1. */
async function shop(shown = ['strat_shown', 'err_1', 'concept_1', 'traj_0']) {
  const clock = clockAt(START);
  const ctx = await openFresh({}, { now: clock.now });
  await ctx.memory.strategies.put([strategyOf({ id: 'strat_shown', worked: 1, from: ['traj_old'] })]);
  await ctx.memory.retrievals.put([retrieval('ret_1', shown)]);
  return { ctx, clock };
}

async function finish(
  ctx: Context,
  facts: RunFacts & { retrieval_id?: string } = {},
  of: Step[] = steps,
): Promise<string[]> {
  const input = { ...inputOf(of, { source: 'test', project: 'shop', ...facts }) };
  const { trajectory } = await recordTrajectory(ctx, { ...input, retrieval_id: facts.retrieval_id });
  return (await createPipeline(ctx).learnFrom(trajectory)).notes;
}

const used = async (ctx: Context) => (await ctx.memory.strategies.get('strat_shown'))?.evidence.used;

describe('a run that says what it was shown', () => {
  it('leaves a use for each strategy, error pattern and concept, none for runs', async () => {
    const { ctx } = await shop();
    expect(await finish(ctx, { retrieval_id: 'ret_1', session: 's', success: false })).toEqual([]);
    const uses = await ctx.memory.uses.list();
    expect(uses.map(({ kind }) => kind).sort()).toEqual(['concept', 'error_pattern', 'strategy']);
    const [use] = uses;
    expect(use).toMatchObject({ success: false, trust: 1, retrieval: 'ret_1', project: 'shop' });
    expect(use?.error).toBe('Error: tables are out of date');
    expect(use?.derived_from).toEqual([use?.trajectory, 'ret_1']);
  });

  it('counts for the strategy at once', async () => {
    const { ctx } = await shop();
    const before = (await ctx.memory.strategies.get('strat_shown'))?.win_rate;
    await finish(ctx, { retrieval_id: 'ret_1', task: 'One' });
    await finish(ctx, { retrieval_id: 'ret_1', task: 'Two', success: false });
    await finish(ctx, { retrieval_id: 'ret_1', task: 'Three', success: null });
    expect(before).toBeUndefined();
    expect(await used(ctx)).toMatchObject({ worked: 1, tried: 2, tasks: 2, judged: 1 });
    const strategy = await ctx.memory.strategies.get('strat_shown');
    expect(strategy?.win_rate?.mean).toBeCloseTo((1 + 2) / (2 + 3), 3);
    // Its own run and the one that was shown it are two judged successes.
    expect(strategy).toMatchObject({ status: 'active', confirmed_at: START });
  });

  it('recorded twice counts once, and judged anew counts as it is judged now', async () => {
    const { ctx } = await shop();
    const run = { retrieval_id: 'ret_1', session: 's' };
    await finish(ctx, { ...run, source: 'agent' });
    await finish(ctx, { ...run, source: 'agent' });
    expect(await ctx.memory.uses.count({ shown: 'strat_shown' })).toBe(1);
    expect(await used(ctx)).toMatchObject({ worked: 1, tried: 1, judged: 0 });
    await finish(ctx, { ...run, success: false, source: 'test' });
    expect(await ctx.memory.uses.count({ shown: 'strat_shown' })).toBe(1);
    expect(await used(ctx)).toMatchObject({ worked: 0, tried: 1, votes: { worked: 0, failed: 1 } });
  });

  it('judged anew without naming the retrieval again is brought in line by the batch', async () => {
    const { ctx } = await shop();
    await finish(ctx, { retrieval_id: 'ret_1', session: 's' });
    await finish(ctx, { session: 's', success: false });
    expect(await used(ctx)).toMatchObject({ worked: 1 });
    await createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });
    expect((await ctx.memory.uses.list())[0]).toMatchObject({ success: false });
    expect(await used(ctx)).toMatchObject({ worked: 0, tried: 1 });
  });

  it('that names a retrieval nobody knows, or a later one, is told so and loses nothing', async () => {
    const { ctx } = await shop();
    await ctx.memory.retrievals.put([retrieval('ret_late', ['strat_shown'], '2026-03-01T00:00:00.000Z')]);
    expect((await finish(ctx, { retrieval_id: 'ret_nobody', task: 'One' }))[0]).toContain(
      'no stored retrieval',
    );
    expect((await finish(ctx, { retrieval_id: 'ret_late', task: 'Two' }))[0]).toContain('after the run');
    expect(await ctx.memory.uses.count()).toBe(0);
    expect(await ctx.memory.trajectories.count()).toBe(2);
  });

  it('imported and not recorded is credited by the batch', async () => {
    const { ctx } = await shop();
    const input = { ...inputOf(steps, { source: 'test', project: 'shop' }), retrieval_id: 'ret_1' };
    await recordTrajectory(ctx, input);
    expect(await ctx.memory.uses.count()).toBe(0);
    await createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });
    expect(await used(ctx)).toMatchObject({ worked: 1, tried: 1 });
  });

  it('that is in the evidence already is not counted twice', async () => {
    const { ctx } = await shop();
    await finish(ctx, { retrieval_id: 'ret_1', session: 's' });
    const [run] = await ctx.memory.trajectories.list();
    await ctx.memory.strategies.put([
      strategyOf({ id: 'strat_shown', worked: 1, from: [run?.id ?? ''], status: 'candidate' }),
    ]);
    await finish(ctx, { retrieval_id: 'ret_1', session: 's' });
    expect(await used(ctx)).toBeUndefined();
    expect(await ctx.memory.uses.count({ shown: 'strat_shown' })).toBe(1);
  });

  it('without a retrieval reads and writes nothing for it', async () => {
    const { ctx } = await shop();
    const asked: string[] = [];
    const watched = <T extends object>(name: string, table: T): T =>
      new Proxy(table, {
        get: (target, key) => {
          asked.push(`${name}.${String(key)}`);
          return Reflect.get(target, key);
        },
      });
    const memory = {
      ...ctx.memory,
      uses: watched('uses', ctx.memory.uses),
      retrievals: watched('retrievals', ctx.memory.retrievals),
    };
    await finish({ ...ctx, memory });
    expect(asked).toEqual([]);
  });
});

describe('uses', () => {
  it('of two processes at once are both counted', async () => {
    const { ctx } = await shop();
    await Promise.all(
      [0, 1, 2, 3, 4].map((nth) => finish(ctx, { retrieval_id: 'ret_1', task: `Task ${nth}` })),
    );
    expect(await ctx.memory.uses.count({ shown: 'strat_shown' })).toBe(5);
    await createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });
    expect(await used(ctx)).toMatchObject({ worked: 5, tried: 5, tasks: 5 });
  });

  it('of runs that are judged as before are left alone', async () => {
    const { ctx } = await shop();
    await finish(ctx, { retrieval_id: 'ret_1' });
    const runs = await ctx.memory.trajectories.list();
    expect(await rejudgeUses(ctx, runs)).toEqual([]);
    expect((await noteUses(ctx, runs)).uses).toEqual(await ctx.memory.uses.list());
  });

  it('are compared with other runs of the project, as the last batch counted them', async () => {
    const { ctx } = await shop();
    await ctx.memory.strategies.put([
      strategyOf({ id: 'strat_shown', worked: 1, from: ['traj_old'], kind: 'given' }),
    ]);
    for (const task of ['Red', 'Green', 'Blue']) await finish(ctx, { task, success: task !== 'Blue' });
    await finish(ctx, { task: 'Claimed', source: 'agent' });
    await finish(ctx, { retrieval_id: 'ret_1', task: 'One' });
    const base = async () => (await ctx.memory.strategies.get('strat_shown'))?.evidence.base;
    expect(await base()).toBeUndefined();
    await createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });
    const counted = { worked: 2, tried: 3, votes: { worked: 2, failed: 1 } };
    expect(await base()).toEqual(counted);
    await finish(ctx, { retrieval_id: 'ret_1', task: 'Two', success: false });
    expect(await base()).toEqual(counted);
    expect(await used(ctx)).toMatchObject({ worked: 1, tried: 2 });
  });

  it('are read from the newest on, and what one has too many of costs the others none', async () => {
    const ctx = await openFresh();
    const at = (nth: number) => new Date(Date.parse(START) + nth * 60_000).toISOString();
    const many = Array.from({ length: 2_001 }, (_, nth) => useOf({ shown: 'strat_much', at: at(nth) }));
    await ctx.memory.uses.put([...many, useOf({ shown: 'strat_little' })]);
    for (const ids of [
      ['strat_much'],
      ['strat_little', 'strat_much'],
      ['strat_much', 'strat_1', 'strat_2'],
    ]) {
      const found = (await usesOfRecords(ctx, ids)).get('strat_much') ?? [];
      expect([found.length, found.map((use) => use.at).sort()[0]]).toEqual([1_000, at(1_001)]);
    }
    expect((await usesOfRecords(ctx, ['strat_much', 'strat_little'])).get('strat_little')).toHaveLength(1);
  });

  it('while another share was held out weigh so that the arms lie alike on both sides of the change', () => {
    const uses = [0.2, 0.5].flatMap((holdout) =>
      Array.from({ length: 100 }, (_, nth) => ({
        ...useOf({ task: `${holdout} ${nth}`, holdout, success: holdout === 0.5 }),
        ...(nth < 100 * holdout ? { withheld: true as const } : {}),
      })),
    );
    const drawn = tallyDrawn(uses);
    expect(drawn).toMatchObject({ votes: { worked: 50, failed: 20 }, shown: { worked: 50, tried: 130 } });
    expect(drawn?.shown.votes.worked).toBeCloseTo(50, 9);
    expect(drawn?.shown.votes.failed).toBeCloseTo(20, 9);
    // While all are held out there is nothing to compare with.
    const all = uses.map((use) => ({ ...use, holdout: 1, withheld: true as const }));
    expect(tallyDrawn(all)?.votes).toEqual({ worked: 0, failed: 0 });
  });

  it('without a verdict count for nothing', () => {
    expect(tallyUses([useOf({ success: null })])).toBeUndefined();
  });

  it('count by where they stood: what came later was less likely read', () => {
    const at = (place: number | undefined, success: boolean) =>
      tallyUses([useOf({ success, ...(place ? { place } : {}) })])?.votes;
    expect(at(1, true)).toEqual({ worked: 1, failed: 0 });
    expect(at(undefined, true)).toEqual({ worked: 1, failed: 0 });
    expect(at(3, false)).toEqual({ worked: 0, failed: 0.5 });
    // A task has one vote still, and two that are one by now count where they stood better.
    const same = [1, 2, 3].map((place) => useOf({ place, run: 'one' }));
    expect(tallyUses(same)).toMatchObject({ worked: 1, tried: 1, votes: { worked: 1 } });
    expect(tallyUses(same.toReversed())?.votes).toEqual({ worked: 1, failed: 0 });
  });

  it('of what was withheld speak for what happens without it, and for nothing else', () => {
    const uses = [
      useOf({ task: 'a', withheld: true, holdout: 0.5 }),
      useOf({ task: 'b', withheld: true, holdout: 0.5, success: false }),
      useOf({ task: 'c', holdout: 0.5, success: false }),
      useOf({ task: 'd' }),
    ];
    expect(tallyUses(uses)).toMatchObject({ worked: 1, tried: 2 });
    // The last was shown when nothing was held out: nobody drew it.
    expect(tallyDrawn(uses)).toEqual({
      worked: 1,
      tried: 2,
      votes: { worked: 1, failed: 1 },
      shown: { worked: 0, tried: 1, votes: { worked: 0, failed: 1 } },
    });
    expect(tallyDrawn(uses.slice(2))).toBeUndefined();
  });
});

describe('a run of a task that was held out', () => {
  it('counts for what was withheld, confirms nothing and is blamed for nothing', async () => {
    const { ctx } = await shop();
    const drawn = { arm: 'withheld' as const, holdout: 0.5, shown: [], withheld: ['strat_shown'] };
    await ctx.memory.retrievals.put([{ ...retrieval('ret_out', []), ...drawn }]);
    await finish(ctx, { retrieval_id: 'ret_out', task: 'One' });
    await finish(ctx, { retrieval_id: 'ret_out', task: 'Two', success: false });
    const strategy = await ctx.memory.strategies.get('strat_shown');
    expect(strategy?.evidence.used).toBeUndefined();
    expect(strategy?.evidence.failures).toBeUndefined();
    expect(strategy?.confirmed_at).toBeUndefined();
    expect(strategy?.evidence.withheld).toEqual({
      worked: 1,
      tried: 2,
      votes: { worked: 1, failed: 1 },
      shown: { worked: 0, tried: 0, votes: { worked: 0, failed: 0 } },
    });
    expect((await ctx.memory.uses.list()).map(({ holdout }) => holdout)).toEqual([0.5, 0.5]);
    await createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });
    expect((await ctx.memory.strategies.get('strat_shown'))?.evidence.withheld).toMatchObject({ tried: 2 });
  });
});
