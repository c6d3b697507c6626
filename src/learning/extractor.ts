/** The extractor: is a run worth abstracting, and what strategies and code concepts do many runs share. */
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import { vectorsOf } from '../memory/vectors.ts';
import type { Abstractability, CodeConcept, Strategy, Trajectory } from '../types.ts';
import { assessHeuristic, type Neighbour } from './abstractability.ts';
import { featuresOf } from './acts/features.ts';
import { autoDocument, extractConcepts } from './code/concepts.ts';
import { refineAbstractability } from './llm/abstractability.ts';
import { proposeConcepts } from './llm/concepts.ts';
import { refineStrategy } from './llm/strategy.ts';
import { type Attempted, contrast } from './strategies/contrast.ts';
import { strategiesFromContrast } from './strategies/from-contrast.ts';
import { routeOf } from './strategies/route.ts';

/** What the pipeline asks of an extractor; replace it to bring your own. */
export interface AbstractionExtractor {
  extractCodePatterns(trajectories: Trajectory[], signal?: AbortSignal): Promise<CodeConcept[]>;
  /** Contrast over all of them, and one route for each task that was solved. */
  extractStrategies(trajectories: Trajectory[], signal?: AbortSignal): Promise<Strategy[]>;
  autoDocument(concept: CodeConcept): Promise<CodeConcept>;
  /** Whether a run is worth abstracting, with scores and the reasons in words. */
  isAbstractable(trajectory: Trajectory, signal?: AbortSignal): Promise<Abstractability>;
}

const NEIGHBOURS = 6;
/** Strategies worth a model's time in one batch: the strongest. */
const MOST_REFINED = 10;

export function createExtractor(ctx: Context): AbstractionExtractor {
  const keyOf = (trajectory: Trajectory) => taskKey(trajectory.project, trajectory.task);
  const { llm, log } = ctx;
  const wanted = ctx.config.learning.pattern_extractor ?? (llm ? 'both' : 'text');

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
      const at = ctx.now().toISOString();
      const attempts: Attempted[] = trajectories.map((trajectory) => ({
        trajectory,
        taskKey: keyOf(trajectory),
        features: featuresOf(trajectory),
      }));
      const contrasts = [...Map.groupBy(attempts, ({ trajectory }) => trajectory.project).values()].flatMap(
        (same) => strategiesFromContrast(contrast(same), at),
      );
      const routes = [...Map.groupBy(attempts, (attempt) => attempt.taskKey).values()].flatMap(
        (same) => routeOf(same, at) ?? [],
      );
      if (!llm) return [...contrasts, ...routes];
      const refined: Strategy[] = [];
      for (const strategy of contrasts.slice(0, MOST_REFINED)) {
        const { note, ...better } = await refineStrategy(
          llm,
          strategy,
          materialFor(strategy, trajectories),
          signal,
        );
        if (note) log.warn('LLM strategy fell back', { strategy: strategy.id, note });
        refined.push(better);
      }
      return [...refined, ...contrasts.slice(MOST_REFINED), ...routes];
    },

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

function materialFor(strategy: Strategy, trajectories: Trajectory[]): string[] {
  const from = new Set(strategy.evidence.from.slice(0, 3));
  return trajectories
    .filter(({ id }) => from.has(id))
    .map(({ task, steps }) =>
      [task.description, ...steps.slice(0, 30).map((step) => step.action.slice(0, 200))].join('\n'),
    );
}
