import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { examplesOf } from '../../../src/feedback/reward/examples.ts';
import type { Kept } from '../../../src/feedback/reward/fit.ts';
import { withFeatures } from '../../../src/feedback/reward/known-runs.ts';
import { predictReward } from '../../../src/feedback/reward/predict.ts';
import {
  foldIn,
  modelId,
  rewardAfterFeedback,
  rewardModel,
  trainReward,
} from '../../../src/feedback/reward/train.ts';
import { UNDONE } from '../../../src/memory/memory.ts';
import type { RewardModel } from '../../../src/types.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { type Planted, plantedRuns, rate } from './planted.ts';

/** One round of two folds in place of two of five. */
const QUICK = { repeats: 1, folds: 2 };

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('ratings that depend on the run', () => {
  let ctx: Context;
  let fresh: Planted[];
  let model: RewardModel;

  beforeAll(async () => {
    ctx = await openStoreAt(temporaryDirectory());
    await rate(ctx, await plantedRuns(ctx, 60));
    fresh = await plantedRuns(ctx, 12, 77);
    model = await trainReward(ctx, 'quality', QUICK);
  });

  it('are foreseen better than by the mean, by what they depend on', () => {
    expect(model.chosen).not.toBe('mean');
    expect(model.gain.low).toBeGreaterThan(0.3);
    expect(model.examples).toBe(60);
    expect(model.tasks).toBe(20);
    expect(model.importances.slice(0, 3).map(({ feature }) => feature)).toContain(
      'share of steps that failed',
    );
    expect(model.scores.map(({ name }) => name)).toEqual(['mean', 'linear', 'forest', 'boosted', 'stacked']);
    expect(model.interval.covers).toBeGreaterThan(0.8);
  });

  it('are foreseen for runs that nobody rated, with the interval and why', async () => {
    const predictions = await predictReward(
      ctx,
      fresh.map(({ run }) => run),
      'quality',
    );
    const worths = fresh.map(({ worth }) => Math.max(0, Math.min(1, worth)));
    const errors = predictions.map(({ predicted }, i) => (predicted - (worths[i] ?? 0)) ** 2);
    const spread = worths.map((worth) => (worth - mean(worths)) ** 2);
    expect(mean(errors)).toBeLessThan(0.5 * mean(spread));
    const inside = predictions.filter(
      ({ interval: [low, high] }, i) => low <= (worths[i] ?? 0) && (worths[i] ?? 0) <= high,
    );
    expect(inside.length).toBeGreaterThanOrEqual(9);
    expect(predictions.some(({ because }) => because[0]?.feature === 'share of steps that failed')).toBe(
      true,
    );
  });

  it('are rid of what is a rater’s habit', async () => {
    const planted = new Map((await plantedRuns(ctx, 60)).map(({ run, worth }) => [run.id, worth]));
    const rows = await examplesOf(ctx, ctx.config.project, 'quality');
    const off = rows.map(({ run, y }) => y - Math.max(0, Math.min(1, planted.get(run) ?? 0)));
    const centred = off.map((value) => Math.abs(value - mean(off)));
    // The raters are 0.3 apart.
    expect(mean(centred)).toBeLessThan(0.06);
  });

  it('leave no trace in the features', async () => {
    const runs = fresh.map(({ run }) => run);
    const before = await withFeatures(ctx, runs);
    await rate(ctx, fresh);
    expect(await withFeatures(ctx, runs)).toEqual(before);
    await ctx.memory.ratings.remove({ workflow: runs.map(({ id }) => id) });
  });

  it('are not taken from agents, and a part that was not said is unknown', async () => {
    await rate(ctx, fresh, { kind: 'agent' });
    expect(await examplesOf(ctx, ctx.config.project, 'quality')).toHaveLength(60);
    await ctx.memory.ratings.remove({ workflow: fresh.map(({ run }) => run.id) });
    expect(await examplesOf(ctx, ctx.config.project, 'satisfaction')).toEqual([]);
  });

  it('are folded in when new ones come, and that is near to a fit of all', async () => {
    await rate(ctx, fresh);
    const asked = (await plantedRuns(ctx, 12, 99)).map(({ run }) => run);
    const folded = await foldIn(ctx, 'quality', QUICK);
    expect(folded).toMatchObject({ did: 'folded in', fresh: 12, model: { folded: 12, examples: 72 } });
    expect(await foldIn(ctx, 'quality', QUICK)).toMatchObject({ did: 'kept', fresh: 0 });
    const quick = await predictReward(ctx, asked, 'quality');
    // A rating that is gone is not taken out by folding in: that takes a fit of all that are left.
    await ctx.memory.ratings.remove({ workflow: [fresh[0]?.run.id ?? ''] });
    const anew = await foldIn(ctx, 'quality', QUICK);
    expect(anew).toMatchObject({ did: 'fitted anew', model: { folded: 0, examples: 71 } });
    const whole = await predictReward(ctx, asked, 'quality');
    const apart = quick.map(({ predicted }, i) => Math.abs(predicted - (whole[i]?.predicted ?? 0)));
    expect(mean(apart)).toBeLessThan(0.05);
  });

  it('are left out while the run is at rest', async () => {
    const [one] = await examplesOf(ctx, ctx.config.project, 'quality');
    await ctx.memory.trajectories.mark({ id: one?.run ?? '' }, { status: UNDONE });
    const left = await examplesOf(ctx, ctx.config.project, 'quality');
    expect([left.length, left.some(({ run }) => run === one?.run)]).toEqual([70, false]);
  });

  it('mean nothing to a model of other features, or to one that came broken', async () => {
    const stored = (await rewardModel(ctx, 'quality')) as RewardModel & { fitted: Kept };
    const loop = { trees: [{ feature: [0], at: [0.5], left: [-1] }] };
    for (const [candidate, fit] of [
      ['linear', null],
      ['forest', {}],
      ['forest', loop],
    ] as const) {
      await ctx.memory.reward_models.put([{ ...stored, fitted: { ...stored.fitted, candidate, fit } }]);
      expect(await rewardModel(ctx, 'quality')).toBeUndefined();
    }
    await ctx.memory.reward_models.put([{ ...stored, features: ['something else'] }]);
    expect(await rewardModel(ctx, 'quality')).toBeUndefined();
  });
});

