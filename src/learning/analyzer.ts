/** The analyzer: credit, key steps and the errors met, for one trajectory at a time. */
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import type { Analysis, Attribution, ErrorPattern, Trajectory } from '../types.ts';
import { keySteps } from './credit/simple.ts';
import { CREDIT_STRATEGIES, creditName } from './credit/strategy.ts';
import { occurrencesOf, patternOf, patternsMet } from './errors/patterns.ts';

/** What the pipeline asks of an analyzer; replace it to bring your own. */
export interface TrajectoryAnalyzer {
  analyze(trajectory: Trajectory, signal?: AbortSignal): Promise<Analysis>;
  /** (step, share) pairs that sum to 1; empty without steps. */
  attributeOutcome(trajectory: Trajectory): Promise<Attribution>;
  /** Patterns counted over exactly these trajectories; nothing is read from or written to the memory. */
  extractErrorPatterns(trajectories: Trajectory[]): Promise<ErrorPattern[]>;
}

export function createAnalyzer(ctx: Context): TrajectoryAnalyzer {
  const creditOf = CREDIT_STRATEGIES[creditName(ctx)];

  return {
    async analyze(trajectory, signal) {
      const { attribution, method, note, reasons } = await creditOf(trajectory, ctx, signal);
      return {
        success: trajectory.outcome.success,
        key_steps: keySteps(attribution),
        step_attribution: attribution,
        method,
        ...(reasons ? { reasons } : {}),
        error_patterns: patternsMet(trajectory),
        ...(note ? { note } : {}),
      };
    },
    async attributeOutcome(trajectory) {
      return (await creditOf(trajectory, ctx)).attribution;
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
