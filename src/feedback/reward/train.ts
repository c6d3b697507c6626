/** Reward models in the memory: one for each project and target, made anew or with new feedback folded in. */
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { contentId } from '../../learners/content-id.ts';
import { leastTrust } from '../../learners/trust.ts';
import { REWARD_TARGETS, type RewardModel, type RewardTarget } from '../../types.ts';
import { fitApart, updateApart } from './apart.ts';
import { regressorOf } from './choose.ts';
import { examplesOf, type RatedRun } from './examples.ts';
import { FEATURE_NAMES } from './features.ts';
import { Kept, LEAST } from './fit.ts';
import type { Judging } from './judge.ts';

export interface TrainOptions extends Partial<Judging> {
  /** Default: the context's. */
  project?: string | undefined;
}

const SEED = 1;
/** Share of a model's examples that may be folded in before it is fitted as a whole again. */
const MOST_FOLDED = 0.25;
/** A score that moved by less says the same: estimates of raters' habits always move a little. */
const LEAST_CHANGE = 0.1;
/** More is not kept of what it was made from: `seen` names the runs. */
const MOST_SOURCES = 50;
const PAGE = 500;

/** The one record of a project's model for a target: a newer one takes its place. */
export const modelId = (project: string, target: RewardTarget): string =>
  contentId('reward', [project, target]);

/**
 * Fits the model of a target anew on everything that people said in the project, and stores it in the place of the one
 * before. Some hundred examples take seconds.
 * @throws KnowhowError `too_few_examples`, `no_variance`.
 */
export async function trainReward(
  ctx: Context,
  target: RewardTarget,
  { project = ctx.config.project, seed = SEED, ...judging }: TrainOptions = {},
): Promise<RewardModel> {
  return fitAnew(ctx, target, await examplesOf(ctx, project, target), { project, seed, ...judging });
}

async function fitAnew(
  ctx: Context,
  target: RewardTarget,
  rows: RatedRun[],
  { project, ...judging }: Judging & { project: string },
): Promise<RewardModel> {
  const fitted = await fitApart(rows, target, judging);
  return store(ctx, project, target, rows, { ...fitted, folded: 0 });
}

/** The stored model of a target; undefined where there is none, or one that is broken or was made by other features. */
export async function rewardModel(
  ctx: Context,
  target: RewardTarget,
  project = ctx.config.project,
): Promise<(RewardModel & { fitted: Kept }) | undefined> {
  const model = await ctx.memory.reward_models.get(modelId(project, target));
  const kept = Kept.safeParse(model?.fitted);
  const same =
    model?.features.length === FEATURE_NAMES.length &&
    model.features.every((name, i) => name === FEATURE_NAMES[i]);
  return model && same && kept.success && saysANumber(kept.data)
    ? { ...model, fitted: kept.data }
    : undefined;
}

/** A memory that was imported may bring anything: a model that foresees nothing of a run of which nothing is known is none. */
function saysANumber({ candidate, fit }: Kept): boolean {
  try {
    return Number.isFinite(
      regressorOf(candidate).predict(
        fit,
        FEATURE_NAMES.map(() => null),
      ),
    );
  } catch {
    return false;
  }
}

export interface FoldedIn {
  target: RewardTarget;
  /** Runs that are new to the model. */
  fresh: number;
  /** `none`: there is no model, and too little to make one; `kept`: nothing was new. */
  did: 'none' | 'kept' | 'folded in' | 'fitted anew';
  model?: RewardModel;
}

/**
 * Takes new feedback into a model without fitting it anew: only rows that it has not seen are learned from. When more
 * than a quarter of its examples came that way or are thought otherwise of since, a run that it saw is gone, or its
 * features are no longer these, it is fitted anew; what is said of how well it foresees is from then, always.
 * @throws KnowhowError `too_few_examples`, `no_variance` where it must be fitted anew and cannot.
 */
export async function foldIn(
  ctx: Context,
  target: RewardTarget,
  options: TrainOptions = {},
): Promise<FoldedIn> {
  const { project = ctx.config.project } = options;
  return foldRows(ctx, target, await examplesOf(ctx, project, target), options);
}

