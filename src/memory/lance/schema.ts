/** The columns of a table: lifted ones, the record as JSON, its words, and one vector column per embedding space. */
import { createHash } from 'node:crypto';
import type { Embedder } from '../../llm/ports.ts';
import { arrow, lance } from './library.ts';

/** A record as it lies in a table. */
export interface Row {
  id: string;
  /** Lifted columns, `id` among them. */
  cells: Record<string, string>;
  /** The whole record as JSON. */
  record: string;
  /** Its words, identifiers split, as keyword search sees them; null where the table cannot be searched. */
  words: string | null;
  /** null until it could be embedded. */
  vector: Float32Array | null;
}

const VECTOR = 'vector_';

/**
 * The vector column of an embedder's space. Each space has a column of its own, so vectors of two never mix; a change of embedder
 * adds a column, which is filled in the background.
 */
export function vectorColumn({ name }: Pick<Embedder, 'name'>): string {
  const plain = VECTOR + name.toLowerCase().replace(/[^a-z0-9]+/gu, '_');
  if (/^[a-z0-9-]+$/u.test(name)) return plain;
  // Two names must not come out as one: what was lost is told by a hash.
  return `${plain}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** The vector columns among a table's columns. */
export const vectorColumns = (names: string[]): string[] => names.filter((name) => name.startsWith(VECTOR));

export interface Shape {
  name: string;
  /** Lifted columns. */
  columns: string[];
  /** Whether records are found by words and by meaning. */
  searchable: boolean;
  /** Orders versions of a record: one of a lower rank never replaces one of a higher. */
  ranked: boolean;
}

/** The Arrow schema of a table in one embedding space. */
export function schemaOf(shape: Shape, embedder: Pick<Embedder, 'name' | 'dimensions'>) {
  const { Schema, Field, Utf8 } = arrow();
  // The primary key is declared in the schema itself, so that no process can ever write before it is set.
  const key = new Map([['lance-schema:unenforced-primary-key', 'true']]);
  const fields = shape.columns.map(
    (name) => new Field(name, new Utf8(), false, name === 'id' ? key : undefined),
  );
  fields.push(new Field('record', new Utf8(), false));
  if (shape.searchable) {
    fields.push(new Field('text', new Utf8(), false));
    fields.push(vectorField(vectorColumn(embedder), embedder.dimensions) as never);
  }
  return new Schema(fields);
}

export function vectorField(name: string, dimensions: number) {
  const { Field, FixedSizeList, Float32 } = arrow();
  return new Field(name, new FixedSizeList(dimensions, new Field('item', new Float32(), true)), true);
}

/** Rows as an Arrow table for a merge. `schema` must be that of the table, so that other spaces' vectors are cleared. */
export function arrowRows(rows: Row[], schema: ReturnType<typeof schemaOf>, column: string) {
  const others = vectorColumns(schema.fields.map(({ name }) => name)).filter((name) => name !== column);
  const cleared = Object.fromEntries(others.map((name) => [name, null]));
  return lance().makeArrowTable(
    rows.map(({ cells, record, words, vector }) => ({
      ...cells,
      record,
      ...(words === null ? {} : { text: words, ...cleared, [column]: vector }),
    })),
    { schema },
  );
}
