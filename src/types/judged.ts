/** What a run means: credit, abstractability. */
import { z } from 'zod';
import { Stored } from './run.ts';

const text = z.string();
/** (0-based step, share of the credit or blame). Shares are >= 0 and sum to 1; empty only without steps. */
export const Attribution = z.array(z.tuple([z.int().nonnegative(), z.number().min(0).max(1)]));
export type Attribution = z.infer<typeof Attribution>;

/** How a result was really produced, which may be less than what was asked for. */
export const METHODS = ['simple', 'counterfactual', 'llm', 'heuristic'] as const;

export const Analysis = z.object({
  success: z.boolean().nullable(),
  key_steps: z.array(z.int().nonnegative()),
  step_attribution: Attribution,
  method: z.enum(METHODS),
  reasons: z.record(z.string(), text).optional().describe('Why, by step index'),
  error_patterns: z.array(text).describe('Ids of the error patterns met on the way'),
  note: text.optional().describe('What fell short, e.g. an LLM that gave no usable answer'),
});
export type Analysis = z.infer<typeof Analysis>;

const count = z.int().nonnegative();
const ended = z.object({ worked: count, tried: count });
/**
 * A lesson (what got past an error, or what was done) held against other stored runs: at how many other tasks it would have
 * applied, how the judged runs there ended that did the same and that did not, and how much better the former fared, -1..1.
 */
export const Replay = z.object({
  lesson: z.enum(['fix', 'acts']),
  tasks: count,
  did: ended,
  without: ended,
  difference: z.number().min(-1).max(1),
});
export type Replay = z.infer<typeof Replay>;

const share = z.number().min(0).max(1);
export const Abstractability = z.object({
  abstractable: z.boolean(),
  scores: z.object({ novelty: share, generalizability: share, complexity: share }),
  reasoning: text,
  method: z.enum(METHODS),
  /** Absent where nobody else met the situation. */
  replay: Replay.optional(),
});
export type Abstractability = z.infer<typeof Abstractability>;

/** A trajectory with what was worked out about it. */
export const Experience = z.object({
  ...Stored,
  trajectory: text,
  analysis: Analysis,
  abstractability: Abstractability,
});
export type Experience = z.infer<typeof Experience>;
