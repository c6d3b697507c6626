/** What can be reflected upon: for each kind, what it is about and what an answer changes. */
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { contentId } from '../../learners/content-id.ts';
import { experienceId, revisionOf, taskKey } from '../../memory/memory.ts';
import type { Attempt, CodeConcept, Experience, Strategy, Trajectory } from '../../types.ts';
import { createAnalyzer } from '../analyzer.ts';
import { attemptsOfProject, attemptsOfRuns } from '../attempts.ts';
import { experienceOf } from '../experience.ts';
import { createExtractor } from '../extractor.ts';
import { guardConcept, guardStrategy } from '../guard.ts';
import { refineConcept } from '../llm/concept-words.ts';
import { keepAnalysis } from '../llm/keep-analysis.ts';
import { MOST_SOURCES, materialOf, signsOf } from '../llm/material.ts';
import { refineStrategy } from '../llm/strategy.ts';

export const KINDS = ['credit', 'abstractability', 'strategy', 'concept'] as const;
export type Kind = (typeof KINDS)[number];

/** Stands on everything that came this way. */
const BY_AGENT = 'told by the calling agent';

/** What an answer leads to. `failure`: why it does not hold. Nothing is written before `write()`. */
export interface Outcome {
  record_id: string;
  failure: string | undefined;
  /** What was left out of the answer, or changed in it. */
  note: string | undefined;
  write(): Promise<boolean>;
}

export interface Subject {
  id: string;
  /** Changes when what is reflected upon does, not when it is reflected upon. */
  version: string;
  /** The question and its checks, with whatever model is in the context. */
  work(ctx: Context): Promise<Outcome>;
}

/**
 * Finds what a reflection is about; undefined when it is gone, or nothing can be told of it.
 * @throws KnowhowError `nothing_to_reflect` for a run that was undone.
 */
export const subjectOf = (ctx: Context, kind: Kind, id: string): Promise<Subject | undefined> =>
  ({ credit: runSubject, abstractability: runSubject, strategy: strategySubject, concept: conceptSubject })[
    kind
  ](ctx, id, kind);

async function runSubject(ctx: Context, id: string, kind: Kind): Promise<Subject | undefined> {
  const [run] = await activeRuns(ctx, [id]);
  if (!run) return gone(ctx, id);
  const work = kind === 'credit' ? creditOf : abstractabilityOf;
  return { id, version: revisionOf(run), work: (asking) => work(ctx, asking, run) };
}

/** Those of these runs that anything is learned from, in their order: not what was undone. */
async function activeRuns({ memory }: Context, runs: string[]): Promise<Trajectory[]> {
  if (runs.length === 0) return [];
  const active = new Set(await memory.trajectories.ids({ where: { id: runs, status: 'active' } }));
  return memory.trajectories.getMany(runs.filter((run) => active.has(run)));
}

async function gone({ memory }: Context, run: string): Promise<undefined> {
  if (await memory.trajectories.get(run))
    throw callerError(
      'nothing_to_reflect',
      'This run was undone: nothing is learned from it.',
      'Wake it with `knowhow undo --redo`, or name another run.',
    );
}

async function creditOf(ctx: Context, asking: Context, run: Trajectory): Promise<Outcome> {
  const { config } = asking;
  const learning = { ...config.learning, credit_strategy: 'llm' as const };
  const analyzer = createAnalyzer({ ...asking, config: { ...config, learning } });
  const { note, ...analysis } = await analyzer.analyze(run);
  const isTheirs = analysis.method === 'llm';
  return {
    record_id: experienceId(run.id),
    failure: isTheirs ? undefined : (note ?? 'it names no step'),
    note: isTheirs ? note : undefined,
    async write() {
      const said = [BY_AGENT, ...(note ? [note] : [])].join('; ');
      const past = await ctx.memory.experiences.get(experienceId(run.id));
      const abstractability = past?.abstractability ?? (await heuristicsOf(ctx, run)).abstractability;
      return putExperience(ctx, experienceOf(ctx, run, { ...analysis, note: said }, abstractability), past);
    },
  };
}

async function abstractabilityOf(ctx: Context, asking: Context, run: Trajectory): Promise<Outcome> {
  const judged = await createExtractor(asking).isAbstractable(run);
  return {
    record_id: experienceId(run.id),
    failure: judged.method === 'llm' ? undefined : 'nothing can be judged of a run without steps',
    note: undefined,
    async write() {
      const past = await ctx.memory.experiences.get(experienceId(run.id));
      const analysis = past?.analysis ?? (await heuristicsOf(ctx, run)).analysis;
      const abstractability = { ...judged, reasoning: `${judged.reasoning} (${BY_AGENT})` };
      return putExperience(ctx, experienceOf(ctx, run, analysis, abstractability), past);
    },
  };
}

/** What rules say of a run that no batch has come to yet. */
async function heuristicsOf(ctx: Context, run: Trajectory) {
  const alone = { ...ctx, llm: undefined };
  const [analysis, abstractability] = await Promise.all([
    createAnalyzer(alone).analyze(run),
    createExtractor(alone).isAbstractable(run),
  ]);
  return { analysis, abstractability };
}

