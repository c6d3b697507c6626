/** Runs whose text must not be told any more: forgotten or undone since a dataset was built. */
import type { Context } from '../../context.ts';
import { UNDONE } from '../../memory/memory.ts';

export interface Gone {
  has(id: string): boolean;
  /** True where the run itself is gone, or one of those that it quotes. */
  quotedBy(of: { item_id: string; attempts: { item_id: string }[] }): boolean;
}

/**
 * What this store forgot or undid, unless it was recorded again. A run that is merely not stored here is not gone: a dataset in a
 * shared place may come from another store.
 */
export async function goneRuns({ memory: { forgotten, trajectories } }: Context): Promise<Gone> {
  const ids = new Set((await forgotten.list()).flatMap((entry) => entry.ids));
  if (ids.size > 0) for (const id of await trajectories.ids({ where: { id: [...ids] } })) ids.delete(id);
  for (const id of await trajectories.ids({ where: { status: UNDONE } })) ids.add(id);
  const has = (id: string) => ids.has(id);
  return {
    has,
    quotedBy: ({ item_id, attempts }) => has(item_id) || attempts.some((attempt) => has(attempt.item_id)),
  };
}
