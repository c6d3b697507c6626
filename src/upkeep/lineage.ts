/**
 * Lineage: what a record was made from, what was made from it, and the chain of attempts a run belongs to. All of it is
 * the one field `derived_from`; walks are bounded, end at circles, and name parents that are not stored.
 */
import { callerError } from '../errors.ts';
import { type Memory, TABLES } from '../memory/memory.ts';
import type { Trajectory } from '../types.ts';
import { type AnyRecord, anyTable, eachRecord, findRecords, type TableName } from './records.ts';

export interface Relative {
  id: string;
  table: TableName;
  /** Steps away from the record asked about. */
  depth: number;
}

export interface Ancestry {
  found: Relative[];
  /** Named as a source and not stored: forgotten, or never recorded here. */
  missing: string[];
  /** Records met again on the way down from themselves. */
  circular: string[];
  /** The weakest evidence in the lineage, the record itself included. */
  trust: number;
  /** True when the walk ended at its bound. */
  cut: boolean;
}

const MOST_VISITED = 20_000;

/** What a record was made from, and those records from, nearest first. @throws KnowhowError `unknown_record`. */
export async function ancestorsOf(memory: Memory, id: string): Promise<Ancestry> {
  const start = await stored(memory, id);
  const sources = new Map([[id, start.derived_from]]);
  const found: Relative[] = [];
  const missing: string[] = [];
  let trust = start.trust;
  let level = [...new Set(start.derived_from)].filter((source) => source !== id);
  for (let depth = 1; level.length > 0 && sources.size < MOST_VISITED; depth += 1) {
    const records = await findRecords(memory, level);
    missing.push(...level.filter((source) => !records.has(source)));
    for (const { record, table } of records.values()) {
      sources.set(record.id, record.derived_from);
      found.push({ id: record.id, table, depth });
      trust = Math.min(trust, record.trust);
    }
    const next = [...records.values()].flatMap(({ record }) => record.derived_from);
    level = [...new Set(next)].filter((source) => !sources.has(source) && !missing.includes(source));
  }
  return { found, missing, circular: circlesIn(sources, id), trust, cut: level.length > 0 };
}

/** What was made from a record, and from that, nearest first: one pass over all tables. @throws KnowhowError `unknown_record`. */
export async function descendantsOf(memory: Memory, id: string): Promise<Relative[]> {
  await stored(memory, id);
  const made = new Map<string, { id: string; table: TableName }[]>();
  for (const table of TABLES) {
    for await (const record of eachRecord(anyTable(memory, table))) {
      for (const source of record.derived_from) {
        const known = made.get(source) ?? [];
        if (known.length === 0) made.set(source, known);
        known.push({ id: record.id, table });
      }
    }
  }
  const seen = new Set([id]);
  const found: Relative[] = [];
  let level = [id];
  for (let depth = 1; level.length > 0 && found.length < MOST_VISITED; depth += 1) {
    const next = level.flatMap((source) => made.get(source) ?? []).filter(({ id: made }) => !seen.has(made));
    level = [];
    for (const child of next) {
      if (seen.has(child.id)) continue;
      seen.add(child.id);
      found.push({ ...child, depth });
      level.push(child.id);
    }
  }
  return found;
}

export interface RetryChain {
  /** Attempts, oldest first: the first of all, those between, the run itself, and what retried it. */
  runs: Pick<Trajectory, 'id' | 'at' | 'outcome'>[];
  /** The parent that the oldest names and that is not stored. */
  missing: string | null;
  /** The parents lead back to a run of the chain. */
  circular: boolean;
}

/** The attempts that a run belongs to, by `parent`, oldest to newest. @throws KnowhowError `unknown_record`. */
export async function retryChainOf(memory: Memory, id: string): Promise<RetryChain> {
  const run = await memory.trajectories.get(id);
  if (!run) throw unknownRecord();
  const before: Trajectory[] = [];
  const seen = new Set([id]);
  let parent = run.parent;
  let missing: string | null = null;
  while (parent !== undefined && !seen.has(parent) && before.length < MOST_VISITED) {
    seen.add(parent);
    const older: Trajectory | undefined = await memory.trajectories.get(parent);
    if (!older) missing = parent;
    else before.unshift(older);
    parent = older?.parent;
  }
  const after: Trajectory[] = [];
  const retries = new Map<string, Trajectory[]>();
  for await (const other of eachRecord(memory.trajectories, { project: run.project })) {
    if (other.parent === undefined) continue;
    // Only what the chain shows: whole runs of a project would not fit.
    const known = retries.get(other.parent) ?? [];
    known.push({ ...other, steps: [] });
    retries.set(other.parent, known);
  }
  for (let level = [id]; level.length > 0; ) {
    const next = level.flatMap((each) => retries.get(each) ?? []).filter((each) => !seen.has(each.id));
    for (const each of next) seen.add(each.id);
    after.push(...next.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1)));
    level = next.map((each) => each.id);
  }
  return {
    runs: [...before, run, ...after].map(({ id: each, at, outcome }) => ({ id: each, at, outcome })),
    missing,
    circular: parent !== undefined && missing === null,
  };
}

/** When a run took place, as far as it says; else when it was stored. */
export const timeOf = ({ ended_at, started_at, at }: Trajectory): string =>
  new Date(ended_at ?? started_at ?? at).toISOString();

async function stored(memory: Memory, id: string): Promise<AnyRecord> {
  const record = (await findRecords(memory, [id])).get(id)?.record;
  if (!record) throw unknownRecord();
  return record;
}

const unknownRecord = () =>
  callerError(
    'unknown_record',
    'No stored record has this id.',
    'Ids look like traj_…, strat_…, err_…, concept_….',
  );

/** Records from which the walk along the sources comes back to themselves. */
function circlesIn(sources: Map<string, string[]>, start: string): string[] {
  const circles = new Set<string>();
  const done = new Set<string>();
  const way = new Map([[start, [...(sources.get(start) ?? [])]]]);
  for (let id: string | undefined = start; id !== undefined; id = [...way.keys()].at(-1)) {
    const next = way.get(id)?.pop();
    if (next === undefined) {
      way.delete(id);
      done.add(id);
    } else if (way.has(next)) circles.add(next);
    else if (sources.has(next) && !done.has(next)) way.set(next, [...(sources.get(next) ?? [])]);
  }
  return [...circles].sort();
}
