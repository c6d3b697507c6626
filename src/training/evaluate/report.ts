/** What an evaluation says: one JSON document, which a later one can be compared with. */
import { z } from 'zod';
import { TROUBLES } from './guard.ts';

const text = z.string();
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const interval = z.tuple([z.number(), z.number()]).nullable();

const AttemptRecord = z.object({
  accepted: z.boolean(),
  ms: count,
  /** The answer was as long as one may be, and cut there. */
  cut: z.literal(true).optional(),
  /** It was refused because the solver or a guard failed by itself; `reason` is the solver's, or the guard's name. */
  trouble: z.object({ by: z.enum(['solver', 'guard']), what: z.enum(TROUBLES), reason: text }).optional(),
  answer: text.optional(),
  feedback: text.optional(),
});
export type AttemptRecord = z.infer<typeof AttemptRecord>;

export const SampleRecord = z.object({
  task: text,
  sample: count,
  /** Attempts that were rejected before one was accepted; all of them where none was. */
  retries: count,
  accepted: z.boolean(),
  attempts: z.array(AttemptRecord),
});
export type SampleRecord = z.infer<typeof SampleRecord>;

const Mean = z.object({
  /** null: nothing to average. */
  mean: z.number().nullable(),
  /** 95 %; null with fewer than two tasks. */
  interval,
});

export const EvaluationReport = z.object({
  format: z.literal('knowhow-evaluation'),
  layout: z.literal(1),
  at: text,
  solver: z.object({
    name: text,
    settings: z.record(text, z.union([text, z.number(), z.boolean(), z.null()])),
  }),
  tasks_hash: text,
  template_hash: text,
  guards: z
    .object({ timeout_ms: count, memory_mb: count })
    .optional()
    .describe('What one check may take, where the guard does not say itself'),
  samples: count.describe('Per task'),
  cap: count.describe('Retries at most; one attempt more'),
  seed: count,
  tasks: count,
  finished: count.describe('Samples with an end'),
  unanswered: count.describe('Samples of which nothing can be said: the solver was not there'),
  /** Rejected attempts before the accepted one, restricted at cap + 1: E[min(R, cap + 1)]. Mean over tasks of means over samples. */
  e_retries: Mean,
  /** Share of samples that were not accepted within the cap: of those it is known only that they take more than `cap` retries. */
  censored: Mean,
  first_pass: Mean.describe('Share of samples whose first attempt was accepted'),
  /** Shares of samples with 0, 1 … `cap` retries; the last: never accepted. */
  distribution: z.array(share),
  /** How often the solver or a guard failed by itself. */
  troubles: z.record(text, count),
  warnings: z.array(text),
  by_task: z.array(
    z.object({
      id: text,
      e_retries: z.number(),
      censored: share,
      first_pass: share,
      samples: z.array(SampleRecord),
    }),
  ),
  /** It came to no end. */
  stopped: z
    .object({ code: text, task: text.optional(), guard: text.optional(), reason: text.optional() })
    .optional(),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;
