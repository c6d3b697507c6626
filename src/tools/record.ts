/** record_trajectory and assess_abstractability: what an agent tells about a run, and what there is to learn from it. */
import { z } from 'zod';
import { recordTrajectory, toTrajectory } from '../capture/recorder.ts';
import { callerError } from '../errors.ts';
import { requestAfterBatch } from '../feedback/ratings/foresee.ts';
import { startDueBatch } from '../learning/auto-batch.ts';
import { Abstractability, Analysis, BatchState, TrajectoryInput } from '../types.ts';
import { defineTool } from './define.ts';
import { attributionShown } from './views.ts';

export const recordTrajectoryTool = defineTool({
  name: 'record_trajectory',
  title: 'Record a run',
  description:
    'Call when a task ends, solved or not: stores the run, works out which steps mattered and what is worth keeping. Recording again adds nothing; a longer version of the same session replaces the shorter. Give verdict.source "test" or "exit_code" if one judged it. Secrets are redacted.',
  input: TrajectoryInput,
  output: z.object({
    trajectory_id: z.string(),
    stored: z.boolean(),
    analysis: Analysis.pick({
      success: true,
      key_steps: true,
      step_attribution: true,
      method: true,
    }).nullable(),
    abstractability: Abstractability.pick({ abstractable: true, scores: true, reasoning: true }).nullable(),
    strategies_extracted: z.number(),
    batch: BatchState,
    notes: z.array(z.string()).optional(),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run(input, { ctx, pipeline, signal }) {
    const { trajectory } = await recordTrajectory(ctx, input);
    // A run that was known already may be told only now what had helped it.
    const { retrieval_id = trajectory.retrieval_id } = input;
    const result = await pipeline.learnFrom({ ...trajectory, retrieval_id }, signal);
    const notes = [...result.notes, ...(result.analysis?.note ? [result.analysis.note] : [])];
    const batch = await startDueBatch(ctx, pipeline);
    requestAfterBatch(ctx);
    return {
      trajectory_id: trajectory.id,
      stored: result.stored,
      analysis: result.analysis && {
        ...result.analysis,
        step_attribution: attributionShown(result.analysis.step_attribution),
      },
      abstractability: result.abstractability,
      strategies_extracted: result.strategies_extracted,
      batch,
      ...(notes.length > 0 ? { notes } : {}),
    };
  },
});

export const assessAbstractabilityTool = defineTool({
  name: 'assess_abstractability',
  title: 'Judge whether a run is worth abstracting',
  description:
    'Scores a stored run (trajectory_id) or one given in record_trajectory’s shape (not stored): novelty against memory, generalizability, complexity, how those fared elsewhere who did the same, and why.',
  input: z
    .strictObject({
      trajectory_id: z.string().optional(),
      trajectory: z.record(z.string(), z.unknown()).optional().describe('As for record_trajectory'),
    })
    .refine((args) => (args.trajectory_id === undefined) !== (args.trajectory === undefined), {
      message: 'give exactly one of trajectory_id and trajectory',
    }),
  output: Abstractability,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ trajectory_id, trajectory }, { ctx, pipeline, signal }) {
    if (trajectory_id === undefined)
      return pipeline.extractor.isAbstractable(toTrajectory(ctx, parseGiven(trajectory)), signal);
    const stored = await ctx.memory.trajectories.get(trajectory_id);
    if (!stored)
      throw callerError(
        'unknown_trajectory',
        'No trajectory has this trajectory_id.',
        'Use one that record_trajectory returned.',
      );
    return pipeline.extractor.isAbstractable(stored, signal);
  },
});

function parseGiven(given: unknown): TrajectoryInput {
  const parsed = TrajectoryInput.safeParse(given);
  if (parsed.success) return parsed.data;
  throw callerError(
    'bad_trajectory',
    `trajectory: ${z.prettifyError(parsed.error)}`,
    'It has the shape that record_trajectory takes.',
  );
}
