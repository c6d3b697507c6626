/** The analyzer: credit, key steps and the errors met, for one trajectory at a time. */
import type { LearningConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import type { Analysis, Attribution, ErrorPattern, Trajectory } from '../types.ts';
import { attributeSimple, keySteps } from './credit/simple.ts';
import { occurrencesOf, patternOf } from './errors/patterns.ts';
import { refineAttribution } from './llm/attribution.ts';

/** What the pipeline asks of an analyzer; replace it to bring your own. */
export interface TrajectoryAnalyzer {
  analyze(trajectory: Trajectory, signal?: AbortSignal): Promise<Analysis>;
  /** (step, share) pairs that sum to 1; empty without steps. */
  attributeOutcome(trajectory: Trajectory): Promise<Attribution>;
  /** Patterns counted over exactly these trajectories; nothing is read from or written to the memory. */
  extractErrorPatterns(trajectories: Trajectory[]): Promise<ErrorPattern[]>;
}

/** The credit strategy that is really used: what was asked for, else the best that is there. */
export function creditStrategy(config: LearningConfig, llm: Context['llm']): 'simple' | 'llm' {
  if (config.credit_strategy === undefined) return llm ? 'llm' : 'simple';
  return config.credit_strategy === 'llm' && llm ? 'llm' : 'simple';
}

export function createAnalyzer(ctx: Context): TrajectoryAnalyzer {
  const asked = ctx.config.learning.credit_strategy;
  const used = creditStrategy(ctx.config.learning, ctx.llm);

  async function attribute(trajectory: Trajectory, signal?: AbortSignal) {
    const attribution = attributeSimple(trajectory);
    if (used === 'llm' && ctx.llm) return refineAttribution(ctx.llm, trajectory, attribution, signal);
    const note =
      asked && asked !== used
        ? `credit_strategy ${asked} is not available here; simple was used.`
        : undefined;
    return { attribution, method: 'simple' as const, note };
  }

  return {
    async analyze(trajectory, signal) {
      const { attribution, method, note, ...rest } = await attribute(trajectory, signal);
      const reasons = 'reasons' in rest ? rest.reasons : undefined;
      const at = trajectory.at;
      const patterns = occurrencesOf(trajectory, taskKey(trajectory.project, trajectory.task), false, at);
      return {
        success: trajectory.outcome.success,
        key_steps: keySteps(attribution),
        step_attribution: attribution,
        method,
        ...(reasons ? { reasons } : {}),
        error_patterns: [...new Set(patterns.map(({ pattern }) => pattern))],
        ...(note ? { note } : {}),
      };
    },
    async attributeOutcome(trajectory) {
      return (await attribute(trajectory)).attribution;
    },
    async extractErrorPatterns(trajectories) {
      const at = ctx.now().toISOString();
      const occurrences = trajectories.flatMap((trajectory) =>
        occurrencesOf(trajectory, taskKey(trajectory.project, trajectory.task), false, at),
      );
      return [...Map.groupBy(occurrences, ({ pattern }) => pattern).values()].flatMap(
        (same) => patternOf(same, at) ?? [],
      );
    },
  };
}
