/** Training data from runs: what successes did, and what failures show is not to be imitated. */
import type { Trajectory } from '../../types.ts';
import { attributeSimple, keySteps } from '../credit/simple.ts';
import { failuresOf } from '../errors/fixes.ts';

/** SOAR-style examples with their weights (seed 001): errors are negatives, never targets to imitate. */
export interface TrainingData {
  sampling: { input: string; output: string; weight: number }[];
  refinement: { input: string; output: string; weight: number }[];
  error: { input: string; output: string; weight: number }[];
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
