/** The searches that a question costs Knowhow, written down, and asked of LanceDB itself. */
import type * as Lance from '@lancedb/lancedb';
import { words } from '../../src/learners/words.ts';
import { type Filter, sql } from '../../src/memory/filter.ts';
import { lance } from '../../src/memory/lance/library.ts';
import { vectorColumn } from '../../src/memory/lance/schema.ts';
import type { Memory } from '../../src/memory/memory.ts';
import type { Table } from '../../src/memory/table.ts';

export type Search =
  | { table: string; kind: 'vector'; vector: Float32Array; limit: number; where?: Filter; columns: string[] }
  | { table: string; kind: 'words'; query: string; limit: number; where?: Filter; columns: string[] }
  | { table: string; kind: 'tally'; column: string; where?: Filter }
  | { table: string; kind: 'ids'; ids: string[] };

const SEARCHED = ['trajectories', 'strategies', 'concepts', 'error_patterns', 'experiences'] as const;

/** What Knowhow reads of a hit, unless it asks for columns. */
const WHOLE = ['id', 'record'];

/** The same memory; every search over it is noted in `seen`. */
export function noting(memory: Memory, seen: Search[]): Memory {
  const noted = { ...memory };
  for (const name of SEARCHED) {
    const table = memory[name] as unknown as Table<{ id: string }>;
    Object.assign(noted, {
      [name]: {
        ...table,
        nearest: (vector: Float32Array, limit: number, where?: Filter) => {
          seen.push({ table: name, kind: 'vector', vector, limit, where, columns: WHOLE });
          return table.nearest(vector, limit, where);
        },
        matching: (query: string, limit: number, where?: Filter) => {
          seen.push({ table: name, kind: 'words', query, limit, where, columns: WHOLE });
          return table.matching(query, limit, where);
        },
        nearestSketches: (vector: Float32Array, limit: number, where: Filter, columns: string[]) => {
          seen.push({
            table: name,
            kind: 'vector',
            vector,
            limit,
            where,
            columns: ['id', ...columns, 'text'],
          });
          return table.nearestSketches(vector, limit, where, columns);
        },
        matchingSketches: (query: string, limit: number, where: Filter, columns: string[]) => {
          seen.push({ table: name, kind: 'words', query, limit, where, columns: ['id', ...columns, 'text'] });
          return table.matchingSketches(query, limit, where, columns);
        },
        tally: (column: string, where?: Filter) => {
          seen.push({ table: name, kind: 'tally', column, where });
          return table.tally(column, where);
        },
        getMany: (ids: string[]) => {
          if (ids.length > 0) seen.push({ table: name, kind: 'ids', ids });
          return table.getMany(ids);
        },
      },
    });
  }
  return noted;
}

/** Any column may be named here: what is replayed was checked when it was first asked. */
const ANY = new Proxy({}, { getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }) });

export interface Raw {
  /** Asks everything at once, as Knowhow does. @returns how many rows came. */
  ask(searches: Search[]): Promise<number>;
  close(): void;
}

export async function openRaw(data: string, memory: Memory): Promise<Raw> {
  const connection = await lance().connect(data, { readConsistencyInterval: 0 });
  const names = await connection.tableNames();
  const tables = new Map<string, Lance.Table>();
  for (const name of names) tables.set(name, await connection.openTable(name));
  const column = vectorColumn(memory.embedder);
  const one = async (search: Search): Promise<number> => {
    const table = tables.get(search.table);
    if (!table) return 0;
    if (search.kind === 'ids')
      return (
        await table
          .query()
          .where(sql({ id: search.ids }, ANY) ?? 'true')
          .toArray()
      ).length;
    if (search.kind === 'tally') {
      const query = table.query().select([search.column]);
      const condition = sql(search.where, ANY);
      if (condition) query.where(condition);
      return (await query.toArray()).length;
    }
    const query =
      search.kind === 'vector'
        ? table
            .query()
            .nearestTo(search.vector)
            .column(column)
            .distanceType('cosine')
            .nprobes(40)
            .refineFactor(5)
        : table
            .query()
            .fullTextSearch([...new Set(words(search.query))].slice(0, 200).join(' '), { columns: ['text'] });
    const condition = sql(search.where, ANY);
    if (condition) query.where(condition);
    const rows = await query
      .select([...search.columns, search.kind === 'vector' ? '_distance' : '_score'])
      .limit(search.limit)
      .toArray();
    return rows.length;
  };
  return {
    ask: async (searches) => (await Promise.all(searches.map(one))).reduce((sum, rows) => sum + rows, 0),
    close: () => connection.close(),
  };
}
