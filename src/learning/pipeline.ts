/**
 * The pipeline (seeds 000 and 001). One run: store, analyse, judge abstractability, extract, wait for a batch. A
 * failing stage is noted and never loses the run.
 */
import type { Context } from '../context.ts';
import { contentId } from '../learners/content-id.ts';
import { experienceId } from '../memory/memory.ts';
import type {
  Abstractability,
  Analysis,
  Attempt,
  BatchResult,
  BatchState,
  Strategy,
  Trajectory,
} from '../types.ts';
import { attemptOf } from './acts/attempt.ts';
import { createAnalyzer, type TrajectoryAnalyzer } from './analyzer.ts';
import { attemptsOfRuns } from './attempts.ts';
import { type BatchOptions, runBatch } from './batch.ts';
import { creditShown } from './credit-shown.ts';
import { learnErrorsNow } from './errors/learn.ts';
import { experienceOf } from './experience.ts';
import { type AbstractionExtractor, createExtractor } from './extractor.ts';
import { createHindsight, type HindsightLearner } from './hindsight/learner.ts';
import { openLlmRun, rulesOnly } from './llm/batch-llm.ts';
import { keepAnalysis } from './llm/keep-analysis.ts';
import { keepWording } from './llm/strategy.ts';
import { witnessesOf } from './strategies/evidence.ts';
import { absorb } from './strategies/merge.ts';
import { posterior } from './strategies/posterior.ts';
import { routeOf } from './strategies/route.ts';
import { retold } from './strategies/settle.ts';
import { moved } from './strategies/standing.ts';
import { noteUses } from './uses.ts';

export interface ProcessResult {
  trajectory_id: string;
  stored: boolean;
  analysis: Analysis | null;
  abstractability: Abstractability | null;
  abstractable: boolean;
  strategies_extracted: number;
  /** Stages that failed, in words; the run is stored all the same. */
  notes: string[];
}

export interface LearningPipeline {
  analyzer: TrajectoryAnalyzer;
  extractor: AbstractionExtractor;
  hindsight: HindsightLearner;
  /** Stores the run if it is not stored yet, and learns from it. */
  processTrajectory(trajectory: Trajectory, signal?: AbortSignal): Promise<ProcessResult>;
  /** Learns from a run that is stored. */
  learnFrom(trajectory: Trajectory, signal?: AbortSignal): Promise<ProcessResult>;
  shouldRunBatch(): Promise<BatchState>;
  runBatchLearning(options?: BatchOptions): Promise<BatchResult>;
  accumulatedCount(): Promise<number>;
}

export interface PipelineParts {
  analyzer?: TrajectoryAnalyzer;
  extractor?: AbstractionExtractor;
  hindsight?: HindsightLearner;
}

const pipelineParts = (ctx: Context, parts: PipelineParts) => ({
  analyzer: parts.analyzer ?? createAnalyzer(ctx),
  extractor: parts.extractor ?? createExtractor(ctx),
});

/** The id that a route has, known before its attempts are read: both are then asked for at once. */
const routeId = (project: string, key: string): string => contentId('strat', [project, 'route', key]);

/** Attempts at one task that are looked at when its route is told anew. */
const MOST_ATTEMPTS = 60;

