/**
 * A store on object storage (`s3://…`, any S3-compatible one) or in LanceDB Cloud (`db://…`): every write is a commit of its own,
 * durable when it is acknowledged. Several machines may write, where the storage refuses to replace what must not be replaced.
 */
import { operatorError } from '../errors.ts';
import type { Embedder } from '../llm/ports.ts';
import type { Ground, GroundOptions } from './ground.ts';
import { type Lance, lance } from './lance/library.ts';
import { vectorColumn } from './lance/schema.ts';
import { openShelf } from './lance/shelf.ts';
import { openLeases } from './leases.ts';
import { NOTHING_WAITS } from './overlay.ts';
import { openLayout } from './remote-layout.ts';
import { storeErrors } from './store-errors.ts';
import { remoteWriter } from './writer.ts';

export { isRemote } from './remote-errors.ts';

/** No credentials, no options: those come from the environment, and a place is named in messages. */
const PLACE = /^(?:s3|gs|az|db):\/\/[^\s@?#]+$/u;
/** LanceDB tries six times to open a place: all in all some 20 s where nothing answers. */
const FIRST = { timeout: '3s', connect_timeout: '3s', client_max_retries: '0' };
const LATER = { timeout: '20s', connect_timeout: '5s', client_max_retries: '2' };

/** @throws KnowhowError `store_scheme`, `store_unsafe` where two writers could lose each other's rows, `store_*`. */
export async function openRemoteGround(
  uri: string,
  embedder: Embedder,
  { now, log, background, remote = {} }: GroundOptions,
): Promise<Ground> {
  if (!PLACE.test(uri))
    throw operatorError(
      'store_scheme',
      'A store cannot lie at such a URI, or it holds credentials or options.',
      'Pass a directory, s3://BUCKET/PREFIX or db://DATABASE with --data; credentials come from the environment.',
    );
  const cloud = uri.startsWith('db://');
  const connectWith = (options: Record<string, string>): Promise<Lance.Connection> =>
    lance().connect(uri, {
      // Else a process never sees another one's writes.
      readConsistencyInterval: 0,
      storageOptions: { new_table_enable_stable_row_ids: 'true', ...(cloud ? {} : options) },
      ...(cloud ? remote : {}),
    });
  const connection = await storeErrors(uri, async () => {
    if (!cloud) (await connectWith(FIRST)).close();
    return connectWith(LATER);
  });
  await storeErrors(uri, () => openLayout(uri, connection)).catch((error) => {
    connection.close();
    throw error;
  });
  const leases = openLeases(uri, async () => connection, now);
  // Nobody remembers for all machines whether something has no vector yet, so each looks once.
  const gaps = `embed ${vectorColumn(embedder)}`;
  let embed: string | undefined = 'gaps';
  return {
    parts(shape) {
      const exclusive = <R>(work: () => Promise<R>) => leases.whenFree(`schema ${shape.name}`, work);
      const shelf = openShelf(async () => connection, shape, embedder, {
        exclusive,
        // Each process looks for gaps when it opens.
        added: () => undefined,
        mend: async () => false,
      });
      const lease = `upkeep ${shape.name}`;
      const writer = remoteWriter({
        shelf,
        ifFree: (work) => storeErrors(uri, () => leases.withLease(lease, work)),
        whenFree: (work) => leases.whenFree(lease, work),
        folds: !cloud,
        log,
        background,
      });
      return { shelf, writer, overlay: async () => NOTHING_WAITS };
    },
    exclusive: (name, work) => storeErrors(uri, () => leases.withLease(name, work)),
    note(name, fact) {
      if (name !== gaps) return undefined;
      if (fact !== undefined) embed = fact ?? undefined;
      return embed;
    },
    async close() {
      connection.close();
    },
  };
}
