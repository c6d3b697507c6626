/**
 * Batch learning: strategies by contrast, code concepts and pruning over what was recorded since the last batch. Safe
 * to kill and run again: derived records have ids from their content, and a run leaves the waiting list only after
 * everything learned from it is written.
 */
import type { Context } from '../context.ts';
import { contentId } from '../learners/content-id.ts';
import { PENDING, revisionOf } from '../memory/memory.ts';
import type { BatchResult, Trajectory } from '../types.ts';
import { createAnalysis, knownAttempts } from './batch-analysis.ts';
import { checkConcepts } from './code/check.ts';
import { countPatterns } from './errors/learn.ts';
import { type Asking, type LlmRun, llmNotes, refineTelling } from './llm/batch-llm.ts';
import { type Telling, tellingOf } from './llm/telling.ts';
import type { LearningPipeline } from './pipeline.ts';
import { pruneClusters } from './prune.ts';
import { settleConcepts, settleStrategies } from './strategies/settle.ts';

export interface BatchOptions {
  /** Overrides the configured minimum; 0 means any number. */
  min_trajectories?: number;
  project?: string;
  /** Stops taking new runs after this long; the next call continues. */
  max_seconds?: number;
  /** Takes no more waiting runs than this, the oldest; the next call continues. */
  max_runs?: number;
  /** Analyses every waiting run again, also those that were analysed before. */
  anew?: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, what: string) => void;
}

/** Runs at once: many enough to be written in bulk, but no more than this many characters of them. */
const CHUNK = 200;
const CHUNK_CHARS = 32_000_000;
const READ_AT_ONCE = 50;
/** So many waiting runs are worth folding the tables for first. */
const MANY = 1_000;

const skipped = (reason: string, remaining: number): BatchResult => ({
  ran: false,
  reason,
  remaining,
  trajectories_processed: 0,
  concepts_extracted: 0,
  strategies_extracted: 0,
  error_patterns_extracted: 0,
  experiences_pruned: 0,
  success_rate: null,
  notes: [],
});

/** What a model is asked through, and what that may cost. */
export interface LlmOfBatch extends Asking {
  run: LlmRun;
}

/** Runs a batch if one is due and no other process is at it; else says why not. */
export async function runBatch(
  ctx: Context,
  pipeline: LearningPipeline,
  options: BatchOptions,
  llm: LlmOfBatch,
): Promise<BatchResult> {
  const state = await pipeline.hindsight.shouldRunBatch(options.min_trajectories, options.project);
  if (!state.due) return skipped(state.reasons.join('; '), state.pending);
  const locked = await ctx.memory.exclusive('batch', () =>
    learn(ctx, pipeline, options, llm, options.max_runs === undefined ? 0 : state.pending),
  );
  return locked.held ? locked.value : skipped('another process is running a batch', state.pending);
}

/** What is kept of a run that was taken: thousands of whole ones would not fit. */
interface Taken {
  id: string;
  revision: string;
  project: string;
  success: boolean | null;
  telling: Telling;
}

const takenOf = (run: Trajectory): Taken => ({
  id: run.id,
  revision: revisionOf(run),
  project: run.project,
  success: run.outcome.success,
  telling: tellingOf(run),
});

