/** Undo: what a session taught is taken back; its runs stay, at rest, so that it can be taught again. */
import type { Context } from '../context.ts';
import { noteUses } from '../learning/uses.ts';
import { exposureId, PENDING, UNDONE } from '../memory/memory.ts';
import { apply, betweenBatches } from './apply.ts';
import { consequencesOf } from './consequences.ts';
import { type ForgetOptions, type ForgetReport, reportOf } from './forget.ts';
import { pages } from './records.ts';
import { type Selected, select, type Which } from './selection.ts';

export interface UndoReport extends ForgetReport {
  /** Runs that were put to rest, or woken. */
  runs: string[];
}

/**
 * Takes back what the chosen runs taught: what is known from them alone goes, the rest is told and counted anew without
 * them. The runs and what was worked out about each stay in the store, to be seen and exported, or woken by redo().
 * A session that is recorded again, grown, is a new version and counts again.
 * @throws KnowhowError `bad_argument`, `batch_running`, `store_*`.
 */
export async function undo(
  ctx: Context,
  which: Which,
  { dry_run = false, signal }: ForgetOptions = {},
): Promise<UndoReport> {
  const work = async () => {
    const selected = onlyRuns(await select(ctx, which));
    const plan = await consequencesOf(ctx, selected, { keep_runs: true, signal });
    const runs = selected.runs.map(({ id }) => id);
    if (!dry_run) {
      await markAll(ctx, runs, { status: UNDONE, batch: UNDONE });
      await apply(ctx, plan);
    }
    return { ...reportOf(plan, selected, dry_run, 0), runs };
  };
  return dry_run ? work() : betweenBatches(ctx, work);
}

/** Wakes runs that were undone: they wait for the next batch, which teaches what they taught. @returns their ids. */
export async function redo(ctx: Context, which: Which, { dry_run = false } = {}): Promise<string[]> {
  const { runs } = onlyRuns(await select(ctx, which));
  const woken: string[] = [];
  for (const page of pages(runs.map(({ id }) => id)))
    woken.push(...(await ctx.memory.trajectories.ids({ where: { id: page, status: UNDONE } })));
  if (dry_run) return woken.sort();
  for (const page of pages(woken, 100)) {
    const exposures = await ctx.memory.exposures.getMany(page.map(exposureId));
    const asked = new Map(exposures.map(({ trajectory, retrieval }) => [trajectory, retrieval]));
    const runs = await ctx.memory.trajectories.getMany(page);
    await noteUses(
      ctx,
      runs.map((run) => ({ ...run, retrieval_id: run.retrieval_id ?? asked.get(run.id) })),
    );
  }
  await markAll(ctx, woken, { status: 'active', batch: PENDING });
  return woken.sort();
}

/** What a session asked and was shown is not what it taught. */
const onlyRuns = (selected: Selected): Selected => ({ ...selected, others: [] });

async function markAll(ctx: Context, ids: string[], values: Record<string, string>): Promise<void> {
  for (const page of pages(ids)) await ctx.memory.trajectories.mark({ id: page }, values);
}
