/** Stored runs as items, task after task: columns first, then the runs of one task, of which only the facts are kept. */
import type { Context } from '../../context.ts';
import { attemptedOf } from '../../learners/retry-links.ts';
import type { Filter } from '../../memory/filter.ts';
import { revisionOf, taskKey } from '../../memory/memory.ts';
import type { Trajectory } from '../../types.ts';
import { toldOf } from '../examples/told.ts';
import { itemsOf, type Met } from './chains.ts';
import { factsOf, type TaskItems } from './facts.ts';

export type * from './facts.ts';

export interface ItemScope {
  /** Empty: all. */
  projects: string[];
  /** Left out: all tasks. */
  tasks?: ReadonlySet<string> | undefined;
  signal?: AbortSignal | undefined;
}

/** A page of whole runs is in memory at once, and a run may have megabytes. */
const AT_ONCE = 40;
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
  for (const round of roundsOf([...byTask].sort(([a], [b]) => (a < b ? -1 : 1)))) {
    const all = new Map<string, Met>();
    const id = round.flatMap(([, ids]) => ids);
    await meet({ trajectories, met: all, metOf, signal }, { status: 'active', id });
    for (const [task_key, ids] of round) {
      const met = new Map(ids.flatMap((each) => all.get(each) ?? []).map((run) => [run.id, run]));
      await meetElsewhere({ trajectories, met, metOf, signal }, task_key);
      const items = itemsOf(task_key, met);
      const judged = items.filter(({ passed }) => passed !== null);
      const accepted = judged.filter(({ passed }) => passed).length;
      yield { task_key, items, pass: { tried: judged.length, accepted } };
    }
  }
}

/** Tasks of few runs are read together, up to a page: a question to the store costs more than a run. */
function* roundsOf(tasks: [key: string, ids: string[]][]): Iterable<[key: string, ids: string[]][]> {
  let round: [key: string, ids: string[]][] = [];
  let runs = 0;
  for (const task of tasks) {
    if (round.length > 0 && runs + task[1].length > AT_ONCE) {
      yield round;
      round = [];
      runs = 0;
    }
    round.push(task);
    runs += task[1].length;
  }
  if (round.length > 0) yield round;
}

interface Reading {
  trajectories: Context['memory']['trajectories'];
  met: Map<string, Met>;
  metOf: (run: Trajectory) => Met;
  signal: AbortSignal | undefined;
}

/** Reads runs a page at a time and keeps the facts. */
async function meet(reading: Reading, where: Filter & { id: string[] }): Promise<void> {
  const { trajectories, met, metOf, signal } = reading;
  for (let at = 0; at < where.id.length; at += AT_ONCE) {
    signal?.throwIfAborted();
    const page = where.id.slice(at, at + AT_ONCE);
    for (const run of await trajectories.list({ where: { ...where, id: page } })) met.set(run.id, metOf(run));
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