async function foldRows(
  ctx: Context,
  target: RewardTarget,
  rows: RatedRun[],
  { project = ctx.config.project, seed = SEED, ...judging }: TrainOptions,
): Promise<FoldedIn> {
  const model = await rewardModel(ctx, target, project);
  const seen = new Set(model?.seen);
  const fresh = rows.filter(({ run }) => !seen.has(run));
  const there = new Set(rows.map(({ run }) => run));
  const gone = model?.seen.some((run) => !there.has(run)) ?? false;
  const folded = (model?.folded ?? 0) + fresh.length;
  const isDue = folded + changedSince(model, rows) > MOST_FOLDED * rows.length;
  if (model && fresh.length === 0 && !gone && !isDue) return { target, fresh: 0, did: 'kept', model };
  const { update } = regressorOf(model?.fitted.candidate ?? 'mean');
  if (!model || gone || !update || isDue) {
    const made = await fitAnew(ctx, target, rows, { project, seed, ...judging });
    return { target, fresh: fresh.length, did: 'fitted anew', model: made };
  }
  const { candidate, fit: before } = model.fitted;
  const fit = await updateApart({ candidate, fit: before, fresh, rows, seed: seed + folded }, judging.signal);
  const next = await store(ctx, project, target, rows, {
    ...model,
    fitted: { ...model.fitted, fit, worth: worthAfter(model, rows) },
    folded,
  });
  return { target, fresh: fresh.length, did: 'folded in', model: next };
}

/** Runs that it has seen and that people think otherwise of since. */
function changedSince(model: (RewardModel & { fitted: Kept }) | undefined, rows: RatedRun[]): number {
  const worth = new Map(model?.seen.map((run, i) => [run, model.fitted.worth[i]]));
  return rows.filter(({ run, y }) => Math.abs(y - (worth.get(run) ?? y)) > LEAST_CHANGE).length;
}

/** What it learned from: of runs that it had seen, as they were then. */
function worthAfter(model: RewardModel & { fitted: Kept }, rows: RatedRun[]): number[] {
  const before = new Map(model.seen.map((run, i) => [run, model.fitted.worth[i]]));
  return rows.map(({ run, y }) => before.get(run) ?? y);
}

/**
 * Starts bringing the reward models up to date in the background, after feedback came. Targets that too little is
 * known of are left alone. @returns whether it started.
 */
export function rewardAfterFeedback(ctx: Context, project = ctx.config.project): boolean {
  return ctx.background.start(workOf(project), async (signal) => {
    for (const target of REWARD_TARGETS) {
      if (signal.aborted) return;
      const rows = await examplesOf(ctx, project, target);
      if (isEnough(rows)) await foldRows(ctx, target, rows, { project, signal });
    }
  });
}

const workOf = (project: string): string => `reward model of ${project}`;

/** Resolves when what `rewardAfterFeedback` started is done. */
export const rewardUnderWay = async (ctx: Context, project: string): Promise<void> =>
  void (await ctx.background.underWay(workOf(project)));

const isEnough = (rows: RatedRun[]): boolean =>
  rows.length >= LEAST.examples &&
  new Set(rows.map(({ group }) => group)).size >= LEAST.tasks &&
  rows.some(({ y }) => Math.abs(y - (rows[0]?.y ?? 0)) >= 1e-9);

async function store(
  ctx: Context,
  project: string,
  target: RewardTarget,
  rows: RatedRun[],
  made: Omit<RewardModel, 'id' | 'at' | 'project' | 'target' | 'derived_from' | 'trust' | 'seen'>,
): Promise<RewardModel> {
  const seen = rows.map(({ run }) => run);
  const model: RewardModel = {
    ...made,
    id: modelId(project, target),
    at: ctx.now().toISOString(),
    project,
    target,
    derived_from: seen.slice(0, MOST_SOURCES),
    trust: leastTrust(rows),
    seen,
    examples: rows.length,
    tasks: new Set(rows.map(({ group }) => group)).size,
  };
  await ctx.memory.reward_models.put([model]);
  await assertStillThere(ctx, model);
  return model;
}

/** Fitting takes a while: a run may have been forgotten meanwhile, and then nothing is to be foreseen from it. */
async function assertStillThere(ctx: Context, { id, seen }: RewardModel): Promise<void> {
  for (let i = 0; i < seen.length; i += PAGE) {
    const page = seen.slice(i, i + PAGE);
    if ((await ctx.memory.trajectories.ids({ where: { id: page } })).length === page.length) continue;
    await ctx.memory.reward_models.remove({ id });
    throw callerError(
      'forgotten_meanwhile',
      'A rated run was forgotten while the model was fitted.',
      'Fit it again: `knowhow reward train`.',
    );
  }
}