async function putExperience(ctx: Context, next: Experience, past: Experience | undefined): Promise<boolean> {
  const whole = keepAnalysis(next, past);
  if (past && isSame(whole, past)) return false;
  await ctx.memory.experiences.put([whole]);
  return true;
}

/** By the id of a strategy, or of a run: then it is the way in which the run's task was solved. */
async function strategySubject(ctx: Context, id: string): Promise<Subject | undefined> {
  const found = id.startsWith('strat_') ? await ctx.memory.strategies.get(id) : await routeOfRun(ctx, id);
  if (!found || found.merged_into || found.status === 'archived') return undefined;
  // Told in an agent's words before: the rules' words are what an answer is held against, not those.
  const told = found.method === 'llm' ? ((await toldAnew(ctx, found)) ?? found) : found;
  return {
    id,
    version: contentId('v', [found.id, [...found.evidence.from].sort()]),
    async work(asking) {
      const runs = await activeRuns(ctx, told.evidence.from.slice(0, MOST_SOURCES));
      const llm = asking.llm;
      const { note, ...worded } = llm
        ? await refineStrategy(llm, told, materialOf(runs), undefined, signsOf(runs))
        : { ...told, note: undefined };
      const guarded = guardStrategy(worded);
      const isTheirs = worded.method === 'llm' && guarded !== undefined;
      return {
        record_id: found.id,
        failure: isTheirs ? undefined : (note ?? 'it gives a model orders'),
        note: undefined,
        async write() {
          if (!guarded) return false;
          const { situation, suggestion, pitfalls, method } = guarded;
          const isActive = found.status === 'active';
          const next: Strategy = {
            ...found,
            situation,
            suggestion,
            pitfalls,
            method,
            trust: Math.min(found.trust, guarded.trust),
            // New words are never active by themselves: the next batch weighs the evidence anew.
            status: isActive ? 'candidate' : found.status,
            status_why: `${BY_AGENT}; a batch weighs it`,
          };
          const stored = await ctx.memory.strategies.get(found.id);
          if (stored && isSame(withoutStanding(next), withoutStanding(stored))) return false;
          await ctx.memory.strategies.put([{ ...next, at: ctx.now().toISOString() }]);
          return true;
        },
      };
    },
  };
}

/** The route of the run's task: as it is stored, else as rules tell it from all attempts at it. */
async function routeOfRun(ctx: Context, run: string): Promise<Strategy | undefined> {
  const [trajectory] = await activeRuns(ctx, [run]);
  if (!trajectory) return gone(ctx, run);
  const told = await tellAlone(ctx, await attemptsAt(ctx, taskKey(trajectory.project, trajectory.task)));
  const route = told.find(({ kind }) => kind === 'route');
  if (!route) return undefined;
  const stored = await ctx.memory.strategies.get(route.id);
  const leader = stored?.merged_into ? await ctx.memory.strategies.get(stored.merged_into) : undefined;
  return leader ?? stored ?? { ...route, status: 'candidate' };
}

/** A strategy in the words of the rules: a route from the attempts at its task, a contrast from all of its project. */
async function toldAnew(
  ctx: Context,
  { id, project, kind, evidence }: Strategy,
): Promise<Strategy | undefined> {
  const [one] = await attemptsOfRuns(ctx, evidence.from.slice(0, 1));
  const attempts =
    kind === 'route' && one
      ? await attemptsAt(ctx, one.task_key)
      : (await attemptsOfProject(ctx, project)).attempts;
  return (await tellAlone(ctx, attempts)).find((each) => each.id === id);
}

const MOST_ATTEMPTS = 60;
/** The newest attempts at a task that count: not those of runs that were undone. */
async function attemptsAt(ctx: Context, task_key: string): Promise<Attempt[]> {
  const where = { task_key, status: 'active' };
  const runs = await ctx.memory.trajectories.ids({ where, order: 'newest', limit: MOST_ATTEMPTS });
  return attemptsOfRuns(ctx, runs);
}
const tellAlone = (ctx: Context, attempts: Attempt[]): Promise<Strategy[]> =>
  createExtractor({ ...ctx, llm: undefined }).tellStrategies(attempts);

async function conceptSubject(ctx: Context, id: string): Promise<Subject | undefined> {
  const concept = await ctx.memory.concepts.get(id);
  if (!concept) return undefined;
  return {
    id,
    version: contentId('v', [id, concept.code]),
    async work(asking) {
      const runs = await activeRuns(ctx, concept.derived_from.slice(0, MOST_SOURCES));
      const tasks = runs.map(({ task }) => task.description);
      const llm = asking.llm;
      const { note, ...worded } = llm
        ? await refineConcept(llm, concept, tasks)
        : { ...concept, note: undefined };
      const guarded = guardConcept(worded);
      return {
        record_id: id,
        failure: note ?? (guarded ? undefined : 'it gives a model orders'),
        note: undefined,
        async write() {
          if (!guarded || isSame(guarded, concept)) return false;
          await ctx.memory.concepts.put([guarded satisfies CodeConcept]);
          return true;
        },
      };
    },
  };
}

const withoutStanding = ({ status: _, status_since: __, status_why: ___, ...rest }: Strategy) => rest;

/** The same but for when it was written. */
const isSame = (a: { at: string }, b: { at: string }): boolean =>
  contentId('x', [{ ...a, at: '' }]) === contentId('x', [{ ...b, at: '' }]);
