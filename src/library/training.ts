/** Training data and evaluations, as the library gives them. */
import type { Context } from '../context.ts';
import { pairsFrom } from '../tools/training-pairs.ts';
import { type BuildOptions, type BuildResult, buildDataset } from '../training/datasets/build.ts';
import { cardOf } from '../training/datasets/card.ts';
import { type DatasetDiff, diffVersions } from '../training/datasets/diff.ts';
import { datasetVersion, listDatasets, pairsIn, rowsOf } from '../training/datasets/read.ts';
import { type Removal, removeDataset } from '../training/datasets/remove.ts';
import { type Comparison, compareReports } from '../training/evaluate/compare.ts';
import {
  type SolverLimits,
  solverOfCommand,
  solverOfModel,
} from '../training/evaluate/configured-solvers.ts';
import { type EvaluateOptions, evaluate } from '../training/evaluate/evaluate.ts';
import type { EvaluationReport } from '../training/evaluate/report.ts';
import type { Solver } from '../training/evaluate/solver.ts';
import type { EvaluationTask } from '../training/evaluate/task.ts';
import { tasksOfDataset } from '../training/evaluate/tasks.ts';
import { type ExportOptions, type ExportReport, exportDataset } from '../training/export/export.ts';
import { type Decision, decide } from '../training/review/decide.ts';
import { listReviews, type ReviewQuery } from '../training/review/queue.ts';
import type { DatasetRow, DatasetVersion, ExampleReview, PreferenceExample, Split } from '../types.ts';

export type { BuildOptions, BuildResult } from '../training/datasets/build.ts';
export type { DatasetDiff } from '../training/datasets/diff.ts';
export type { Removal } from '../training/datasets/remove.ts';
export type { Comparison } from '../training/evaluate/compare.ts';
export { type EvaluateOptions, reportSoFar } from '../training/evaluate/evaluate.ts';
export type { Guard } from '../training/evaluate/guard.ts';
export { EvaluationReport } from '../training/evaluate/report.ts';
export type { SolveFunction, Solver } from '../training/evaluate/solver.ts';
export type { EvaluationTask, GuardSpec } from '../training/evaluate/task.ts';
export { fewerTasks, tasksOfFile } from '../training/evaluate/tasks.ts';
export type { ExportOptions, ExportReport } from '../training/export/export.ts';
export type { Decision } from '../training/review/decide.ts';
export type { ReviewQuery } from '../training/review/queue.ts';
export { parseRule } from '../training/rules/parse.ts';

/** Datasets by `NAME`, the newest version, or `NAME@VERSION`. Errors have the codes E7000–E7999. */
export interface DatasetsDoor {
  build(options: BuildOptions): Promise<BuildResult>;
  list(): Promise<DatasetVersion[]>;
  version(reference: string): Promise<DatasetVersion>;
  /** Without runs that were forgotten since. */
  rows(version: DatasetVersion, split?: Split): AsyncIterable<DatasetRow>;
  pairs(version: DatasetVersion, split?: Split): AsyncIterable<PreferenceExample>;
  card(version: DatasetVersion): string;
  diff(before: string, after: string): Promise<DatasetDiff>;
  export(reference: string, options: ExportOptions): Promise<ExportReport>;
  remove(reference: string, options?: { dry_run?: boolean }): Promise<Removal>;
  /** Examples that somebody must look at; what is decided stands for later builds. */
  reviews(query?: ReviewQuery): Promise<ExampleReview[]>;
  decide(id: string, decision: Decision): Promise<ExampleReview>;
}

/** How many attempts a solver needs until its answer is accepted. */
export interface EvaluationDoor {
  run(options: EvaluateOptions): Promise<EvaluationReport>;
  /** The test split of a dataset; `recordedChecks`: with the commands that its recorded runs brought along, to be run. */
  tasksOf(reference: string, options?: { recordedChecks?: boolean }): Promise<EvaluationTask[]>;
  /** A command as the solver, run where the process is: the prompt on stdin, the answer on stdout. `memoryMb`: 8,192. */
  command(command: string, limits?: SolverLimits & { memoryMb?: number }): Solver;
  /** A model at an OpenAI-compatible endpoint, by default the configured one; the configured key goes to that one alone. */
  model(model: string, at?: SolverLimits & { baseUrl?: string; key?: string }): Solver;
  /** Paired by task and sample. @throws KnowhowError `E7405`. */
  compare(before: EvaluationReport, after: EvaluationReport, seed?: number): Comparison;
}

export const datasetsDoor = (ctx: Context): DatasetsDoor => ({
  build: (options) => buildDataset(ctx, options, pairsFrom(ctx)),
  list: () => listDatasets(ctx),
  version: (reference) => datasetVersion(ctx, reference),
  rows: (version, split = 'train') => rowsOf(ctx, version, split),
  pairs: (version, split = 'train') => pairsIn(ctx, version, split),
  card: cardOf,
  diff: async (before, after) =>
    diffVersions(await datasetVersion(ctx, before), await datasetVersion(ctx, after), (version, split) =>
      rowsOf(ctx, version, split),
    ),
  export: async (reference, options) => exportDataset(ctx, await datasetVersion(ctx, reference), options),
  remove: (reference, options) => removeDataset(ctx, reference, options),
  reviews: (query) => listReviews(ctx, query),
  decide: (id, decision) => decide(ctx, id, decision),
});

export const evaluationDoor = (ctx: Context): EvaluationDoor => ({
  run: (options) => evaluate(ctx, options),
  tasksOf: async (reference, options) => tasksOfDataset(ctx, await datasetVersion(ctx, reference), options),
  command: (command, limits) => solverOfCommand(ctx, command, limits),
  model: (model, at) => solverOfModel(ctx, model, at),
  compare: (before, after, seed = 0) => compareReports(before, after, seed),
});
