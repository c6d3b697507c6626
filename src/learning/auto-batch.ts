/** A batch that is due starts by itself, in the background, unless `auto_batch` is off. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { BatchState } from '../types.ts';
import type { LearningPipeline } from './pipeline.ts';

/** A background batch ends after as long and is taken up again by the next run that is recorded. */
const MOST_SECONDS = 300;

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
    await pipeline.runBatchLearning({ max_seconds: MOST_SECONDS, signal });
  });
  return started ? { ...state, started } : state;
}
