/** The extractor: is a run worth abstracting, and what strategies and code concepts do many runs share. */
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import { vectorsOf } from '../memory/vectors.ts';
import type { Abstractability, Attempt, CodeConcept, Strategy, Trajectory } from '../types.ts';
import { assessHeuristic, type Neighbour } from './abstractability.ts';
import { attemptOf } from './acts/attempt.ts';
import { autoDocument, extractConcepts } from './code/concepts.ts';
import { refineAbstractability } from './llm/abstractability.ts';
import { proposeConcepts } from './llm/concepts.ts';
import { refineStrategy } from './llm/strategy.ts';
import { contrast } from './strategies/contrast.ts';
import { strategiesFromContrast } from './strategies/from-contrast.ts';
import { routeOf } from './strategies/route.ts';

/** What the pipeline asks of an extractor; replace it to bring your own. */
export interface AbstractionExtractor {
  extractCodePatterns(trajectories: Trajectory[], signal?: AbortSignal): Promise<CodeConcept[]>;
  /** Contrast over all of them, and one route for each task that was solved. */
  extractStrategies(trajectories: Trajectory[], signal?: AbortSignal): Promise<Strategy[]>;
  /** The same from what is stored of the runs; what a batch asks for. */
  tellStrategies(attempts: Attempt[], signal?: AbortSignal): Promise<Strategy[]>;
  autoDocument(concept: CodeConcept): Promise<CodeConcept>;
  /** Whether a run is worth abstracting, with scores and the reasons in words. */
  isAbstractable(trajectory: Trajectory, signal?: AbortSignal): Promise<Abstractability>;
}

const NEIGHBOURS = 6;
/** Strategies worth a model's time in one batch: the strongest. */
const MOST_REFINED = 10;
/** Runs of a strategy that a model is shown. */
const MOST_SOURCES = 3;

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
    const routes = [...Map.groupBy(attempts, ({ task_key }) => task_key).values()].flatMap(
      (same) => routeOf(same, at) ?? [],
    );
    if (!llm) return [...contrasts, ...routes];
    const refined: Strategy[] = [];
    for (const strategy of contrasts.slice(0, MOST_REFINED)) {
      const material = materialFrom(await sources(strategy.evidence.from.slice(0, MOST_SOURCES)));
      const { note, ...better } = await refineStrategy(llm, strategy, material, signal);
      if (note) log.warn('LLM strategy fell back', { strategy: strategy.id, note });
      refined.push(better);
    }
    return [...refined, ...contrasts.slice(MOST_REFINED), ...routes];
  }

  return {
    async extractCodePatterns(trajectories, signal) {
      const at = ctx.now().toISOString();
      // Without a model `llm` falls back to the text extractor: a batch never fails for want of one.
      const text = wanted !== 'llm' || !llm ? await extractConcepts(trajectories, keyOf, at, signal) : [];
      if (wanted === 'text' || !llm) return text;
      const proposed = await proposeConcepts(llm, trajectories, keyOf, at, signal);
      if (proposed.note) log.warn('LLM concepts fell back', { note: proposed.note });
      return [...new Map([...proposed.concepts, ...text].map((concept) => [concept.id, concept])).values()];
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

    autoDocument: async (concept) => autoDocument(concept),

    async isAbstractable(trajectory, signal) {
      const neighbours = await neighboursOf(ctx, trajectory);
      const heuristic = assessHeuristic(trajectory, neighbours);
      if (!llm || trajectory.steps.length === 0) return heuristic;
      const shown = neighbours.map((near) => ({
        task: near.trajectory.task.description,
        similarity: near.similarity,
      }));
      const { note, ...assessed } = await refineAbstractability(llm, trajectory, heuristic, shown, signal);
      return note ? { ...assessed, reasoning: `${assessed.reasoning} (${note})` } : assessed;
    },
  };
}

async function neighboursOf(ctx: Context, trajectory: Trajectory): Promise<Neighbour[]> {
  const [vector] = await vectorsOf(ctx.embedder, [trajectory.task.description]);
  if (!vector) return [];
  const hits = await ctx.memory.trajectories.nearest(vector, NEIGHBOURS, { status: 'active' });
  return hits
    .filter(({ record }) => record.id !== trajectory.id && record.session !== (trajectory.session ?? ''))
    .map(({ record, score }) => ({ trajectory: record, similarity: Math.max(0, score) }));
}

const materialFrom = (runs: Trajectory[]): string[] =>
  runs.map(({ task, steps }) =>
    [task.description, ...steps.slice(0, 30).map((step) => step.action.slice(0, 200))].join('\n'),
  );
