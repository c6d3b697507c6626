/** Strategies that were shown, counted anew at once; a batch counts all of them again. */
import type { Context } from '../context.ts';
import type { Use } from '../types.ts';
import { credit, moved } from './strategies/standing.ts';
import { usesOfRecords } from './uses.ts';

/** Counts the strategies among what these uses are of. What was merged away or is at rest waits for the batch. */
export async function creditShown(ctx: Context, uses: Use[]): Promise<void> {
  const ids = [...new Set(uses.filter(({ kind }) => kind === 'strategy').map(({ shown }) => shown))];
  if (ids.length === 0) return;
  const [strategies, counted] = await Promise.all([
    ctx.memory.strategies.getMany(ids),
    usesOfRecords(ctx, ids),
  ]);
  const standing = strategies.filter(({ status }) => status === 'active' || status === 'candidate');
  const absorbed = standing.flatMap(({ merged_from = [] }) => merged_from).filter((id) => !counted.has(id));
  const all = new Map([...counted, ...(await usesOfRecords(ctx, absorbed))]);
  const now = ctx.now();
  await ctx.memory.strategies.put(standing.map((strategy) => moved(credit(strategy, all), { now })));
}
