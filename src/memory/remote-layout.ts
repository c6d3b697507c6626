/**
 * The layout version of a store on object storage: an empty table named `layout_2`, so that one listing tells it. It is
 * made once the place has been found safe.
 */
import { operatorError } from '../errors.ts';
import { arrow, type Lance } from './lance/library.ts';
import { LAYOUT_VERSION } from './layout.ts';
import { assertSafeWrites } from './remote-probe.ts';

const MARK = /^layout_(\d+)$/u;

/**
 * Reads the layout, and makes a new place a store after probing it.
 * @throws KnowhowError `store_newer` for a store of a newer Knowhow, `store_unsafe` where writers could lose each other's rows.
 */
export async function openLayout(uri: string, connection: Lance.Connection): Promise<void> {
  const known = await layoutOf(connection);
  if (known > LAYOUT_VERSION)
    throw operatorError(
      'store_newer',
      `The store at ${uri.slice(0, 100)} has layout ${known}; this Knowhow reads up to ${LAYOUT_VERSION}.`,
      'Update Knowhow, or pass another place with --data.',
    );
  if (known === LAYOUT_VERSION) return;
  // LanceDB Cloud keeps writers apart by itself.
  if (!uri.startsWith('db://')) await assertSafeWrites(uri, connection);
  const { Schema, Field, Utf8 } = arrow();
  const schema = new Schema([new Field('id', new Utf8(), false)]);
  try {
    await connection.createEmptyTable(`layout_${LAYOUT_VERSION}`, schema);
  } catch (error) {
    // Several may open a new place at once; there is nothing in the table to lose.
    if ((await layoutOf(connection)) !== LAYOUT_VERSION) throw error;
  }
}

async function layoutOf(connection: Lance.Connection): Promise<number> {
  const names = await connection.tableNames({ limit: 1_000 });
  return Math.max(0, ...names.map((name) => Number(MARK.exec(name)?.[1] ?? 0)));
}
