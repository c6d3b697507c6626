/** A batch that is due starts by itself, in the background, unless `auto_batch` is off. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { BatchResult, BatchState } from '../types.ts';
import type { LearningPipeline } from './pipeline.ts';

/** A background batch ends after as long, or as many runs, and is taken up again by the next run that is recorded. */
const MOST_SECONDS = 60;
const MOST_RUNS = 2_000;

/**
 * Says where the next batch stands and, when it is due, starts it. Nobody waits for it: it ends with the process, and
 * what it had not finished is learned by the next one.
 */
export async function startDueBatch(
  ctx: Context,
  pipeline: Pick<LearningPipeline, 'shouldRunBatch' | 'runBatchLearning'>,
): Promise<BatchState> {
  const state = await pipeline.shouldRunBatch();
  if (!state.due || !ctx.config.learning.auto_batch) return state;
  const started = ctx.background.start('batch', async (signal) => {
    // The run's recorder has its answer first.
    await nextTurn();
    return pipeline.runBatchLearning({ max_seconds: MOST_SECONDS, max_runs: MOST_RUNS, signal });
  });
  return started ? { ...state, started } : state;
}

/**
 * The batch that has begun by itself in this process, if one is under way: whoever asks for a batch meanwhile wants
 * that one. Undefined when there is none, it did nothing, or it takes longer than `max_seconds`.
 */
export async function joinBatch(ctx: Context, max_seconds: number): Promise<BatchResult | undefined> {
  const running = ctx.background.underWay('batch') as Promise<BatchResult | undefined> | undefined;
  if (!running) return undefined;
  const given_up = sleep(max_seconds * 1000, undefined, { ref: false });
  const result = await Promise.race([running, given_up]);
  return result?.ran
    ? { ...result, reason: `${result.reason}, in a batch that had begun by itself` }
    : undefined;
}
