/** What a table of the store offers, and what it must be told about its records. */
import type { z } from 'zod';
import type { Cell, Filter } from './filter.ts';

export interface TableSpec<T> {
  name: string;
  schema: z.ZodType<T>;
  /** Lifted columns beside `id`, `at` and `project`. */
  columns?: Record<string, (record: T) => Cell>;
  /** Orders the versions of a record, as text: one of a lower rank never replaces one of a higher. Without it the later does. */
  rank?: (record: T) => string;
  /** What the record is found by, in words and in meaning. Without it the table cannot be searched. */
  text?: (record: T) => string;
}

export interface Hit<T> {
  record: T;
  /** Vector search: cosine similarity, -1..1. Keyword search: BM25, >= 0. */
  score: number;
}

/** What the columns of a record say, without the record: for weighing many of which few are read. */
export interface Sketch {
  id: string;
  /** The lifted columns that were asked for. */
  cells: Record<string, string>;
  /** What it is found by, as keyword search sees it: words in lower case, a space between. */
  words: string;
  score: number;
}

export interface Page {
  where?: Filter;
  limit?: number;
  offset?: number;
  order?: 'newest' | 'oldest';
}

export interface TableFigures {
  rows: number;
  /** Of these, acknowledged and waiting in the journal. */
  waiting: number;
  /** Without a vector of the active embedder yet: found by words only. */
  unembedded: number;
  bytes: number;
  fragments: number;
  versions: number;
  /** When fragments were last folded; undefined when never, or nobody knows. */
  folded_at?: string;
  /** Columns that have an index. */
  indices: string[];
}

export interface Table<T> {
  /** Writes records, replacing those with the same id. Resolves once they are durable and every process sees them. */
  put(records: T[]): Promise<void>;
  get(id: string): Promise<T | undefined>;
  getMany(ids: string[]): Promise<T[]>;
  list(page?: Page): Promise<T[]>;
  ids(page?: Page): Promise<string[]>;
  count(where?: Filter): Promise<number>;
  /** The value of one lifted column by id, without the records. */
  cells(column: string, page?: Page): Promise<Map<string, string>>;
  /** Counts by the values of one lifted column. */
  tally(column: string, where?: Filter): Promise<Map<string, number>>;
  nearest(vector: Float32Array, limit: number, where?: Filter): Promise<Hit<T>[]>;
  matching(query: string, limit: number, where?: Filter): Promise<Hit<T>[]>;
  /** As `nearest`, with these lifted columns in place of the record. */
  nearestSketches(vector: Float32Array, limit: number, where: Filter, columns: string[]): Promise<Sketch[]>;
  matchingSketches(query: string, limit: number, where: Filter, columns: string[]): Promise<Sketch[]>;
  /** Sets lifted columns (not the record) of all rows that match. */
  mark(where: Filter, values: Record<string, string>): Promise<void>;
  remove(where: Filter): Promise<void>;
  /** Moves what waits into the table, folds fragments and old versions, keeps the indices. */
  compact(): Promise<void>;
  /** As `compact`, and nothing of removed or replaced rows stays on the disk. Rewrites the table. */
  purge(): Promise<void>;
  /** Embeds rows that have no vector of the active embedder. @returns how many were embedded. */
  embedMissing(signal?: AbortSignal): Promise<number>;
  figures(): Promise<TableFigures>;
}
