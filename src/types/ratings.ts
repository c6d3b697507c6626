/** What people think of a workflow: ratings, requests for them, and the model that foresees them. */
import { z } from 'zod';
import { Stored } from './run.ts';

const text = z.string();
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const ten = z.number().min(1).max(10);

/** What a CAT score may be split into (seed 003). */
export const CAT_DIMENSIONS = ['creativity', 'usefulness', 'novelty', 'quality'] as const;

/** Creative assessment: one score from 1 to 10, and what it is made of. */
export const CatScore = z.strictObject({
  score: ten.describe('1 to 10'),
  dimensions: z
    .strictObject(
      Object.fromEntries(CAT_DIMENSIONS.map((name) => [name, ten.optional()])) as Record<
        (typeof CAT_DIMENSIONS)[number],
        z.ZodOptional<typeof ten>
      >,
    )
    .optional()
    .describe('1 to 10 each'),
});
export type CatScore = z.infer<typeof CatScore>;

/** What one rater says; every part may be missing, and what is missing is unknown. */
export const RatingParts = z.strictObject({
  cat: CatScore.optional(),
  satisfaction: share.optional(),
  usefulness: share.optional(),
  novelty: share.optional(),
  quality: share.optional(),
  text: text.max(20_000).optional(),
  tags: z.array(text.trim().min(1).max(80)).max(50).optional(),
});
export type RatingParts = z.infer<typeof RatingParts>;

export const RATER_KINDS = ['human', 'judge', 'agent'] as const;
export type RaterKind = (typeof RATER_KINDS)[number];

/** One thing that one rater said of one workflow. Never changed: who says something new of a part is believed in that. */
export const Rating = z.object({
  ...Stored,
  workflow: text.describe('What was rated, as it was named'),
  trajectories: z.array(text).min(1).describe('The runs that are meant'),
  task_key: text.describe('The task that they are attempts at'),
  rater: text.describe('Who rated; one voice a workflow'),
  rater_kind: z.enum(RATER_KINDS),
  said: RatingParts,
  /** Answers this request. */
  request: text.optional(),
});
export type Rating = z.infer<typeof Rating>;

/** Somebody would like to know what people think of a workflow. */
export const RatingRequest = z.object({
  ...Stored,
  workflow: text,
  trajectories: z.array(text).min(1),
  reason: z.enum(['promising', 'asked']),
  predicted: share.optional().describe('The composite that the reward model foresees'),
  question: text.optional(),
  state: z.enum(['pending', 'answered', 'declined', 'withdrawn']),
  state_at: text,
});
export type RatingRequest = z.infer<typeof RatingRequest>;

/** What a reward model foresees: the composite of the seed, or one part of it, each 0..1. */
export const REWARD_TARGETS = ['composite', 'satisfaction', 'quality'] as const;
export type RewardTarget = (typeof REWARD_TARGETS)[number];

/** How a candidate did on tasks that it had not seen. */
export const CandidateScore = z.object({
  name: text,
  r2: z
    .number()
    .describe('Share of the variance over held-out tasks that it foresees; below 0: worse than the mean'),
  mae: z.number().describe('Mean absolute error, 0..1'),
});
export type CandidateScore = z.infer<typeof CandidateScore>;

/** A fitted reward model: as it was fitted, never changed; one that saw more takes its place. */
export const RewardModel = z.object({
  ...Stored,
  target: z.enum(REWARD_TARGETS),
  chosen: text.describe('The candidate that is used'),
  scores: z.array(CandidateScore),
  /** How much better than always saying the mean, in R², with a 95 % interval over tasks. */
  gain: z.object({ r2: z.number(), low: z.number(), high: z.number() }),
  features: z.array(text),
  importances: z.array(z.object({ feature: text, importance: z.number() })),
  examples: count,
  tasks: count,
  /** Examples that were folded in since it was last fitted as a whole. */
  folded: count,
  /** Half width of the interval that held the truth in the share `covers` of held-out tasks. */
  interval: z.object({ half: z.number(), covers: share }),
  /** Runs whose scores it has seen. */
  seen: z.array(text),
  fitted: z.unknown().describe('Its parameters'),
  seed: count,
});
export type RewardModel = z.infer<typeof RewardModel>;
