/** Stored runs as items, task after task: columns first, then the runs of one task, of which only the facts are kept. */
import type { Context } from '../../context.ts';
import { attemptedOf } from '../../learners/retry-links.ts';
import { roundsOf } from '../../learners/rounds.ts';
import type { Filter } from '../../memory/filter.ts';
import { revisionOf, taskKey } from '../../memory/memory.ts';
import type { Trajectory } from '../../types.ts';
import { toldOf } from '../examples/told.ts';
import { itemsOf, type Met } from './chains.ts';
import { factsOf, type TaskItems } from './facts.ts';
import { createPaging, PAGE_CHARS, type Paging } from './paging.ts';

export type * from './facts.ts';

export interface ItemScope {
  /** Empty: all. */
  projects: string[];
  /** Left out: all tasks. */
  tasks?: ReadonlySet<string> | undefined;
  signal?: AbortSignal | undefined;
}

/** Attempts of other tasks that one task's chains are followed through, and of one other task. */
const MOST_ELSEWHERE = 2_000;
const MOST_NEAR = 1_000;

/** The runs that may be items: those that were undone are none. */
export const itemFilter = (projects: string[]): Filter => ({
  status: 'active',
  project: projects.length === 0 ? undefined : projects,
});

/** In order of key; one task in memory at a time, or a page of small ones. A run that cannot be read is left out. */
export async function* taskItems(
  ctx: Context,
  { projects, tasks, signal }: ItemScope,
): AsyncIterable<TaskItems> {
  const { trajectories } = ctx.memory;
  const where = itemFilter(projects);
  const [keys, revisions] = await Promise.all([
    trajectories.cells('task_key', { where }),
    trajectories.cells('revision', { where }),
  ]);
  const byTask = new Map<string, string[]>();
  for (const [id, key] of keys) {
    if (tasks && !tasks.has(key)) continue;
    const ids = byTask.get(key);
    if (ids) ids.push(id);
    else byTask.set(key, [id]);
  }
  const metOf = (run: Trajectory): Met => {
    const key = keys.get(run.id) ?? taskKey(run.project, run.task);
    const facts = factsOf(run, toldOf(run), key, revisions.get(run.id) ?? revisionOf(run));
    return { ...attemptedOf(run, key), facts };
  };
  const paging = createPaging();
  const sorted = [...byTask].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const round of roundsOf(sorted, ([, ids]) => ids.length, paging.size)) {
    const all = new Map<string, Met>();
    const whole = new Map<string, Trajectory>();
    const id = round.flatMap(([, ids]) => ids);
    await meet({ trajectories, paging, met: all, whole, metOf, signal }, { status: 'active', id });
    for (const [task_key, ids] of round) {
      const met = new Map(ids.flatMap((each) => all.get(each) ?? []).map((run) => [run.id, run]));
      await meetElsewhere({ trajectories, paging, met, metOf, signal }, task_key);
      const items = itemsOf(task_key, met);
      const judged = items.filter(({ passed }) => passed !== null);
      const accepted = judged.filter(({ passed }) => passed).length;
      const runs = new Map(ids.flatMap((each) => entryOf(whole, each)));
      yield { task_key, items, pass: { tried: judged.length, accepted }, runs };
    }
  }
}

const entryOf = <V>(map: ReadonlyMap<string, V>, key: string): [string, V][] => {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
};

interface Reading {
  trajectories: Context['memory']['trajectories'];
  paging: Paging;
  met: Map<string, Met>;
  /** Takes the runs themselves, as long as they are together no more than a page. */
  whole?: Map<string, Trajectory>;
  metOf: (run: Trajectory) => Met;
  signal: AbortSignal | undefined;
}

/** Reads runs a page at a time and keeps the facts. */
async function meet(reading: Reading, where: Filter & { id: string[] }): Promise<void> {
  const { trajectories, paging, met, whole, metOf, signal } = reading;
  let room = PAGE_CHARS;
  for (let at = 0; at < where.id.length; ) {
    signal?.throwIfAborted();
    const page = where.id.slice(at, at + paging.size());
    at += page.length;
    const runs = await trajectories.list({ where: { ...where, id: page } });
    room -= paging.note(runs);
    for (const run of runs) {
      met.set(run.id, metOf(run));
      if (room >= 0) whole?.set(run.id, run);
    }
  }
}

/**
 * Attempts before those of a task that lie in other tasks of its project: what they name as parents, what those name, and where
 * one names none, what is alike at its own task. What another project holds is no ancestor.
 */
async function meetElsewhere(reading: Reading, task_key: string): Promise<void> {
  const { trajectories, met } = reading;
  const own = met.size;
  const [first] = met.values();
  const where = { status: 'active', project: first?.facts.project };
  const asked = new Set<string>();
  const looked = new Set([task_key]);
  const unread = () => [...met.values()].filter((run) => isFirst(run) && !looked.has(run.task_key));
  while (met.size - own < MOST_ELSEWHERE) {
    const named = new Set([...met.values()].flatMap(({ parent }) => parent ?? []));
    const id = [...named].filter((each) => !met.has(each) && !asked.has(each)).slice(0, MOST_ELSEWHERE);
    const tasks = new Set(unread().map((run) => run.task_key));
    if (id.length === 0 && tasks.size === 0) return;
    for (const each of id) asked.add(each);
    await meet(reading, { ...where, id });
    for (const key of tasks) {
      looked.add(key);
      const at = { ...where, task_key: key };
      const near = await trajectories.ids({ where: at, limit: MOST_NEAR + 1, order: 'newest' });
      await meet(reading, { ...where, id: near.slice(0, MOST_NEAR).filter((each) => !met.has(each)) });
      if (near.length > MOST_NEAR) for (const run of met.values()) if (run.task_key === key) run.cut = true;
    }
  }
  for (const run of unread()) run.cut = true;

  /** Nothing tells what it retries but what is alike. */
  function isFirst({ parent, action_pair, session }: Met): boolean {
    const gone = parent === undefined || (asked.has(parent) && !met.has(parent));
    return gone && Boolean(action_pair ?? session);
  }
}
