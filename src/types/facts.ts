/** Facts that are counted, never counters: errors met, what was shown, batches. */
import { z } from 'zod';
import { Stored } from './run.ts';

const text = z.string();
const count = z.int().nonnegative();
/** One time an error was met: the fact that error patterns are counted from. */
export const ErrorOccurrence = z.object({
  ...Stored,
  pattern: text,
  trajectory: text,
  task_key: text,
  step: count,
  abstractable: z.boolean(),
  template: text,
  message: text,
  values: z.record(z.string(), text),
  /** What was tried next, and whether the same command or check then got past this error. */
  attempts: z.array(z.object({ fix: text, worked: z.boolean(), step: count })),
  /** How the run ended, as judged; null when nobody knows. */
  success: z.boolean().nullable(),
});
export type ErrorOccurrence = z.infer<typeof ErrorOccurrence>;

/** What was shown to whom for what: a fact, credited with the outcome that follows. */
export const Retrieval = z.object({
  ...Stored,
  task: text,
  error: text.optional(),
  known: z.boolean(),
  shown: z.array(text),
});
export type Retrieval = z.infer<typeof Retrieval>;

/** One record that was shown to one run, and how that run ended: a fact, counted anew and never counted up. */
export const Use = z.object({
  ...Stored,
  shown: text,
  kind: z.enum(['strategy', 'error_pattern', 'concept']),
  trajectory: text,
  retrieval: text,
  task_key: text,
  /** As judged; null when nobody knows. */
  success: z.boolean().nullable(),
  /** What a failed run was left with, in short. */
  error: text.optional(),
});
export type Use = z.infer<typeof Use>;

/** One run of batch learning, or its refusal. */
export const BatchResult = z.object({
  ran: z.boolean(),
  reason: text,
  remaining: count,
  trajectories_processed: count,
  concepts_extracted: count,
  strategies_extracted: count,
  error_patterns_extracted: count,
  experiences_pruned: count,
  success_rate: z.number().min(0).max(1).nullable().describe('Over judged runs; null when none was judged'),
  notes: z.array(text),
});
export type BatchResult = z.infer<typeof BatchResult>;

/** A batch that ran, kept so that the gap to the next one and its reasons survive a restart. */
export const BatchRecord = z.object({ ...Stored, result: BatchResult });
export type BatchRecord = z.infer<typeof BatchRecord>;

export const BatchState = z.object({ pending: count, due: z.boolean(), reasons: z.array(text) });
export type BatchState = z.infer<typeof BatchState>;

/** What was forgotten: ids and when, never a word of the text. */
export const Forgotten = z.object({
  ...Stored,
  /** `begun`: some of it may still be there. */
  state: z.enum(['begun', 'done']),
  /** Runs and other records that were to go. */
  ids: z.array(text),
});
export type Forgotten = z.infer<typeof Forgotten>;
