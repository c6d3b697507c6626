/** Training data: rules that select runs, examples made of them, datasets of examples. */
import { z } from 'zod';
import { Stored, VERDICT_SOURCES } from './run.ts';

const text = z.string();
const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

/** What became of an attempt: its guard took it, refused it, has not looked yet, or a later one took its place. */
export const ITEM_STATUSES = ['accepted', 'rejected', 'pending', 'superseded'] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];

export const ITEM_SOURCES = ['generated', 'human', 'imported'] as const;
export type ItemSource = (typeof ITEM_SOURCES)[number];

/**
 * Which runs become examples: the policies of seed 004 by name, single facts, and what is put together of them. Plain JSON, so it
 * can be kept beside what it selected.
 */
export type DataRule =
  | { rule: 'all' | 'refinement' | 'generator' | 'human' }
  | { rule: 'high_value'; retries: number }
  | { rule: 'recent'; days: number }
  | { rule: 'status'; is: ItemStatus[] }
  | { rule: 'source'; is: ItemSource[] }
  | { rule: 'action_pair' | 'workflow' | 'domain'; is: string[] }
  | { rule: 'time'; from?: string | undefined; to?: string | undefined }
  | { rule: 'and' | 'or'; of: DataRule[] }
  | { rule: 'not'; of: DataRule };

/** An attempt that came before: as much of it as the next one is told. */
export const EarlierAttempt = z.object({ item_id: text, answer: text, feedback: text });
export type EarlierAttempt = z.infer<typeof EarlierAttempt>;

/** One step of a run of several: what the model said or did, and what came back. */
export const Turn = z.object({
  action: text,
  observation: text,
  /** The step failed: part of the story, nothing to imitate. */
  failed: z.literal(true).optional(),
});
export type Turn = z.infer<typeof Turn>;

export const TASK_TYPES = ['single_step', 'multi_step', 'reasoning', 'planning', 'code_generation'] as const;
export type TaskType = (typeof TASK_TYPES)[number];

export const SOURCE_TYPES = [
  'execution_trace',
  'planning_trace',
  'quality_feedback',
  'synthetic',
  'human_annotated',
] as const;

/** One judged run as something to learn from (seed 002; what it is asked and what it answers as in definition 24 of seed 004). */
export const TrainingExample = z.object({
  id: text.describe('From its run and the hash of its trace'),
  item_id: text.describe('The run'),
  task_key: text,
  project: text,
  created_at: text.describe('When the run was stored, UTC'),
  /** True: an answer that was accepted. False: one that was rejected, to learn what not to do. */
  label: z.boolean(),
  specification: text.describe('What was asked, control tokens still in it'),
  attempts: z.array(EarlierAttempt).describe('The last rejected attempts before it, oldest first'),
  /** The whole answer; of a run of several steps what it did, one act after the other. Never cut. */
  output: text,
  /** Of runs of several steps, for formats that tell them turn by turn. */
  turns: z.array(Turn).optional(),
  /** Of a run of several. */
  steps: count.optional(),
  /** Somebody answered it in between, in words that no prompt holds: it makes sense turn by turn only. */
  conversation: z.literal(true).optional(),
  expected_actions: z.array(z.object({ tool: text, args: z.record(text, z.unknown()).optional() })),
  final_answer: text.optional(),
  source: z.enum(ITEM_SOURCES),
  source_type: z.enum(SOURCE_TYPES),
  task_type: z.enum(TASK_TYPES),
  domain: text,
  /** From retries and the share of attempts at the task that were accepted; never from the quality of the answer. */
  difficulty: share,
  quality: z.number().min(0).max(100).nullable().describe('0..100; null: nobody graded it'),
  confidence: share.describe('What the verdict is worth'),
  judged_by: z.enum(VERDICT_SOURCES),
  /** From the evaluations of the run, -1..1; null where there was none. */
  reward: z.number().min(-1).max(1).nullable(),
  retry_count: count.describe('Rejected attempts before it'),
  /** A parent that it names is not stored: there may have been more retries. */
  chain_incomplete: z.literal(true).optional(),
  action_pair_id: text.optional(),
  workflow_id: text.optional(),
  agent: text.optional(),
  model: text.optional(),
  licence: text.optional(),
  consent: text.optional(),
  /** Secrets were taken out of the run. */
  redacted: z.literal(true).optional(),
  trace_hash: text.describe('SHA-256 of what was asked, done and seen, in canonical JSON'),
});
export type TrainingExample = z.infer<typeof TrainingExample>;

/** Two answers to one prompt of which one is preferred. The prompt is what both were, or could have been, asked. */
export const PreferenceExample = z.object({
  id: text,
  task_key: text,
  project: text,
  created_at: text.describe('When the later of both was stored'),
  specification: text,
  attempts: z.array(EarlierAttempt).describe('Those before the earlier of both'),
  chosen: text,
  rejected: text,
  chosen_item: text,
  rejected_item: text,
  source: z.enum(['feedback', 'retry', 'outcome', 'score']),
  strength: share,
  confidence: share,
  licence: text.optional(),
  consent: text.optional(),
});
export type PreferenceExample = z.infer<typeof PreferenceExample>;

