/** What is known: strategies, code concepts, error patterns. */
import { z } from 'zod';
import { METHODS } from './judged.ts';
import { Stored } from './run.ts';

const text = z.string();
/** A literal that was turned into a parameter, with the values it had. */
export const Parameter = z.object({ name: text, type: text.optional(), values: z.array(text) });
export type Parameter = z.infer<typeof Parameter>;

const count = z.int().nonnegative();
export const Tally = z.object({ worked: count, tried: count });
export type Tally = z.infer<typeof Tally>;

export const STATUSES = ['candidate', 'active', 'stale', 'archived'] as const;
export type Status = (typeof STATUSES)[number];

export const Strategy = z.object({
  ...Stored,
  kind: z.enum(['contrast', 'route', 'given']).describe('How it was found'),
  situation: text.describe('When it applies'),
  abstractable: z.boolean().describe('Judged to hold beyond its project'),
  suggestion: text.describe('What to do'),
  seen_at: z.array(text).describe('The tasks it was seen at, in short'),
  pitfalls: z.array(text),
  parameters: z.array(Parameter),
  evidence: z.object({
    worked: count,
    tried: count,
    from: z.array(text).describe('Trajectories that did it'),
    without: Tally.optional().describe('The same tasks, attempts that did not do it'),
    tasks: count.describe('Independent tasks behind it'),
  }),
  status: z.enum(STATUSES),
  method: z.enum(METHODS),
});
export type Strategy = z.infer<typeof Strategy>;

export const CodeConcept = z.object({
  ...Stored,
  name: text,
  description: text,
  signature: text,
  abstractable: z.boolean(),
  code: text,
  language: text,
  parameters: z.array(Parameter),
  examples: z.array(text),
  usage: Tally,
  tasks: count,
  source: z.enum(['primitive', 'learned', 'composed']),
  method: z.enum(METHODS),
});
export type CodeConcept = z.infer<typeof CodeConcept>;

export const Fix = z.object({
  fix: text,
  worked: count.describe('Times it got past the error'),
  tried: count,
  ended_well: Tally.describe('Of the judged runs that tried it, those that succeeded in the end'),
  tasks: count,
  example: z.object({ trajectory: text, step: count }).describe('Where it worked, or was tried'),
});
export type Fix = z.infer<typeof Fix>;

export const ErrorPattern = z.object({
  ...Stored,
  name: text,
  template: text.describe(
    'The message with its private literals masked: {name} is a parameter, <path> is not',
  ),
  signature: text.describe('Regular expression that matches the message'),
  frequency: count,
  tasks: count,
  abstractable: z.boolean(),
  suggested_fix: text,
  support: Tally,
  fixes: z.array(Fix),
  examples: z.array(text),
  parameters: z.array(Parameter),
});
export type ErrorPattern = z.infer<typeof ErrorPattern>;
