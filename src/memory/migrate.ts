/** From older layouts of the store to the current one, in place. Each step can be cut short and run again. */
import type { Lance } from './lance/library.ts';
import { vectorColumn } from './lance/schema.ts';

/**
 * Layout 1 had one vector column and refused other embedders; since layout 2 each embedding space has a column of its
 * own, which may be empty. `embedder` is the one whose vectors a store of layout 1 holds.
 */
export async function migrateTables(connection: Lance.Connection, embedder: string): Promise<void> {
  for (const name of await connection.tableNames()) {
    const table = await connection.openTable(name);
    const { fields } = await table.schema();
    if (!fields.some((field) => field.name === 'vector')) continue;
    await table.alterColumns([{ path: 'vector', rename: vectorColumn({ name: embedder }), nullable: true }]);
  }
}
