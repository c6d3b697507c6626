/** The store: one table a noun, over a directory of this machine or object storage. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { operatorError } from '../errors.ts';
import type { Embedder } from '../llm/ports.ts';
import type { Log } from '../log.ts';
import { createTable, shapeOf } from './create-table.ts';
import { embedInBackground } from './embed-background.ts';
import type { Ground, GroundOptions } from './ground.ts';
import type { Durability } from './journal.ts';
import { openLocalGround } from './local-ground.ts';
import { bootId } from './recover.ts';
import { isRemote, openRemoteGround } from './remote-ground.ts';
import { storeErrors } from './store-errors.ts';
import type { Table, TableSpec } from './table.ts';

export interface Store {
  table<T extends { id: string; at: string; project: string }>(spec: TableSpec<T>): Table<T>;
  exclusive: Ground['exclusive'];
  /** Begins what has to be done in the background, once all tables are known. */
  begin(): void;
  close(): Promise<void>;
}

export interface StoreOptions {
  durability?: Durability;
  log?: Log;
  now?: () => Date;
  /** Names this start of the machine; tests give their own. */
  boot?: string;
  /** How to reach LanceDB Cloud. */
  remote?: GroundOptions['remote'];
}

const DRAIN_MS = 10_000;
const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Opens (or creates) a store in a directory, or at a URI. @throws KnowhowError `store_*`, see store-errors, layout and the grounds. */
export async function openStore(
  directory: string,
  embedder: Embedder,
  options: StoreOptions = {},
): Promise<Store> {
  const { durability = 'power-loss', log = QUIET, now = () => new Date(), boot = bootId(), remote } = options;
  // LanceDB must not be closed under a running call, so each is known until it has ended.
  const running = new Set<Promise<unknown>>();
  const background = (work: Promise<unknown>) => {
    running.add(work);
    void work.catch(() => undefined).finally(() => running.delete(work));
  };
  let closing: Promise<void> | undefined;
  let closed = false;
  const guard = <R>(work: () => Promise<R>): Promise<R> => {
    if (closed)
      return Promise.reject(operatorError('store_closed', 'The store was closed.', 'Open it again.'));
    const call = storeErrors(directory, work);
    background(call);
    return call;
  };
  const open = isRemote(directory) ? openRemoteGround : openLocalGround;
  const ground = await open(directory, embedder, { durability, log, now, boot, remote, background });
  const tables: Table<never>[] = [];
  const embedAll = async (signal: AbortSignal) => {
    let embedded = 0;
    for (const table of tables) embedded += await table.embedMissing(signal);
    return embedded;
  };
  const embedding = embedInBackground(ground.note, embedder.name, embedAll, log, background);
  return {
    table(spec) {
      const table = createTable({
        spec,
        ...ground.parts(shapeOf(spec)),
        embedder,
        guard,
        missed: embedding.missed,
      });
      tables.push(table as unknown as Table<never>);
      return table;
    },
    exclusive: ground.exclusive,
    begin: embedding.begin,
    close() {
      closing ??= (async () => {
        embedding.stop();
        // Work of several steps comes to its end; whoever goes on asking for ever is refused in the end.
        const patience = setTimeout(() => {
          closed = true;
        }, DRAIN_MS);
        while (running.size > 0) {
          await Promise.allSettled(running);
          await nextTurn();
        }
        clearTimeout(patience);
        closed = true;
        await ground.close();
      })();
      return closing;
    },
  };
}
