import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordAll, recordTrajectory } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { createAnalyzer } from '../../src/learning/analyzer.ts';
import { createExtractor } from '../../src/learning/extractor.ts';
import { createHindsight } from '../../src/learning/hindsight/learner.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import type { Step, TrajectoryInput } from '../../src/types.ts';
import {
  bash,
  clockAt,
  edit,
  failing,
  inputOf,
  openAt,
  openFresh,
  temporaryDirectory,
} from '../support/fixtures.ts';

const red = failing('npm test', 'Error: regions table is out of date');
const green = bash('npm test', 'ok');
const good: Step[] = [red, bash('node tools/gen.mjs'), green];
const bad: Step[] = [red, edit('src/a.ts', 'x', 'y'), red];

/** Attempts at two tasks: those that ran the generator succeeded, the others did not. */
function runs(from = 0, each = 4): TrajectoryInput[] {
  return ['Add the VAT of Norway', 'Show totals in cents'].flatMap((task) =>
    Array.from({ length: each }, (_, i) => [
      inputOf(good, { task, source: 'test', session: `g${from + i}` }),
      inputOf(bad, { task, source: 'test', success: false, session: `b${from + i}` }),
    ]).flat(),
  );
}

const record = (ctx: Context, inputs: TrajectoryInput[]) =>
  recordAll(
    ctx,
    inputs.map((input) => ({ input })),
  );
const learn = (ctx: Context, options = {}) =>
  createPipeline(ctx).runBatchLearning({ min_trajectories: 1, ...options });
const pending = (ctx: Context) => ctx.memory.trajectories.count({ batch: 'pending' });

/** All that was learned, without the times at which it was written. */
async function learned(ctx: Context) {
  const { experiences, strategies, error_patterns, occurrences, concepts } = ctx.memory;
  const all = await Promise.all(
    [experiences, strategies, error_patterns, occurrences, concepts].map((table) => table.list()),
  );
  const timeless = (record: { id: string }) => ({ ...record, at: '' });
  return all.map((records: { id: string }[]) => records.map(timeless).sort((a, b) => (a.id < b.id ? -1 : 1)));
}

describe('a batch', () => {
  it('learns from all that waits, says what, and leaves nothing waiting', async () => {
    const ctx = await openFresh();
    await record(ctx, runs());
    const result = await learn(ctx);
    expect(result).toMatchObject({
      ran: true,
      remaining: 0,
      trajectories_processed: 16,
      error_patterns_extracted: 1,
      experiences_pruned: 0,
      success_rate: 0.5,
    });
    expect(await ctx.memory.experiences.count()).toBe(16);
    const [strategy] = await ctx.memory.strategies.list({ where: { kind: 'contrast' } });
    expect(strategy).toMatchObject({ status: 'active', evidence: { worked: 8, tried: 8 } });
    expect(strategy?.suggestion).toContain('node tools/gen.mjs');
    expect(await pending(ctx)).toBe(0);
    expect((await ctx.memory.batches.list()).map((batch) => batch.result)).toEqual([result]);
  });

  it('that is not due does not run, and says why', async () => {
    const ctx = await openFresh();
    await record(ctx, runs());
    const result = await createPipeline(ctx).runBatchLearning();
    expect(result).toMatchObject({ ran: false, remaining: 16, success_rate: null });
    expect(result.reason).toContain('16 new trajectories, a batch needs 50');
    expect(await ctx.memory.strategies.count()).toBe(0);
    expect(await ctx.memory.batches.count()).toBe(0);
    expect((await learn(await openFresh())).reason).toBe('no new trajectories');
  });

  it('of one project leaves the others waiting', async () => {
    const ctx = await openFresh();
    await record(
      ctx,
      runs().map((input) => ({ ...input, project: 'shop' })),
    );
    await record(
      ctx,
      runs().map((input) => ({ ...input, project: 'bank' })),
    );
    expect((await learn(ctx, { project: 'shop' })).trajectories_processed).toBe(16);
    expect(await pending(ctx)).toBe(16);
    expect(new Set((await ctx.memory.strategies.list()).map(({ project }) => project))).toEqual(
      new Set(['shop']),
    );
  });

  it('tells its progress to the end', async () => {
    const ctx = await openFresh();
    await record(ctx, runs());
    const told: [number, number][] = [];
    await learn(ctx, { onProgress: (done: number, total: number) => told.push([done, total]) });
    expect(told[0]).toEqual([16, 16]);
    expect(told.every(([done, total]) => done <= total)).toBe(true);
  });
});

