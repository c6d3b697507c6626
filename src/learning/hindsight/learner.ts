/** Hindsight: the runs that wait for a batch, and training data from runs. */
import type { Context } from '../../context.ts';
import { experienceId } from '../../memory/memory.ts';
import type { Trajectory } from '../../types.ts';
import { type TrainingData, type TrainingOptions, trainingDataOf } from './training-data.ts';
import { createWaitingList, type WaitingList } from './waiting.ts';

export interface HindsightLearner extends WaitingList {
  /**
   * Examples from runs, with their weights. Without an argument from the runs that wait for a batch; from `[]` nothing.
   * Key steps are those of the stored analysis of a run, where it has one that is up to date.
   */
  prepareTrainingData(
    trajectories?: Trajectory[],
    options?: Pick<TrainingOptions, 'confirm'>,
  ): Promise<TrainingData>;
  /** Always false, see `whyNotFinetune()`. */
  shouldFinetune(): false;
  whyNotFinetune(): string;
}

const WHY_NOT_FINETUNE =
  'only the memory learns here: no weights are changed; the training data can be handed to a trainer of your own';

const AT_ONCE = 500;

export function createHindsight(ctx: Context): HindsightLearner {
  const waiting = createWaitingList(ctx);
  return {
    ...waiting,
    async prepareTrainingData(trajectories, options = {}) {
      const runs = trajectories ?? (await waiting.getAccumulated());
      return trainingDataOf(runs, { ...options, keyStepsOf: await storedKeySteps(ctx, runs) });
    },
    shouldFinetune: () => false,
    whyNotFinetune: () => WHY_NOT_FINETUNE,
  };
}

/** Key steps as they were worked out when the runs were analysed; of a run that has grown or was judged since, none. */
async function storedKeySteps(
  ctx: Context,
  runs: Trajectory[],
): Promise<(trajectory: Trajectory) => number[] | undefined> {
  const known = new Map<string, number[]>();
  for (let i = 0; i < runs.length; i += AT_ONCE) {
    const page = new Map(runs.slice(i, i + AT_ONCE).map((run) => [run.id, run]));
    for (const { trajectory, analysis } of await ctx.memory.experiences.getMany(
      [...page.keys()].map(experienceId),
    )) {
      const run = page.get(trajectory);
      const holds =
        run?.steps.length === analysis.step_attribution.length && run.outcome.success === analysis.success;
      if (holds) known.set(trajectory, analysis.key_steps);
    }
  }
  return ({ id }) => known.get(id);
}
