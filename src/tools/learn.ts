/** run_batch_learning: strategies, concepts and error patterns from what was recorded since the last batch. */
import { z } from 'zod';
import { joinBatch } from '../learning/auto-batch.ts';
import { BatchResult } from '../types.ts';
import { defineTool } from './define.ts';

export const runBatchLearningTool = defineTool({
  name: 'run_batch_learning',
  title: 'Learn from recorded runs',
  description:
    'Distils strategies, code concepts and error patterns from the runs recorded since the last batch. Only when one is due, else says why not; min_trajectories 0 takes any. Stops after max_seconds; call again while remaining > 0.',
  input: z.strictObject({
    min_trajectories: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('New runs needed; default from the configuration'),
    project: z.string().trim().min(1).optional(),
    max_seconds: z.number().positive().max(3_600).default(40),
  }),
  output: BatchResult,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run(args, { ctx, pipeline, signal, progress }) {
    // One that has begun by itself is waited for; what came in since is learned after it.
    const joined = await joinBatch(ctx, args.max_seconds);
    const own = await pipeline.runBatchLearning({ ...args, signal, onProgress: progress });
    return own.ran || !joined ? own : joined;
  },
});
