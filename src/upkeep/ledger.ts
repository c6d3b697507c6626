/**
 * What was forgotten: ids and when, never a word of the text. It is noted before anything goes, so that a forget that was
 * killed can be completed, and read by imports, so that a transcript that still lies on the disk does not bring its run back.
 */
import type { Context } from '../context.ts';
import { contentId } from '../learners/content-id.ts';
import type { Memory } from '../memory/memory.ts';
import type { Forgotten } from '../types.ts';

/** Notes what is about to be forgotten. */
export async function beginForgetting(ctx: Context, ids: string[]): Promise<Forgotten> {
  const at = ctx.now().toISOString();
  const entry: Forgotten = {
    id: contentId('forget', [at, ids]),
    at,
    project: '',
    derived_from: [],
    trust: 1,
    state: 'begun',
    ids: [...ids].sort(),
  };
  await ctx.memory.forgotten.put([entry]);
  return entry;
}

export const endForgetting = (memory: Memory, entry: Forgotten): Promise<void> =>
  memory.forgotten.put([{ ...entry, state: 'done' }]);

/** Everything that was forgotten, oldest first. */
export const forgotten = (memory: Memory): Promise<Forgotten[]> => memory.forgotten.list({ order: 'oldest' });

export const forgottenIds = async (memory: Memory): Promise<Set<string>> =>
  new Set((await forgotten(memory)).flatMap(({ ids }) => ids));

/** Lets these come back: they were asked for again. */
export async function pardon(memory: Memory, ids: Set<string>): Promise<void> {
  const changed = (await forgotten(memory))
    .filter((entry) => entry.ids.some((id) => ids.has(id)))
    .map((entry) => ({ ...entry, ids: entry.ids.filter((id) => !ids.has(id)) }));
  await memory.forgotten.put(changed);
}
