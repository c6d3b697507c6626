/** What people say of runs, and what is made of it, as the library gives it. */
import type { Context } from '../context.ts';
import {
  type FittedPreferences,
  fitPreferences,
  type UnfitPreferences,
} from '../feedback/preferences/fit.ts';
import type { PreferencePair } from '../feedback/preferences/pair.ts';
import { preferencePairs } from '../feedback/preferences/preferences.ts';
import { type ComparedBy, preferenceStrengths } from '../feedback/preferences/strengths.ts';
import { learnFromRating, requestForeseen } from '../feedback/ratings/foresee.ts';
import type { PromisingOptions } from '../feedback/ratings/promising.ts';
import { ratingsOf, type Scope } from '../feedback/ratings/read.ts';
import {
  declineRequest,
  pendingRequests,
  requestFeedback,
  type Wish,
  withdrawRequest,
} from '../feedback/ratings/requests.ts';
import { highScoring, scoresOf, type WorkflowScore } from '../feedback/ratings/scores.ts';
import { type FeedbackStatistics, feedbackStatistics } from '../feedback/ratings/statistics.ts';
import { type Submission, type Submitted, submitRating } from '../feedback/ratings/submit.ts';
import { feedbackTrends, type TrendOptions, type Trends } from '../feedback/ratings/trends.ts';
import { predictReward, type RewardPrediction } from '../feedback/reward/predict.ts';
import {
  type FoldedIn,
  foldIn,
  rewardModel,
  type TrainOptions,
  trainReward,
} from '../feedback/reward/train.ts';
import type { Rating, RatingRequest, RewardModel, RewardTarget, Trajectory } from '../types.ts';

export interface FeedbackDoor {
  /** @throws KnowhowError `unknown_workflow`, `forgotten_workflow`, `bad_feedback`, `empty_feedback`, `too_much_feedback`. */
  submit(given: Submission): Promise<Submitted>;
  /** All that was said, oldest first. */
  ratings(scope?: Scope): Promise<Rating[]>;
  /** One score for each workflow, raters' habits taken out. */
  scores(scope?: Scope): Promise<WorkflowScore[]>;
  best(scope?: Scope & { at_least?: number; limit?: number }): Promise<WorkflowScore[]>;
  statistics(scope?: { project?: string }): Promise<FeedbackStatistics>;
  trends(options?: TrendOptions): Promise<Trends>;
  request(wish: Wish): Promise<RatingRequest>;
  /** Requests feedback on runs that the reward model foresees to be rated well. */
  requestPromising(options?: Omit<PromisingOptions, 'predict'>): Promise<RatingRequest[]>;
  pending(scope?: { project?: string }): Promise<RatingRequest[]>;
  decline(id: string): Promise<RatingRequest>;
  withdraw(id: string): Promise<RatingRequest>;
}

export interface RewardDoor {
  /** @throws KnowhowError `too_few_examples`, `no_variance`. */
  train(target?: RewardTarget, options?: TrainOptions): Promise<RewardModel>;
  /** The stored model, undefined where there is none. */
  model(target?: RewardTarget, project?: string): Promise<RewardModel | undefined>;
  /** Takes in what was said since. */
  foldIn(target?: RewardTarget, options?: TrainOptions): Promise<FoldedIn>;
  predict(runs: Trajectory[], target?: RewardTarget): Promise<RewardPrediction[]>;
}

/** Pairs of attempts at one task. */
export interface PreferencesDoor {
  pairs(options?: { project?: string; limit?: number }): Promise<PreferencePair[]>;
  fit(options?: { project?: string }): Promise<FittedPreferences | UnfitPreferences>;
  /** Who does better at the same tasks. */
  strengths(options: { by: ComparedBy; project?: string }): ReturnType<typeof preferenceStrengths>;
}

export const feedbackDoor = (ctx: Context): FeedbackDoor => ({
  async submit(given) {
    const submitted = await submitRating(ctx, given);
    learnFromRating(ctx, { rating_id: submitted.rating.id, stored: submitted.stored });
    return submitted;
  },
  ratings: (scope) => ratingsOf(ctx, scope),
  scores: (scope) => scoresOf(ctx, scope),
  best: (scope) => highScoring(ctx, scope),
  statistics: (scope) => feedbackStatistics(ctx, scope),
  trends: (options) => feedbackTrends(ctx, options),
  request: (wish) => requestFeedback(ctx, wish),
  requestPromising: (options) => requestForeseen(ctx, options),
  pending: (scope) => pendingRequests(ctx, scope),
  decline: (id) => declineRequest(ctx, id),
  withdraw: (id) => withdrawRequest(ctx, id),
});

export const rewardDoor = (ctx: Context): RewardDoor => ({
  train: (target = 'composite', options) => trainReward(ctx, target, options),
  model: (target = 'composite', project) => rewardModel(ctx, target, project),
  foldIn: (target = 'composite', options) => foldIn(ctx, target, options),
  predict: (runs, target) => predictReward(ctx, runs, target),
});

export const preferencesDoor = (ctx: Context): PreferencesDoor => ({
  pairs: (options) => preferencePairs(ctx, options),
  fit: (options) => fitPreferences(ctx, options),
  strengths: (options) => preferenceStrengths(ctx, options),
});
