/** Runs put into a real store, and what becomes of them as items and examples. */
import { recordTrajectory } from '../../../src/capture/recorder.ts';
import type { Context } from '../../../src/context.ts';
import { exampleOf, type Made } from '../../../src/training/examples/example.ts';
import { type Item, taskItems } from '../../../src/training/provenance/items.ts';
import { type TrainingExample, type TrajectoryDraft, TrajectoryInput } from '../../../src/types.ts';

export const record = async (ctx: Context, draft: TrajectoryDraft): Promise<string> =>
  (await recordTrajectory(ctx, TrajectoryInput.parse(draft))).trajectory.id;

export async function itemsOf(ctx: Context): Promise<Map<string, { item: Item; made: Made }>> {
  const found = new Map<string, { item: Item; made: Made }>();
  for await (const { items, pass } of taskItems(ctx, { projects: [] }))
    for (const item of items) {
      const run = await ctx.memory.trajectories.get(item.id);
      if (run) found.set(item.id, { item, made: exampleOf(run, item, pass) });
    }
  return found;
}

/** The only run of a store as an example, or why it is none. */
export async function madeOf(ctx: Context, draft: TrajectoryDraft): Promise<Made> {
  const id = await record(ctx, draft);
  return (await itemsOf(ctx)).get(id)?.made ?? { broken: 'not stored' };
}

export const exampleIn = (made: Made | undefined): TrainingExample => {
  if (!made || !('example' in made)) throw new Error(JSON.stringify(made));
  return made.example;
};

let sessions = 0;

/** One answer of a generator, judged by its guard. */
export const attempt = (
  content: string,
  success: boolean | null,
  more: Partial<TrajectoryDraft> = {},
): TrajectoryDraft => {
  sessions += 1;
  return {
    task: { description: 'Write a function that adds two numbers.', id: 'add' },
    steps: [{ action: content, observation: success === false ? '1 failed' : '' }],
    outcome: { success, verdict: { source: success === null ? 'unknown' : 'test' } },
    session: `session-${sessions}`,
    ...more,
  };
};
