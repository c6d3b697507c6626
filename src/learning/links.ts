/**
 * Which retrieval a run belongs to: the one that it names, else, while there is a hold-out, the last one about its task.
 * Who was told nothing is less likely to pass an id on, and runs that go missing in one arm alone would bend the comparison.
 */
import type { Context } from '../context.ts';
import { retrievalsIn } from '../learners/own-questions.ts';
import { taskKey } from '../memory/memory.ts';
import type { Retrieval, Trajectory } from '../types.ts';
import { recordsOf } from './exposures.ts';

/** Retrievals of a project that are looked through: the newest. */
const MOST_LOOKED_AT = 200;
const DAY = 86_400_000;

export interface Link {
  run: Trajectory;
  retrieval: Retrieval;
  /** It also asked in other words, and those drew the other arm. */
  mixed: boolean;
}

export interface Linked {
  links: Link[];
  /** Runs that name a retrieval which is not stored, and belong to no other. */
  astray: Trajectory[];
}

/** Without a hold-out, runs that name no retrieval cost nothing. */
export async function linksOf(ctx: Context, runs: Trajectory[]): Promise<Linked> {
  const named = new Map(
    (await stored(ctx, [...new Set(runs.flatMap(({ retrieval_id }) => retrieval_id ?? []))])).map((each) => [
      each.id,
      each,
    ]),
  );
  const unnamed = runs.filter(({ retrieval_id }) => !named.has(retrieval_id ?? ''));
  const found = ctx.config.holdout > 0 ? await lastAbout(ctx, unnamed) : new Map<string, Retrieval>();
  const links: Link[] = [];
  const astray: Trajectory[] = [];
  for (const run of runs) {
    const retrieval = named.get(run.retrieval_id ?? '') ?? found.get(run.id);
    if (retrieval) links.push({ run, ...(await firstOf(ctx, run, retrieval)) });
    else if (run.retrieval_id !== undefined) astray.push(run);
  }
  return { links, astray };
}

const stored = async ({ memory }: Context, ids: string[]): Promise<Retrieval[]> =>
  ids.length === 0 ? [] : memory.retrievals.getMany(ids);

/** By run: the newest retrieval about its task, at most a day before it began. */
async function lastAbout(ctx: Context, runs: Trajectory[]): Promise<Map<string, Retrieval>> {
  const found = new Map<string, Retrieval>();
  for (const [project, own] of Map.groupBy(runs, (run) => run.project)) {
    const newest = await ctx.memory.retrievals.list({
      where: { project },
      order: 'newest',
      limit: MOST_LOOKED_AT,
    });
    const byTask = Map.groupBy(newest, ({ task_key = '' }) => task_key);
    for (const run of own) {
      const end = Math.min(Date.parse(run.ended_at ?? run.at), Date.parse(run.at));
      const from = Math.min(end, Date.parse(run.started_at ?? run.at)) - DAY;
      const fitting = (byTask.get(taskKey(project, run.task)) ?? []).filter(
        ({ at }) => Date.parse(at) >= from && Date.parse(at) <= end,
      );
      // A look at one error tells less of what was known than the question about the task.
      const best = fitting.find((each) => !isOfError(each)) ?? fitting[0];
      if (best) found.set(run.id, best);
    }
  }
  return found;
}

const isOfError = (retrieval: Retrieval): boolean =>
  retrieval.error !== undefined && recordsOf(retrieval).every((id) => id.startsWith('err_'));

const isKnown = (retrieval: Retrieval): boolean => recordsOf(retrieval).length > 0;

/**
 * The question that a run belongs to, unless its agent asked by itself as well and that drew the other arm: then the first of them
 * that something was known for. Who was told nothing asks again, and must not change sides by that.
 */
async function firstOf(ctx: Context, run: Trajectory, told: Retrieval): Promise<Omit<Link, 'run'>> {
  if (told.arm === undefined) return { retrieval: told, mixed: false };
  const others = await stored(
    ctx,
    retrievalsIn(run.steps).filter((each) => each !== told.id),
  );
  const drawn = [told, ...others.filter(({ arm }) => arm !== undefined)].filter(isKnown);
  const mixed = drawn.some(({ arm }) => arm !== drawn[0]?.arm);
  return { retrieval: mixed ? drawn.reduce((a, b) => (b.at < a.at ? b : a)) : told, mixed };
}
