/** Whom to ask about first: runs that nobody rated and that are likely to be rated well. */
import type { Context } from '../../context.ts';
import type { RatingRequest, Trajectory } from '../../types.ts';
import { openRequest } from './requests.ts';
import { findWorkflow } from './workflow.ts';

/** The composite that is foreseen for each run, 0..1, by id; runs that nothing can be said of are left out. */
export type Foresee = (runs: Trajectory[]) => Promise<ReadonlyMap<string, number>>;

export interface PromisingOptions {
  predict: Foresee;
  /** Default 0.8. */
  at_least?: number | undefined;
  /** Requests made at most; default 10. */
  limit?: number | undefined;
  /** Left out: all projects. */
  project?: string | undefined;
  signal?: AbortSignal | undefined;
}

const A_PAGE = 100;
const MOST_LOOKED_AT = 1_000;

/**
 * Requests feedback on the newest runs that did not fail, that nobody rated or was asked about, and whose composite is foreseen to
 * be high. Of one task one run is asked about.
 */
export async function requestPromising(ctx: Context, options: PromisingOptions): Promise<RatingRequest[]> {
  const { predict, at_least = 0.8, limit = 10, project, signal } = options;
  const { trajectories, ratings, rating_requests } = ctx.memory;
  const where = { project };
  const active = { ...where, status: 'active' };
  const known = new Set(
    [...(await ratings.list({ where })), ...(await rating_requests.list({ where }))].flatMap(
      (each) => each.trajectories,
    ),
  );
  const made: RatingRequest[] = [];
  const tasks = new Set<string>();
  for (let offset = 0; offset < MOST_LOOKED_AT && made.length < limit; offset += A_PAGE) {
    signal?.throwIfAborted();
    const page = await trajectories.list({ where: active, order: 'newest', limit: A_PAGE, offset });
    const open = page.filter(({ id, outcome }) => outcome.success !== false && !known.has(id));
    const foreseen = open.length > 0 ? await predict(open) : new Map<string, number>();
    for (const { id } of open) {
      const predicted = foreseen.get(id);
      if (predicted === undefined || !(predicted >= at_least) || made.length >= limit) continue;
      const workflow = await findWorkflow(ctx, id);
      if (tasks.has(workflow.task_key)) continue;
      tasks.add(workflow.task_key);
      made.push(await openRequest(ctx, workflow, { reason: 'promising', predicted: Math.min(1, predicted) }));
    }
    if (page.length < A_PAGE) break;
  }
  return made;
}
