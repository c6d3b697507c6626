/**
 * Every noun. One Zod schema is the type, the stored record and the wire form at once, so field names are
 * snake_case here (as they are for the tools, the CLI's JSON and the files), and functions are camelCase.
 */
import { z } from 'zod';

const text = z.string();
const open = z.record(z.string(), z.unknown());
// Not z.iso.datetime(): its pattern would cost every client hundreds of tokens in the tool list.
const Time = text.refine(
  (time) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/u.test(time) &&
    !Number.isNaN(Date.parse(time)),
  'an ISO 8601 time with its zone, e.g. 2026-01-31T12:00:00Z',
);

// ---------------------------------------------------------------- what happened

export const VERDICT_SOURCES = ['test', 'exit_code', 'human', 'llm_judge', 'agent', 'unknown'] as const;
export type VerdictSource = (typeof VERDICT_SOURCES)[number];

/** Who judged the outcome. Omitted by the caller it counts as the agent's own claim. */
export const Verdict = z.strictObject({
  source: z.enum(VERDICT_SOURCES).describe('Who judged; omitted: agent'),
  detail: text.optional().describe('Which test or person, what it said'),
});
export type Verdict = z.infer<typeof Verdict>;

export const Outcome = z.strictObject({
  success: z.boolean().nullable().describe('null: nobody knows'),
  score: z.number().min(0).max(1).optional().describe('Partial success'),
  error: text.optional().describe('Why it failed'),
  verdict: Verdict.optional(),
});
export type Outcome = z.infer<typeof Outcome>;

export const Task = z.strictObject({
  description: text.trim().min(1).describe('As it was asked'),
  domain: text.optional().describe('Kind of work, e.g. "python"'),
  id: text.optional().describe('Shared by all attempts at it'),
  context: open.optional(),
});
export type Task = z.infer<typeof Task>;

export const Step = z.strictObject({
  thought: text.optional().describe('Why'),
  action: text.describe('Command, call or message'),
  tool: text.optional().describe('e.g. "Bash"'),
  args: open.optional(),
  observation: text.default('').describe('What came back'),
  error: text.optional().describe('Message, if it failed'),
  exit_code: z.int().optional(),
  agent: text.optional(),
  at: Time.optional(),
  duration_ms: z.number().nonnegative().optional(),
  state: open.optional(),
  metadata: open.optional(),
});
export type Step = z.infer<typeof Step>;

export const Feedback = z.strictObject({
  text: text,
  from: text.optional(),
  at: Time.optional(),
});
export type Feedback = z.infer<typeof Feedback>;

/** A run as a caller hands it over. Unknown keys are errors, `metadata` is open. */
export const TrajectoryInput = z.strictObject({
  task: Task,
  steps: z.array(Step),
  outcome: Outcome,
  project: text.optional(),
  session: text.optional().describe('Id of the run; a longer version replaces it'),
  parent: text.optional().describe('trajectory_id of the attempt retried'),
  retrieval_id: text.optional().describe('From retrieve_strategies'),
  agent: text.optional(),
  model: text.optional(),
  workflow: text.optional(),
  action_pair: text.optional(),
  started_at: Time.optional(),
  ended_at: Time.optional(),
  feedback: z.array(Feedback).optional(),
  usage: z
    .strictObject({
      tokens: z.int().nonnegative().optional(),
      llm_calls: z.int().nonnegative().optional(),
      cost_usd: z.number().nonnegative().optional(),
    })
    .optional(),
  metadata: open.optional(),
});
export type TrajectoryInput = z.infer<typeof TrajectoryInput>;
/** As a caller writes it: defaults not yet filled in. */
export type TrajectoryDraft = z.input<typeof TrajectoryInput>;

/** How much a verdict is worth as evidence, 0..1: the ladder of who judged. */
export const VERDICT_TRUST: Record<VerdictSource, number> = {
  test: 1,
  exit_code: 0.9,
  human: 0.8,
  llm_judge: 0.6,
  agent: 0.3,
  unknown: 0.1,
};

/** What every stored record carries. */
const Stored = {
  id: text,
  at: Time.describe('When it was stored, UTC'),
  project: text,
  derived_from: z.array(text).describe('Ids of the records it was made from'),
  trust: z.number().min(0).max(1).describe('Strength of the evidence behind it: minimum over its lineage'),
};

/** A run as stored: identified, redacted, its long texts trimmed. */
export const Trajectory = TrajectoryInput.extend({ ...Stored });
export type Trajectory = z.infer<typeof Trajectory>;

// ---------------------------------------------------------------- what it means

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

const share = z.number().min(0).max(1);
export const Abstractability = z.object({
  abstractable: z.boolean(),
  scores: z.object({ novelty: share, generalizability: share, complexity: share }),
  reasoning: text,
  method: z.enum(METHODS),
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

// ---------------------------------------------------------------- what is known

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
