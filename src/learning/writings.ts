/** Code that runs wrote, in the memory, and the part of it that a concept could be found in. */
import type { Context } from '../context.ts';
import { taskKey } from '../memory/memory.ts';
import type { Trajectory, Writing } from '../types.ts';
import { nothingSeen, writingsOf } from './code/writings.ts';

/** Writings of a project that are looked at: the newest. */
export const MOST_WRITINGS = 50_000;
/** From a new writing to those like it, and from them to those like them. */
const HOPS = 2;

/** Notes what runs wrote; what a shorter version of them had written otherwise goes. Doing it twice changes nothing. */
export async function noteWritings(ctx: Context, runs: Trajectory[], signal?: AbortSignal): Promise<void> {
  const found: Writing[] = [];
  // Attempts at one task often write the very same file.
  const seen = nothingSeen();
  for (const run of runs) {
    signal?.throwIfAborted();
    found.push(...(await writingsOf(run, taskKey(run.project, run.task), run.at, seen)));
  }
  const standing = await ctx.memory.writings.ids({ where: { trajectory: runs.map(({ id }) => id) } });
  const ids = new Set(found.map(({ id }) => id));
  const gone = standing.filter((id) => !ids.has(id));
  await ctx.memory.writings.put(found);
  if (gone.length > 0) await ctx.memory.writings.remove({ id: gone });
}

export interface Neighbourhood {
  writings: Writing[];
  /** Ids of those that the runs wrote; only concepts that one of them belongs to are whole. */
  about: Set<string>;
}

/** What these runs wrote, with all that could be one concept with it; empty when they wrote nothing. */
export async function writingsAround(ctx: Context, project: string, runs: string[]): Promise<Neighbourhood> {
  const { writings } = ctx.memory;
  const page = { where: { project }, order: 'newest' as const, limit: MOST_WRITINGS };
  const writers = await writings.cells('trajectory', page);
  const wanted = new Set(runs);
  const about = new Set([...writers].filter(([, run]) => wanted.has(run)).map(([id]) => id));
  if (about.size === 0) return { writings: [], about };
  const buckets = new Map(
    [...(await writings.cells('buckets', page))].map(([id, keys]) => [id, keys.split(' ')]),
  );
  const within = new Set(about);
  for (let hop = 0; hop < HOPS && within.size < buckets.size; hop += 1) {
    const keys = new Set([...within].flatMap((id) => buckets.get(id) ?? []));
    for (const [id, own] of buckets) if (own.some((key) => keys.has(key))) within.add(id);
  }
  return { writings: await writings.getMany([...within]), about };
}
