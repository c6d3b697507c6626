/** Strategies whose cited code was found changed when they were read. */
import type { Context } from '../../context.ts';
import type { Strategy } from '../../types.ts';
import { moved } from './standing.ts';

/** Writes them as stale, with the code that changed; read anew, so that what was learned meanwhile is kept. */
export async function markStale(ctx: Context, changed: ReadonlyMap<string, string[]>): Promise<void> {
  if (changed.size === 0) return;
  const known = await ctx.memory.strategies.getMany([...changed.keys()]);
  const stale = known.map((each): Strategy => moved(each, { now: ctx.now(), changed: changed.get(each.id) }));
  await ctx.memory.strategies.put(stale);
}
