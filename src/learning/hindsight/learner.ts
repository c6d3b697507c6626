/** Hindsight: the runs that wait for a batch, and training data from runs. */
import type { Context } from '../../context.ts';
import type { Trajectory } from '../../types.ts';
import { prepareTrainingData, type TrainingData } from './training-data.ts';
import { createWaitingList, type WaitingList } from './waiting.ts';

export interface HindsightLearner extends WaitingList {
  prepareTrainingData(trajectories: Trajectory[]): TrainingData;
  /** Always false: only the memory learns here; fine-tuning is a job of its own. */
  shouldFinetune(): boolean;
}

export function createHindsight(ctx: Context): HindsightLearner {
  return { ...createWaitingList(ctx), prepareTrainingData, shouldFinetune: () => false };
}
