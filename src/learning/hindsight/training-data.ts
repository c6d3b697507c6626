/**
 * Training data from runs: what successes did, what failures show is not to be imitated, and what failures reached all the
 * same. Weights of seed 001. Nothing unverified is called a success: each example says who judged it.
 */
import type { Trajectory, VerdictSource } from '../../types.ts';
import { examplesOf, type LeftOut } from './examples.ts';
import type { Reached } from './reached.ts';

/** What every example carries. */
interface Example {
  /** The run it is from. */
  trajectory: string;
  input: string;
  weight: number;
  /** True when a test, an exit code, a person or a judge said how the run ended; false for the agent's own claim. */
  verified: boolean;
  /** Who judged. */
  source: VerdictSource;
  /** Score of the run, 0..1, where it has one. */
  score?: number;
}

/** A task, and all that was done about it that did not fail. */
export interface SamplingExample extends Example {
  output: string;
}

/** A task and what was done so far, and the step that mattered next; 0-based. */
export interface RefinementExample extends Example {
  output: string;
  step: number;
}

/** A negative: what was done where it failed. It has no output, so that nothing can train towards it. */
export interface ErrorExample extends Example {
  rejected: string;
  /** What came of it, where that is known. */
  error?: string;
  step: number;
  /** It ran a test or a check: what failed is the work before it, and running it was no mistake. */
  check?: true;
}

/** A failure told anew: the goal that it did reach, and the way there. `verified` only where a verifier confirmed it. */
export interface RelabelledExample extends Example {
  output: string;
  step: number;
  /** How the goal is known to be reached. */
  by: Reached['by'];
}

export interface TrainingData {
  sampling: SamplingExample[];
  refinement: RefinementExample[];
  error: ErrorExample[];
  relabelled: RelabelledExample[];
  /** How many runs or examples are missing, and why. */
  left_out: Partial<Record<LeftOut, number>>;
}

export interface TrainingOptions {
  /** Runs the check of a sub-goal again, or knows otherwise. True makes the example verified. */
  confirm?: (reached: Reached, trajectory: Trajectory) => Promise<boolean>;
  /** Key steps that are stored with a run's analysis; without them simple credit says which they are. */
  keyStepsOf?: (trajectory: Trajectory) => number[] | undefined;
}

/** Examples in the order of the runs, and of the steps in each. */
export async function trainingDataOf(
  trajectories: Trajectory[],
  options: TrainingOptions = {},
): Promise<TrainingData> {
  const data: TrainingData = { sampling: [], refinement: [], error: [], relabelled: [], left_out: {} };
  for (const trajectory of trajectories) {
    const found = await examplesOf(trajectory, options);
    data.sampling.push(...found.sampling);
    data.refinement.push(...found.refinement);
    data.error.push(...found.error);
    data.relabelled.push(...found.relabelled);
    for (const [why, count = 0] of Object.entries(found.left_out) as [LeftOut, number][])
      data.left_out[why] = (data.left_out[why] ?? 0) + count;
  }
  return data;
}
