/**
 * Attempts that follow one another: a run names the one it retries, or shares its workflow and action pair, or its session
 * and task. Found by columns, never by reading a project; bounded; ends at circles and names parents that are not stored.
 */
import { callerError } from '../errors.ts';
import {
  type Attempted,
  attemptedOf,
  type FoundBy,
  type Links,
  linksAmong,
  orderOf,
} from '../learners/retry-links.ts';
import { type Memory, taskKey } from '../memory/memory.ts';
import type { Trajectory } from '../types.ts';
import { pages } from './records.ts';

export type { FoundBy };

export interface ChainedRun extends Pick<Trajectory, 'id' | 'at' | 'started_at' | 'outcome' | 'feedback'> {
  /** The attempt that this one retries; null where none is known. */
  retries: string | null;
  by: FoundBy | null;
}

export interface RetryChain {
  /** Attempts: the first of all, those between, the run itself, and what retried it. Each stands behind the one it retries. */
  runs: ChainedRun[];
  /** Parents that are named and not stored: forgotten, or never recorded here. */
  missing: string[];
  /** The attempts lead back to themselves. */
  circular: boolean;
  /** True when the search ended at its bound. */
  cut: boolean;
}

/** A run without its steps, and what its links are found by. */
interface Run extends Attempted {
  run: Trajectory;
}
interface Link {
  to: Run;
  by: FoundBy;
}

/** Runs looked at for one chain, and of one task or session. */
const MOST_RUNS = 5_000;
const MOST_NEAR = 1_000;
const AT_ONCE = 100;

/**
 * The attempts that a run belongs to. Retries are looked for at the same task and in the same session; `among` names other
 * runs that may be retries, such as those made from it. @throws KnowhowError `unknown_record`.
 */
export async function retryChainOf(memory: Memory, id: string, among: string[] = []): Promise<RetryChain> {
  const known = knownRuns(memory);
  await known.take([id, ...among]);
  const run = known.runs.get(id);
  if (!run) throw unknownRecord();
  const missing = new Set<string>();
  const links = new Map<string, Link | undefined>();
  const linkOf = async (of: Run): Promise<Link | undefined> => {
    if (!links.has(of.id)) links.set(of.id, await known.linkOf(of, missing));
    return links.get(of.id);
  };

  const chain = [run];
  const seen = new Set([id]);
  let circular = false;
  for (let link = await linkOf(run); link !== undefined; link = await linkOf(link.to)) {
    if (seen.has(link.to.id)) {
      circular = true;
      break;
    }
    seen.add(link.to.id);
    chain.unshift(link.to);
  }
  // Only parents of the way up are missed by this chain, not those of runs that were merely looked at.
  const named = new Set(chain.map(({ parent }) => parent));
  for (let level = [run]; level.length > 0; ) {
    const next: Run[] = [];
    for (const one of level) {
      for (const other of await known.mayRetry(one)) {
        if (seen.has(other.id) || (await linkOf(other))?.to.id !== one.id) continue;
        seen.add(other.id);
        named.add(other.parent);
        next.push(other);
      }
    }
    next.sort(orderOf(next));
    chain.push(...next);
    level = next;
  }
  return {
    runs: chain.map(({ id, run: each }) => toldOf(each, links.get(id))),
    missing: [...missing].filter((parent) => named.has(parent)).sort(),
    circular,
    cut: known.cut(),
  };
}

const toldOf = (
  { id, at, started_at, outcome, feedback }: Trajectory,
  link: Link | undefined,
): ChainedRun => ({
  id,
  at,
  ...(started_at === undefined ? {} : { started_at }),
  outcome,
  ...(feedback === undefined ? {} : { feedback }),
  retries: link?.to.id ?? null,
  by: link?.by ?? null,
});

/** Runs as they are met, without their steps: whole runs of a task would not fit. */
function knownRuns({ trajectories }: Memory) {
  const runs = new Map<string, Run>();
  const looked = new Set<string>();
  let cut = false;
  let linked: { of: number; links: Links<Run> } | undefined;

  async function take(ids: string[]): Promise<void> {
    for (const page of pages(
      [...new Set(ids)].filter((id) => !runs.has(id)),
      AT_ONCE,
    )) {
      if (runs.size >= MOST_RUNS) cut = true;
      else
        for (const run of await trajectories.getMany(page))
          runs.set(run.id, {
            ...attemptedOf(run, taskKey(run.project, run.task)),
            run: { ...run, steps: [] },
          });
    }
  }

  async function lookUp(where: Record<string, string>): Promise<void> {
    const name = JSON.stringify(where);
    if (looked.has(name)) return;
    looked.add(name);
    const ids = await trajectories.ids({ where, limit: MOST_NEAR + 1, order: 'newest' });
    if (ids.length > MOST_NEAR) cut = true;
    await take(ids.slice(0, MOST_NEAR));
  }

  /** Links among all that was met, with the runs of the same task and of the same session looked up. */
  async function linksNear({ task_key, session, run }: Run): Promise<Links<Run>> {
    await lookUp({ task_key });
    if (session) await lookUp({ project: run.project, session });
    if (linked?.of !== runs.size) linked = { of: runs.size, links: linksAmong(runs.values()) };
    return linked.links;
  }

  /** What a run retries. Notes its parent where that is not stored. */
  async function linkOf(run: Run, missing: Set<string>): Promise<Link | undefined> {
    if (run.parent !== undefined) {
      await take([run.parent]);
      const parent = runs.get(run.parent);
      if (parent) return { to: parent, by: 'parent' };
      missing.add(run.parent);
    }
    return (await linksNear(run)).linkOf(run);
  }

  const mayRetry = async (run: Run): Promise<Run[]> => (await linksNear(run)).mayRetry(run);

  return { runs, take, linkOf, mayRetry, cut: () => cut };
}

export const unknownRecord = () =>
  callerError(
    'unknown_record',
    'No stored record has this id.',
    'Ids look like traj_…, strat_…, err_…, concept_….',
  );
