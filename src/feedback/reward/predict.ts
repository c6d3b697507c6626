/** What people would say of runs that nobody rated yet, with how far it may be off and what it rests on. */
import type { Context } from '../../context.ts';
import type { RewardModel, RewardTarget, Trajectory } from '../../types.ts';
import { regressorOf } from './choose.ts';
import { FEATURE_NAMES, toldValue } from './features.ts';
import type { Kept } from './fit.ts';
import { withFeatures } from './known-runs.ts';
import { rewardModel, trainReward } from './train.ts';

interface Contribution {
  /** In words, such as "share of steps that failed". */
  feature: string;
  /** In this run, and in the middle of the rated ones; counts as counts. Null: not known. */
  value: number | null;
  usual: number | null;
  /** How much higher the prediction is than it would be if this were as usual. */
  effect: number;
}

export interface RewardPrediction {
  trajectory: string;
  target: RewardTarget;
  /** 0..1. */
  predicted: number;
  /** Held the truth in the share `model.covers` of held-out tasks. */
  interval: [low: number, high: number];
  model: Pick<RewardModel, 'id' | 'at' | 'chosen' | 'examples' | 'folded' | 'gain'> & { covers: number };
  /** What it rests on, the strongest first; empty where the mean is all that is known. */
  because: Contribution[];
}

const MOST_CONTRIBUTIONS = 4;
const LEAST_EFFECT = 0.005;

/**
 * The score that people are likely to give, for each run, in their order. Runs of several projects are asked of the
 * models of their own projects; where one has none yet, or one made by other features, it is fitted first.
 * @throws KnowhowError `too_few_examples`, `no_variance` where there is nothing to fit from.
 */
export async function predictReward(
  ctx: Context,
  runs: Trajectory[],
  target: RewardTarget = 'composite',
): Promise<RewardPrediction[]> {
  const models = new Map<string, RewardModel & { fitted: Kept }>();
  for (const { project } of runs)
    if (!models.has(project)) models.set(project, await usable(ctx, target, project));
  const rows = new Map((await withFeatures(ctx, runs)).map(({ run, x }) => [run.id, x]));
  return runs.map(({ id, project }) =>
    predictionOf(models.get(project) as RewardModel & { fitted: Kept }, id, rows.get(id) ?? []),
  );
}

async function usable(ctx: Context, target: RewardTarget, project: string) {
  const stored = await rewardModel(ctx, target, project);
  if (stored) return stored;
  const made = await trainReward(ctx, target, { project });
  return { ...made, fitted: made.fitted as Kept };
}

/** One prediction, from features that are at hand. */
function predictionOf(
  model: RewardModel & { fitted: Kept },
  trajectory: string,
  x: (number | null)[],
): RewardPrediction {
  const { id, at, chosen, examples, folded, gain, interval } = model;
  const predicted = foreseen(model.fitted, x);
  return {
    trajectory,
    target: model.target,
    predicted,
    interval: [clamp(predicted - interval.half), clamp(predicted + interval.half)],
    model: { id, at, chosen, examples, folded, gain, covers: interval.covers },
    because: contributions(model.fitted, x, predicted),
  };
}

function contributions(kept: Kept, x: (number | null)[], predicted: number): Contribution[] {
  return FEATURE_NAMES.map((feature, f): Contribution => {
    const [value, usual] = [x[f] ?? null, kept.usual[f] ?? null];
    const asUsual = x.with(f, usual);
    const effect = value === usual ? 0 : predicted - foreseen(kept, asUsual);
    return { feature, value: toldValue(f, value), usual: toldValue(f, usual), effect };
  })
    .filter(({ effect }) => Math.abs(effect) >= LEAST_EFFECT)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
    .slice(0, MOST_CONTRIBUTIONS);
}

const foreseen = ({ candidate, fit }: Kept, x: (number | null)[]): number =>
  clamp(regressorOf(candidate).predict(fit, x));

const clamp = (value: number): number => Math.max(0, Math.min(1, value));
