/** What a tool is here: what the model reads, then what happens. No try/catch inside; there is one boundary, in register.ts. */
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { Person } from '../feedback/ratings/give.ts';
import type { LearningPipeline } from '../learning/pipeline.ts';

/** What a running call may use. */
export interface Call {
  ctx: Context;
  pipeline: LearningPipeline;
  /** Aborted when the client cancels. */
  signal: AbortSignal;
  /** Tells the client how far long work is; does nothing when the client did not ask. */
  progress(done: number, total: number, message: string): void;
  /** Whoever sits before the client; absent where it has no forms for them. */
  person?: Person | undefined;
  /** What the client calls itself; nobody has checked it. */
  client?: string | undefined;
}

interface Annotations {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

export interface ToolDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  name: string;
  title: string;
  /** What the model reads: when to call it and what comes back. */
  description: string;
  input: I;
  output: O;
  annotations: Annotations;
  /** false: its answers hold no stored text, so they need no fence. Left out: fenced. */
  quotes?: false;
  run(args: z.output<I>, call: Call): Promise<z.input<O>>;
}

/** Ties the types of input, output and run together. */
export const defineTool = <I extends z.ZodType, O extends z.ZodType>(
  tool: ToolDefinition<I, O>,
): ToolDefinition<I, O> => tool;
