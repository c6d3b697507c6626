/** What the rest of Knowhow sees of language models and embedders. */
import type { z } from 'zod';
import type { Budget } from './budget.ts';

/** Turns texts into vectors of one space. `name` identifies the space: vectors of two names never mix. */
export interface Embedder {
  readonly name: string;
  readonly dimensions: number;
  /** True when only shared words and characters count, so paraphrases are missed. */
  readonly lexical: boolean;
  /** One vector a text, in order. @throws KnowhowError `embedder_down` where it lives elsewhere and gives none. */
  embed(texts: string[]): Promise<Float32Array[]>;
  /** What was sent to it so far; absent where nothing leaves the machine. */
  readonly usage?: EmbedderUsage;
  /** Gives up what is under way. */
  close?(): void;
}

export interface EmbedderUsage {
  calls: number;
  texts: number;
  tokens: number;
}

export interface LlmUsage {
  /** Requests that were sent and cost something; retries after an error of the endpoint count as one. */
  calls: number;
  input_tokens: number;
  output_tokens: number;
  /** Questions answered from the cache, without a call. */
  cached?: number;
  /** Questions that got no usable answer. */
  failures?: number;
}

export interface LlmRequest<T> {
  /** Names the answer's shape, e.g. `step_attribution`. */
  name: string;
  system: string;
  prompt: string;
  schema: z.ZodType<T>;
  signal?: AbortSignal;
  /** Charged with what the question costs; it is not asked when one of them has too little left. */
  budgets?: Budget[];
}

/**
 * Asks a model for an answer of a given shape. Never throws for what the model or the network does: an answer that
 * fails the schema gets one repair turn, and then the reason comes back in `failure`, so that the caller falls back
 * to its heuristic and says so. Throws only when `signal` is aborted.
 */
export interface Llm {
  readonly model: string;
  readonly usage: LlmUsage;
  /** True: it charges the budgets of a request itself. Else they are charged by the length of the question. */
  readonly charges?: boolean;
  ask<T>(request: LlmRequest<T>): Promise<LlmAnswer<T>>;
}

export type LlmAnswer<T> = { ok: true; value: T } | { ok: false; failure: string };
