/**
 * Hindsight: which runs no batch has learned from yet, whether a batch is due, and training data from runs. Pending
 * work is a question to the store, so nothing is lost with a process.
 */
import type { LearningConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { PENDING, revisionOf } from '../memory/memory.ts';
import type { BatchState, Trajectory } from '../types.ts';
import { attributeSimple, keySteps } from './credit/simple.ts';
import { failuresOf } from './errors/fixes.ts';

/** SOAR-style examples with their weights (seed 001): errors are negatives, never targets to imitate. */
export interface TrainingData {
  sampling: { input: string; output: string; weight: number }[];
  refinement: { input: string; output: string; weight: number }[];
  error: { input: string; output: string; weight: number }[];
}

export interface HindsightLearner {
  /** Makes a run wait for the next batch. Recording does so by itself. */
  accumulate(trajectory: Trajectory): Promise<void>;
  accumulatedCount(project?: string): Promise<number>;
  /** The oldest waiting runs. */
  getAccumulated(limit?: number, project?: string): Promise<Trajectory[]>;
  /** Takes exactly these versions off the waiting list; what was recorded meanwhile, or grew, stays on it. */
  clearAccumulated(trajectories: Trajectory[], batch: string): Promise<void>;
  shouldRunBatch(minTrajectories?: number, project?: string): Promise<BatchState>;
  prepareTrainingData(trajectories: Trajectory[]): TrainingData;
  /** Always false: only the memory learns here; fine-tuning is a job of its own. */
  shouldFinetune(): boolean;
}

const HOUR_MS = 3_600_000;
/** A bad streak can hold a batch back only until this many times the minimum has gathered. */
const ESCAPE = 4;

export function createHindsight(ctx: Context): HindsightLearner {
  const { trajectories, batches } = ctx.memory;
  const waiting = (project?: string) => ({ batch: PENDING, project });
  const config: LearningConfig = ctx.config.learning;

  return {
    async accumulate(trajectory) {
      if (await trajectories.get(trajectory.id))
        await trajectories.mark({ id: trajectory.id }, { batch: PENDING });
      else await trajectories.put([trajectory]);
    },
    accumulatedCount: (project) => trajectories.count(waiting(project)),
    getAccumulated: (limit, project) =>
      trajectories.list({ where: waiting(project), order: 'oldest', limit }),
    async clearAccumulated(taken, batch) {
      for (let i = 0; i < taken.length; i += 500) {
        await trajectories.mark({ revision: taken.slice(i, i + 500).map(revisionOf) }, { batch });
      }
    },
    async shouldRunBatch(minTrajectories, project) {
      const least = minTrajectories ?? config.min_trajectories;
      const pending = await trajectories.count(waiting(project));
      const blockers: string[] = [];
      if (pending === 0) blockers.push('no new trajectories');
      else if (pending < least) blockers.push(`${pending} new trajectories, a batch needs ${least}`);
      if (config.min_hours_since_last !== null) {
        const [last] = await batches.list({ order: 'newest', limit: 1 });
        const hours = last ? (ctx.now().getTime() - Date.parse(last.at)) / HOUR_MS : Number.POSITIVE_INFINITY;
        if (hours < config.min_hours_since_last) {
          blockers.push(
            `the last batch was ${hours.toFixed(1)} h ago, the gap is ${config.min_hours_since_last} h`,
          );
        }
      }
      if (config.min_success_rate !== null && pending > 0 && pending < ESCAPE * Math.max(least, 1)) {
        const [worked, failed] = await Promise.all(
          ['true', 'false'].map((success) => trajectories.count({ ...waiting(project), success })),
        );
        const judged = (worked ?? 0) + (failed ?? 0);
        const rate = judged > 0 ? (worked ?? 0) / judged : 0;
        if (rate < config.min_success_rate) {
          blockers.push(
            `${Math.round(rate * 100)} % of the new runs succeeded, below ${Math.round(config.min_success_rate * 100)} %; it runs anyway at ${ESCAPE * Math.max(least, 1)}`,
          );
        }
      }
      const reasons =
        blockers.length > 0 ? blockers : [`${pending} new trajectories, a batch needs ${least}`];
      return { pending, due: blockers.length === 0, reasons };
    },
    prepareTrainingData,
    shouldFinetune: () => false,
  };
}

/** Sampling 2.0 and refinement 1.5 from successes, error 1.0 from failures (weights of seed 001). */
export function prepareTrainingData(trajectories: Trajectory[]): TrainingData {
  const data: TrainingData = { sampling: [], refinement: [], error: [] };
  for (const { task, steps, outcome } of trajectories) {
    if (steps.length === 0 || outcome.success === null) continue;
    const input = task.domain ? `${task.description}\n\nDomain: ${task.domain}` : task.description;
    const failures = failuresOf(steps);
    const before = (end: number) => steps.slice(0, end).map(({ action }) => action);
    if (outcome.success) {
      data.sampling.push({ input, output: before(steps.length).join('\n'), weight: 2.0 });
      for (const key of keySteps(attributeSimple({ steps, outcome }))) {
        const step = steps[key];
        if (step)
          data.refinement.push({
            input: [input, ...before(key)].join('\n'),
            output: step.action,
            weight: 1.5,
          });
      }
      continue;
    }
    for (const [i, failure] of failures.entries()) {
      const step = steps[i];
      if (failure && step)
        data.error.push({ input: [input, ...before(i)].join('\n'), output: step.action, weight: 1.0 });
    }
  }
  return data;
}
