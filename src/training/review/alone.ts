/** Reviews change one after the other, over all processes: what is looked at before it is written is still so when it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { unavailableError } from '../../errors.ts';

const PAUSE_MS = 20;
/** 40 seconds: longer than the lease of a holder that was killed on another machine. */
const MOST_PAUSES = 2_000;

/** Runs `work` while nobody else queues or decides. @throws KnowhowError `store_busy`. */
export async function alone<R>(ctx: Context, work: () => Promise<R>): Promise<R> {
  for (let pauses = 0; pauses < MOST_PAUSES; pauses += 1) {
    const locked = await ctx.memory.exclusive('reviews', work);
    if (locked.held) return locked.value;
    await sleep(PAUSE_MS);
  }
  throw unavailableError('store_busy', 'Others are busy with the review queue.', 'Try again.');
}

/** Reviews whose runs were forgotten while they were written go again. @returns the ids of these reviews. */
export async function withoutForgotten(
  ctx: Context,
  reviews: { id: string; item_id: string }[],
): Promise<Set<string>> {
  const runs = [...new Set(reviews.map(({ item_id }) => item_id))];
  const there = new Set(await ctx.memory.trajectories.ids({ where: { id: runs } }));
  const gone = reviews.filter(({ item_id }) => !there.has(item_id)).map(({ id }) => id);
  if (gone.length > 0) await ctx.memory.example_reviews.remove({ id: gone });
  return new Set(gone);
}