describe('where there is nothing to foresee', () => {
  it('keeps the mean when the ratings are noise, and says so', async () => {
    const ctx = await openStoreAt(temporaryDirectory());
    const planted = await plantedRuns(ctx, 45);
    await rate(
      ctx,
      planted.map(({ run }) => ({ run, worth: 0.5 })),
      { noise: 0.2 },
    );
    const model = await trainReward(ctx, 'quality', QUICK);
    expect(model.chosen).toBe('mean');
    expect(model.gain).toEqual({ r2: 0, low: 0, high: 0 });
    for (const { over_mean } of model.scores) expect(over_mean?.low ?? 0).toBeLessThanOrEqual(0);
    const [prediction] = await predictReward(
      ctx,
      planted.slice(0, 1).map(({ run }) => run),
      'quality',
    );
    expect(prediction).toMatchObject({ because: [], model: { chosen: 'mean' } });

    // A quarter of its examples and more came since: it is fitted anew, not added to.
    await rate(ctx, await plantedRuns(ctx, 18, 77));
    expect(await foldIn(ctx, 'quality', QUICK)).toMatchObject({ did: 'fitted anew', fresh: 18 });
  });

  it('refuses with the reason, and asks for what is missing', async () => {
    const ctx = await openStoreAt(temporaryDirectory());
    const planted = await plantedRuns(ctx, 42);
    await expect(trainReward(ctx, 'quality', QUICK)).rejects.toMatchObject({
      code: 'too_few_examples',
      message: expect.stringContaining(': 0, at 0'),
      hint: expect.stringContaining('knowhow feedback request'),
    });
    await rate(ctx, planted.slice(0, 29), { noise: 0 });
    await expect(
      predictReward(
        ctx,
        [planted[0]?.run].flatMap((run) => run ?? []),
        'quality',
      ),
    ).rejects.toMatchObject({
      code: 'too_few_examples',
      message: expect.stringContaining(': 29, at 10 different tasks'),
    });
    await ctx.memory.ratings.remove({ project: ctx.config.project });
    for (const { run } of planted)
      await ctx.memory.ratings.put([
        {
          id: `rate_${run.id}`,
          at: run.at,
          project: run.project,
          derived_from: [run.id],
          trust: 0.8,
          workflow: run.id,
          trajectories: [run.id],
          task_key: 'task_one',
          rater: 'ada',
          rater_kind: 'human',
          said: { quality: 0.7 },
        },
      ]);
    // One rating's task joins what it names: all of it is one task now.
    await expect(trainReward(ctx, 'quality', QUICK)).rejects.toMatchObject({
      code: 'too_few_examples',
      message: expect.stringContaining('at 1 different'),
    });
    const own = await ctx.memory.ratings.list();
    await ctx.memory.ratings.put(own.map((rating) => ({ ...rating, task_key: `task_${rating.workflow}` })));
    await expect(trainReward(ctx, 'quality', QUICK)).rejects.toMatchObject({ code: 'no_variance' });
    expect(rewardAfterFeedback(ctx)).toBe(true);
    await ctx.background.idle();
    expect(await ctx.memory.reward_models.get(modelId(ctx.config.project, 'quality'))).toBeUndefined();
  });
});
