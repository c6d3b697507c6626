/**
 * A store on object storage (`s3://…`, any S3-compatible one) or in LanceDB Cloud (`db://…`): every write is a commit of its own,
 * durable when it is acknowledged. Several machines may write, where the storage refuses to replace what must not be replaced.
 */
import { operatorError } from '../errors.ts';
import type { Embedder } from '../llm/ports.ts';
import type { Ground, GroundOptions } from './ground.ts';
import { type Lance, lance } from './lance/library.ts';
import { openShelf } from './lance/shelf.ts';
import { openLeases } from './leases.ts';
import { NOTHING_WAITS } from './overlay.ts';
import { assertSafeWrites } from './remote-probe.ts';
import { storeErrors } from './store-errors.ts';
import { remoteWriter } from './writer.ts';

/** Whether a store is named by a URI and not by a path. */
export const isRemote = (location: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//iu.test(location);

const SCHEMES = /^(?:s3|gs|az|db):\/\//u;

/** @throws KnowhowError `store_scheme`, `store_unsafe` where two writers could lose each other's rows, `store_*`. */
export async function openRemoteGround(
  uri: string,
  embedder: Embedder,
  { now, log, background, remote = {} }: GroundOptions,
): Promise<Ground> {
  if (!SCHEMES.test(uri))
    throw operatorError(
      'store_scheme',
      `A store cannot lie at ${uri.slice(0, 100)}.`,
      'Pass a directory, s3://BUCKET/PREFIX or db://DATABASE with --data.',
    );
  const connection = await storeErrors(uri, () =>
    lance().connect(uri, {
      // Else a process never sees another one's writes.
      readConsistencyInterval: 0,
      storageOptions: { new_table_enable_stable_row_ids: 'true' },
      ...(uri.startsWith('db://') ? remote : {}),
    }),
  );
  const connect = async (): Promise<Lance.Connection> => connection;
  if (!uri.startsWith('db://')) await storeErrors(uri, () => assertSafeWrites(uri, connection));
  const leases = openLeases(connect, now);
  // Nobody remembers for all machines whether something has no vector yet, so each looks once.
  let embed: string | undefined = embedder.name;
  return {
    parts(shape) {
      const exclusive = <R>(work: () => Promise<R>) => leases.whenFree(`schema ${shape.name}`, work);
      const shelf = openShelf(connect, shape, embedder, exclusive);
      const alone = (work: () => Promise<void>) =>
        leases.withLease(`upkeep ${shape.name}`, work).then(({ held }) => held);
      return {
        shelf,
        writer: remoteWriter(shelf, alone, log, background),
        overlay: async () => NOTHING_WAITS,
      };
    },
    exclusive: (name, work) => storeErrors(uri, () => leases.withLease(name, work)),
    note(name, fact) {
      if (name === 'embed' && fact !== undefined) embed = fact ?? undefined;
      return name === 'embed' ? embed : undefined;
    },
    async close() {
      connection.close();
    },
  };
}
