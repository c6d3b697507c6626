/** What the rest of Knowhow sees of language models and embedders. */
import type { z } from 'zod';

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
  calls: number;
  input_tokens: number;
  output_tokens: number;
}

export interface LlmRequest<T> {
  /** Names the answer's shape, e.g. `step_attribution`. */
  name: string;
  system: string;
  prompt: string;
  schema: z.ZodType<T>;
  signal?: AbortSignal;
}

/**
 * Asks a model for an answer of a given shape. Never throws for what the model or the network does: an answer that
 * fails the schema gets one repair turn, and then the reason comes back in `failure`, so that the caller falls back
 * to its heuristic and says so. Throws only when `signal` is aborted.
 */
export interface Llm {
  readonly model: string;
  readonly usage: LlmUsage;
  ask<T>(request: LlmRequest<T>): Promise<{ ok: true; value: T } | { ok: false; failure: string }>;
}
