/**
 * Examples on their way wait on disk: a build of a hundred thousand keeps what it decides by in memory, and no text. The folder
 * lies beside the store and is held by a lock, which the system takes back when its holder dies: what a killed build left
 * behind, the next one clears away.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { withLock } from '../../memory/lock.ts';
import { isRemote } from '../../memory/remote-errors.ts';
import { trainingError } from '../codes.ts';

/** Where a text lies in a spool. */
export interface Slot {
  offset: number;
  bytes: number;
}

export interface Spool {
  append(text: string): Promise<Slot>;
  read(slot: Slot): Promise<string>;
}

export interface Workroom {
  directory: string;
  spool(name: string): Promise<Spool>;
}

/** Where builds of this store work. */
export const workroomsOf = ({ config: { data } }: Context): string =>
  isRemote(data) ? join(tmpdir(), 'knowhow-building') : join(data, 'building');

/**
 * Runs `work` with a folder of its own, which is gone afterwards, and clears away those of builds that died.
 * @throws KnowhowError `E7206` where nothing can be written there.
 */
export async function inWorkroom<R>(ctx: Context, work: (room: Workroom) => Promise<R>): Promise<R> {
  const base = workroomsOf(ctx);
  await writing(mkdir(base, { recursive: true, mode: 0o700 }));
  await clearWorkrooms(base);
  for (;;) {
    // The name only has to be free; nothing that is built depends on it.
    const directory = join(base, randomUUID());
    const lock = `${directory}.lock`;
    const done = await withLock(lock, async () => {
      // Somebody who clears away may have taken it for a dead one's, just before it was locked.
      if (!existsSync(lock)) return undefined;
      return { value: await worked(directory, work).finally(() => rm(lock, { force: true })) };
    }).catch(unlockable);
    if (done.held && done.value) return done.value.value;
  }
}

async function worked<R>(directory: string, work: (room: Workroom) => Promise<R>): Promise<R> {
  const files: FileHandle[] = [];
  await writing(mkdir(directory, { mode: 0o700 }));
  try {
    return await work({
      directory,
      async spool(name) {
        const file = await writing(open(join(directory, name), 'wx+', 0o600));
        files.push(file);
        return spoolOf(file);
      },
    });
  } finally {
    for (const file of files) await file.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Texts wait until there are so many bytes of them: a write for each would cost more than its text. */
const BUFFER_BYTES = 1 << 20;

function spoolOf(file: FileHandle): Spool {
  let written = 0;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const flush = async () => {
    if (waitingBytes === 0) return;
    const all = Buffer.concat(waiting);
    [waiting, waitingBytes] = [[], 0];
    for (let at = 0; at < all.length; )
      at += (await writing(file.write(all, at, all.length - at, written + at))).bytesWritten;
    written += all.length;
  };
  return {
    async append(text) {
      const bytes = Buffer.from(text);
      const slot = { offset: written + waitingBytes, bytes: bytes.length };
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= BUFFER_BYTES) await flush();
      return slot;
    },
    async read({ offset, bytes }) {
      if (offset + bytes > written) await flush();
      const into = Buffer.alloc(bytes);
      for (let at = 0; at < bytes; ) {
        const { bytesRead } = await file.read(into, at, bytes - at, offset + at);
        if (bytesRead === 0) throw new Error('a spool is shorter than what was written into it');
        at += bytesRead;
      }
      return into.toString('utf8');
    },
  };
}

/** Clears away what builds that died left of their examples. */
export const clearDeadBuilds = async (ctx: Context): Promise<void> => {
  const base = workroomsOf(ctx);
  if (existsSync(base)) await clearWorkrooms(base);
};

/** Removes the folders whose holder is gone. */
async function clearWorkrooms(base: string): Promise<void> {
  const locks = (await readdir(base)).filter((name) => name.endsWith('.lock'));
  for (const name of locks) {
    const lock = join(base, name);
    await withLock(lock, async () => {
      await rm(lock.slice(0, -'.lock'.length), { recursive: true, force: true });
      await rm(lock, { force: true });
    }).catch(() => undefined);
  }
}

/** The lock is a file of SQLite's: it says otherwise that nothing can be written. */
function unlockable(cause: NodeJS.ErrnoException): never {
  throw cause.code === 'ERR_SQLITE_ERROR' ? trainingError('E7206', undefined, { cause }) : cause;
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS']);

function fullDisk(cause: NodeJS.ErrnoException): never {
  throw FULL.has(cause.code ?? '') ? trainingError('E7206', undefined, { cause }) : cause;
}

/** The same with a full disk told by its code. */
export const writing = <T>(work: Promise<T>): Promise<T> => work.catch(fullDisk);
