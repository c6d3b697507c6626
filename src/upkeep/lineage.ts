/**
 * Lineage: what a record was made from, and what was made from it. All of it is the one field `derived_from`; walks are
 * bounded, end at circles, and name parents that are not stored. The chain of attempts of a run is in retries.ts.
 */
import { type Memory, TABLES } from '../memory/memory.ts';
import type { Trajectory } from '../types.ts';
import {
  type AnyRecord,
  anyTable,
  eachRecord,
  findRecords,
  pages,
  sourcesOf,
  type TableName,
} from './records.ts';
import { unknownRecord } from './retries.ts';

export { type RetryChain, retryChainOf } from './retries.ts';

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
  const sources = new Map([[id, sourcesOf(start)]]);
  const found: Relative[] = [];
  const missing: string[] = [];
  let trust = start.trust;
  let level = [...new Set(sourcesOf(start))].filter((source) => source !== id);
  for (let depth = 1; level.length > 0 && sources.size < MOST_VISITED; depth += 1) {
    const records = await findRecords(memory, level);
    missing.push(...level.filter((source) => !records.has(source)));
    for (const { record, table } of records.values()) {
      sources.set(record.id, sourcesOf(record));
      found.push({ id: record.id, table, depth });
      trust = Math.min(trust, record.trust);
    }
    const next = [...records.values()].flatMap(({ record }) => sourcesOf(record));
    level = [...new Set(next)].filter((source) => !sources.has(source) && !missing.includes(source));
  }
  return { found, missing, circular: circlesIn(sources, id), trust, cut: level.length > 0 };
}

/** Tables with many records to a run, each made from one run: its column `trajectory`. */
const OF_ONE_RUN: readonly TableName[] = ['experiences', 'attempts', 'writings', 'occurrences', 'exposures'];

/**
 * What was made from a record, and from that, nearest first. What is of one run is looked up; of runs only who retried whom
 * is read, of the other tables all. @throws KnowhowError `unknown_record`.
 */
export async function descendantsOf(memory: Memory, id: string): Promise<Relative[]> {
  await stored(memory, id);
  const made = new Map<string, { id: string; table: TableName }[]>();
  const note = (table: TableName, record: { id: string; derived_from: string[]; seen?: unknown }) => {
    for (const source of sourcesOf(record)) {
      const known = made.get(source) ?? [];
      if (known.length === 0) made.set(source, known);
      known.push({ id: record.id, table });
    }
  };
  const isRun = (await memory.trajectories.count({ id })) > 0;
  if (isRun) for await (const run of eachRetry(memory)) note('trajectories', run);
  for (const table of TABLES) {
    if (table === 'trajectories' || OF_ONE_RUN.includes(table)) continue;
    for await (const record of eachRecord(anyTable(memory, table))) note(table, record);
  }
  const seen = new Set([id]);
  const found: Relative[] = [];
  let level = [id];
  for (let depth = 1; level.length > 0 && found.length < MOST_VISITED; depth += 1) {
    for (const table of isRun ? OF_ONE_RUN : []) {
      for (const page of pages(level))
        for (const record of await anyTable(memory, table).list({ where: { trajectory: page } }))
          note(table, record);
    }
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

/** Characters of runs that are read at once, about. */
const PAGE_CHARS = 8_000_000;

/** Every run that retries another: what names its parent is in the run itself, so all are read, as many at once as fit. */
async function* eachRetry({ trajectories }: Memory): AsyncIterable<Pick<AnyRecord, 'id' | 'derived_from'>> {
  const ids = (await trajectories.ids({})).sort();
  let size = 50;
  for (let at = 0; at < ids.length; ) {
    const page = await trajectories.list({ where: { id: ids.slice(at, at + size) } });
    at += size;
    let chars = 1;
    for (const { id, derived_from, steps } of page) {
      for (const step of steps) chars += 200 + step.observation.length + 2 * step.action.length;
      if (derived_from.length > 0) yield { id, derived_from };
    }
    size = Math.max(50, Math.min(2_000, Math.floor((PAGE_CHARS * page.length) / chars)));
  }
}

/** When a run took place, as far as it says; else when it was stored. */
export const timeOf = ({ ended_at, started_at, at }: Trajectory): string =>
  new Date(ended_at ?? started_at ?? at).toISOString();

async function stored(memory: Memory, id: string): Promise<AnyRecord> {
  const record = (await findRecords(memory, [id])).get(id)?.record;
  if (!record) throw unknownRecord();
  return record;
}

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
