/** What people said of workflows, as what a reward model is to foresee: one number each, without the raters' habits. */
import type { Context } from '../../context.ts';
import { fitRaters } from '../../learners/raters.ts';
import type { RewardTarget } from '../../types.ts';
import { measureOf } from '../ratings/composite.ts';
import { ratingsOf } from '../ratings/read.ts';
import { voicesOf } from '../ratings/voices.ts';

export interface Scored {
  workflow: string;
  task_key: string;
  trajectories: string[];
  /** 0..1: the mean over its raters, each without their own bias. Not drawn towards the mean: that is the model's part. */
  value: number;
}

/**
 * One for each workflow of a project that people rated in the part that is asked for; the newest words of each rater
 * count. What judges and agents said is no person's score and is left out; who said nothing of the part is unknown, never 0.
 */
export async function humanScores(ctx: Context, project: string, target: RewardTarget): Promise<Scored[]> {
  const said = voicesOf(await ratingsOf(ctx, { project })).flatMap((voice) => {
    const value = voice.rater_kind === 'human' ? measureOf(voice.said, target) : undefined;
    return value === undefined ? [] : [{ voice, item: voice.workflow, rater: voice.rater, value }];
  });
  if (said.length === 0) return [];
  const { raters } = fitRaters(said.map(({ item, rater, value }) => ({ item, rater, value })));
  const scores = new Map<string, Scored & { values: number[] }>();
  for (const { voice, item, rater, value } of said) {
    const { workflow, task_key, trajectories } = voice;
    const score = scores.get(item) ?? { workflow, task_key, trajectories, value: 0, values: [] };
    score.values.push(value - (raters.get(rater)?.bias ?? 0));
    scores.set(item, { ...score, trajectories });
  }
  return [...scores.values()].map(({ values, ...score }) => ({
    ...score,
    value: clamp(values.reduce((sum, value) => sum + value, 0) / values.length),
  }));
}

const clamp = (value: number): number => Math.max(0, Math.min(1, value));
