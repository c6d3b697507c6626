/**
 * Object storage is safe for several writers only where a write can be made to fail if the object is already there (S3:
 * `If-None-Match`). Some servers take the header and replace the object all the same: rows are lost without a word.
 */
import { operatorError } from '../errors.ts';
import { arrow, type Lance, lance } from './lance/library.ts';

const PROBE = 'write_probe';
const PASSED = 'write_probe_passed';
const EACH = 8;

/**
 * Lets two writers add rows at once and counts them, the first time a place is used. @throws KnowhowError `store_unsafe`.
 */
export async function assertSafeWrites(uri: string, connection: Lance.Connection): Promise<void> {
  if ((await connection.tableNames()).includes(PASSED)) return;
  const { Schema, Field, Utf8 } = arrow();
  const schema = new Schema([new Field('id', new Utf8(), false)]);
  const name = `${PROBE}_${process.pid}_${Date.now()}`;
  const first = await connection.createEmptyTable(name, schema);
  const other = await lance().connect(uri, { readConsistencyInterval: 0 });
  try {
    const second = await other.openTable(name);
    const writes = Array.from({ length: 2 * EACH }, (_, i) =>
      (i % 2 === 0 ? first : second).add(lance().makeArrowTable([{ id: `row ${i}` }], { schema })).then(
        () => true,
        () => false,
      ),
    );
    // A write may fail when it is outrun too often; one that was acknowledged must be there.
    const acknowledged = (await Promise.all(writes)).filter(Boolean).length;
    const kept = await (await other.openTable(name)).countRows();
    if (kept !== acknowledged)
      throw operatorError(
        'store_unsafe',
        `Of ${acknowledged} rows that two writers added at ${uri.slice(0, 100)}, ${kept} are there: the storage does not honour If-None-Match.`,
        'Use storage that does (AWS S3, MinIO, R2, Ceph …), or a directory of this machine.',
      );
    await connection.createEmptyTable(PASSED, schema, { existOk: true });
  } finally {
    await connection.dropTable(name).catch(() => undefined);
    other.close();
  }
}
