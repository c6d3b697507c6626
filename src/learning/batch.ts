/**
 * Batch learning: strategies by contrast, code concepts and pruning over what was recorded since the last batch. Safe
 * to kill and run again: derived records have ids from their content, and a run leaves the waiting list only after
 * everything learned from it is written.
 */
import type { Context } from '../context.ts';
import { contentId } from '../learners/content-id.ts';
import { experienceId, PENDING, revisionOf } from '../memory/memory.ts';
import type { BatchResult, Experience, Trajectory } from '../types.ts';
import { attemptsOfProject, noteAttempts } from './attempts.ts';
import { creditShown } from './credit-shown.ts';
import { learnErrors } from './errors/learn.ts';
import { experienceOf } from './experience.ts';
import type { LearningPipeline } from './pipeline.ts';
import { pruneClusters } from './prune.ts';
import { settleConcepts, settleStrategies } from './strategies/settle.ts';
import { noteUses, rejudgeUses } from './uses.ts';

export interface BatchOptions {
  /** Overrides the configured minimum; 0 means any number. */
  min_trajectories?: number;
  project?: string;
  /** Stops taking new runs after this long; the next call continues. */
  max_seconds?: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, what: string) => void;
}

const CHUNK = 100;
/** Runs of a project that strategies are contrasted over: the newest. */
const MOST_CONTRASTED = 3_000;

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

/** Runs a batch if one is due and no other process is at it; else says why not. */
export async function runBatch(
  ctx: Context,
  pipeline: LearningPipeline,
  options: BatchOptions,
): Promise<BatchResult> {
  const state = await pipeline.hindsight.shouldRunBatch(options.min_trajectories, options.project);
  if (!state.due) return skipped(state.reasons.join('; '), state.pending);
  const locked = await ctx.memory.exclusive('batch', () => learn(ctx, pipeline, options));
  return locked.held ? locked.value : skipped('another process is running a batch', state.pending);
}

/** What is kept of a run that was taken: thousands of whole ones would not fit. */
interface Taken {
  revision: string;
  project: string;
  success: boolean | null;
}

const takenOf = (run: Trajectory): Taken => ({
  revision: revisionOf(run),
  project: run.project,
  success: run.outcome.success,
});

async function learn(ctx: Context, pipeline: LearningPipeline, options: BatchOptions): Promise<BatchResult> {
  const { hindsight, extractor } = pipeline;
  const { signal, project, onProgress } = options;
  const deadline = ctx.now().getTime() + (options.max_seconds ?? 40) * 1000;
  const taken: Taken[] = [];
  const patterns = new Set<string>();
  const notes: string[] = [];
  const waiting = await ctx.memory.trajectories.ids({
    where: { batch: PENDING, project },
    order: 'oldest',
  });
  for (let i = 0; i < waiting.length; i += CHUNK) {
    signal?.throwIfAborted();
    // At least one chunk is taken, so that repeated calls always come to an end.
    if (i > 0 && ctx.now().getTime() > deadline) break;
    const chunk = await ctx.memory.trajectories.getMany(waiting.slice(i, i + CHUNK));
    for (const id of await analyseChunk(ctx, pipeline, chunk, notes, signal)) patterns.add(id);
    taken.push(...chunk.map(takenOf));
    onProgress?.(taken.length, waiting.length, 'analysed');
  }
  const projects = [...new Set(taken.map((run) => run.project))].sort();
  let strategies = 0;
  let concepts = 0;
  let pruned = 0;
  for (const name of projects) {
    signal?.throwIfAborted();
    onProgress?.(taken.length, waiting.length, `learning from project ${name}`);
    const { attempts, complete } = await attemptsOfProject(ctx, name);
    const told = await extractor.tellStrategies(attempts, signal);
    await settleStrategies(ctx, name, told, { attempts, complete });
    const runs = await ctx.memory.trajectories.list({
      where: { project: name, status: 'active' },
      order: 'newest',
      limit: MOST_CONTRASTED,
    });
    const found = await extractor.extractCodePatterns(runs, signal);
    // Documentation is an extra: a concept that cannot be documented is kept as it is.
    const documented = await Promise.all(found.map((each) => extractor.autoDocument(each).catch(() => each)));
    await settleConcepts(ctx, name, documented, runs.length < MOST_CONTRASTED);
    strategies += told.length;
    concepts += documented.length;
    pruned += await pruneClusters(ctx, attempts);
  }
  const judged = taken.filter(({ success }) => success !== null);
  const remaining = waiting.length - taken.length;
  const result: BatchResult = {
    ran: true,
    reason: `${taken.length} new trajectories${remaining > 0 ? `, ${remaining} left for the next call` : ''}`,
    remaining,
    trajectories_processed: taken.length,
    concepts_extracted: concepts,
    strategies_extracted: strategies,
    error_patterns_extracted: patterns.size,
    experiences_pruned: pruned,
    success_rate: judged.length > 0 ? judged.filter(({ success }) => success).length / judged.length : null,
    notes,
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

/** A run that has grown since it was analysed, or was judged since, is analysed anew. */
const isOutdated = (experience: Experience | undefined, { steps, outcome }: Trajectory): boolean =>
  experience?.analysis.step_attribution.length !== steps.length ||
  experience.analysis.success !== outcome.success;

/** Analyses the runs of a chunk that have not been yet (imported ones). @returns ids of the error patterns touched. */
async function analyseChunk(
  ctx: Context,
  pipeline: LearningPipeline,
  chunk: Trajectory[],
  notes: string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const known = new Map(
    (await ctx.memory.experiences.getMany(chunk.map(({ id }) => experienceId(id)))).map((experience) => [
      experience.trajectory,
      experience,
    ]),
  );
  const fresh: Experience[] = [];
  const errors: { trajectory: Trajectory; abstractable: boolean }[] = [];
  for (const trajectory of chunk) {
    signal?.throwIfAborted();
    let experience = known.get(trajectory.id);
    if (isOutdated(experience, trajectory)) {
      try {
        const [analysis, abstractability] = await Promise.all([
          pipeline.analyzer.analyze(trajectory, signal),
          pipeline.extractor.isAbstractable(trajectory, signal),
        ]);
        experience = experienceOf(ctx, trajectory, analysis, abstractability);
        fresh.push(experience);
      } catch (error) {
        // One run that cannot be analysed keeps no other from being learned from.
        signal?.throwIfAborted();
        ctx.log.error('analysis failed', { trajectory: trajectory.id, error: String(error) });
        notes.push(`${trajectory.id} could not be analysed`);
      }
    }
    errors.push({ trajectory, abstractable: experience?.abstractability.abstractable ?? false });
  }
  await Promise.all([ctx.memory.experiences.put(fresh), noteAttempts(ctx, chunk)]);
  const noted = await noteUses(ctx, chunk);
  notes.push(...noted.notes);
  await creditShown(ctx, [...noted.uses, ...(await rejudgeUses(ctx, chunk))]);
  return (await learnErrors(ctx, errors)).map(({ id }) => id);
}
