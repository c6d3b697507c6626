/** The store: tables in a directory of this machine, or on object storage. What a table is made of is put together here. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Embedder } from '../llm/ports.ts';
import type { Log } from '../log.ts';
import { createTable, shapeOf } from './create-table.ts';
import { type Durability, openJournal } from './journal.ts';
import { lance } from './lance/library.ts';
import { openShelf } from './lance/shelf.ts';
import { LAYOUT_VERSION, readLayout, writeLayout } from './layout.ts';
import { whenFree, withLock } from './lock.ts';
import { migrateTables } from './migrate.ts';
import { createOverlay } from './overlay.ts';
import { bootId, recover } from './recover.ts';
import { storeErrors } from './store-errors.ts';
import type { Table, TableSpec } from './table.ts';
import { localWriter } from './writer.ts';

export interface Store {
  table<T extends { id: string; at: string; project: string }>(spec: TableSpec<T>): Table<T>;
  /** Runs `work` unless another process of this store runs something under the same name. */
  exclusive<R>(name: string, work: () => Promise<R>): Promise<{ held: true; value: R } | { held: false }>;
  close(): Promise<void>;
}

export interface StoreOptions {
  durability?: Durability;
  log?: Log;
  now?: () => Date;
  /** Names this start of the machine. */
  boot?: string;
}

const WAIT_MS = 30_000;
const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Opens (or creates) the store in `directory`, migrates an older layout, and after the machine went down takes back what
 * may be torn. @throws KnowhowError `store_*`, see store-errors and layout.
 */
export async function openStore(
  directory: string,
  embedder: Embedder,
  { durability = 'power-loss', log = QUIET, now = () => new Date(), boot = bootId() }: StoreOptions = {},
): Promise<Store> {
  const known = await readLayout(directory);
  const lockOf = (name: string) => join(directory, 'locks', `${name}.lock`);
  const [connection, journal] = await storeErrors(directory, async () => [
    await lance.connect(directory, {
      // Else a process never sees another one's writes. Costs about 0.03 ms.
      readConsistencyInterval: 0,
      storageOptions: { new_table_enable_stable_row_ids: 'true' },
    }),
    openJournal(join(directory, 'journal.db'), durability, embedder.name),
  ]);
  if (known?.layout !== LAYOUT_VERSION || known.embedder !== embedder.name || journal.boot() !== boot)
    await storeErrors(directory, () =>
      whenFree(lockOf('layout'), WAIT_MS, async () => {
        const layout = await readLayout(directory);
        await recover(directory, journal, boot, log);
        if (layout && layout.layout < LAYOUT_VERSION) await migrateTables(connection, layout.embedder);
        await writeLayout(directory, embedder.name, layout?.created_at ?? now().toISOString());
      }),
    );
  // LanceDB must not be closed under a running call, so each is known until it has ended.
  const background = new Set<Promise<unknown>>();
  const track = (running: Promise<unknown>) => {
    background.add(running);
    void running.catch(() => undefined).finally(() => background.delete(running));
  };
  const guard = <R>(work: () => Promise<R>): Promise<R> => {
    const running = storeErrors(directory, work);
    track(running);
    return running;
  };
  return {
    table(spec) {
      const exclusive = <R>(work: () => Promise<R>) => whenFree(lockOf(`${spec.name}.schema`), WAIT_MS, work);
      const shelf = openShelf(connection, shapeOf(spec), embedder, exclusive);
      const synced = durability === 'power-loss';
      const writer = localWriter(shelf, { directory, journal, synced, log, background: track });
      return createTable({ spec, shelf, writer, overlay: createOverlay(journal, shelf), embedder, guard });
    },
    exclusive: (name, work) => storeErrors(directory, () => withLock(lockOf(name), work)),
    async close() {
      while (background.size > 0) {
        await Promise.allSettled(background);
        await nextTurn();
      }
      journal.close();
      connection.close();
    },
  };
}
