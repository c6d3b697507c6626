/**
 * The library: `openKnowhow()` for everything in one, or `createLearningPipeline()` with parts of your own.
 *
 * ```ts
 * import { openKnowhow } from 'knowhow';
 * const knowhow = await openKnowhow({ data: './memory' });
 * await knowhow.record({ task: { description: 'Fix the build' }, steps, outcome: { success: true } });
 * const { strategies } = await knowhow.retrieve({ task: 'The build is broken' });
 * await knowhow.close();
 * ```
 */
import type { z } from 'zod';
import { toAtif } from './capture/importers/atif.ts';
import { toTrajectory } from './capture/recorder.ts';
import type { ConfigInput } from './config.ts';
import { type ContextParts, openContext } from './context.ts';
import { requestAfterBatch } from './feedback/ratings/foresee.ts';
import type { HelpOptions, HelpReport } from './feedback/uplift/report.ts';
import { type IngestOptions, type IngestReport, ingest } from './ingest/import.ts';
import { startDueBatch } from './learning/auto-batch.ts';
import type { BatchOptions } from './learning/batch.ts';
import { type ConceptLibrary, conceptLibrary } from './learning/code/concept-library.ts';
import type { ProcessResult } from './learning/pipeline.ts';
import { type Prediction, predictSuccess } from './learning/predict/predict.ts';
import {
  type Prepared,
  prepareReflection,
  type Submitted,
  submitReflection,
  type Wanted,
} from './learning/reflection/reflect.ts';
import {
  type FeedbackDoor,
  feedbackDoor,
  type PreferencesDoor,
  preferencesDoor,
  type RewardDoor,
  rewardDoor,
} from './library/feedback.ts';
import { check, openPipeline, type PublicPipeline } from './library/pipeline.ts';
import { type DatasetsDoor, datasetsDoor, type EvaluationDoor, evaluationDoor } from './library/training.ts';
import type { Embedder, Llm } from './llm/ports.ts';
import type { Memory } from './memory/memory.ts';
import { toldReport } from './resources/report.ts';
import { stats } from './resources/stats.ts';
import { matchErrorTool, retrieveStrategiesTool } from './tools/retrieve.ts';
import { type Abstractability, type BatchResult, type TrajectoryDraft, TrajectoryInput } from './types.ts';
import { type ForgetOptions, type ForgetReport, forget } from './upkeep/forget.ts';
import { importMemory, type MemoryImport } from './upkeep/import-memory.ts';
import type { Which } from './upkeep/selection.ts';
import { type SessionDiff, sessionDiff } from './upkeep/session-diff.ts';
import { exportMemory } from './upkeep/transfer.ts';
import { redo, type UndoReport, undo } from './upkeep/undo.ts';

