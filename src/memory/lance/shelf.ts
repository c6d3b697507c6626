/**
 * One LanceDB table, row by row. Scars, all measured on LanceDB 0.39:
 * - There are no unique keys. Upserts stay single under concurrency only with an unenforced primary key on a non-nullable
 *   id and `mergeInsert(…).useIndex(false)`.
 * - A table is listed a moment before it can be opened, and two creations at once both succeed and lose rows: `exclusive` must
 *   keep creations apart.
 * - `where` has no parameters: conditions come from `filter.ts` only.
 */
import { retryBusy, retryGone } from '../retry.ts';
import type { Page } from '../table.ts';
import { indexText } from './indices.ts';
import type { ArrowTable, Lance } from './library.ts';
import { arrowRows, type Row, type Shape, schemaOf, vectorColumn, vectorColumns } from './schema.ts';
import { addSpace } from './spaces.ts';
import { type Upkeep, upkeep } from './upkeep.ts';

/** LanceDB Cloud hands out names in pages. */
const MOST_TABLES = 1_000;

export interface Space {
  name: string;
  dimensions: number;
}

/** What a search gives back: the columns asked for; `score` is cosine similarity or BM25. */
export interface Found {
  id: string;
  cells: Record<string, string>;
  score: number;
}

export interface Shelf {
  readonly shape: Shape;
  /**
   * Upserts; versions of a lower rank than what is there are left out. One id must come once only. @returns the vector
   * columns in which rows have no vector now: those of other spaces, and the own where an embedder was away.
   */
  merge(rows: Row[]): Promise<string[]>;
  read(columns: string[], condition: string | undefined, page?: Page): Promise<Record<string, unknown>[]>;
  count(condition: string | undefined): Promise<number>;
  nearest(
    vector: Float32Array,
    limit: number,
    condition: string | undefined,
    columns: string[],
  ): Promise<Found[]>;
  matching(words: string, limit: number, condition: string | undefined, columns: string[]): Promise<Found[]>;
  update(condition: string | undefined, values: Record<string, string>): Promise<void>;
  remove(condition: string | undefined): Promise<void>;
  /** Number of the newest version, 0 while there is no table: changes with every commit. */
  version(): Promise<number>;
  /** Folds fragments and old versions and keeps the indices; all of it, or (`byNeed`) only what is due. */
  upkeep(options: Upkeep): Promise<boolean>;
  /** The LanceDB table, or undefined while nobody has written. */
  open(): Promise<Lance.Table | undefined>;
}

/** What a table needs to know of where it lies. */
export interface Surroundings {
  /** Runs creations and changes of the columns one at a time among all processes. */
  exclusive: Exclusive;
  /** Told of a vector column that was added, and is empty. */
  added: (column: string) => void;
  /** Clears away what the creation of the table left when it was cut short. @returns false if it holds a table after all. */
  mend: () => Promise<boolean>;
}

export type Exclusive = <R>(work: () => Promise<R>) => Promise<R>;

const within: Exclusive = (work) => work();

