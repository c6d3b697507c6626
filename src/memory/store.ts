/**
 * The only file that knows LanceDB. A table holds one kind of record: lifted columns for what is filtered, sorted or
 * searched, and the whole record as JSON.
 *
 * Scars, all measured on LanceDB 0.39:
 * - There are no unique keys. Upserts stay single under concurrency only with an unenforced primary key on a
 *   non-nullable id and `mergeInsert(…).useIndex(false)`.
 * - Without `readConsistencyInterval: 0` a process never sees another one's writes.
 * - Every commit makes a fragment and a version that slow each search: writes that wait are committed together, and
 *   tables are compacted by need.
 * - `where` has no parameters: values go through one quoting function, columns come from the table's own list.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type * as Lance from '@lancedb/lancedb';
import { badRecord } from '../errors.ts';
import { words } from '../learners/words.ts';
import type { Embedder } from '../llm/ports.ts';
import { assertColumn, sql } from './filter.ts';
import { groupCommits } from './group-commits.ts';
import { withLock } from './lock.ts';
import { assertVector, newestOf, rowOf } from './rows.ts';
import { retryBusy, storeErrors } from './store-errors.ts';
import type { Page, Table, TableSpec } from './table.ts';

process.env.LANCEDB_LOG ??= 'error';
// LanceDB checks Arrow types by identity, so both must come from the same (CommonJS) copy.
const require = createRequire(import.meta.url);
const lance = require('@lancedb/lancedb') as typeof Lance;
const arrow = require('apache-arrow') as typeof import('apache-arrow');

export interface Store {
  table<T extends { id: string; at: string; project: string }>(spec: TableSpec<T>): Table<T>;
  close(): Promise<void>;
}

const COMMITS_BEFORE_COMPACTION = 64;
const IDS_PER_QUERY = 500;

/** Opens (or creates, on first write) the store in `directory`. @throws KnowhowError `store_*`, see store-errors. */
export async function openStore(directory: string, embedder: Embedder): Promise<Store> {
  const connection = await storeErrors(directory, () =>
    lance.connect(directory, {
      readConsistencyInterval: 0,
      storageOptions: { new_table_enable_stable_row_ids: 'true' },
    }),
  );
  const background = new Set<Promise<unknown>>();
  return {
    table: (spec) => createTable(connection, directory, embedder, spec, background),
    async close() {
      while (background.size > 0) {
        await Promise.allSettled(background);
        await nextTurn();
      }
      connection.close();
    },
  };
}