export type { TaskVerifier } from './context.ts';
export * from './errors.ts';
export { exportRatings } from './feedback/ratings/export.ts';
export { reportSvg } from './feedback/uplift/figure.ts';
export { reportMarkdown } from './feedback/uplift/markdown.ts';
export type { HelpAnswer, HelpOptions, HelpReport } from './feedback/uplift/report.ts';
export type { TrajectoryAnalyzer } from './learning/analyzer.ts';
export type { ConceptLibrary, ConceptUsage } from './learning/code/concept-library.ts';
export type { AbstractionExtractor } from './learning/extractor.ts';
export type { HindsightLearner } from './learning/hindsight/learner.ts';
export type {
  ErrorExample,
  RefinementExample,
  RelabelledExample,
  SamplingExample,
  TrainingData,
  TrainingOptions,
} from './learning/hindsight/training-data.ts';
export type { LearningPipeline, PipelineParts, ProcessResult } from './learning/pipeline.ts';
export type { Prediction } from './learning/predict/predict.ts';
export type { Prepared, Submitted, Wanted } from './learning/reflection/reflect.ts';
export type { FeedbackDoor, PreferencesDoor, RewardDoor } from './library/feedback.ts';
export { createLearningPipeline, type PipelineOptions, type PublicPipeline } from './library/pipeline.ts';
export {
  type BuildOptions,
  type BuildResult,
  type Comparison,
  type DatasetDiff,
  type DatasetsDoor,
  type Decision,
  type EvaluateOptions,
  type EvaluationDoor,
  EvaluationReport,
  type EvaluationTask,
  type ExportOptions,
  type ExportReport,
  fewerTasks,
  type Guard,
  type GuardSpec,
  parseRule,
  type Removal,
  type ReviewQuery,
  reportSoFar,
  type SolveFunction,
  type Solver,
  tasksOfFile,
} from './library/training.ts';
export type { Budget } from './llm/budget.ts';
export { createHashingEmbedder } from './llm/hashing-embedder.ts';
export { isEmbedderDown } from './llm/openai-embedder.ts';
export type { Embedder, EmbedderUsage, Llm, LlmAnswer, LlmRequest, LlmUsage } from './llm/ports.ts';
export type { Memory } from './memory/memory.ts';
export type { SolverLimits } from './training/evaluate/configured-solvers.ts';
export * from './types.ts';
export type { ForgetOptions, ForgetReport } from './upkeep/forget.ts';
export type { MemoryImport } from './upkeep/import-memory.ts';
export { ancestorsOf, descendantsOf, retryChainOf } from './upkeep/lineage.ts';
export type { Which } from './upkeep/selection.ts';
export type { Lesson, SessionDiff } from './upkeep/session-diff.ts';
export type { UndoReport } from './upkeep/undo.ts';
export { toAtif };

export interface OpenOptions
  extends Partial<Omit<ConfigInput, 'llm' | 'embedder'>>,
    Omit<ContextParts, 'llm' | 'embedder'> {
  /** A model of your own, or where to reach an OpenAI-compatible one; false for none whatever the environment says. */
  llm?: Llm | ConfigInput['llm'] | false;
  /** An embedder of your own, or which one to take. Left out: the offline one, unless the environment chooses. */
  embedder?: Embedder | ConfigInput['embedder'];
}

/** A run as far as it has come: its outcome, where it has one, is not looked at. */
export type RunSoFar = Omit<TrajectoryDraft, 'outcome'> & Partial<Pick<TrajectoryDraft, 'outcome'>>;

type Retrieved = z.output<typeof retrieveStrategiesTool.output>;

export interface Knowhow {
  memory: Memory;
  pipeline: PublicPipeline;
  /**
   * Records a run and learns from it at once; same as the tool record_trajectory. `key`: the run's name where it comes from, so that
   * it is one run whatever it says and by whatever way it comes again.
   */
  record(run: TrajectoryDraft, from?: { key?: string }): Promise<ProcessResult>;
  retrieve(query: z.input<typeof retrieveStrategiesTool.input>): Promise<Retrieved>;
  matchError(query: z.input<typeof matchErrorTool.input>): Promise<z.output<typeof matchErrorTool.output>>;
  assessAbstractability(run: TrajectoryDraft): Promise<Abstractability>;
  /** How likely a run that is under way ends well, and why; `probability` is null where it cannot be told. Stores nothing. */
  predict(run: RunSoFar): Promise<Prediction>;
  runBatchLearning(options?: BatchOptions): Promise<BatchResult>;
  /** What a model would be asked, for whoever can judge it: of one run, of one kind, or what would gain most. */
  prepareReflection(wanted?: Wanted): Promise<Prepared>;
  /** Takes the answer through the checks of a model's. @throws KnowhowError `bad_answer`, `reflection_expired`. */
  submitReflection(given: { reflection_id: string; answer: unknown }): Promise<Submitted>;
  /** Code concepts: several made one, and what became of each. */
  concepts: ConceptLibrary;
  importFiles(paths: string[], options?: IngestOptions): Promise<IngestReport>;
  /** What runs taught: the memory with them, held against the memory without. */
  diff(which: Which): Promise<SessionDiff>;
  /** Takes back what runs taught, and gives it back; they stay in the store. */
  undo(which: Which, options?: ForgetOptions): Promise<UndoReport>;
  redo(which: Which): Promise<string[]>;
  /** Forgets runs and all that was learned from them, really gone from the disk. */
  forget(which: Which, options?: ForgetOptions): Promise<ForgetReport>;
  /** The whole memory as lines of JSON, the same bytes each time; importMemory() reads a file of them. */
  exportMemory(): AsyncIterable<string>;
  importMemory(path: string, options?: { again?: boolean }): Promise<MemoryImport>;
  /** Whether being shown what is known helps: with and without, with intervals, in words. */
  report(options?: HelpOptions): Promise<HelpReport>;
  feedback: FeedbackDoor;
  /** The model that foresees what people will say of a run. */
  reward: RewardDoor;
  /** Which of two attempts at one task is the better, by retries, verdicts and feedback. */
  preferences: PreferencesDoor;
  /** Training data from judged runs, in immutable versions. */
  datasets: DatasetsDoor;
  /** Counts retries until an answer is accepted, before and after training. */
  evaluation: EvaluationDoor;
  stats(): ReturnType<typeof stats>;
  close(): Promise<void>;
}