export function openShelf(
  connect: () => Promise<Lance.Connection>,
  shape: Shape,
  space: Space,
  { exclusive, added, mend }: Surroundings,
): Shelf {
  const column = vectorColumn(space);
  let opened: Promise<Lance.Table | undefined> | undefined;
  let schema: ReturnType<typeof schemaOf> | undefined;

  /** `alone` says how to change the table: within a lock that is held, it must not be taken again. */
  async function openExisting(alone: Exclusive): Promise<Lance.Table | undefined> {
    const connection = await connect();
    if (!(await connection.tableNames({ limit: MOST_TABLES })).includes(shape.name)) return undefined;
    const table = await connection.openTable(shape.name).catch(() =>
      // Somebody is creating it, or was killed over it: once nobody is, it can be opened or cleared away.
      alone(async () => {
        try {
          return await connection.openTable(shape.name);
        } catch (error) {
          if (await mend()) return undefined;
          throw error;
        }
      }),
    );
    if (table && shape.searchable && (await addSpace(table, space, alone))) added(column);
    return table;
  }

  async function open(alone: Exclusive = exclusive): Promise<Lance.Table | undefined> {
    opened ??= openExisting(alone);
    const table = await opened.catch((error) => {
      opened = undefined;
      throw error;
    });
    if (!table) opened = undefined;
    return table;
  }

  async function openOrCreate(): Promise<Lance.Table> {
    const existing = await open();
    if (existing) return existing;
    return exclusive(async () => {
      const other = await open(within);
      if (other) return other;
      const created = await (await connect()).createEmptyTable(shape.name, schemaOf(shape, space));
      await indexText(created, shape);
      opened = Promise.resolve(created);
      return created;
    });
  }

  /** By column and not by row: rows of Arrow are proxies, and reading them cell by cell is slow. */
  async function found(
    query: { toArrow(): Promise<ArrowTable> },
    columns: string[],
    scoreOf: (value: number) => number,
  ): Promise<Found[]> {
    const answer = await retryGone(() => query.toArrow());
    const scores = answer.getChild('_distance') ?? answer.getChild('_score');
    const cells = columns.map((name) => [name, answer.getChild(name)] as const);
    return Array.from({ length: answer.numRows }, (_, row) => {
      const values = Object.fromEntries(cells.map(([name, values]) => [name, String(values?.get(row))]));
      return { id: values.id ?? '', cells: values, score: scoreOf(Number(scores?.get(row))) };
    });
  }

  return {
    shape,
    open: () => open(),
    async merge(rows) {
      if (rows.length === 0) return [];
      const table = await openOrCreate();
      // Another space may have been added since: its vectors of these records must be cleared, not left behind.
      schema = (await table.schema()) as ReturnType<typeof schemaOf>;
      const data = arrowRows(rows, schema, column);
      await retryBusy(() =>
        table
          .mergeInsert('id')
          .whenMatchedUpdateAll(shape.ranked ? { where: 'target.rank <= source.rank' } : undefined)
          .whenNotMatchedInsertAll()
          .useIndex(false)
          .execute(data),
      );
      const bare = rows.some(({ vector }) => vector === null);
      return vectorColumns(schema.fields.map(({ name }) => name)).filter((name) => bare || name !== column);
    },
    async read(columns, condition, page = {}) {
      const table = await open();
      if (!table) return [];
      const query = table.query().select(columns);
      if (condition) query.where(condition);
      if (page.order)
        query.orderBy([
          { columnName: 'at', ascending: page.order === 'oldest', nullsFirst: false },
          { columnName: 'id', ascending: true, nullsFirst: false },
        ]);
      if (page.limit !== undefined) query.limit(page.limit);
      if (page.offset) query.offset(page.offset);
      return retryGone(() => query.toArray());
    },
    count: async (condition) => (await open())?.countRows(condition) ?? 0,
    async nearest(vector, limit, condition, columns) {
      const table = await open();
      if (!table) return [];
      const query = table
        .query()
        .nearestTo(vector)
        .column(column)
        .distanceType('cosine')
        // Only an index heeds these. Measured: recall >= .99 at 100k, where the defaults of LanceDB reach .24 to .73.
        .nprobes(40)
        .refineFactor(5)
        .select([...columns, '_distance'])
        .limit(limit);
      if (condition) query.where(condition);
      return found(query, columns, (distance) => 1 - distance);
    },
    async matching(words, limit, condition, columns) {
      const table = await open();
      if (!table) return [];
      const query = table
        .query()
        .fullTextSearch(words, { columns: ['text'] })
        .select([...columns, '_score'])
        .limit(limit);
      if (condition) query.where(condition);
      return found(query, columns, (score) => score);
    },
    async update(condition, values) {
      const table = await open();
      if (table) await retryBusy(() => table.update({ where: condition ?? 'true', values }));
    },
    async remove(condition) {
      const table = await open();
      if (table) await retryBusy(() => table.delete(condition ?? 'true'));
    },
    version: async () => (await open())?.version() ?? 0,
    async upkeep(options) {
      const table = await open();
      return table ? upkeep(table, shape, column, options) : false;
    },
  };
}
