/** Embedding spaces of a table: one vector column each, so that vectors of two spaces never meet. */
import { operatorError } from '../../errors.ts';
import { retryBusy } from '../retry.ts';
import type { Lance } from './library.ts';
import { vectorColumn, vectorField } from './schema.ts';
import type { Exclusive, Space } from './shelf.ts';

/**
 * Adds the column of `space` where the table has none yet; its rows are embedded later. @returns whether it was added.
 * @throws KnowhowError `store_embedder`.
 */
export async function addSpace(table: Lance.Table, space: Space, exclusive: Exclusive): Promise<boolean> {
  let added = false;
  const column = vectorColumn(space);
  const standing = async () => (await table.schema()).fields.find(({ name }) => name === column);
  if (!(await standing())) {
    await exclusive(async () => {
      if (await standing()) return;
      await retryBusy(() => table.addColumns([vectorField(column, space.dimensions) as never]));
      added = true;
    });
  }
  const type = String((await standing())?.type);
  if (type.includes(`[${space.dimensions}]`)) return added;
  throw operatorError(
    'store_embedder',
    `The store holds vectors of another size under the name of the embedder ${space.name}; it gives ${space.dimensions} dimensions.`,
    'Use the same embedder, or give the other one a name of its own.',
  );
}