/**
 * Opens a memory and everything around it. Nothing leaves the machine unless an LLM, another embedder or a store elsewhere is configured.
 * @throws KnowhowError `bad_config`, `store_*`.
 */
export async function openKnowhow(options: OpenOptions = {}): Promise<Knowhow> {
  const { llm, embedder, now, seed, verifier, ...flags } = options;
  const own = typeof llm === 'object' && 'ask' in llm ? llm : undefined;
  const mine = embedder && 'embed' in embedder ? embedder : undefined;
  const chosen = mine ? undefined : (embedder as ConfigInput['embedder']);
  const settings = own || llm === false || llm === undefined ? undefined : (llm as ConfigInput['llm']);
  const ctx = await openContext(
    { ...flags, llm: settings, embedder: chosen },
    { llm: llm === false ? null : own, embedder: mine, now, seed, verifier },
  );
  const pipeline = openPipeline(ctx, {});
  const call = {
    ctx,
    pipeline: pipeline.inner,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  return {
    memory: ctx.memory,
    pipeline: pipeline.open,
    async record(run, from) {
      const result = await pipeline.open.processTrajectory(run, from);
      await startDueBatch(ctx, pipeline.inner);
      requestAfterBatch(ctx);
      return result;
    },
    retrieve: async (query) => retrieveStrategiesTool.run(check(retrieveStrategiesTool.input, query), call),
    matchError: async (query) => matchErrorTool.run(check(matchErrorTool.input, query), call),
    assessAbstractability: (run) => pipeline.open.extractor.isAbstractable(run),
    predict: (run) => {
      const draft = { ...run, outcome: { success: null } };
      return predictSuccess(ctx, toTrajectory(ctx, check(TrajectoryInput, draft)));
    },
    runBatchLearning: (batch) => pipeline.open.runBatchLearning(batch),
    prepareReflection: (wanted = {}) => prepareReflection(ctx, wanted),
    submitReflection: (given) => submitReflection(ctx, given),
    concepts: conceptLibrary(ctx),
    importFiles: (paths, imported) => ingest(ctx, paths, imported),
    diff: (which) => sessionDiff(ctx, which),
    undo: (which, how) => undo(ctx, which, how),
    redo: (which) => redo(ctx, which),
    forget: (which, how) => forget(ctx, which, how),
    exportMemory: () => exportMemory(ctx),
    importMemory: (path, how) => importMemory(ctx, path, how),
    report: (options) => toldReport(ctx, options),
    feedback: feedbackDoor(ctx),
    reward: rewardDoor(ctx),
    preferences: preferencesDoor(ctx),
    datasets: datasetsDoor(ctx),
    evaluation: evaluationDoor(ctx),
    stats: () => stats(ctx),
    close: () => ctx.close(),
  };
}