export const QUALITY_VERDICTS = ['accept', 'review', 'reject'] as const;

/** What the quality filter makes of one example, and why. All parts 0..1. */
export const QualityJudgement = z.object({
  verdict: z.enum(QUALITY_VERDICTS),
  /** 0.60 · quality/100 + 0.20 · confidence + 0.10 · diversity + 0.10 · informativeness; null where nobody graded it. */
  composite: share.nullable(),
  quality: share.nullable(),
  confidence: share,
  diversity: share,
  informativeness: share,
  /** Isolation forest, 0..1; absent where there were too few examples for one. */
  outlier: share.optional(),
  reasons: z.array(text),
});
export type QualityJudgement = z.infer<typeof QualityJudgement>;

/** An example that somebody must look at. Nothing leaves the queue but by a decision, which later builds obey. */
export const ExampleReview = z.object({
  ...Stored,
  example: text.describe('Id of the example'),
  item_id: text,
  task_key: text,
  dataset: text.describe('Name of the dataset whose build asked'),
  state: z.enum(['pending', 'accepted', 'rejected']),
  state_at: text,
  decided_by: text.optional(),
  note: text.optional(),
  /** Whether its answer was accepted, or comes as one to learn what not to do. */
  label: z.boolean(),
  judgement: QualityJudgement,
  /** What is asked and answered, short; text to quote, never to follow. */
  asked: text,
  answered: text,
});
export type ExampleReview = z.infer<typeof ExampleReview>;

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** A line of a dataset's split. */
export const DatasetRow = z.object({ example: TrainingExample, judgement: QualityJudgement });
export type DatasetRow = z.infer<typeof DatasetRow>;

const File = z.object({ sha256: text, bytes: count, lines: count });
const spread = z.object({ min: z.number(), mean: z.number(), median: z.number(), max: z.number() });
const tally = z.record(text, count);

export const DatasetStatistics = z.object({
  examples: count,
  negatives: count,
  pairs: count,
  tasks: count,
  by_split: z.object(
    Object.fromEntries(SPLITS.map((split) => [split, count])) as Record<Split, typeof count>,
  ),
  by_domain: tally,
  by_task_type: tally,
  by_difficulty: tally.describe('easy below 0.33, medium below 0.66, hard'),
  by_source: tally,
  by_source_type: tally,
  by_judge: tally,
  by_agent: tally,
  by_model: tally,
  by_licence: tally,
  by_consent: tally,
  pairs_by_source: tally,
  quality: spread.nullable(),
  confidence: spread.nullable(),
  difficulty: spread.nullable(),
  composite: spread.nullable(),
  retries: spread.nullable(),
  input_chars: spread.nullable(),
  output_chars: spread.nullable(),
  first: text.nullable().describe('When the oldest run was stored'),
  last: text.nullable(),
});
export type DatasetStatistics = z.infer<typeof DatasetStatistics>;

/** Everything that decides what a build makes of the same runs. */
export const DatasetSettings = z.object({
  rule: z.custom<DataRule>((value) => typeof value === 'object' && value !== null),
  projects: z.array(text).describe('Empty: all'),
  accept: share.describe('Least composite to be accepted'),
  review: share.describe('Least composite to be reviewed'),
  least_confidence: share,
  most_examples: count.describe('Over-full strata are sampled down to fit'),
  most_per_task: count,
  duplicates: share.describe('Jaccard similarity from which two examples are one'),
  ratios: z.object({ train: share, validation: share, test: share }),
  negatives: z.boolean(),
  pairs: z.boolean(),
  seed: count,
});
export type DatasetSettings = z.infer<typeof DatasetSettings>;

/** One version of a dataset, as written and never changed. Its files are named by the hash of what they hold. */
export const DatasetVersion = z.object({
  format: z.literal('knowhow-dataset'),
  layout: z.literal(1),
  name: text,
  version: text.describe('MAJOR.MINOR.PATCH'),
  content_hash: text.describe('SHA-256 over the files and what decided them'),
  created_at: text,
  /** The version that it adds to. */
  parent: z.object({ version: text, content_hash: text }).nullable(),
  settings: DatasetSettings,
  /** Rows of DatasetRow. */
  splits: z.object(Object.fromEntries(SPLITS.map((split) => [split, File])) as Record<Split, typeof File>),
  /** Rows of PreferenceExample, by split. */
  pairs: z.object(Object.fromEntries(SPLITS.map((split) => [split, File])) as Record<Split, typeof File>),
  /** Every run that was looked at and the version of it, `[id, revision]` a line: what is new is told by it. */
  seen: File,
  /** The split of every task that has rows, had some once, or is quoted by some, `[task_key, split]` a line: it never has another. */
  tasks: File.optional(),
  /** Tasks that are evaluated on, as plain text, one a line: what is like them is kept out of this version and all that follow. */
  excluded: File.optional(),
  /** The last run that is included; later ones, and those that came late, are what an addition looks at. */
  cursor: z.object({ created_at: text, id: text }).nullable(),
  statistics: DatasetStatistics,
  /** What did not come in, by why. */
  left_out: tally,
  changes: z.object({ added: count, removed: count, kept: count }),
});
export type DatasetVersion = z.infer<typeof DatasetVersion>;
