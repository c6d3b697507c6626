/** The extractor: is a run worth abstracting, and what strategies and code concepts do many runs share. */
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import type { Abstractability, Attempt, CodeConcept, Strategy, Trajectory } from '../types.ts';
import { judge } from './abstractability/judge.ts';
import { knownOf } from './abstractability/known.ts';
import { type AssessMany, type AttemptsOf, assessing } from './abstractability/many.ts';
import { attemptOf } from './acts/attempt.ts';
import { autoDocument, extractConcepts } from './code/concepts.ts';
import { conceptsAmong } from './code/mine.ts';
import { refineConcept } from './llm/concept-words.ts';
import { proposeConcepts } from './llm/concepts.ts';
import { MOST_SOURCES, materialOf, signsOf } from './llm/material.ts';
import { refineStrategy } from './llm/strategy.ts';
import { contrast } from './strategies/contrast.ts';
import { strategiesFromContrast } from './strategies/from-contrast.ts';
import { routesOf } from './strategies/route.ts';
import { writingsAround } from './writings.ts';

/** What the pipeline asks of an extractor; replace it to bring your own. */
export interface AbstractionExtractor {
  extractCodePatterns(trajectories: Trajectory[], signal?: AbortSignal): Promise<CodeConcept[]>;
  /** Contrast over all of them, and one route for each task that was solved. */
  extractStrategies(trajectories: Trajectory[], signal?: AbortSignal): Promise<Strategy[]>;
  /** The same from what is stored of the runs; what a batch asks for. */
  tellStrategies(attempts: Attempt[], signal?: AbortSignal): Promise<Strategy[]>;
  /** Concepts of a project in which something of these runs takes part; what a batch asks for. */
  mineConcepts(project: string, runs: string[], signal?: AbortSignal): Promise<CodeConcept[]>;
  autoDocument(concept: CodeConcept): Promise<CodeConcept>;
  /** Whether a run is worth abstracting, with scores and the reasons in words. */
  isAbstractable(trajectory: Trajectory, signal?: AbortSignal): Promise<Abstractability>;
  /** The same for the many runs of one batch, without a search for each. */
  assessing?(attemptsOf?: AttemptsOf): AssessMany;
}

/** Strategies worth a model's time in one batch: the strongest. */
const MOST_REFINED = 10;
/** Runs that a model may find code concepts in: the newest. */
const MOST_SHOWN = 200;

export function createExtractor(ctx: Context): AbstractionExtractor {
  const keyOf = (trajectory: Trajectory) => taskKey(trajectory.project, trajectory.task);
  const { llm, log } = ctx;
  const wanted = ctx.config.learning.pattern_extractor ?? (llm ? 'both' : 'text');

  async function tell(
    attempts: Attempt[],
    sources: (ids: string[]) => Promise<Trajectory[]>,
    signal?: AbortSignal,
  ): Promise<Strategy[]> {
    const at = ctx.now().toISOString();
    const contrasts = [...Map.groupBy(attempts, ({ project }) => project).values()].flatMap((same) =>
      strategiesFromContrast(contrast(same), at),
    );
    const routes = routesOf(attempts, at);
    if (!llm) return [...contrasts, ...routes];
    const refined: Strategy[] = [];
    for (const strategy of contrasts.slice(0, MOST_REFINED)) {
      const runs = await sources(strategy.evidence.from.slice(0, MOST_SOURCES));
      const { note, ...better } = await refineStrategy(
        llm,
        strategy,
        materialOf(runs),
        signal,
        signsOf(runs),
      );
      if (note) log.warn('LLM strategy fell back', { strategy: strategy.id, note });
      refined.push(better);
    }
    return [...refined, ...contrasts.slice(MOST_REFINED), ...routes];
  }

  async function withProposed(runs: Trajectory[], text: CodeConcept[], signal?: AbortSignal) {
    if (wanted === 'text' || !llm) return text;
    const proposed = await proposeConcepts(llm, runs, keyOf, ctx.now().toISOString(), signal);
    if (proposed.note) log.warn('LLM concepts fell back', { note: proposed.note });
    return [...new Map([...proposed.concepts, ...text].map((concept) => [concept.id, concept])).values()];
  }

  return {
    async extractCodePatterns(trajectories, signal) {
      const at = ctx.now().toISOString();
      // Without a model `llm` falls back to the text extractor: a batch never fails for want of one.
      const text = wanted !== 'llm' || !llm ? await extractConcepts(trajectories, keyOf, at, signal) : [];
      return withProposed(trajectories, text, signal);
    },

    async mineConcepts(project, runs, signal) {
      const { writings, about } = await writingsAround(ctx, project, runs);
      const text = wanted !== 'llm' || !llm ? conceptsAmong(writings, ctx.now().toISOString(), about) : [];
      if (wanted === 'text' || !llm || about.size === 0) return text;
      const { trajectories } = ctx.memory;
      const shown = await trajectories.list({
        where: { project, status: 'active' },
        order: 'newest',
        limit: MOST_SHOWN,
      });
      return withProposed(shown, text, signal);
    },

    async extractStrategies(trajectories, signal) {
      const given = new Map(trajectories.map((each) => [each.id, each]));
      return tell(
        trajectories.map(attemptOf),
        async (ids) => ids.flatMap((id) => given.get(id) ?? []),
        signal,
      );
    },

    tellStrategies: (attempts, signal) =>
      tell(attempts, (ids) => ctx.memory.trajectories.getMany(ids), signal),

    async autoDocument(concept) {
      const plain = autoDocument(concept);
      if (wanted === 'text' || !llm || concept.method === 'llm') return plain;
      const runs = await ctx.memory.trajectories.getMany(concept.derived_from.slice(0, MOST_SOURCES));
      const { note, ...better } = await refineConcept(
        llm,
        plain,
        runs.map(({ task }) => task.description),
      );
      if (note) log.warn('LLM documentation fell back', { concept: concept.id, note });
      return better;
    },

    isAbstractable: async (trajectory, signal) =>
      judge(ctx, trajectory, await knownOf(ctx, trajectory), signal),

    assessing: (attemptsOf) => assessing(ctx, attemptsOf),
  };
}
