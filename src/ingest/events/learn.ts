/** Learning from runs that events told: as when an agent records one, but nobody waits for it. */
import type { Context } from '../../context.ts';
import { requestAfterBatch } from '../../feedback/ratings/foresee.ts';
import { startDueBatch } from '../../learning/auto-batch.ts';
import { createPipeline } from '../../learning/pipeline.ts';
import type { JoinedRun } from './join.ts';

/** Learns from each run at once, and starts a batch that is due. */
export async function learnFromJoined(ctx: Context, runs: JoinedRun[], signal?: AbortSignal): Promise<void> {
  if (runs.length === 0) return;
  const pipeline = createPipeline(ctx);
  for (const { trajectory } of runs) {
    signal?.throwIfAborted();
    // Another process may know more of it by now.
    const stored = await ctx.memory.trajectories.get(trajectory.id);
    if (stored) await pipeline.learnFrom(stored, signal);
  }
  await startDueBatch(ctx, pipeline);
  requestAfterBatch(ctx);
}

/** More than these are left to the next batch, which would come by them anyway. */
const MOST_QUEUED = 200;

/** Learns in the background under a name of its own, one run after the other. What the process does not come to, a batch does. */
export function createLearner(ctx: Context, name: string): (runs: JoinedRun[]) => void {
  const queue = new Map<string, JoinedRun>();
  const work = async (signal: AbortSignal) => {
    for (const [id, run] of queue) {
      queue.delete(id);
      await learnFromJoined(ctx, [run], signal);
    }
  };
  return (runs) => {
    for (const run of runs) {
      if (queue.size < MOST_QUEUED || queue.has(run.trajectory.id)) queue.set(run.trajectory.id, run);
    }
    if (queue.size > 0) ctx.background.start(name, work);
  };
}