export function createPipeline(ctx: Context, parts: PipelineParts = {}): LearningPipeline {
  const { analyzer, extractor } = pipelineParts(ctx, parts);
  const hindsight = parts.hindsight ?? createHindsight(ctx);
  const pipeline: LearningPipeline = {
    analyzer,
    extractor,
    hindsight,
    async processTrajectory(trajectory, signal) {
      const stored = await ctx.memory.trajectories.get(trajectory.id);
      if (!stored) await ctx.memory.trajectories.put([trajectory]);
      return pipeline.learnFrom(trajectory, signal);
    },
    async learnFrom(trajectory, signal) {
      const notes: string[] = [];
      const stage = async <T>(name: string, work: () => Promise<T>): Promise<T | null> => {
        try {
          return await work();
        } catch (error) {
          signal?.throwIfAborted();
          ctx.log.error(`${name} failed`, { trajectory: trajectory.id, error: String(error) });
          notes.push(`${name} failed; the run is stored and a batch will come back to it.`);
          return null;
        }
      };
      const attempt = attemptOf(trajectory);
      // What a model is asked about one run is charged to a budget of that run's own.
      const asking = pipelineParts(openLlmRun(ctx, 'run').ctx, parts);
      const [analysis, abstractability, noted, past] = await Promise.all([
        stage('analysis', () => asking.analyzer.analyze(trajectory, signal)),
        stage('abstractability', () => asking.extractor.isAbstractable(trajectory, signal)),
        stage('uses', () => noteUses(ctx, [trajectory])),
        stage('earlier analysis', () => ctx.memory.experiences.getMany([experienceId(trajectory.id)])),
      ]);
      const abstractable = abstractability?.abstractable ?? false;
      const found = {
        trajectory_id: trajectory.id,
        stored: true,
        analysis,
        abstractability,
        abstractable,
        strategies_extracted: 0,
      };
      // A model may have taken minutes: what was forgotten or undone meanwhile, or before, teaches nothing.
      const standing = await standingOf(ctx, trajectory.id);
      if (standing !== 'active')
        return { ...found, stored: standing !== 'gone', notes: [...notes, REFUSED[standing]] };
      const [strategies] = await Promise.all([
        stage('strategy', () =>
          abstractable && trajectory.outcome.success
            ? candidateFor(ctx, trajectory, attempt)
            : Promise.resolve([]),
        ),
        stage('attempt', () => ctx.memory.attempts.put([attempt])),
        stage('error patterns', () => learnErrorsNow(ctx, { trajectory, abstractable })),
        stage('experience', async () => {
          if (!analysis || !abstractability) return;
          const fresh = experienceOf(ctx, trajectory, analysis, abstractability);
          await ctx.memory.experiences.put([keepAnalysis(fresh, past?.[0])]);
        }),
      ]);
      // After its own strategy is written: that may be the one it was shown.
      if (noted) {
        await stage('credit to what was shown', () => creditShown(ctx, noted.uses));
        notes.push(...noted.notes);
      }
      return { ...found, strategies_extracted: strategies?.length ?? 0, notes };
    },
    shouldRunBatch: () => hindsight.shouldRunBatch(),
    runBatchLearning(options = {}) {
      // Rules look at every run; a model has its say about the most telling ones, and what is told from all.
      const run = openLlmRun(ctx, 'batch');
      const rules = { ...pipeline, ...pipelineParts(rulesOnly(ctx), parts) };
      return runBatch(ctx, rules, options, { run, ...pipelineParts(run.ctx, parts) });
    },
    accumulatedCount: () => hindsight.accumulatedCount(),
  };
  return pipeline;
}

const REFUSED = {
  gone: 'The run was forgotten while it was looked at: nothing was learned from it.',
  resting: 'The run is stored as undone or archived: nothing was learned from it.',
};

async function standingOf(ctx: Context, id: string): Promise<'active' | keyof typeof REFUSED> {
  const status = (await ctx.memory.trajectories.cells('status', { where: { id } })).get(id);
  if (status === undefined) return 'gone';
  return status === 'active' ? 'active' : 'resting';
}

/** The route of the run's task, told anew from all attempts at it: a candidate until a second run confirms it. */
async function candidateFor(ctx: Context, trajectory: Trajectory, attempt: Attempt): Promise<Strategy[]> {
  const key = attempt.task_key;
  const where = { task_key: key, status: 'active' };
  const [runs, past] = await Promise.all([
    ctx.memory.trajectories.ids({ where, order: 'newest', limit: MOST_ATTEMPTS }),
    ctx.memory.strategies.get(routeId(trajectory.project, key)),
  ]);
  const others = runs.filter((id) => id !== trajectory.id);
  const attempts = [attempt, ...(await attemptsOfRuns(ctx, others))];
  const told = routeOf(attempts, ctx.now().toISOString());
  if (!told) return [];
  const there = new Set(attempts.map((each) => each.trajectory));
  const route = keepWording(told, past, (run) => there.has(run));
  const witnesses = witnessesOf(attempts);
  const anew = retold({ ...route, abstractable: true }, past, witnesses);
  // It may keep the evidence of others that say the same; their runs are not at hand, so its stored self stands for them.
  const whole = absorb(anew, past?.merged_from ? [past] : [], witnesses);
  const { used, withheld, base } = past?.evidence ?? {};
  const shown = { ...(used ? { used } : {}), ...(withheld ? { withheld } : {}), ...(base ? { base } : {}) };
  const counted = { ...whole, evidence: { ...whole.evidence, ...shown } };
  const strategy = moved({ ...counted, win_rate: posterior(counted) }, { now: ctx.now() });
  await ctx.memory.strategies.put([strategy]);
  return [strategy];
}
