/** What came of being shown something, ratings, requests and models go with the runs that they rest on, and no sooner. */
import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { readExposures } from '../../src/feedback/uplift/read.ts';
import { noteUses } from '../../src/learning/uses.ts';
import { exposureId, taskKey } from '../../src/memory/memory.ts';
import { type Rating, type Retrieval, type RewardModel, TrajectoryInput } from '../../src/types.ts';
import { forget } from '../../src/upkeep/forget.ts';
import { ancestorsOf, descendantsOf } from '../../src/upkeep/lineage.ts';
import { redo, undo } from '../../src/upkeep/undo.ts';
import { AT, openFresh } from '../support/fixtures.ts';
import { solved } from '../support/runs.ts';

const project = 'billing-service';
const stored = { at: AT, project, trust: 0.8 };

/** Two attempts at one task that belong to one question without naming it, each rated, both rated, one seen by a model. */
async function rated() {
  const ctx = await openFresh({ holdout: 0.5 });
  const drafts = [solved(0, 1), solved(0, 2)];
  const task = drafts[0]?.task ?? { description: '' };
  const retrieval: Retrieval = {
    ...stored,
    at: new Date(Date.now() - 60_000).toISOString(),
    id: 'ret_1',
    derived_from: [],
    task: 'secret words',
    known: true,
    shown: [],
    arm: 'withheld',
    holdout: 0.5,
    withheld: ['strat_1'],
    task_key: taskKey(project, task),
  };
  await ctx.memory.retrievals.put([retrieval]);
  const recorded = await recordAll(
    ctx,
    drafts.map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
  const runs = recorded.map(({ trajectory }) => trajectory);
  await noteUses(ctx, runs);
  const [a = '', b = ''] = runs.map(({ id }) => id);
  const of = (ids: string[]) => ({
    ...stored,
    derived_from: ids,
    trajectories: ids,
    workflow: ids.length > 1 ? 'both' : (ids[0] ?? ''),
    task_key: retrieval.task_key ?? '',
  });
  const rating = (id: string, ids: string[], more: Partial<Rating> = {}): Rating => ({
    ...of(ids),
    id,
    rater: 'me',
    rater_kind: 'human',
    said: { satisfaction: 1 },
    ...more,
  });
  await ctx.memory.rating_requests.put([
    { ...of([a]), id: 'rreq_a', reason: 'asked', state: 'answered', state_at: AT },
    { ...of([b]), id: 'rreq_b', reason: 'asked', state: 'pending', state_at: AT },
  ]);
  await ctx.memory.ratings.put([
    rating('rate_a', [a]),
    rating('rate_b', [b], { request: 'rreq_a' }),
    rating('rate_ab', [a, b]),
  ]);
  await ctx.memory.reward_models.put([
    { ...model('rewm_ab', [b]), seen: [a, b] },
    { ...model('rewm_b', [b]), seen: [b] },
  ]);
  return { ctx, a, b };
}

const model = (id: string, derived_from: string[]): RewardModel => ({
  ...stored,
  id,
  derived_from,
  target: 'composite',
  chosen: 'mean',
  scores: [],
  gain: { r2: 0, low: 0, high: 0 },
  features: [],
  importances: [],
  examples: 30,
  tasks: 30,
  folded: 0,
  interval: { half: 0.2, covers: 0.9 },
  seen: [],
  fitted: {},
  seed: 1,
});

const idsOf = async ({ memory }: Context) => ({
  exposures: (await memory.exposures.ids()).sort(),
  retrievals: await memory.retrievals.ids(),
  ratings: (await memory.ratings.ids()).sort(),
  rating_requests: (await memory.rating_requests.ids()).sort(),
  reward_models: (await memory.reward_models.ids()).sort(),
});

describe('forgetting a run', () => {
  it('takes what rests on it alone; what rests on others too forgets its name, and a model goes whole', async () => {
    const { ctx, a, b } = await rated();
    const planned = (await forget(ctx, { ids: [a] }, { dry_run: true })).removed;
    const { removed } = await forget(ctx, { ids: [a] });
    expect(removed).toEqual(planned);
    expect(await idsOf(ctx)).toEqual({
      exposures: [exposureId(b)],
      retrievals: ['ret_1'],
      ratings: ['rate_ab', 'rate_b'],
      rating_requests: ['rreq_b'],
      reward_models: ['rewm_b'],
    });
    const [both, alone] = await ctx.memory.ratings.getMany(['rate_ab', 'rate_b']);
    expect(both).toMatchObject({ derived_from: [b], trajectories: [b] });
    expect(alone).not.toHaveProperty('request');
    await forget(ctx, { ids: [b] });
    // The question was theirs, though neither named it.
    const none = { exposures: [], retrievals: [], ratings: [], rating_requests: [], reward_models: [] };
    expect(await idsOf(ctx)).toEqual(none);
  });
});

describe('undoing a run', () => {
  it('takes what came of being shown something out of the count, and brings it back; opinions stay', async () => {
    const { ctx, a, b } = await rated();
    const before = await idsOf(ctx);
    const exposure = await ctx.memory.exposures.get(exposureId(a));
    const session = 'solved-0-1';
    const counted = async () => (await readExposures(ctx)).map(({ trajectory }) => trajectory).sort();
    await undo(ctx, { session });
    expect(await counted()).toEqual([b]);
    await redo(ctx, { session });
    expect(await counted()).toEqual([a, b].sort());
    // Neither names its question, and nothing is held out any more: it is known all the same.
    expect(await ctx.memory.exposures.get(exposureId(a))).toEqual(exposure);
    expect(await idsOf(ctx)).toEqual(before);
    await undo(ctx, { all: true });
    await forget(ctx, { all: true });
    expect(await idsOf(ctx)).toMatchObject({ exposures: [], retrievals: [] });
  });
});

describe('lineage', () => {
  it('names them, and all that a model has seen', async () => {
    const { ctx, a, b } = await rated();
    const down = (await descendantsOf(ctx.memory, a)).map(({ table, id }) => `${table} ${id}`);
    expect(down).toEqual(
      expect.arrayContaining([
        `exposures ${exposureId(a)}`,
        'ratings rate_a',
        'ratings rate_ab',
        'rating_requests rreq_a',
        'reward_models rewm_ab',
      ]),
    );
    expect(down.filter((each) => /_b$/u.test(each))).toEqual([]);
    const up = await ancestorsOf(ctx.memory, 'rewm_ab');
    expect(up.found.map(({ id }) => id).sort()).toEqual([a, b].sort());
  });
});
