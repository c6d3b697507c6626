/** Who went which way, over all judged attempts of a project: a way is counted wherever it was gone, not where it worked. */
import type { Attempt, Tally } from '../../types.ts';

const MANY_TASKS = 5;

export interface Ways {
  all: Tally;
  byTask: Map<string, Tally>;
  doing: Map<string, Attempt[]>;
  /** The acts of each attempt. */
  acts: Map<string, ReadonlySet<string>>;
  /** Ways asked for before: thousands of routes are few ways. */
  gone: Map<string, Attempt[]>;
}

export function waysOf(attempts: Attempt[]): Ways {
  const judged = attempts.filter(({ success }) => success !== null);
  const acts = new Map(judged.map(({ id, route }) => [id, new Set(route)]));
  const doing = new Map<string, Attempt[]>();
  for (const attempt of judged)
    for (const act of acts.get(attempt.id) ?? []) {
      const known = doing.get(act);
      if (known) known.push(attempt);
      else doing.set(act, [attempt]);
    }
  const byTask = new Map(
    [...Map.groupBy(judged, ({ task_key }) => task_key)].map(([key, same]) => [key, tallyOf(same)]),
  );
  return { all: tallyOf(judged), byTask, doing, acts, gone: new Map() };
}

const tallyOf = (attempts: Attempt[]): Tally => ({
  worked: attempts.filter(({ success }) => success).length,
  tried: attempts.length,
});

export const tasksOf = (attempts: Attempt[]): Set<string> =>
  new Set(attempts.map(({ task_key }) => task_key));

/** What most do, whatever the task, says nothing of this one. */
export const isCommon = (act: string, { doing, all, byTask }: Ways): boolean =>
  byTask.size >= MANY_TASKS && 2 * (doing.get(act)?.length ?? 0) > all.tried;

/** Judged attempts that did all of these acts. */
export function goneBy(wanted: string[], { doing, acts, gone }: Ways): Attempt[] {
  const key = wanted.join('\n');
  const known = gone.get(key);
  if (known) return known;
  const [rarest = []] = wanted.map((act) => doing.get(act) ?? []).sort((a, b) => a.length - b.length);
  const found = rarest.filter(({ id }) => wanted.every((act) => acts.get(id)?.has(act)));
  gone.set(key, found);
  return found;
}

/** How those fared that went otherwise: at the same tasks, and at all. */
export function otherwise(same: Attempt[], { all, byTask }: Ways): Record<'near' | 'all', Tally> {
  const mine = tallyOf(same);
  const without = (tally: Tally) => ({
    worked: tally.worked - mine.worked,
    tried: tally.tried - mine.tried,
  });
  const near = { worked: 0, tried: 0 };
  for (const task of tasksOf(same)) {
    near.worked += byTask.get(task)?.worked ?? 0;
    near.tried += byTask.get(task)?.tried ?? 0;
  }
  return { near: without(near), all: without(all) };
}
