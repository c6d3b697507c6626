/** What is evaluated on: a task and what judges the answers to it. */
import { z } from 'zod';

const text = z.string();

/** What a timer of Node.js can wait: 24 days. */
export const LONGEST_MS = 2 ** 31 - 1;

/** A shell command that gets the answer in a file and on stdin; exit 0 accepts it. See guard-command.ts. */
export const CommandGuard = z.strictObject({
  command: text.trim().min(1),
  files: z.record(text, text).optional().describe('What it starts from: path, content'),
  timeout_ms: z.int().positive().max(LONGEST_MS).optional(),
  memory_mb: z.int().positive().optional(),
  answer_file: text.optional().describe('Where the answer lies; default answer.txt'),
  name: text.optional(),
});
export type CommandGuard = z.infer<typeof CommandGuard>;

/** The answer must be JSON of this JSON schema (draft 7, or 2020-12 where `$schema` says so). */
export const SchemaGuard = z.strictObject({
  schema: z.union([z.record(text, z.unknown()), z.boolean()]),
  name: text.optional(),
});
export type SchemaGuard = z.infer<typeof SchemaGuard>;

export const GuardSpec = z.union([CommandGuard, SchemaGuard]);
export type GuardSpec = z.infer<typeof GuardSpec>;

export interface EvaluationTask {
  id: string;
  specification: string;
  /** Asked one after the other; the first that refuses decides. */
  guards: GuardSpec[];
}
