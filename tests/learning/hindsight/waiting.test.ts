import { describe, expect, it } from 'vitest';
import { type KeyedInput, recordAll, recordTrajectory } from '../../../src/capture/recorder.ts';
import type { ConfigInput } from '../../../src/config.ts';
import type { Context } from '../../../src/context.ts';
import { createWaitingList } from '../../../src/learning/hindsight/waiting.ts';
import type { BatchResult } from '../../../src/types.ts';
import {
  bash,
  clockAt,
  inputOf,
  openAt,
  openFresh,
  runOf,
  temporaryDirectory,
} from '../../support/fixtures.ts';

async function record(ctx: Context, count: number, success: boolean | null = true, project = 'shop') {
  const from = await ctx.memory.trajectories.count();
  const inputs: KeyedInput[] = Array.from({ length: count }, (_, i) => ({
    input: inputOf([bash('make')], { task: `Task ${from + i}`, success, project }),
  }));
  return (await recordAll(ctx, inputs)).map(({ trajectory }) => trajectory);
}

const learning = (settings: NonNullable<ConfigInput['learning']>) => openFresh({ learning: settings });
const due = async (ctx: Context, least?: number) => createWaitingList(ctx).shouldRunBatch(least);

describe('when a batch is due', () => {
  it('never without anything new, whatever the minimum', async () => {
    const ctx = await learning({ min_trajectories: 0 });
    expect(await due(ctx)).toEqual({ pending: 0, due: false, reasons: ['no new trajectories'] });
    expect((await due(ctx, 0)).due).toBe(false);
  });

  it('at the minimum, not one below it; what is asked for goes before what is configured', async () => {
    const ctx = await learning({ min_trajectories: 3 });
    await record(ctx, 2);
    expect(await due(ctx)).toEqual({
      pending: 2,
      due: false,
      reasons: ['2 new trajectories, a batch needs 3'],
    });
    expect((await due(ctx, 2)).due).toBe(true);
    expect((await due(ctx, 0)).due).toBe(true);
    await record(ctx, 1);
    expect((await due(ctx)).due).toBe(true);
    expect((await due(ctx, 4)).due).toBe(false);
  });

  it('a minimum of 0 means any number', async () => {
    const ctx = await learning({ min_trajectories: 0 });
    await record(ctx, 1);
    expect((await due(ctx)).due).toBe(true);
  });

  it('of one project by its own runs', async () => {
    const ctx = await openFresh();
    await record(ctx, 3, true, 'shop');
    await record(ctx, 1, true, 'bank');
    const waiting = createWaitingList(ctx);
    expect((await waiting.shouldRunBatch(2, 'bank')).due).toBe(false);
    expect((await waiting.shouldRunBatch(2, 'shop')).due).toBe(true);
    expect(await waiting.accumulatedCount('bank')).toBe(1);
    expect(await waiting.accumulatedCount()).toBe(4);
  });

  it('after the gap only, counted over restarts', async () => {
    const data = await temporaryDirectory();
    const clock = clockAt('2026-02-01T00:00:00Z');
    const settings = { min_trajectories: 1, min_hours_since_last: 2 };
    const ctx = await openAt(data, { learning: settings }, { now: clock.now });
    await record(ctx, 1);
    expect((await due(ctx)).due).toBe(true);
    const result = { ran: true, reason: '', notes: [] } as unknown as BatchResult;
    await ctx.memory.batches.put([
      {
        id: 'batch_1',
        at: clock.now().toISOString(),
        project: '',
        derived_from: [],
        trust: 1,
        result: {
          ...result,
          remaining: 0,
          trajectories_processed: 1,
          concepts_extracted: 0,
          strategies_extracted: 0,
          error_patterns_extracted: 0,
          experiences_pruned: 0,
          success_rate: null,
        },
      },
    ]);
    clock.wait(1.5 * 3_600_000);
    const restarted = await openAt(data, { learning: settings }, { now: clock.now });
    expect(await due(restarted)).toEqual({
      pending: 1,
      due: false,
      reasons: ['the last batch was 1.5 h ago, the gap is 2 h'],
    });
    clock.wait(0.5 * 3_600_000);
    expect((await due(restarted)).due).toBe(true);
    const hasty = await openAt(
      data,
      { learning: { min_trajectories: 1, min_hours_since_last: 0 } },
      { now: clock.now },
    );
    expect((await due(hasty)).due).toBe(true);
  });

  it('not during a bad streak, but at the latest when four times the minimum has gathered', async () => {
    const ctx = await learning({ min_trajectories: 2, min_success_rate: 0.5 });
    await record(ctx, 3, false);
    await record(ctx, 1, true);
    const held = await due(ctx);
    expect(held.due).toBe(false);
    expect(held.reasons).toEqual(['25 % of the new runs succeeded, below 50 %; it runs anyway at 8']);
    await record(ctx, 4, false);
    expect((await due(ctx)).due).toBe(true);
  });

  it('at a rate that is just reached; a rate of 0 holds nothing back', async () => {
    const half = await learning({ min_trajectories: 2, min_success_rate: 0.5 });
    await record(half, 1, true);
    await record(half, 1, false);
    await record(half, 1, null);
    expect((await due(half)).due).toBe(true);
    const none = await learning({ min_trajectories: 2, min_success_rate: 0 });
    await record(none, 2, false);
    expect((await due(none)).due).toBe(true);
  });

  it('with all its reasons', async () => {
    const ctx = await learning({ min_trajectories: 5, min_success_rate: 0.9 });
    await record(ctx, 2, false);
    expect((await due(ctx)).reasons).toHaveLength(2);
  });
});

describe('the waiting list', () => {
  it('is drained of exactly what was taken; what came meanwhile stays', async () => {
    const ctx = await openFresh();
    const waiting = createWaitingList(ctx);
    const taken = await record(ctx, 3);
    const late = await record(ctx, 2);
    await waiting.clearAccumulated(taken, 'batch_1');
    expect((await waiting.getAccumulated()).map(({ id }) => id).sort()).toEqual(
      late.map(({ id }) => id).sort(),
    );
    await waiting.clearAccumulated([], 'batch_2');
    expect(await waiting.accumulatedCount()).toBe(2);
  });

  it('is in the store: another process sees it', async () => {
    const data = await temporaryDirectory();
    await record(await openAt(data), 3);
    expect(await createWaitingList(await openAt(data)).accumulatedCount()).toBe(3);
  });

  it('gives the oldest first, and no more than asked for', async () => {
    const clock = clockAt('2026-02-01T00:00:00Z');
    const ctx = await openFresh({}, { now: clock.now });
    const order = [];
    for (let i = 0; i < 4; i += 1) {
      order.push(...(await record(ctx, 1)).map(({ id }) => id));
      clock.wait(1_000);
    }
    const waiting = await createWaitingList(ctx).getAccumulated(3);
    expect(waiting.map(({ id }) => id)).toEqual(order.slice(0, 3));
  });

  it('takes a run back, and one that was never recorded', async () => {
    const ctx = await openFresh();
    const waiting = createWaitingList(ctx);
    const { trajectory } = await recordTrajectory(ctx, inputOf([bash('make')]));
    await waiting.clearAccumulated([trajectory], 'batch_1');
    await waiting.accumulate(trajectory);
    await waiting.accumulate(runOf([bash('make')]));
    expect(await waiting.accumulatedCount()).toBe(2);
    expect(await ctx.memory.trajectories.count()).toBe(2);
  });
});
