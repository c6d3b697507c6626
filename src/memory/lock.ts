/** A lock file: one holder at a time among the processes of a machine; a dead holder's lock is taken over. */
import { open, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';

const HEARTBEAT_MS = 10_000;
const STALE_MS = 60_000;

/**
 * Runs `work` if nobody holds the lock.
 * @returns `{ held: true, value }`, or `{ held: false }` without running it when another process is at it.
 */
export async function withLock<R>(
  path: string,
  work: () => Promise<R>,
): Promise<{ held: true; value: R } | { held: false }> {
  if (!(await take(path))) return { held: false };
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return { held: true, value: await work() };
  } finally {
    clearInterval(heartbeat);
    await unlink(path).catch(() => undefined);
  }
}

async function take(path: string): Promise<boolean> {
  if (await create(path)) return true;
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === undefined) return create(path);
  if (!(await isDead(path, holder))) return false;
  // Renaming is atomic, so of two processes that find the same dead holder only one moves its file away.
  const aside = `${path}.${process.pid}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return false;
  await unlink(aside).catch(() => undefined);
  return create(path);
}

async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid} ${hostname()}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isDead(path: string, holder: string): Promise<boolean> {
  const [pid = '', host] = holder.split(' ');
  if (host === hostname() && /^\d+$/.test(pid)) {
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
  // Another machine, or a file cut short by a kill: judge by its heartbeat.
  const written = await stat(path).catch(() => undefined);
  return written !== undefined && Date.now() - written.mtimeMs > STALE_MS;
}
