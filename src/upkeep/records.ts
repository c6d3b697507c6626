/** Records of any table: what all have in common, and the walk over them a page at a time. */

import type { Filter } from '../memory/filter.ts';
import { type Memory, TABLES } from '../memory/memory.ts';
import type { Table } from '../memory/table.ts';

export type TableName = (typeof TABLES)[number];

export interface AnyRecord {
  id: string;
  at: string;
  project: string;
  derived_from: string[];
  trust: number;
  [field: string]: unknown;
}

/** What a record was made from; of a fitted model all that it has seen, of which `derived_from` may name a part. */
export const sourcesOf = ({ derived_from, seen }: { derived_from: string[]; seen?: unknown }): string[] =>
  Array.isArray(seen) ? [...new Set([...derived_from, ...seen])] : derived_from;

const AT_ONCE = 100;
/** Ids in one condition. */
export const IDS_AT_ONCE = 500;

export const anyTable = (memory: Memory, name: TableName): Table<AnyRecord> =>
  memory[name] as unknown as Table<AnyRecord>;

/** Every readable record, in order of id; never more than a page of them in memory. */
export async function* eachRecord<T extends { id: string }>(
  table: Table<T>,
  where?: Filter,
): AsyncIterable<T> {
  const ids = (await table.ids({ where })).sort();
  for (const page of pages(ids, AT_ONCE)) {
    const records = await table.list({ where: { id: page } });
    yield* records.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

export function* pages<T>(items: readonly T[], size = IDS_AT_ONCE): Iterable<T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}

/** The records with these ids, whatever tables they are in. */
export async function findRecords(
  memory: Memory,
  ids: string[],
): Promise<Map<string, { table: TableName; record: AnyRecord }>> {
  const found = new Map<string, { table: TableName; record: AnyRecord }>();
  for (const table of TABLES) {
    for (const page of pages(ids)) {
      for (const record of await anyTable(memory, table).list({ where: { id: page } }))
        found.set(record.id, { table, record });
    }
  }
  return found;
}