describe('one batch after another', () => {
  it('learns the same as one over everything', async () => {
    const [apart, together] = [await openFresh(), await openFresh()];
    for (const part of [runs(0, 2), runs(2, 2)]) {
      await record(apart, part);
      await learn(apart);
    }
    await record(together, [...runs(0, 2), ...runs(2, 2)]);
    await learn(together);
    const ids = (all: { id: string }[][]) => all.map((records) => records.map(({ id }) => id));
    expect(ids(await learned(apart))).toEqual(ids(await learned(together)));
    const [one] = await apart.memory.error_patterns.list();
    const [other] = await together.memory.error_patterns.list();
    expect(one?.support).toEqual(other?.support);
  });

  it('what no longer holds goes stale, and what is given stays', async () => {
    const ctx = await openFresh();
    await record(ctx, runs());
    await learn(ctx);
    const [strategy] = await ctx.memory.strategies.list({ where: { kind: 'contrast' } });
    if (!strategy) throw new Error('no strategy');
    await ctx.memory.strategies.put([{ ...strategy, id: 'strat_given', kind: 'given' }]);
    const turned = runs(10, 12).map((input) => ({
      ...input,
      outcome: { ...input.outcome, success: !input.outcome.success },
    }));
    await record(ctx, turned);
    await learn(ctx);
    expect((await ctx.memory.strategies.get(strategy.id))?.status).not.toBe('active');
    expect((await ctx.memory.strategies.get('strat_given'))?.status).toBe('active');
  });

  it('archives the many failures of one kind, never all, never a lone one, and deletes none', async () => {
    const ctx = await openFresh();
    const stuck = (nth: number, what: string) =>
      inputOf([failing('make', `error: ${what}`)], {
        task: 'Hopeless',
        success: false,
        source: 'test',
        session: `s${what}${nth}`,
      });
    await record(ctx, [
      ...Array.from({ length: 12 }, (_, i) => stuck(i, 'the linker is missing')),
      ...Array.from({ length: 3 }, (_, i) => stuck(i, 'the disk is full')),
      inputOf([failing('make', 'error: alone')], { task: 'Tried once', success: false, source: 'test' }),
    ]);
    const { experiences_pruned } = await learn(ctx);
    expect(experiences_pruned).toBe(13);
    expect(await ctx.memory.trajectories.count({ status: 'active' })).toBe(3);
    expect(await ctx.memory.trajectories.count()).toBe(16);
  });
});

describe('a batch that is killed', () => {
  it('after learning and before clearing is simply learned again: the same records, none twice', async () => {
    const data = await temporaryDirectory();
    const killed = await openAt(data);
    await record(killed, runs());
    const hindsight = {
      ...createHindsight(killed),
      clearAccumulated: () => Promise.reject(new Error('killed')),
    };
    await expect(
      createPipeline(killed, { hindsight }).runBatchLearning({ min_trajectories: 1 }),
    ).rejects.toThrow('killed');
    const before = await learned(killed);
    const next = await openAt(data);
    expect(await pending(next)).toBe(16);
    expect(await learn(next)).toMatchObject({ ran: true, trajectories_processed: 16 });
    expect(await learned(next)).toEqual(before);
    expect(await pending(next)).toBe(0);
  });

  it('while it holds the lock does not stop the next', async () => {
    const data = await temporaryDirectory();
    const ctx = await openAt(data);
    await record(ctx, runs(0, 1));
    // No process has this id: Linux ends at 4,194,304.
    await writeFile(join(data, 'batch.lock'), `99999999 ${hostname()}`);
    expect((await learn(ctx)).ran).toBe(true);
  });

  it('by its caller stops, and leaves what it had taken waiting', async () => {
    const ctx = await openFresh();
    await record(ctx, runs());
    const abort = new AbortController();
    const stop = () => abort.abort(new Error('enough'));
    await expect(learn(ctx, { signal: abort.signal, onProgress: stop })).rejects.toThrow('enough');
    expect(await pending(ctx)).toBe(16);
    expect((await learn(ctx)).trajectories_processed).toBe(16);
  });
});

describe('two processes', () => {
  it('never both run a batch, and together learn each run once', async () => {
    const data = await temporaryDirectory();
    const [one, other] = [await openAt(data), await openAt(data)];
    await record(one, runs());
    let inside = 0;
    let most = 0;
    const watched = (ctx: Context) => {
      const extractor = createExtractor(ctx);
      const tellStrategies: typeof extractor.tellStrategies = async (...given) => {
        inside += 1;
        most = Math.max(most, inside);
        const told = await extractor.tellStrategies(...given);
        inside -= 1;
        return told;
      };
      return createPipeline(ctx, { extractor: { ...extractor, tellStrategies } });
    };
    const results = await Promise.all(
      [one, other, one, other].map((ctx) => watched(ctx).runBatchLearning({ min_trajectories: 1 })),
    );
    expect(most).toBe(1);
    expect(results.reduce((sum, result) => sum + result.trajectories_processed, 0)).toBe(16);
    expect(results.filter(({ ran }) => ran)).toHaveLength(1);
    for (const { ran, reason } of results) if (!ran) expect(reason).toMatch(/another process|no new/u);
  });
});

