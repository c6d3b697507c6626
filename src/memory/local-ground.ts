/** A store in a directory of this machine: LanceDB tables, a journal before them, lock files beside them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KnowhowError } from '../errors.ts';
import type { Embedder } from '../llm/ports.ts';
import type { Ground, GroundOptions } from './ground.ts';
import { type Journal, openJournal } from './journal.ts';
import { openJournalCopy } from './journal-copy.ts';
import { boundedSession, type Lance, lance } from './lance/library.ts';
import { vectorColumn } from './lance/schema.ts';
import { openShelf } from './lance/shelf.ts';
import { LAYOUT_VERSION, readLayout, writeLayout } from './layout.ts';
import { whenFree, withLock } from './lock.ts';
import { migrateTables } from './migrate.ts';
import { createOverlay } from './overlay.ts';
import { adopt, manifestsOf, recover } from './recover.ts';
import { storeErrors } from './store-errors.ts';
import { localWriter } from './writer.ts';

const WAIT_MS = 30_000;

/**
 * Opens (or creates) the store in `directory`, migrates an older layout, and after the machine went down takes back what
 * may be torn. A store that may not be written is opened for reading. @throws KnowhowError `store_*`.
 */
export async function openLocalGround(
  directory: string,
  embedder: Embedder,
  { durability, log, now, boot, background }: GroundOptions,
): Promise<Ground> {
  const known = await readLayout(directory);
  const lockOf = (name: string) => join(directory, 'locks', `${name}.lock`);
  let connection: Promise<Lance.Connection> | undefined;
  const connect = () => {
    connection ??= lance().connect(
      directory,
      {
        // Else a process never sees another one's writes. Costs about 0.03 ms.
        readConsistencyInterval: 0,
        storageOptions: { new_table_enable_stable_row_ids: 'true' },
      },
      boundedSession(),
    );
    return connection;
  };
  const journalAt = join(directory, 'journal.db');
  const open = async (): Promise<Journal> => {
    const journal = openJournal(journalAt, durability, embedder.name);
    if (known?.layout === LAYOUT_VERSION && known.embedder === embedder.name && journal.note('boot') === boot)
      return journal;
    await whenFree(lockOf('layout'), WAIT_MS, async () => {
      const layout = await readLayout(directory);
      const before = journal.note('boot');
      if (before !== undefined && before !== boot) await recover(directory, journal, log);
      const isOlder = layout !== undefined && layout.layout < LAYOUT_VERSION;
      if (isOlder) await migrateTables(await connect(), layout.embedder);
      if (before === undefined || isOlder) await adopt(directory, journal);
      if (layout && layout.embedder !== embedder.name)
        journal.note(`embed ${vectorColumn(embedder)}`, 'gaps');
      await writeLayout(directory, embedder.name, layout?.created_at ?? now().toISOString());
      journal.note('boot', boot);
    });
    return journal;
  };
  const journal = await storeErrors(directory, open).catch((error) => {
    // What is known can be told from a store that cannot be written, unless it is in another state than ours.
    const readable = known?.layout === LAYOUT_VERSION && known.embedder === embedder.name;
    if (readable && isUnwritable(error)) return openJournalCopy(journalAt, embedder.name);
    throw error;
  });
  return {
    parts(shape) {
      const exclusive = <R>(work: () => Promise<R>) =>
        whenFree(lockOf(`${shape.name}.schema`), WAIT_MS, work);
      const folder = join(directory, `${shape.name}.lance`);
      const shelf = openShelf(connect, shape, embedder, {
        exclusive,
        added: (column) => void journal.note(`embed ${column}`, 'gaps'),
        async mend() {
          if ((await manifestsOf(folder)).length > 0) return false;
          await rm(folder, { recursive: true, force: true });
          return true;
        },
      });
      const writer = localWriter(shelf, { directory, journal, now, log, background });
      return { shelf, writer, overlay: createOverlay(journal, shelf) };
    },
    exclusive: (name, work) => storeErrors(directory, () => withLock(lockOf(name), work)),
    note: journal.note,
    async close() {
      journal.close();
      (await connection?.catch(() => undefined))?.close();
    },
  };
}

const isUnwritable = (error: unknown): boolean =>
  error instanceof KnowhowError && ['store_denied', 'store_read_only'].includes(error.code);
