/** The runs of a batch, looked at one by one: what they did, which steps mattered, what they wrote, which errors they met. */
import type { Context } from '../context.ts';
import { canonicalJson } from '../learners/content-id.ts';
import { experienceId } from '../memory/memory.ts';
import type { Attempt, Experience, Trajectory } from '../types.ts';
import { attemptOf } from './acts/attempt.ts';
import { attemptsOfProject, type ProjectAttempts } from './attempts.ts';
import { creditShown } from './credit-shown.ts';
import { noteErrors } from './errors/learn.ts';
import { experienceOf } from './experience.ts';
import { keepAnalysis } from './llm/keep-analysis.ts';
import type { LearningPipeline } from './pipeline.ts';
import { noteUses, rejudgeUses } from './uses.ts';
import { noteWritings } from './writings.ts';

/** The attempts of the projects that a batch meets, read once and kept true to the runs that it looks at. */
export interface KnownAttempts {
  /** Newest first; `complete` when these are all of the project. */
  of(project: string): Promise<{ attempts: Attempt[]; complete: boolean }>;
  /** Notes what runs did, where it is not known yet as it is. */
  note(runs: Trajectory[]): Promise<void>;
}

export function knownAttempts(ctx: Context): KnownAttempts {
  const projects = new Map<
    string,
    Promise<Omit<ProjectAttempts, 'attempts'> & { found: Map<string, Attempt> }>
  >();
  const read = (project: string) => {
    const reading =
      projects.get(project) ??
      attemptsOfProject(ctx, project).then(({ attempts, ...rest }) => ({
        ...rest,
        found: new Map(attempts.map((each) => [each.id, each])),
      }));
    projects.set(project, reading);
    return reading;
  };
  return {
    async of(project) {
      const { found, complete } = await read(project);
      return { attempts: [...found.values()], complete };
    },
    async note(runs) {
      const changed: Attempt[] = [];
      for (const run of runs) {
        const { found, made } = await read(run.project);
        if (made.has(run.id)) continue;
        const attempt = attemptOf(run);
        const before = found.get(attempt.id);
        if (before && canonicalJson(before) === canonicalJson(attempt)) continue;
        found.set(attempt.id, attempt);
        changed.push(attempt);
      }
      await ctx.memory.attempts.put(changed);
    },
  };
}

/** A run that has grown since it was analysed, or was judged since, is analysed anew. */
const isOutdated = (experience: Experience | undefined, { steps, outcome }: Trajectory): boolean =>
  experience?.analysis.step_attribution.length !== steps.length ||
  experience.analysis.success !== outcome.success;

export interface Looking {
  /** Where it is said which runs could not be analysed. */
  notes: string[];
  /** True when there is no more time. */
  isOver(): boolean;
  /** Also what was analysed before. */
  anew: boolean;
}

export interface LookedAt {
  /** The runs that there was time for, at least one; the rest of the chunk waits for the next batch. */
  runs: Trajectory[];
  /** Ids of the error patterns to be counted. */
  patterns: Set<string>;
}

/**
 * Looks at chunk after chunk: what was analysed when it was recorded is not analysed again. A run that cannot be
 * analysed is noted and keeps no other from being learned from.
 */
export function createAnalysis(
  ctx: Context,
  { analyzer, extractor }: LearningPipeline,
  attempts: KnownAttempts,
  { notes, isOver, anew }: Looking,
): (chunk: Trajectory[], signal?: AbortSignal) => Promise<LookedAt> {
  const together = extractor.assessing?.(async (project) => (await attempts.of(project)).attempts);
  const assess =
    together ??
    ((runs: Trajectory[], signal?: AbortSignal) =>
      Promise.all(runs.map((run) => extractor.isAbstractable(run, signal).catch(asError))));

  /** As far as the time goes; a run that it did not reach is not among those it gives back. */
  async function experiencesOf(runs: Trajectory[], signal?: AbortSignal) {
    const judged = await assess(runs, signal);
    const found: Experience[] = [];
    const reached = new Set<string>();
    for (const [i, run] of runs.entries()) {
      signal?.throwIfAborted();
      if (i > 0 && isOver()) break;
      reached.add(run.id);
      const abstractability = judged[i];
      try {
        if (abstractability === undefined || abstractability instanceof Error) throw abstractability;
        found.push(experienceOf(ctx, run, await analyzer.analyze(run, signal), abstractability));
      } catch (error) {
        signal?.throwIfAborted();
        ctx.log.error('analysis failed', { trajectory: run.id, error: String(error) });
        notes.push(`${run.id} could not be analysed`);
      }
    }
    return { found, reached };
  }

  return async (chunk, signal) => {
    const [stored] = await Promise.all([
      ctx.memory.experiences.getMany(chunk.map(({ id }) => experienceId(id))),
      attempts.note(chunk),
    ]);
    const known = new Map(stored.map((experience) => [experience.trajectory, experience]));
    const outdated = chunk.filter((run) => anew || isOutdated(known.get(run.id), run));
    const { found, reached } = await experiencesOf(outdated, signal);
    const left = new Set(outdated.filter(({ id }) => !reached.has(id)));
    const runs = chunk.filter((run) => !left.has(run));
    const fresh = found.map((each) => keepAnalysis(each, known.get(each.trajectory)));
    for (const experience of fresh) known.set(experience.trajectory, experience);
    await Promise.all([ctx.memory.experiences.put(fresh), noteWritings(ctx, runs, signal)]);
    const noted = await noteUses(ctx, runs);
    notes.push(...noted.notes);
    await creditShown(ctx, [...noted.uses, ...(await rejudgeUses(ctx, runs))]);
    const isAbstractable = (id: string) => known.get(id)?.abstractability.abstractable ?? false;
    const patterns = await noteErrors(
      ctx,
      runs.map((trajectory) => ({ trajectory, abstractable: isAbstractable(trajectory.id) })),
    );
    return { runs, patterns };
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
