/** Facts that are counted, never counters: errors met, what was shown, batches. */
import { z } from 'zod';
import { Stored, VERDICT_SOURCES } from './run.ts';

const text = z.string();
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
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
  attempts: z.array(
    z.object({
      fix: text,
      worked: z.boolean(),
      step: count,
      kind: text.optional().describe('Attempts of one kind are one fix'),
      values: z.record(z.string(), text).optional().describe("What the fix's own parameters stood for"),
    }),
  ),
  /** How the run ended, as judged; null when nobody knows. */
  success: z.boolean().nullable(),
});
export type ErrorOccurrence = z.infer<typeof ErrorOccurrence>;

/** One thing that a run did, in a form that can be compared with what other runs did. */
export const Did = z.object({
  kind: z.enum(['ran', 'used', 'read', 'edited', 'did', 'wrote', 'before']),
  act: text.describe('What an agent would do, in words'),
  than: text.optional().describe('For `before`: the act that it came before'),
  step: count,
  literal: text.optional().describe('What its {parameter} stood for'),
  asked: z.boolean().optional().describe('It names a file that the task names'),
});
export type Did = z.infer<typeof Did>;

const At = { step: count };
/**
 * What comparisons need to know of one run: what it did, what stopped it, how it ended. Made from the run alone, so
 * that a batch over thousands of runs reads only these and can make them again at any time.
 */
export const Attempt = z.object({
  ...Stored,
  /** Which rules made it: one made by others is made again. */
  form: count.optional(),
  trajectory: text,
  task_key: text,
  parent: text.optional(),
  task: text.describe('The task in short'),
  domain: text.optional(),
  topics: z.array(text).describe('Words of the task, stemmed'),
  success: z.boolean().nullable(),
  did: z.array(Did),
  order: z.array(z.object({ ...At, act: text, changes: z.boolean() })).describe('Acts in order, each once'),
  met: z.array(z.object({ ...At, template: text })).describe('Errors met, each once'),
  checks: z.array(z.object({ ...At, text: text })).describe('Checks run'),
  route: z.array(text).describe('Changing acts that did not fail, in order'),
  literals: z.record(z.string(), text).describe('What the task names, by parameter'),
  way: text.describe('Equal for runs that used the same commands and tools'),
  end: text.optional().describe('Template of the last error met'),
  last_error: text.optional().describe('What it was left with, in short'),
});
export type Attempt = z.infer<typeof Attempt>;

/**
 * One piece of code that a run wrote, in a form that can be compared with what other runs wrote. Made from the run
 * alone; two writings that could become one concept share a bucket.
 */
export const Writing = z.object({
  ...Stored,
  trajectory: text,
  task_key: text,
  /** When its run was stored: a concept is named after its oldest writing, so it stays the same as it grows. */
  run_at: text,
  /** As judged; null when nobody knows. */
  success: z.boolean().nullable(),
  language: text,
  name: text,
  /** Below the package imports that it needs. */
  code: text,
  signature: text,
  /** Names of its parameters, '' where one is a pattern; none of a class. */
  parameters: z.array(text),
  typed: z.boolean(),
  self_contained: z.boolean().describe('Runs anywhere: only globals and packages, no path of one place'),
  calls: z.array(text).describe('Calls of it in the same run'),
  shape: text.describe('Equal for writings that differ in names, literals and types alone'),
  buckets: z.array(text).describe('Keys by which similar writings find each other, at most 10'),
  tree: text.describe('The syntax tree in compact form'),
  tree_at: count.describe('Where in the code the places of the tree count from'),
});
export type Writing = z.infer<typeof Writing>;

/** Whether a task is shown what is known, or is held out to compare with. */
export const Arm = z.enum(['shown', 'withheld']);
export type Arm = z.infer<typeof Arm>;

/** What was shown to whom for what: a fact, credited with the outcome that follows. */
export const Retrieval = z.object({
  ...Stored,
  task: text,
  error: text.optional(),
  known: z.boolean(),
  /** In the order shown, by kind: strategies, error patterns, concepts, runs. */
  shown: z.array(text),
  /** While there was a hold-out: which arm the task is in, and the share of tasks that was held out then. */
  arm: Arm.optional(),
  holdout: share.optional(),
  /** What would have been shown, had the task not been held out, in the same order. */
  withheld: z.array(text).optional(),
  /** Of a session that asked several times: those chosen before any was shown, or withheld; absent where all were. */
  at_first: z.array(text).optional(),
  /** Strategies among them that stand there to be tried, in the place of a better known one. */
  explored: z.array(text).optional(),
  tokens: count.optional().describe('What showing it cost, about'),
  task_key: text.optional().describe('The task, as runs name it'),
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
  /** Chosen for the run and not shown: its task was held out. Speaks for what happens without it. */
  withheld: z.literal(true).optional(),
  /** The share of tasks that was held out when it was chosen; absent: none was, so its arm was not drawn. */
  holdout: share.optional(),
  /** Its place among the records of its kind that were shown, from 1. */
  place: z.int().positive().optional(),
});
export type Use = z.infer<typeof Use>;

/**
 * One run and what it was shown, or would have been: what the question whether any of it helps is answered from. Made anew whenever
 * the run is judged anew; one for each run.
 */
export const Exposure = z.object({
  ...Stored,
  trajectory: text,
  retrieval: text,
  task_key: text,
  /** Absent: nothing was held out when it was asked. */
  arm: Arm.optional(),
  holdout: share.optional(),
  /** What was shown, or would have been shown; empty where nothing was known. */
  records: z.array(text),
  /** In other words the same run asked again, and those drew the other arm: it counts in the arm that came first. */
  mixed: z.literal(true).optional(),
  /** As judged, and by whom. */
  success: z.boolean().nullable(),
  judged_by: z.enum(VERDICT_SOURCES),
  steps: count,
  tokens: count.optional().describe('What the run used'),
  context_tokens: count.optional().describe('What showing it cost, about; 0 where it was withheld'),
  agent: text.optional(),
  model: text.optional(),
  domain: text.optional(),
  /** When the run ended, else when it was stored. */
  ran_at: text,
});
export type Exposure = z.infer<typeof Exposure>;

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

export const BatchState = z.object({
  pending: count,
  due: z.boolean(),
  reasons: z.array(text),
  started: z.boolean().optional().describe('A batch has begun in the background'),
});
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