function createTable<T extends { id: string; at: string; project: string }>(
  connection: Lance.Connection,
  directory: string,
  embedder: Embedder,
  spec: TableSpec<T>,
  background: Set<Promise<unknown>>,
): Table<T> {
  const { rank } = spec;
  const lifted = {
    id: rowOf<T>('id'),
    at: rowOf<T>('at'),
    project: rowOf<T>('project'),
    ...spec.columns,
    ...(rank ? { rank } : {}),
  };
  const schema = arrowSchema(lifted, spec.text ? embedder.dimensions : 0);
  // LanceDB must not be closed under a running call, so each is known until it has ended.
  const guard = <R>(work: () => Promise<R>): Promise<R> => {
    const running = storeErrors(directory, work);
    background.add(running);
    void running.catch(() => undefined).finally(() => background.delete(running));
    return running;
  };
  const creating = join(directory, `${spec.name}.create.lock`);
  let opened: Promise<Lance.Table | undefined> | undefined;
  let commits = 0;

  // A table is listed a moment before it can be opened: while another process creates it, it is not there yet.
  const openExisting = () =>
    connection
      .openTable(spec.name)
      .catch(() => (existsSync(creating) ? undefined : connection.openTable(spec.name)));

  /** The table, or undefined while nobody has written to it. */
  async function open(): Promise<Lance.Table | undefined> {
    opened ??= connection
      .tableNames()
      .then((names) => (names.includes(spec.name) ? openExisting() : undefined));
    const table = await opened.catch((error) => {
      opened = undefined;
      throw error;
    });
    if (!table) opened = undefined;
    return table;
  }

  /** Two processes that create one table at once would each see their own: one does it, the others wait. */
  async function openOrCreate(): Promise<Lance.Table> {
    for (;;) {
      const existing = await open();
      if (existing) return existing;
      const locked = await withLock(creating, async () => (await open()) ?? create());
      if (locked.held) return locked.value;
      await sleep(20);
    }
  }

  async function create(): Promise<Lance.Table> {
    const created = await connection.createEmptyTable(spec.name, schema);
    await indexText(created);
    opened = Promise.resolve(created);
    return created;
  }

  /** Search works without it, more slowly; a process killed while creating the table leaves it to the next compaction. */
  async function indexText(table: Lance.Table): Promise<void> {
    if (!spec.text || (await table.listIndices()).length > 0) return;
    // An Index object can be used once only, so each try makes its own; others may be writing already.
    const index = () => lance.Index.fts({ withPosition: false, stem: true, removeStopWords: true });
    await retryBusy(() => table.createIndex('text', { config: index(), replace: false }));
  }

  async function commit(records: T[]): Promise<void> {
    const newest = newestOf(records, rank);
    const texts = spec.text ? newest.map(spec.text) : [];
    const vectors = spec.text ? await embedder.embed(texts) : [];
    for (const vector of vectors) assertVector(vector, embedder.dimensions);
    const rows = newest.map((record, i) => ({
      ...Object.fromEntries(Object.entries(lifted).map(([column, read]) => [column, read(record)])),
      record: JSON.stringify(record),
      ...(spec.text ? { text: words(texts[i] ?? '').join(' '), vector: vectors[i] } : {}),
    }));
    const table = await openOrCreate();
    await retryBusy(() =>
      table
        .mergeInsert('id')
        .whenMatchedUpdateAll(rank ? { where: 'target.rank <= source.rank' } : undefined)
        .whenNotMatchedInsertAll()
        .useIndex(false)
        .execute(lance.makeArrowTable(rows, { schema })),
    );
    commits += 1;
    if (commits % COMMITS_BEFORE_COMPACTION === 0) {
      // In the background: close() waits for it.
      void self.compact().catch(() => undefined);
    }
  }

  const parse = (row: { id: string; record: string }): T => {
    const parsed = spec.schema.safeParse(JSON.parse(row.record));
    if (parsed.success) return parsed.data;
    throw badRecord('bad_record', `Record ${row.id} of table ${spec.name} does not have the expected shape.`);
  };
  /** For what walks many records: one that cannot be read hides no other. Asked for by id it is named; see doctor. */
  const readable = (row: { id: string; record: string }): T[] => {
    const parsed = spec.schema.safeParse(JSON.parse(row.record));
    return parsed.success ? [parsed.data] : [];
  };

  async function read<R>(page: Page, columns: string[], each: (row: never) => R): Promise<R[]> {
    const table = await open();
    if (!table) return [];
    const query = table.query().select(columns);
    const condition = sql(page.where, lifted);
    if (condition) query.where(condition);
    if (page.order)
      query.orderBy([
        { columnName: 'at', ascending: page.order === 'oldest', nullsFirst: false },
        { columnName: 'id', ascending: true, nullsFirst: false },
      ]);
    if (page.limit !== undefined) query.limit(page.limit);
    if (page.offset) query.offset(page.offset);
    return (await query.toArray()).map((row) => each(row as never));
  }

  const group = groupCommits(commit);
  const self: Table<T> = {
    put: (records) => (records.length === 0 ? Promise.resolve() : guard(() => group(records))),
    async get(id) {
      return (await self.getMany([id]))[0];
    },
    getMany: (ids) =>
      guard(async () => {
        const found: T[] = [];
        for (let i = 0; i < ids.length; i += IDS_PER_QUERY) {
          const page = { where: { id: ids.slice(i, i + IDS_PER_QUERY) } };
          found.push(...(await read(page, ['id', 'record'], parse)));
        }
        const byId = new Map(found.map((record) => [record.id, record]));
        return ids.flatMap((id) => byId.get(id) ?? []);
      }),
    list: (page = {}) => guard(async () => (await read(page, ['id', 'at', 'record'], readable)).flat()),
    ids: (page = {}) => guard(() => read(page, ['id', 'at'], (row: { id: string }) => row.id)),
    count: (where) => guard(async () => (await open())?.countRows(sql(where, lifted)) ?? 0),
    tally: (column, where) =>
      guard(async () => {
        const counts = new Map<string, number>();
        assertColumn(column, lifted);
        for (const value of await read({ where }, [column], (row) => String(row[column]))) {
          counts.set(value, (counts.get(value) ?? 0) + 1);
        }
        return counts;
      }),
    nearest: (vector, limit, where) =>
      guard(async () => {
        const table = await open();
        if (!table || limit < 1) return [];
        assertVector(vector, embedder.dimensions);
        const query = table
          .query()
          .nearestTo(vector)
          .distanceType('cosine')
          .select(['id', 'record', '_distance']);
        const condition = sql(where, lifted);
        if (condition) query.where(condition);
        const rows = await query.limit(limit).toArray();
        return rows.flatMap((row) =>
          readable(row).map((record) => ({ record, score: 1 - Number(row._distance) })),
        );
      }),
    matching: (query, limit, where) =>
      guard(async () => {
        const table = await open();
        const text = [...new Set(words(query))].slice(0, 200).join(' ');
        if (!table || limit < 1 || text === '') return [];
        const search = table
          .query()
          .fullTextSearch(text, { columns: ['text'] })
          .select(['id', 'record', '_score']);
        const condition = sql(where, lifted);
        if (condition) search.where(condition);
        const rows = await search.limit(limit).toArray();
        return rows.flatMap((row) => readable(row).map((record) => ({ record, score: Number(row._score) })));
      }),
    mark: (where, values) =>
      guard(async () => {
        for (const column of Object.keys(values)) assertColumn(column, lifted);
        const table = await open();
        if (table) await retryBusy(() => table.update({ where: sql(where, lifted) ?? 'true', values }));
      }),
    remove: (where) =>
      guard(async () => {
        const table = await open();
        if (table) await retryBusy(() => table.delete(sql(where, lifted) ?? 'true'));
      }),
    compact: () =>
      guard(async () => {
        const table = await open();
        if (!table) return;
        // One process at a time; whoever comes second leaves it to the first.
        await withLock(join(directory, `${spec.name}.compact.lock`), async () => {
          await indexText(table);
          await retryBusy(() => table.optimize({ cleanupOlderThan: new Date() }));
        });
      }),
    figures: () =>
      guard(async () => {
        const table = await open();
        if (!table) return { rows: 0, bytes: 0, fragments: 0, versions: 0 };
        const stats = await table.stats();
        const versions = (await table.listVersions()).length;
        return {
          rows: stats.numRows,
          bytes: stats.totalBytes,
          fragments: stats.fragmentStats.numFragments,
          versions,
        };
      }),
  };
  return self;
}

function arrowSchema(lifted: object, dimensions: number) {
  const { Schema, Field, Utf8, FixedSizeList, Float32 } = arrow;
  // The primary key is declared in the schema itself, so that no process can ever write before it is set.
  const key = new Map([['lance-schema:unenforced-primary-key', 'true']]);
  const fields = Object.keys(lifted).map(
    (name) => new Field(name, new Utf8(), false, name === 'id' ? key : undefined),
  );
  fields.push(new Field('record', new Utf8(), false));
  if (dimensions > 0) {
    fields.push(new Field('text', new Utf8(), false));
    const vector = new FixedSizeList(dimensions, new Field('item', new Float32(), true));
    fields.push(new Field('vector', vector, false) as never);
  }
  return new Schema(fields);
}
