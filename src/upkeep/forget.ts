/** Forgetting: runs and all that was learned from them, really gone. */
import type { Context } from '../context.ts';
import { clearAnswers } from '../llm/answer-cache.ts';
import { TABLES } from '../memory/memory.ts';
import { type Holding, versionsHolding } from '../training/datasets/holding.ts';
import { clearDeadBuilds } from '../training/datasets/spool.ts';
import { apply, betweenBatches, purgeAll, removeArrivals } from './apply.ts';
import { type Consequences, consequencesOf, type Kept } from './consequences.ts';
import { beginForgetting, endForgetting, forgotten, forgottenIds } from './ledger.ts';
import { findRecords, type TableName } from './records.ts';
import { type RunRef, type Selected, select, type Which } from './selection.ts';

export interface ForgetReport {
  dry_run: boolean;
  /** Ids that go, or are gone, by table. */
  removed: Partial<Record<TableName, string[]>>;
  /** Ids of records told or counted anew from what remains. */
  rebuilt: Partial<Record<TableName, string[]>>;
  kept: Kept[];
  /** Ids that nothing has. */
  unknown: string[];
  /** Earlier forgets that had been killed and were completed first. */
  completed: number;
  /** Versions of datasets whose files hold text of these runs: nothing tells it, and only removing them takes it from the disk. */
  datasets?: Holding;
}

export interface ForgetOptions {
  dry_run?: boolean;
  signal?: AbortSignal;
}

/**
 * Forgets the chosen runs: they and what is known only from them are removed, what is known from others as well is told
 * and counted anew from those, and the tables are rewritten so that nothing of it is left on the disk. What was judged of
 * other runs stands as it was judged. Transcripts and exports outside the store are not touched; importing them again
 * leaves the runs out, recording one anew does not. Killed halfway, the next forget completes it.
 * @throws KnowhowError `bad_argument`, `batch_running`, `store_*`.
 */
export async function forget(ctx: Context, which: Which, options: ForgetOptions = {}): Promise<ForgetReport> {
  const { signal } = options;
  if (options.dry_run) {
    const selected = await select(ctx, which);
    const plan = await consequencesOf(ctx, selected, { signal });
    return { ...reportOf(plan, selected, true, 0), datasets: await heldBy(ctx, selected) };
  }
  return betweenBatches(ctx, async () => {
    const completed = await completeForgets(ctx);
    const selected = await select(ctx, which);
    const plan = await forgetSelected(ctx, selected, signal);
    const before = await forgottenIds(ctx.memory);
    const unknown = selected.unknown.filter((id) => !before.has(id));
    const report = reportOf(plan, { ...selected, unknown }, false, completed);
    return { ...report, datasets: await heldBy(ctx, selected) };
  });
}

/** A shared place is another's as well, so nothing is removed there without a word. */
const heldBy = (ctx: Context, { runs }: Selected): Promise<Holding> =>
  versionsHolding(ctx, new Set(runs.map(({ id }) => id)));

/** Forgets that were begun and not completed. */
export const unfinishedForgets = async (ctx: Context): Promise<number> =>
  (await forgotten(ctx.memory)).filter(({ state }) => state === 'begun').length +
  (await leftBehind(ctx)).length;

/** Completes what a killed process left behind. @returns how many forgets that were. */
export const resumeForgets = (ctx: Context): Promise<number> =>
  betweenBatches(ctx, () => completeForgets(ctx));

async function completeForgets(ctx: Context): Promise<number> {
  const begun = (await forgotten(ctx.memory)).filter(({ state }) => state === 'begun');
  for (const entry of begun) {
    const found = await findRecords(ctx.memory, entry.ids);
    const selected: Selected = { runs: [], others: [], unknown: [] };
    for (const [id, { table, record }] of found) {
      const { project, retrieval_id } = record as { project: string; retrieval_id?: string };
      if (table === 'trajectories') selected.runs.push({ id, project, retrieval_id });
      else selected.others.push({ table, id });
    }
    await removeArrivals(ctx.memory, entry.ids);
    await apply(ctx, await consequencesOf(ctx, selected));
    await purgeAll(ctx.memory);
    await clearAnswers(ctx.config.data);
    await clearDeadBuilds(ctx);
    await endForgetting(ctx.memory, entry);
  }
  const runs = await leftBehind(ctx);
  if (runs.length > 0) await forgetSelected(ctx, { runs, others: [], unknown: [] });
  return begun.length + runs.length;
}

const FACTS = ['experiences', 'attempts', 'writings', 'occurrences', 'uses', 'exposures'] as const;

/**
 * Runs that were forgotten while somebody was still learning from them, in another process: they are gone, and what was
 * written of them afterwards is not.
 */
async function leftBehind(ctx: Context): Promise<RunRef[]> {
  const barred = await forgottenIds(ctx.memory);
  if (barred.size === 0) return [];
  const found = new Map<string, string>();
  for (const table of FACTS) {
    const runs = await ctx.memory[table].cells('trajectory');
    const named = [...runs].filter(([, run]) => barred.has(run));
    if (named.length === 0) continue;
    const projects = await ctx.memory[table].cells('project', { where: { id: named.map(([id]) => id) } });
    for (const [id, run] of named) found.set(run, projects.get(id) ?? '');
  }
  for (const id of await ctx.memory.trajectories.ids({ where: { id: [...found.keys()] } })) found.delete(id);
  return [...found].map(([id, project]) => ({ id, project, retrieval_id: undefined }));
}

async function forgetSelected(ctx: Context, selected: Selected, signal?: AbortSignal): Promise<Consequences> {
  const plan = await consequencesOf(ctx, selected, { signal });
  const ids = [...selected.runs, ...selected.others].map(({ id }) => id);
  if (ids.length === 0) return plan;
  const entry = await beginForgetting(ctx, ids);
  await removeArrivals(ctx.memory, ids);
  await apply(ctx, plan);
  await purgeAll(ctx.memory);
  // A model's answers may repeat what the runs said; they are asked for again.
  await clearAnswers(ctx.config.data);
  await clearDeadBuilds(ctx);
  await endForgetting(ctx.memory, entry);
  return plan;
}

export function reportOf(
  plan: Consequences,
  selected: Selected,
  dry_run: boolean,
  completed: number,
): ForgetReport {
  const removed: ForgetReport['removed'] = {};
  const rebuilt: ForgetReport['rebuilt'] = {};
  for (const table of TABLES) {
    const gone = plan.remove[table];
    const anew = [...plan.rewrite[table].keys()];
    if (table === 'error_patterns') anew.push(...[...plan.recount.keys()].filter((id) => !gone.has(id)));
    if (table === 'strategies' || table === 'concepts')
      anew.push(...[...plan.retold.values()].flatMap((told) => told[table].map(({ id }) => id)));
    if (gone.size > 0) removed[table] = [...gone].sort();
    if (anew.length > 0) rebuilt[table] = anew.sort();
  }
  const relearned = selected.others
    .filter(({ table }) => table === 'strategies' || table === 'concepts')
    .map(({ id }) => ({
      id,
      because: 'it goes, but its runs stay: a batch may tell it again; forget those runs to prevent that',
    }));
  return {
    dry_run,
    removed,
    rebuilt,
    kept: [...plan.kept, ...relearned],
    unknown: selected.unknown,
    completed,
  };
}
