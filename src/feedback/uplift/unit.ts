/** What is compared: tasks, each in one arm, with its runs. Exposures in, effects out. */
import type { Arm } from '../../types.ts';

/** One run of a task that was shown something, or would have been, as judged by more than its agent or by that alone. */
export interface UnitRun {
  trajectory: string;
  /** When it ended, ISO 8601. */
  at: string;
  success: boolean;
  steps: number;
  /** What the run used, where it says so. */
  tokens?: number;
  /** What showing it something cost, about. */
  context_tokens?: number;
}

/** One task: the unit that is drawn into an arm, and so the unit of every interval. */
export interface Unit {
  task: string;
  project: string;
  arm: Arm;
  /** The share that was held out when it was drawn, 0..1. */
  holdout: number;
  /** Records that it was shown, or would have been. */
  records: string[];
  /** In order of time, at least one. */
  runs: UnitRun[];
}