async function learn(
  ctx: Context,
  pipeline: LearningPipeline,
  options: BatchOptions,
  llm: LlmOfBatch,
  pending: number,
): Promise<BatchResult> {
  const { hindsight } = pipeline;
  const { extractor } = llm;
  const { signal, project, onProgress } = options;
  const deadline = ctx.now().getTime() + (options.max_seconds ?? 40) * 1000;
  const taken: Taken[] = [];
  const patterns = new Set<string>();
  const notes: string[] = [];
  const known = knownAttempts(ctx);
  const isOver = () => ctx.now().getTime() > deadline;
  const analyse = createAnalysis(ctx, pipeline, known, { notes, isOver, anew: options.anew ?? false });
  const where = { batch: PENDING, project };
  const projectOf = await ctx.memory.trajectories.cells('project', {
    where,
    order: 'oldest',
    limit: options.max_runs,
  });
  const waiting = [...projectOf.keys()];
  if (waiting.length >= MANY) await foldFirst(ctx);
  // Read while the first runs are: whoever needs them waits for them, and hears of a failure.
  for (const name of new Set(projectOf.values())) known.of(name).catch(() => undefined);
  for (let next = 0; next < waiting.length; ) {
    signal?.throwIfAborted();
    // At least one run is taken, so that repeated calls always come to an end.
    if (next > 0 && isOver()) break;
    const chunk = await readChunk(ctx, waiting.slice(next, next + CHUNK));
    next += chunk.ids;
    const done = await analyse(chunk.runs, signal);
    for (const id of done.patterns) patterns.add(id);
    taken.push(...done.runs.map(takenOf));
    onProgress?.(taken.length, waiting.length, 'analysed');
    if (done.runs.length < chunk.runs.length) break;
  }
  // Counted once, not with every chunk that meets them.
  onProgress?.(taken.length, waiting.length, `counting ${patterns.size} error patterns`);
  const counted = await countPatterns(ctx, patterns);
  const refined = await refineTelling(
    llm.run,
    llm,
    taken.map(({ telling }) => telling),
    { signal, isOver, anew: options.anew ?? false },
  );
  const projects = [...new Set(taken.map((run) => run.project))].sort();
  let strategies = 0;
  let concepts = 0;
  let pruned = 0;
  for (const name of projects) {
    signal?.throwIfAborted();
    onProgress?.(taken.length, waiting.length, `learning from project ${name}`);
    const { attempts, complete } = await known.of(name);
    const told = await extractor.tellStrategies(attempts, signal);
    await settleStrategies(ctx, name, told, { attempts, complete });
    const own = taken.filter((run) => run.project === name).map(({ id }) => id);
    const found = await extractor.mineConcepts(name, own, signal);
    // Documentation is an extra: a concept that cannot be documented is kept as it is.
    const documented = await Promise.all(found.map((each) => extractor.autoDocument(each).catch(() => each)));
    const standing = await ctx.memory.concepts.getMany(documented.map(({ id }) => id));
    const checked = await checkConcepts(documented, standing, ctx.config.learning.run_examples, signal);
    await settleConcepts(ctx, name, checked, new Set(own));
    strategies += told.length;
    concepts += documented.length;
    pruned += await pruneClusters(ctx, attempts);
  }
  const judged = taken.filter(({ success }) => success !== null);
  const remaining = Math.max(pending, waiting.length) - taken.length;
  const result: BatchResult = {
    ran: true,
    reason: `${taken.length} new trajectories${remaining > 0 ? `, ${remaining} left for the next call` : ''}`,
    remaining,
    trajectories_processed: taken.length,
    concepts_extracted: concepts,
    strategies_extracted: strategies,
    error_patterns_extracted: counted.length,
    experiences_pruned: pruned,
    success_rate: judged.length > 0 ? judged.filter(({ success }) => success).length / judged.length : null,
    notes: [...notes, ...llmNotes(llm.run, refined)],
  };
  const at = ctx.now().toISOString();
  const id = contentId('batch', [at, taken.map(({ revision }) => revision)]);
  await ctx.memory.batches.put([{ id, at, project: project ?? '', derived_from: [], trust: 1, result }]);
  // Last of all: whatever was killed before this line is simply learned again.
  await hindsight.clearAccumulated(
    taken.map(({ revision }) => revision),
    id,
  );
  return result;
}

/** Runs just imported lie in parts that no index covers yet, and are about to be looked up by the thousand. */
async function foldFirst({ memory }: Context): Promise<void> {
  await Promise.all([memory.trajectories.compact(), memory.occurrences.compact()]);
}

/** The first of these runs, as many as fit, and how many ids that were: a run may be gone by now. */
async function readChunk(ctx: Context, ids: string[]): Promise<{ runs: Trajectory[]; ids: number }> {
  const runs: Trajectory[] = [];
  let chars = 0;
  let read = 0;
  while (read < ids.length && chars < CHUNK_CHARS) {
    const page = await ctx.memory.trajectories.getMany(ids.slice(read, read + READ_AT_ONCE));
    read += READ_AT_ONCE;
    for (const { steps } of page)
      for (const { action, observation } of steps) chars += action.length + observation.length;
    runs.push(...page);
  }
  return { runs, ids: Math.min(read, ids.length) };
}