describe('a batch with little time', () => {
  it('takes what it can, says what is left, and the next call continues to the end', async () => {
    const clock = clockAt('2026-02-01T00:00:00Z');
    const ctx = await openFresh({}, { now: clock.now });
    await record(
      ctx,
      Array.from({ length: 430 }, (_, i) => inputOf([bash('make')], { task: `Part ${i}`, source: 'test' })),
    );
    const steps = [];
    for (let call = 0; call < 5; call += 1) {
      const result = await learn(ctx, { max_seconds: 0, onProgress: () => clock.wait(1_000) });
      if (!result.ran) break;
      steps.push([result.trajectories_processed, result.remaining]);
    }
    expect(steps).toEqual([
      [200, 230],
      [200, 30],
      [30, 0],
    ]);
    expect(await ctx.memory.experiences.count()).toBe(430);
  });
});

describe('a batch of a few at a time', () => {
  it('takes the oldest and says what is left', async () => {
    const ctx = await openFresh();
    await record(
      ctx,
      Array.from({ length: 7 }, (_, i) => inputOf([bash('make')], { task: `Part ${i}`, source: 'test' })),
    );
    const left = [];
    for (let call = 0; call < 3; call += 1) left.push((await learn(ctx, { max_runs: 3 })).remaining);
    expect(left).toEqual([4, 1, 0]);
    expect(await ctx.memory.experiences.count()).toBe(7);
  });
});

describe('what comes in during a batch', () => {
  const during = (ctx: Context, happens: () => Promise<unknown>) => {
    const extractor = createExtractor(ctx);
    const tellStrategies: typeof extractor.tellStrategies = async (...given) => {
      await happens();
      return extractor.tellStrategies(...given);
    };
    return createPipeline(ctx, { extractor: { ...extractor, tellStrategies } }).runBatchLearning({
      min_trajectories: 1,
    });
  };

  it('a new run waits for the next', async () => {
    const ctx = await openFresh();
    await record(ctx, runs(0, 2));
    await during(ctx, () => recordTrajectory(ctx, inputOf(good, { task: 'Late' })));
    expect(await pending(ctx)).toBe(1);
  });

  it('a run that grew waits again: only its shorter self was learned from', async () => {
    const ctx = await openFresh();
    await record(ctx, [inputOf(good, { session: 's' })]);
    await during(ctx, () =>
      recordTrajectory(ctx, inputOf([...good, bash('make release')], { session: 's' })),
    );
    expect(await pending(ctx)).toBe(1);
    await learn(ctx);
    expect((await ctx.memory.experiences.list())[0]?.analysis.step_attribution).toHaveLength(4);
  });
});

describe('a part that fails', () => {
  it('loses no run: all that was to be learned waits still', async () => {
    const ctx = await openFresh();
    await record(ctx, runs(0, 2));
    const extractor = {
      ...createExtractor(ctx),
      tellStrategies: () => Promise.reject(new Error('out of order')),
    };
    await expect(
      createPipeline(ctx, { extractor }).runBatchLearning({ min_trajectories: 1 }),
    ).rejects.toThrow();
    expect(await pending(ctx)).toBe(8);
    expect((await learn(ctx)).trajectories_processed).toBe(8);
  });

  it('on one run does not keep the others from being learned, and is noted', async () => {
    const ctx = await openFresh();
    await record(ctx, [...runs(0, 2), inputOf(good, { task: 'Poison', source: 'test' })]);
    const analyzer = createAnalyzer(ctx);
    const picky: typeof analyzer = {
      ...analyzer,
      analyze: (run, signal) =>
        run.task.description === 'Poison' ? Promise.reject(new Error('no')) : analyzer.analyze(run, signal),
    };
    const result = await createPipeline(ctx, { analyzer: picky }).runBatchLearning({ min_trajectories: 1 });
    expect(result.ran).toBe(true);
    expect(result.notes).not.toEqual([]);
    expect(await ctx.memory.experiences.count()).toBe(8);
    expect(await ctx.memory.trajectories.count()).toBe(9);
  });
});
