/** Training data and evaluations, as the library gives them. */
import type { Context } from '../context.ts';
import { pairsFrom } from '../tools/training-pairs.ts';
import { type BuildOptions, type BuildResult, buildDataset } from '../training/datasets/build.ts';
import { cardOf } from '../training/datasets/card.ts';
import { type DatasetDiff, diffVersions } from '../training/datasets/diff.ts';
import { datasetVersion, listDatasets, pairsIn, rowsOf } from '../training/datasets/read.ts';
import { type Removal, removeDataset } from '../training/datasets/remove.ts';
import { type Comparison, compareReports } from '../training/evaluate/compare.ts';
import { type EvaluateOptions, evaluate } from '../training/evaluate/evaluate.ts';
import type { EvaluationReport } from '../training/evaluate/report.ts';
import { type ExportOptions, type ExportReport, exportDataset } from '../training/export/export.ts';
import { type Decision, decide } from '../training/review/decide.ts';
import { listReviews, type ReviewQuery } from '../training/review/queue.ts';
import type { DatasetRow, DatasetVersion, ExampleReview, PreferenceExample, Split } from '../types.ts';

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
  compare: (before, after, seed = 0) => compareReports(before, after, seed),
});
