/**
 * Object storage is safe for several writers only where a write can be made to fail if the object is already there (S3:
 * `If-None-Match`). Some servers take the header and replace the object all the same: rows are lost without a word.
 */
import { randomUUID } from 'node:crypto';
import { operatorError } from '../errors.ts';
import { arrow, type Lance, lance } from './lance/library.ts';

/** Measured on a server that replaces: of 8 rows at once it keeps 1 to 3, of 2 it keeps both every other time. */
const ROWS = 8;

/** Lets two writers add rows at once and counts them; nothing of it stays. @throws KnowhowError `store_unsafe`. */
export async function assertSafeWrites(uri: string, connection: Lance.Connection): Promise<void> {
  const { Schema, Field, Utf8 } = arrow();
  const schema = new Schema([new Field('id', new Utf8(), false)]);
  const name = `write_probe_${randomUUID()}`;
  const other = await lance().connect(uri, { readConsistencyInterval: 0 });
  try {
    const first = await connection.createEmptyTable(name, schema);
    const second = await other.openTable(name);
    const writes = Array.from({ length: ROWS }, (_, i) =>
      (i % 2 === 0 ? first : second).add(lance().makeArrowTable([{ id: `row ${i}` }], { schema })),
    );
    // A write may fail when it is outrun too often; one that was acknowledged must be there.
    const settled = await Promise.allSettled(writes);
    const acknowledged = settled.filter(({ status }) => status === 'fulfilled').length;
    const failed = settled.find((each) => each.status === 'rejected');
    if (acknowledged === 0 && failed) throw failed.reason;
    const kept = await (await other.openTable(name)).countRows();
    if (kept !== acknowledged)
      throw operatorError(
        'store_unsafe',
        `Of ${acknowledged} rows that two writers added at ${uri.slice(0, 100)}, ${kept} are there: the storage does not honour If-None-Match.`,
        'Use storage that does (AWS S3 does; MinIO, R2 and Ceph say so of current versions), or a directory of this machine.',
      );
  } finally {
    await connection.dropTable(name).catch(() => undefined);
    other.close();
  }
}
