/** Ratings out of the memory: the history as it was said. */
import type { Context } from '../../context.ts';
import type { Rating } from '../../types.ts';
import { byTime } from './voices.ts';
import { findWorkflow } from './workflow.ts';

export interface Scope {
  /** Left out: all projects. */
  project?: string | undefined;
  /** A run's id, a session, or the workflow that runs carry; left out: all. */
  workflow?: string | undefined;
}

/** Beyond these, the oldest are not read: figures stay quick whatever was sent. */
const MOST_READ = 50_000;

/** Oldest first. @throws KnowhowError `unknown_workflow`, `forgotten_workflow`. */
export async function ratingsOf(ctx: Context, { project, workflow }: Scope = {}): Promise<Rating[]> {
  const found = workflow === undefined ? undefined : await findWorkflow(ctx, workflow);
  const where = { project: found?.project ?? project, workflow: found?.name };
  const rows = await ctx.memory.ratings.list({ where, order: 'newest', limit: MOST_READ });
  return rows.sort(byTime);
}
