/** What people think of a workflow: ratings, requests for them, and the model that foresees them. */
import { z } from 'zod';
import { Stored } from './run.ts';

const text = z.string();
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
/** Never clamped: who says 11 is told what there is. */
const between = (low: number, high: number) => {
  const error = `must be a number from ${low} to ${high}`;
  return z.number({ error }).min(low, { error }).max(high, { error });
};
const ten = between(1, 10);
const part = between(0, 1);

/** Says which names there are where another came. */
const only = (what: string, names: readonly string[]) => ({
  error: ({ code }: { code?: string | undefined }) =>
    code === 'unrecognized_keys' ? `unknown ${what}; there are ${names.join(', ')}` : undefined,
});

/** What a CAT score may be split into (seed 003). */
export const CAT_DIMENSIONS = ['creativity', 'usefulness', 'novelty', 'quality'] as const;

/** Creative assessment: one score from 1 to 10, and what it is made of. */
export const CatScore = z.strictObject(
  {
    score: ten.describe('1 to 10'),
    dimensions: z
      .strictObject(
        Object.fromEntries(CAT_DIMENSIONS.map((name) => [name, ten.optional()])) as Record<
          (typeof CAT_DIMENSIONS)[number],
          z.ZodOptional<typeof ten>
        >,
        only('dimension', CAT_DIMENSIONS),
      )
      .optional()
      .describe('1 to 10 each'),
  },
  only('part of a CAT score', ['score', 'dimensions']),
);
export type CatScore = z.infer<typeof CatScore>;

/** Most characters of a rating's text, and of a tag; most tags. */
export const SAID_MOST = { text: 20_000, tag: 80, tags: 50 };
const SAID = {
  cat: CatScore.optional(),
  satisfaction: part.optional(),
  usefulness: part.optional(),
  novelty: part.optional(),
  quality: part.optional(),
  text: text.max(SAID_MOST.text).optional(),
  tags: z.array(text.trim().min(1).max(SAID_MOST.tag)).max(SAID_MOST.tags).optional(),
};

/** What one rater says; every part may be missing, and what is missing is unknown. */
export const RatingParts = z.strictObject(SAID, only('part', Object.keys(SAID)));
export type RatingParts = z.infer<typeof RatingParts>;

export const RATER_KINDS = ['human', 'judge', 'agent'] as const;
export type RaterKind = (typeof RATER_KINDS)[number];

/** One thing that one rater said of one workflow. Never changed: who says something new of a part is believed in that. */
export const Rating = z.object({
  ...Stored,
  workflow: text.describe('What was rated: the id of its run; of several runs, what they share'),
  trajectories: z.array(text).min(1).describe('The runs that are meant'),
  task_key: text.describe('The task that they are attempts at; of several, that of the newest'),
  rater: text.describe('Who rated; with its kind, one voice a workflow'),
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

/** By how much one model foresees more than another, in R², with a 95 % interval over tasks. */
export const Gain = z.object({ r2: z.number(), low: z.number(), high: z.number() });
export type Gain = z.infer<typeof Gain>;

/** How a candidate did on tasks that it had not seen. */
export const CandidateScore = z.object({
  name: text,
  r2: z
    .number()
    .describe('Share of the variance over held-out tasks that it foresees; below 0: worse than the mean'),
  mae: z.number().describe('Mean absolute error, 0..1'),
  over_mean: Gain.optional().describe('Against always saying the mean'),
  over_linear: Gain.optional(),
});
export type CandidateScore = z.infer<typeof CandidateScore>;

/** A fitted reward model: as it was fitted, never changed; one that saw more takes its place. */
export const RewardModel = z.object({
  ...Stored,
  target: z.enum(REWARD_TARGETS),
  chosen: text.describe('The candidate that is used'),
  scores: z.array(CandidateScore),
  /** How much better than always saying the mean; all 0 where the mean itself is used. */
  gain: Gain,
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
