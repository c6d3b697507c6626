import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { type TrajectoryDraft, TrajectoryInput } from '../../src/types.ts';
import { sessionDiff } from '../../src/upkeep/session-diff.ts';
import { failing, openFresh } from '../support/fixtures.ts';
import { FIX, history, solved, unsolved } from '../support/runs.ts';

async function learnedFrom(runs: TrajectoryDraft[]): Promise<Context> {
  const ctx = await openFresh();
  await recordAll(
    ctx,
    runs.map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
  await createPipeline(ctx).runBatchLearning({ min_trajectories: 0, max_seconds: 600 });
  return ctx;
}

const odd = (): TrajectoryDraft => {
  const run = unsolved(0, 5);
  return {
    ...run,
    session: 'odd',
    steps: [...run.steps, failing('./lamp', 'Error: the lamp oil is used up')],
  };
};

describe('what a session taught', () => {
  it('is new where nobody else knew it, and counted where others did', async () => {
    const ctx = await learnedFrom([...history(), odd()]);
    const { runs, waiting, lessons } = await sessionDiff(ctx, { session: 'odd' });
    expect(runs).toMatchObject([{ success: false, judged_by: 'test', steps: 7 }]);
    expect(waiting).toBe(0);
    const lamp = lessons.find(({ when }) => when.includes('lamp oil'));
    expect(lamp).toMatchObject({ kind: 'error_pattern', effect: 'new', without: null, stored: true });
    const missing = lessons.find(
      ({ when }) => when.includes('Cannot find module') && when.startsWith('Error'),
    );
    expect(missing).toMatchObject({ effect: 'seen_again', with: { met: 27 }, without: { met: 24 } });
    expect(lessons.map(({ effect }) => effect).indexOf('new')).toBe(0);
  });

  it('makes known advice stronger or weaker, with the counts of both', async () => {
    const good = { ...solved(1, 8), session: 'good' };
    const bad: TrajectoryDraft = {
      ...solved(2, 9),
      session: 'bad',
      outcome: { success: false, verdict: { source: 'test' } },
    };
    const ctx = await learnedFrom([...history(), good, bad]);
    const advice = async (session: string) =>
      (await sessionDiff(ctx, { session })).lessons.find(
        ({ kind, with: after }) => kind === 'strategy' && after?.says.includes(FIX) && (after.tasks ?? 0) > 1,
      );
    expect(await advice('good')).toMatchObject({
      effect: 'stronger',
      with: { worked: 7, tried: 8 },
      without: { worked: 6, tried: 7 },
    });
    expect(await advice('bad')).toMatchObject({
      effect: 'weaker',
      with: { worked: 7, tried: 8 },
      without: { worked: 7, tried: 7 },
    });
  });

  it('is told before a batch, and marked as waiting', async () => {
    const ctx = await openFresh();
    await recordAll(
      ctx,
      history().map((run) => ({ input: TrajectoryInput.parse(run) })),
    );
    const { waiting, lessons } = await sessionDiff(ctx, { project: 'billing-service' });
    expect(waiting).toBe(12);
    const strategies = lessons.filter(({ kind }) => kind === 'strategy');
    expect(strategies.length).toBeGreaterThan(0);
    expect(strategies.every(({ stored, effect }) => !stored && effect === 'new')).toBe(true);
  });

  it('is nothing for a run that says nothing, and changes nothing in the store', async () => {
    const ctx = await learnedFrom(history());
    await recordAll(ctx, [
      {
        input: TrajectoryInput.parse({
          ...solved(0),
          steps: [],
          session: 'idle',
          outcome: { success: null },
        }),
      },
    ]);
    const before = await Promise.all([ctx.memory.strategies.list(), ctx.memory.error_patterns.list()]);
    expect((await sessionDiff(ctx, { session: 'idle' })).lessons).toEqual([]);
    expect((await sessionDiff(ctx, { session: 'nobody' })).runs).toEqual([]);
    expect(await Promise.all([ctx.memory.strategies.list(), ctx.memory.error_patterns.list()])).toEqual(
      before,
    );
  });
});
