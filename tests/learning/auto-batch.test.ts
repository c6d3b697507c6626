import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openContext } from '../../src/context.ts';
import { startDueBatch } from '../../src/learning/auto-batch.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { runBatchLearningTool } from '../../src/tools/learn.ts';
import { recordTrajectoryTool } from '../../src/tools/record.ts';
import { TrajectoryInput } from '../../src/types.ts';
import { history } from '../support/runs.ts';
import { temporaryDirectory, whenOver } from '../support/store.ts';

async function open(learning: { auto_batch?: boolean; min_trajectories?: number }) {
  const ctx = await openContext({ data: temporaryDirectory(), learning }, { llm: null });
  whenOver(() => ctx.close());
  const pipeline = createPipeline(ctx);
  const call = { ctx, pipeline, signal: new AbortController().signal, progress: () => undefined };
  const record = (nth: number) =>
    recordTrajectoryTool.run(TrajectoryInput.parse(history()[nth]), call).then(({ batch }) => batch);
  return { ctx, pipeline, record };
}

describe('a batch that is due', () => {
  it('starts by itself when a run is recorded, and drains what waited', async () => {
    const { ctx, pipeline, record } = await open({ min_trajectories: 3 });
    expect(await record(0)).toMatchObject({ pending: 1, due: false });
    expect((await record(1)).started).toBeUndefined();
    expect(await record(2)).toMatchObject({ pending: 3, due: true, started: true });
    await ctx.background.idle();
    expect(await pipeline.accumulatedCount()).toBe(0);
    expect(await ctx.memory.batches.count()).toBe(1);
  });

  it('is waited for by whoever asks for one meanwhile', async () => {
    const { ctx, pipeline, record } = await open({ min_trajectories: 3 });
    for (const nth of [0, 1]) await record(nth);
    expect((await record(2)).started).toBe(true);
    const call = { ctx, pipeline, signal: new AbortController().signal, progress: () => undefined };
    const answer = await runBatchLearningTool.run({ min_trajectories: 0, max_seconds: 40 }, call);
    expect(answer).toMatchObject({ ran: true, trajectories_processed: 3, remaining: 0 });
    expect(answer.reason).toContain('begun by itself');
    await record(3);
    const next = await runBatchLearningTool.run({ min_trajectories: 0, max_seconds: 40 }, call);
    expect(next).toMatchObject({ ran: true, trajectories_processed: 1 });
  });

  it('waits to be called where auto_batch is off', async () => {
    const { ctx, pipeline, record } = await open({ min_trajectories: 1, auto_batch: false });
    const batch = await record(0);
    expect(batch).toMatchObject({ pending: 1, due: true });
    expect(batch.started).toBeUndefined();
    await ctx.background.idle();
    expect(await pipeline.accumulatedCount()).toBe(1);
  });

  it('is begun once, and a failing one is left alone for a while', async () => {
    const { ctx, pipeline, record } = await open({ min_trajectories: 1, auto_batch: false });
    await record(0);
    const switched = {
      ...ctx,
      config: { ...ctx.config, learning: { ...ctx.config.learning, auto_batch: true } },
    };
    let begun = 0;
    const broken = {
      ...pipeline,
      runBatchLearning: async () => {
        begun += 1;
        await sleep(20);
        throw new Error('out of order');
      },
    };
    const all = await Promise.all([1, 2, 3].map(() => startDueBatch(switched, broken)));
    expect(all.filter(({ started }) => started)).toHaveLength(1);
    await ctx.background.idle();
    expect((await startDueBatch(switched, broken)).started).toBeUndefined();
    expect(begun).toBe(1);
  });

  it('ends with its process: what it had not learned waits for the next', async () => {
    const { ctx, record } = await open({ min_trajectories: 1 });
    await record(0);
    await ctx.close();
    expect(ctx.background.start('batch', async () => undefined)).toBe(false);
  });
});
