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

/** Weight of evidence as trust adds it up: a run judged by a test weighs 1, an agent's own word 0.3. */
export const Votes = z.object({ worked: z.number().nonnegative(), failed: z.number().nonnegative() });
export type Votes = z.infer<typeof Votes>;

/** What became of the runs that something was shown to, counted from the facts (`Use`). */
export const Used = z.object({
  ...Tally.shape,
  tasks: count.describe('Independent tasks among them'),
  judged: count.describe('Tasks where it worked as more than the agent alone says'),
  votes: Votes.describe('Trust-weighted, at most one vote a task'),
  last: text.describe('When it was last used'),
});
export type Used = z.infer<typeof Used>;

/** Runs counted, with what they weigh. */
export const Counted = z.object({ ...Tally.shape, votes: Votes });
export type Counted = z.infer<typeof Counted>;

/** Code that a record names, as it was when the record was last confirmed. */
export const Cite = z.object({
  path: text.describe('Relative to the workspace'),
  symbol: text.optional(),
  hash: text.optional().describe('SHA-256 of the symbol, else of the file; absent: only that it exists'),
});
export type Cite = z.infer<typeof Cite>;

export const WinRate = z.object({ mean: z.number(), low: z.number(), high: z.number() });
export type WinRate = z.infer<typeof WinRate>;

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
    votes: Votes.optional(),
    judged: count.optional().describe('Successes judged by more than the agent itself'),
    firm: z.boolean().optional().describe('A contrast within tasks that is more than chance'),
    failures: z.array(text).optional().describe('What failed runs that did it were left with, in short'),
    used: Used.optional().describe('Runs it was shown to, beyond those in `from`'),
    withheld: Counted.extend({ shown: Counted.describe('Runs that were drawn to be shown it meanwhile') })
      .optional()
      .describe('Runs that would have been shown it, and were drawn not to be'),
    base: Counted.extend({
      shown: Counted.optional().describe(
        'Of those it was shown to, the judged ones of its project, where not all are',
      ),
    })
      .optional()
      .describe('Other judged runs of its project, once it was shown to some'),
  }),
  win_rate: WinRate.optional().describe('Posterior of its success rate: mean and 68 % interval'),
  status: z.enum(STATUSES),
  status_since: text.optional(),
  status_why: text.optional().describe('The rule that gave it its status'),
  confirmed_at: text.optional().describe('When the newest run that it worked in was stored'),
  merged_into: text.optional().describe('The strategy that says the same and keeps its evidence'),
  merged_from: z.array(text).optional().describe('Strategies whose evidence it keeps'),
  projects: z.array(text).optional().describe('All projects it was seen in, where more than its own'),
  cites: z.array(Cite).optional(),
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
  replaces: z.array(text).optional().describe('Ids of concepts that it takes in, if they ever were'),
  checked: z
    .object({
      how: z.enum(['parsed', 'ran']).describe('Whether it only parses, or its example ran'),
      example: text.optional().describe('The call that ran'),
      output: text.optional().describe('What it gave'),
      made: z.boolean().optional().describe('The call was made from its types: none was seen that could run'),
    })
    .optional(),
});
export type CodeConcept = z.infer<typeof CodeConcept>;

export const Fix = z.object({
  fix: text,
  worked: count.describe('Times it got past the error'),
  tried: count,
  ended_well: Tally.describe('Of the judged runs that tried it, those that succeeded in the end'),
  tasks: count,
  example: z.object({ trajectory: text, step: count }).describe('Where it worked, or was tried'),
  kind: text.optional().describe('What its wordings have in common'),
  seen: z
    .array(z.record(z.string(), text))
    .optional()
    .describe(
      "What the error's parameters and the fix's own stood for where it worked, the most frequent first",
    ),
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
