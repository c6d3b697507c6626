/**
 * Which run retries which: the one that it names as its parent, else the one before it at the same step of a workflow, else
 * the one before it in the same session; both at the same task. Pure.
 */
import type { Trajectory } from '../types/run.ts';

/** How it is known that a run retries another: it says so, or both are the same step of a workflow, or of one session. */
export type FoundBy = 'parent' | 'action_pair' | 'session';

/** As much of a run as links need. */
export interface Attempted {
  id: string;
  /** Holds the project: attempts in two projects never have the same. */
  task_key: string;
  parent?: string | undefined;
  workflow?: string | undefined;
  action_pair?: string | undefined;
  session?: string | undefined;
  /** Its number among the attempts, where its source counts them. */
  number?: number | undefined;
  /** When it began, and when it was stored: ISO 8601 with any zone. */
  began: string;
  at: string;
}

export interface Link<T extends Attempted = Attempted> {
  to: T;
  by: FoundBy;
}

export interface Links<T extends Attempted> {
  /** What a run retries; undefined for a first attempt. Links by parent may lead round. */
  linkOf(run: T): Link<T> | undefined;
  /** The runs that name it as parent, or are alike: all that may retry it, and some that do not. */
  mayRetry(run: T): T[];
}

export function attemptedOf(run: Trajectory, task_key: string): Attempted {
  const { id, parent, workflow, action_pair, session, metadata, started_at, ended_at, at } = run;
  const number = metadata?.attempt ?? metadata?.trial;
  const counted = typeof number === 'number' && Number.isInteger(number) && number >= 0;
  return {
    id,
    task_key,
    parent,
    workflow,
    action_pair,
    session,
    ...(counted ? { number } : {}),
    began: started_at ?? ended_at ?? at,
    at,
  };
}

/** The links among these runs; a parent that is not among them does not count. Near-linear. */
export function linksAmong<T extends Attempted>(runs: Iterable<T>): Links<T> {
  const byId = new Map<string, T>();
  const retried = new Map<string, T[]>();
  const groups = new Map<string, T[]>();
  for (const run of runs) {
    byId.set(run.id, run);
    if (run.parent !== undefined) push(retried, run.parent, run);
    for (const by of ALIKE) {
      const key = placeOf(run, by);
      if (key !== undefined) push(groups, key, run);
    }
  }
  const places = new Map<string, { sorted: T[]; nth: Map<string, number> }>();
  const sortedGroup = (key: string) => {
    const known = places.get(key);
    if (known) return known;
    const alike = groups.get(key) ?? [];
    const sorted = alike.toSorted(orderOf(alike));
    const place = { sorted, nth: new Map(sorted.map(({ id }, nth) => [id, nth])) };
    places.set(key, place);
    return place;
  };

  /** All that lead to a run by their parents: whatever the clock says, they came later. */
  function comeFrom(run: T): Set<string> {
    const found = new Set<string>();
    for (let level = [run]; level.length > 0; ) {
      const next = level.flatMap(({ id }) => retried.get(id) ?? []).filter(({ id }) => !found.has(id));
      for (const { id } of next) found.add(id);
      level = next;
    }
    return found;
  }

  function linkOf(run: T): Link<T> | undefined {
    const parent = run.parent === undefined ? undefined : byId.get(run.parent);
    if (parent) return { to: parent, by: 'parent' };
    let later: Set<string> | undefined;
    for (const by of ALIKE) {
      const key = placeOf(run, by);
      if (key === undefined) continue;
      const { sorted, nth } = sortedGroup(key);
      for (let i = (nth.get(run.id) ?? 0) - 1; i >= 0; i -= 1) {
        const to = sorted[i] as T;
        later ??= comeFrom(run);
        if (!later.has(to.id)) return { to, by };
      }
    }
    return undefined;
  }

  const mayRetry = (run: T): T[] => {
    const alike = ALIKE.flatMap((by) => groups.get(placeOf(run, by) ?? '') ?? []);
    return [...new Set([...(retried.get(run.id) ?? []), ...alike])].filter(({ id }) => id !== run.id);
  };

  return { linkOf, mayRetry };
}

const ALIKE = ['action_pair', 'session'] as const;

/** Equal for runs that are alike. */
function placeOf({ task_key, workflow, action_pair, session }: Attempted, by: (typeof ALIKE)[number]) {
  if (by === 'session') return session ? JSON.stringify([task_key, session]) : undefined;
  // Without a workflow that tells them apart, two sessions at one step are two chains, however they interleave.
  const within = workflow === undefined ? ['session', session ?? null] : ['workflow', workflow];
  return action_pair ? JSON.stringify([task_key, action_pair, within]) : undefined;
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** By number of attempt where all have one, else by when they began; what began together by when it was stored, then by id. */
export function orderOf(runs: Attempted[]): (a: Attempted, b: Attempted) => number {
  const numbered = runs.every(({ number }) => number !== undefined);
  const instants = new Map<string, number>();
  const instant = (at: string): number => {
    const known = instants.get(at) ?? Date.parse(at);
    instants.set(at, known);
    return known;
  };
  return (a, b) =>
    (numbered ? (a.number ?? 0) - (b.number ?? 0) : 0) ||
    instant(a.began) - instant(b.began) ||
    instant(a.at) - instant(b.at) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The ids that a run names as its parent, that one as its own, and so on; ends where they lead round. */
export function* parentsOf(
  run: Pick<Attempted, 'id' | 'parent'>,
  parentOf: (id: string) => string | undefined,
): Iterable<string> {
  const seen = new Set([run.id]);
  for (let at = run.parent; at !== undefined && !seen.has(at); at = parentOf(at)) {
    yield at;
    seen.add(at);
  }
}
