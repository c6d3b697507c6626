import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordAll } from '../../../src/capture/recorder.ts';
import type { Context } from '../../../src/context.ts';
import { attemptOf } from '../../../src/learning/acts/attempt.ts';
import { createExtractor } from '../../../src/learning/extractor.ts';
import { createPipeline } from '../../../src/learning/pipeline.ts';
import { settleStrategies } from '../../../src/learning/strategies/settle.ts';
import { PENDING } from '../../../src/memory/memory.ts';
import type { Strategy, TrajectoryInput } from '../../../src/types.ts';
import { bash, clockAt, edit, failing, inputOf, openFresh, runOf } from '../../support/fixtures.ts';
import { temporaryDirectory } from '../../support/store.ts';
import { strategyOf } from '../../support/strategies.ts';

const DAY_MS = 86_400_000;
const red = failing('npm test', 'Error: regions table is out of date');
const good = [red, bash('node tools/gen.mjs'), bash('npm test', 'ok')];
const bad = [red, edit('src/a.ts', 'x', 'y'), red];
const TASKS = ['Add the VAT of Norway', 'Show totals in cents'];

const runs = (from = 0, project = 'shop', success = true): TrajectoryInput[] =>
  TASKS.flatMap((task) =>
    Array.from({ length: 3 }, (_, i) => [
      inputOf(good, { task, source: 'test', project, success, session: `g${from + i}` }),
      inputOf(bad, { task, source: 'test', project, success: !success, session: `b${from + i}` }),
    ]).flat(),
  );

const record = (ctx: Context, inputs: TrajectoryInput[]) =>
  recordAll(
    ctx,
    inputs.map((input) => ({ input })),
  );
const learn = (ctx: Context) => createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });
const learnAgain = async (ctx: Context) => {
  await ctx.memory.trajectories.mark({ project: 'shop' }, { batch: PENDING });
  return learn(ctx);
};
const all = async (ctx: Context) =>
  (await ctx.memory.strategies.list()).sort((a, b) => (a.id < b.id ? -1 : 1));
const contrastOf = async (ctx: Context): Promise<Strategy> => {
  const [found] = await ctx.memory.strategies.list({ where: { kind: 'contrast', project: 'shop' } });
  if (!found) throw new Error('no contrast');
  return found;
};

