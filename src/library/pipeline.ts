/** The pipeline as the library gives it: parts of one's own, runs as they come. */
import { z } from 'zod';
import { recordTrajectory, tidy, toTrajectory } from '../capture/recorder.ts';
import type { LearningConfig } from '../config.ts';
import { type Context, contextOf, type TaskVerifier } from '../context.ts';
import { callerError } from '../errors.ts';
import type { BatchOptions } from '../learning/batch.ts';
import type { AbstractionExtractor } from '../learning/extractor.ts';
import type { HindsightLearner } from '../learning/hindsight/learner.ts';
import type { TrainingData, TrainingOptions } from '../learning/hindsight/training-data.ts';
import {
  createPipeline,
  type LearningPipeline,
  type PipelineParts,
  type ProcessResult,
} from '../learning/pipeline.ts';
import type { Llm } from '../llm/ports.ts';
import type { Memory } from '../memory/memory.ts';
import {
  type Abstractability,
  type Analysis,
  type Attribution,
  type BatchResult,
  type CodeConcept,
  type ErrorPattern,
  type Strategy,
  Trajectory,
  type TrajectoryDraft,
  TrajectoryInput,
} from '../types.ts';

/** A run as a user of the library has it, or as the store gave it back. */
type Run = TrajectoryDraft | Trajectory;

/** The pipeline as the seeds have it, in camelCase; takes runs as they come, with or without an id. */
export interface PublicPipeline
  extends Omit<
    LearningPipeline,
    'processTrajectory' | 'runBatchLearning' | 'analyzer' | 'extractor' | 'hindsight'
  > {
  analyzer: {
    analyze(run: Run, signal?: AbortSignal): Promise<Analysis>;
    attributeOutcome(run: Run): Promise<Attribution>;
    extractErrorPatterns(runs: Run[]): Promise<ErrorPattern[]>;
  };
  extractor: Omit<
    AbstractionExtractor,
    'extractCodePatterns' | 'extractStrategies' | 'isAbstractable' | 'assessing'
  > & {
    extractCodePatterns(runs: Run[], signal?: AbortSignal): Promise<CodeConcept[]>;
    extractStrategies(runs: Run[], signal?: AbortSignal): Promise<Strategy[]>;
    isAbstractable(run: Run, signal?: AbortSignal): Promise<Abstractability>;
  };
  hindsight: Omit<HindsightLearner, 'accumulate' | 'prepareTrainingData'> & {
    accumulate(run: Run): Promise<void>;
    /** From these runs; without an argument from those that wait for a batch, from `[]` nothing. */
    prepareTrainingData(runs?: Run[], options?: Pick<TrainingOptions, 'confirm'>): Promise<TrainingData>;
  };
  processTrajectory(run: Run, from?: { key?: string }): Promise<ProcessResult>;
  /** Options, or the minimum of new runs as in the seeds. */
  runBatchLearning(options?: BatchOptions | number): Promise<BatchResult>;
}

export interface PipelineOptions extends PipelineParts {
  memory: Memory;
  llm?: Llm;
  config?: Partial<z.input<typeof LearningConfig>>;
  /** Runs steps again and judges them, for credit `counterfactual`. */
  verifier?: TaskVerifier;
}

/**
 * A pipeline over a memory, every part replaceable (seeds 000 and 001).
 * @throws KnowhowError `bad_config` for unknown names of strategies or extractors.
 */
export function createLearningPipeline({
  memory,
  llm,
  config,
  verifier,
  ...parts
}: PipelineOptions): PublicPipeline {
  return openPipeline(contextOf(memory, { learning: config }, { llm, verifier }), parts).open;
}

export function openPipeline(
  ctx: Context,
  parts: PipelineParts,
): { inner: LearningPipeline; open: PublicPipeline } {
  const inner = createPipeline(ctx, parts);
  const { analyzer, extractor, hindsight } = inner;
  const run = (given: Run) => asTrajectory(ctx, given);
  const runs = (given: Run[]) => given.map(run);
  const open: PublicPipeline = {
    ...inner,
    analyzer: {
      analyze: (given, signal) => analyzer.analyze(run(given), signal),
      attributeOutcome: (given) => analyzer.attributeOutcome(run(given)),
      extractErrorPatterns: (given) => analyzer.extractErrorPatterns(runs(given)),
    },
    extractor: {
      ...extractor,
      extractCodePatterns: (given, signal) => extractor.extractCodePatterns(runs(given), signal),
      extractStrategies: (given, signal) => extractor.extractStrategies(runs(given), signal),
      isAbstractable: (given, signal) => extractor.isAbstractable(run(given), signal),
    },
    hindsight: {
      ...hindsight,
      accumulate: (given) => hindsight.accumulate(run(given)),
      prepareTrainingData: (given, options) => hindsight.prepareTrainingData(given && runs(given), options),
    },
    async processTrajectory(given, from) {
      if (isStored(given)) return inner.processTrajectory(run(given));
      const input = check(TrajectoryInput, given);
      const { trajectory } = await recordTrajectory(ctx, input, from?.key);
      // A run that was known already may be told only now what had helped it.
      const { retrieval_id = trajectory.retrieval_id } = input;
      return inner.learnFrom({ ...trajectory, retrieval_id });
    },
    runBatchLearning: (options) =>
      inner.runBatchLearning(typeof options === 'number' ? { min_trajectories: options } : options),
  };
  return { inner, open };
}

const isStored = (given: Run): given is Trajectory => Trajectory.safeParse(given).success;

/** A run as the pipeline takes it: checked, cleaned and redacted like any other that comes in by a door. */
const asTrajectory = (ctx: Context, given: Run): Trajectory =>
  isStored(given) ? tidy(ctx, given) : toTrajectory(ctx, check(TrajectoryInput, given));

/** @throws KnowhowError `bad_argument`, naming what is wrong. */
export function check<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw callerError('bad_argument', z.prettifyError(parsed.error));
}
