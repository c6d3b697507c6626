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

/**
 * Looks at chunk after chunk: what was analysed when it was recorded is not analysed again. A run that cannot be
 * analysed is noted and keeps no other from being learned from. @returns ids of the error patterns to be counted.
 */
export function createAnalysis(
  ctx: Context,
  { analyzer, extractor }: LearningPipeline,
  attempts: KnownAttempts,
  notes: string[],
): (chunk: Trajectory[], signal?: AbortSignal) => Promise<Set<string>> {
  const together = extractor.assessing?.(async (project) => (await attempts.of(project)).attempts);
  const assess =
    together ??
    ((runs: Trajectory[], signal?: AbortSignal) =>
      Promise.all(runs.map((run) => extractor.isAbstractable(run, signal).catch(asError))));

  async function experiencesOf(runs: Trajectory[], signal?: AbortSignal): Promise<Experience[]> {
    const judged = await assess(runs, signal);
    const found: Experience[] = [];
    for (const [i, run] of runs.entries()) {
      signal?.throwIfAborted();
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
    return found;
  }

  return async (chunk, signal) => {
    const [stored] = await Promise.all([
      ctx.memory.experiences.getMany(chunk.map(({ id }) => experienceId(id))),
      attempts.note(chunk),
    ]);
    const known = new Map(stored.map((experience) => [experience.trajectory, experience]));
    const fresh = await experiencesOf(
      chunk.filter((run) => isOutdated(known.get(run.id), run)),
      signal,
    );
    for (const experience of fresh) known.set(experience.trajectory, experience);
    await Promise.all([ctx.memory.experiences.put(fresh), noteWritings(ctx, chunk, signal)]);
    const noted = await noteUses(ctx, chunk);
    notes.push(...noted.notes);
    await creditShown(ctx, [...noted.uses, ...(await rejudgeUses(ctx, chunk))]);
    const isAbstractable = (id: string) => known.get(id)?.abstractability.abstractable ?? false;
    return noteErrors(
      ctx,
      chunk.map((trajectory) => ({ trajectory, abstractable: isAbstractable(trajectory.id) })),
    );
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
