import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { recall } from '../../src/memory/recall.ts';
import { type TrajectoryDraft, TrajectoryInput } from '../../src/types.ts';
import { redo, undo } from '../../src/upkeep/undo.ts';
import { openFresh } from '../support/fixtures.ts';
import { history, solved } from '../support/runs.ts';

const learn = (ctx: Context) =>
  createPipeline(ctx).runBatchLearning({ min_trajectories: 0, max_seconds: 600 });

async function learnedFrom(runs: TrajectoryDraft[]): Promise<Context> {
  const ctx = await openFresh();
  await recordAll(
    ctx,
    runs.map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
  await learn(ctx);
  return ctx;
}

const wumpus = (nth: number): TrajectoryDraft => ({
  ...solved(nth, 7, 'node scripts/wumpus.mjs'),
  task: { description: `Hunt the wumpus in cave ${nth}` },
  session: `wumpus-${nth}`,
});

/** What is known, in an order of its own. */
async function known(ctx: Context) {
  const strategies = (await ctx.memory.strategies.list()).map(
    ({ id, suggestion, evidence, status, pitfalls }) => ({
      id,
      suggestion,
      status,
      pitfalls,
      tally: [evidence.worked, evidence.tried, evidence.tasks, evidence.without],
    }),
  );
  const patterns = (await ctx.memory.error_patterns.list()).map(
    ({ id, frequency, suggested_fix, support, tasks, fixes }) => ({
      id,
      frequency,
      suggested_fix,
      support,
      tasks,
      fixes: fixes.map(({ fix, worked, tried }) => [fix, worked, tried]),
    }),
  );
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  return {
    strategies: strategies.sort(byId),
    patterns: patterns.sort(byId),
    occurrences: (await ctx.memory.occurrences.ids()).sort(),
  };
}

describe('undo', () => {
  it('takes back what a session taught and keeps its runs; redo and a batch teach it again', async () => {
    const ctx = await learnedFrom([...history(), wumpus(1)]);
    const taught = await known(ctx);
    const shown = await undo(ctx, { session: 'wumpus-1' }, { dry_run: true });
    expect(shown.runs).toHaveLength(1);
    expect(await known(ctx)).toEqual(taught);

    const report = await undo(ctx, { session: 'wumpus-1' });
    expect(report).toEqual({ ...shown, dry_run: false });
    expect(report.removed.trajectories).toBeUndefined();
    const never = await known(await learnedFrom(history()));
    expect(await known(ctx)).toEqual(never);
    expect(never).not.toEqual(taught);
    expect(await ctx.memory.trajectories.count()).toBe(13);
    expect(await ctx.memory.experiences.count()).toBe(13);

    expect(await redo(ctx, { session: 'wumpus-1' }, { dry_run: true })).toEqual(report.runs);
    expect(await redo(ctx, { session: 'wumpus-1' })).toEqual(report.runs);
    expect(await learn(ctx)).toMatchObject({ ran: true, trajectories_processed: 1 });
    expect(await known(ctx)).toEqual(taught);
    expect(await redo(ctx, { session: 'wumpus-1' })).toEqual([]);
  });

  it('means that a run is neither learned from nor recalled', async () => {
    const ctx = await openFresh();
    const runs = [...history(), wumpus(1)].map((run) => ({ input: TrajectoryInput.parse(run) }));
    await recordAll(ctx, runs);
    // Before any batch: it must not be taken up by the first.
    await undo(ctx, { session: 'wumpus-1' });
    expect(await learn(ctx)).toMatchObject({ trajectories_processed: 12 });
    expect(await known(ctx)).toEqual(await known(await learnedFrom(history())));
    const query = { task: 'Hunt the wumpus in cave 1', project: 'billing-service', k: 4 };
    const found = await recall(ctx.memory, query);
    expect(found.experiences.map(({ trajectory }) => trajectory.session)).not.toContain('wumpus-1');
    await redo(ctx, { session: 'wumpus-1' });
    const again = await recall(ctx.memory, query);
    expect(again.experiences.map(({ trajectory }) => trajectory.session)).toContain('wumpus-1');
  });

  it('done twice is done once', async () => {
    const ctx = await learnedFrom([...history(), wumpus(1)]);
    await undo(ctx, { session: 'wumpus-1' });
    const once = await known(ctx);
    const again = await undo(ctx, { session: 'wumpus-1' });
    expect(again.removed).toEqual({});
    expect(await known(ctx)).toEqual(once);
  });
});