describe('a batch', () => {
  it('keeps one of those that say the same, with the evidence of all, and is idempotent', async () => {
    const ctx = await openFresh();
    await record(ctx, runs());
    await learn(ctx);
    const strategies = await all(ctx);
    const contrast = await contrastOf(ctx);
    const routes = strategies.filter(({ kind }) => kind === 'route');
    expect(routes).toHaveLength(2);
    for (const route of routes)
      expect(route).toMatchObject({ status: 'archived', merged_into: contrast.id, evidence: { worked: 6 } });
    expect(contrast).toMatchObject({
      status: 'active',
      evidence: { worked: 6, tried: 6, tasks: 2, judged: 6, without: { worked: 0, tried: 6 } },
      win_rate: { mean: 0.875 },
    });
    expect(contrast.merged_from).toEqual(routes.map(({ id }) => id).sort());
    expect(contrast.seen_at).toEqual(expect.arrayContaining(TASKS));
    await learnAgain(ctx);
    expect(await all(ctx)).toEqual(strategies);
  });

  it('lets a route that was recorded at once, or comes later, join what stands', async () => {
    const ctx = await openFresh();
    const pipeline = createPipeline(ctx);
    const inputs = runs();
    for (const { trajectory } of await record(ctx, inputs)) await pipeline.learnFrom(trajectory);
    await learn(ctx);
    const { id } = await contrastOf(ctx);
    const later = inputOf(good, { task: 'Print the VAT report', source: 'test', project: 'shop' });
    const [recorded] = await record(ctx, [later]);
    if (recorded) await pipeline.learnFrom(recorded.trajectory);
    await learn(ctx);
    const joined = (await all(ctx)).filter(({ merged_into }) => merged_into === id);
    expect(joined).toHaveLength(3);
    expect((await contrastOf(ctx)).seen_at).toContain('Print the VAT report');
  });

  it('gives a strategy back its own standing when the one it had joined no longer holds', async () => {
    const ctx = await openFresh();
    await record(ctx, runs());
    await learn(ctx);
    const told = (await all(ctx)).filter(({ kind }) => kind === 'route');
    const known = await ctx.memory.trajectories.list();
    await settleStrategies(ctx, 'shop', told, { attempts: known.map(attemptOf), complete: true });
    const routes = (await all(ctx)).filter(({ kind }) => kind === 'route');
    expect((await contrastOf(ctx)).status).toBe('stale');
    expect(routes.map(({ status }) => status).sort()).toEqual(['active', 'archived']);
    const [left] = routes.filter(({ status }) => status === 'active');
    expect(left?.evidence).toMatchObject({ worked: 6, tried: 6, tasks: 2 });
  });

  it('joins the same advice of two projects, and shows where it holds', async () => {
    const ctx = await openFresh();
    const facts = { abstractable: true, situation: 'In node work, once `E1` appears', worked: 2 };
    const shop = strategyOf({ ...facts, id: 'strat_shop', project: 'shop' });
    const bank = strategyOf({ ...facts, id: 'strat_bank', project: 'bank' });
    const task = { project: 'shop', task: 'One' };
    const [a, b] = ['shop', 'bank'].map((project) =>
      [0, 1].map((nth) => runOf(good, { ...task, project, id: `traj_${project}_${nth}` })),
    );
    await ctx.memory.trajectories.put([...(a ?? []), ...(b ?? [])]);
    await settleStrategies(ctx, 'shop', [shop], { attempts: (a ?? []).map(attemptOf), complete: true });
    await settleStrategies(ctx, 'bank', [bank], { attempts: (b ?? []).map(attemptOf), complete: true });
    const [inBank, inShop] = await all(ctx);
    expect(inBank).toMatchObject({ status: 'archived', merged_into: 'strat_shop' });
    expect(inShop).toMatchObject({ status: 'active', evidence: { worked: 4, tried: 4, tasks: 2 } });
    expect(inShop?.projects?.toSorted()).toEqual(['bank', 'shop']);
    // The next batch over the first project finds the other's evidence again.
    await settleStrategies(ctx, 'shop', [shop], { attempts: (a ?? []).map(attemptOf), complete: true });
    expect((await all(ctx)).at(-1)?.evidence).toMatchObject({ worked: 4, tried: 4 });
  });

  it('lets go stale what the project went on without, archives it later, and takes it back when it is seen again', async () => {
    const clock = clockAt('2026-02-01T00:00:00Z');
    const ctx = await openFresh({}, { now: clock.now });
    await record(ctx, runs());
    await learn(ctx);
    const status = async () => (await contrastOf(ctx)).status;
    expect(await status()).toBe('active');
    clock.wait(200 * DAY_MS);
    const other = (session: string) => inputOf([bash('ls')], { task: 'Other', project: 'shop', session });
    await record(ctx, [other('1')]);
    await learn(ctx);
    expect(await contrastOf(ctx)).toMatchObject({ status: 'stale', status_why: /180 days/u });
    clock.wait(61 * DAY_MS);
    await record(ctx, [other('2')]);
    await learn(ctx);
    expect(await status()).toBe('archived');
    await record(ctx, runs(10));
    await learn(ctx);
    expect(await status()).toBe('active');
  });

  it('lets go stale what cites code that changed, until a new run confirms it', async () => {
    const workspace = temporaryDirectory();
    const clock = clockAt('2026-02-01T00:00:00Z');
    const ctx = await openFresh({ project: 'shop', workspace }, { now: clock.now });
    const write = (text: string) => writeFileSync(join(workspace, 'gen.mjs'), text);
    const steps = [red, bash('node gen.mjs'), bash('npm test', 'ok')];
    const generated = (from: number) =>
      runs(from).map((input) =>
        input.steps.length === 3 && input.steps[1]?.tool === 'Bash' ? { ...input, steps } : input,
      );
    write('one');
    await record(ctx, generated(0));
    await learn(ctx);
    expect(await contrastOf(ctx)).toMatchObject({ status: 'active', cites: [{ path: 'gen.mjs' }] });
    write('two');
    await learnAgain(ctx);
    expect(await contrastOf(ctx)).toMatchObject({
      status: 'stale',
      status_why: 'gen.mjs changed since',
    });
    clock.wait(DAY_MS);
    await record(ctx, generated(20));
    await learn(ctx);
    expect((await contrastOf(ctx)).status).toBe('active');
    await learnAgain(ctx);
    expect((await contrastOf(ctx)).status).toBe('active');
  });

  it('keeps what a strategy was told by its uses when its route is told anew', async () => {
    const ctx = await openFresh();
    const extractor = createExtractor(ctx);
    const pipeline = createPipeline(ctx, {
      extractor: {
        ...extractor,
        isAbstractable: async (run) => ({ ...(await extractor.isAbstractable(run)), abstractable: true }),
      },
    });
    const input = inputOf(good, { task: 'Alone', source: 'test', project: 'shop', session: 'a' });
    const [first] = await record(ctx, [input]);
    if (first) await pipeline.learnFrom(first.trajectory);
    const [route] = await all(ctx);
    if (!route) throw new Error('no route');
    const used = { worked: 1, tried: 2, tasks: 2, judged: 1, votes: { worked: 1, failed: 1 }, last: '' };
    await ctx.memory.strategies.put([{ ...route, status: 'active', evidence: { ...route.evidence, used } }]);
    const [second] = await record(ctx, [{ ...input, session: 'b' }]);
    if (second) await pipeline.learnFrom(second.trajectory);
    const [told] = await all(ctx);
    expect(told).toMatchObject({ id: route.id, status: 'active', evidence: { worked: 2, used } });
  });
});
