/** `requestPromising` with the reward models of this memory: what the doors call. */
import type { Context } from '../../context.ts';
import { KnowhowError } from '../../errors.ts';
import type { RatingRequest, Trajectory } from '../../types.ts';
import { type PromisingOptions, requestPromising } from './promising.ts';

/** Loaded where they are asked for: an agent that starts a server waits for everything else. */
const rewardModels = async () => ({
  ...(await import('../reward/predict.ts')),
  ...(await import('../reward/train.ts')),
});

/**
 * Requests feedback on runs that the reward models foresee to be rated well. Projects whose model cannot be made yet are left
 * out, and so are those whose best model says the same of every run: that chooses nothing.
 * @throws KnowhowError `too_few_examples`, `no_variance` where no project has a model.
 */
export async function requestForeseen(
  ctx: Context,
  options: Omit<PromisingOptions, 'predict'> = {},
): Promise<RatingRequest[]> {
  const { predictReward } = await rewardModels();
  const refused = new Map<string, KnowhowError>();
  let usable = false;
  const predict = async (runs: Trajectory[]) => {
    const foreseen = new Map<string, number>();
    for (const [project, own] of Map.groupBy(runs, (run) => run.project)) {
      if (refused.has(project)) continue;
      try {
        for (const { trajectory, predicted, model } of await predictReward(ctx, own))
          if (model.chosen !== 'mean') foreseen.set(trajectory, predicted);
        usable = true;
      } catch (error) {
        if (!(error instanceof KnowhowError) || error.kind !== 'caller') throw error;
        refused.set(project, error);
      }
    }
    return foreseen;
  };
  const made = await requestPromising(ctx, { ...options, predict });
  const [refusal] = refused.values();
  if (refusal && !usable) throw refusal;
  return made;
}

/** While so many requests wait, nobody is asked for more unbidden. */
const ENOUGH_WAITING = 10;
const UNBIDDEN = 3;

/**
 * After the batch that is under way, in the background: requests feedback on a few promising runs, where a reward model has been
 * made and few requests wait. To look for them takes reading many runs, so without a batch nothing begins. @returns whether it has.
 */
export function requestAfterBatch(ctx: Context): boolean {
  const batch = ctx.background.underWay('batch');
  if (!batch) return false;
  return ctx.background.start('requests for feedback', async (signal) => {
    await batch;
    const { reward_models, rating_requests } = ctx.memory;
    if ((await reward_models.count({ target: 'composite' })) === 0) return;
    const waiting = await rating_requests.count({ state: 'pending' });
    const limit = Math.min(UNBIDDEN, ENOUGH_WAITING - waiting);
    if (limit > 0) await requestForeseen(ctx, { limit, signal });
  });
}

/** After a person's rating was stored, in the background: brings the reward models of its project up to date. */
export function learnFromRating(
  ctx: Context,
  { rating_id, stored }: { rating_id?: string | undefined; stored: boolean },
): void {
  if (rating_id === undefined || !stored) return;
  ctx.background.start(`what ${rating_id} changes`, async () => {
    const rating = await ctx.memory.ratings.get(rating_id);
    if (rating?.rater_kind !== 'human') return;
    const { rewardAfterFeedback, rewardUnderWay } = await rewardModels();
    // What is under way may have read the ratings before this one came.
    await rewardUnderWay(ctx, rating.project);
    rewardAfterFeedback(ctx, rating.project);
  });
}
