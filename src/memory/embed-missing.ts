/**
 * Vectors for rows that have none in the active embedder's space: after the embedder was changed, or when it was away while they
 * were written. Page by page, so that it can be stopped at any time and goes on where it was.
 */
import type { Embedder } from '../llm/ports.ts';
import { arrow, lance } from './lance/library.ts';
import { vectorColumn, vectorField } from './lance/schema.ts';
import type { Shelf } from './lance/shelf.ts';
import { retryBusy } from './retry.ts';
import { assertVector } from './rows.ts';
import type { TableSpec } from './table.ts';
import type { Writer } from './writer.ts';

const PAGE = 256;

/** @returns how many rows were embedded. @throws what the embedder throws; what was done until then is kept. */
export async function embedMissing<T>(
  { text, schema }: TableSpec<T>,
  shelf: Shelf,
  writer: Writer,
  embedder: Embedder,
  signal?: AbortSignal,
): Promise<number> {
  if (!text) return 0;
  // What waits in the journal may have no vector either, and there may be no table before it has moved.
  const table = await writer.alone(() => shelf.open());
  if (!table) return 0;
  const column = vectorColumn(embedder);
  const missing = `${column} IS NULL`;
  const { Schema, Field, Utf8 } = arrow();
  const rows = new Schema([
    new Field('id', new Utf8(), false),
    new Field('record', new Utf8(), false),
    vectorField(column, embedder.dimensions) as never,
  ]);
  let done = 0;
  const unreadable = new Set<string>();
  for (;;) {
    signal?.throwIfAborted();
    // Nobody else writes meanwhile, so a vector never meets a newer text; new runs are acknowledged by the journal.
    const left = await writer.alone(async () => {
      const limit = PAGE + unreadable.size;
      const found = await shelf.read(['id', 'record'], missing, { limit });
      const page = found.flatMap(({ id, record }) => {
        const parsed = schema.safeParse(JSON.parse(String(record)));
        if (!parsed.success) unreadable.add(String(id));
        return parsed.success ? [{ id, record, text: text(parsed.data) }] : [];
      });
      if (page.length === 0) return false;
      const vectors = await embedder.embed(page.map((row) => row.text));
      for (const vector of vectors) assertVector(vector, embedder.dimensions);
      const source = page.map(({ id, record }, i) => ({ id, record, [column]: vectors[i] }));
      await retryBusy(() =>
        table
          .mergeInsert('id')
          .whenMatchedUpdateAll({ where: 'target.record = source.record' })
          .useIndex(false)
          .execute(lance().makeArrowTable(source, { schema: rows })),
      );
      done += page.length;
      return found.length === limit;
    });
    if (!left) return done;
  }
}
