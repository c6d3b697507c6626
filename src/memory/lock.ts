/** A lock file: one holder at a time among the processes of a machine; a dead holder's lock is taken over. */
import { open, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';

const HEARTBEAT_MS = 10_000;
const STALE_MS = 60_000;
const ABANDONED_MS = 10 * 60_000;

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
  if (!(await isDead(path))) return false;
  // Several processes may find the same dead holder. Only the one that holds the right to clear it looks again and
  // removes it: without that, the second would remove the lock that the first has just taken.
  const clearing = `${path}.clearing`;
  if (!(await create(clearing))) {
    if (await isDead(clearing)) await unlink(clearing).catch(() => undefined);
    return false;
  }
  try {
    if (!(await isDead(path))) return false;
    await unlink(path).catch(() => undefined);
    return await create(path);
  } finally {
    await unlink(clearing).catch(() => undefined);
  }
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

/** Milliseconds since the last heartbeat; 0 when there is no lock. */
async function age(path: string): Promise<number> {
  const written = await stat(path).catch(() => undefined);
  return written ? Date.now() - written.mtimeMs : 0;
}

/** True when the holder is gone; false when it lives, or when there is no lock. */
async function isDead(path: string): Promise<boolean> {
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === undefined) return false;
  const [pid = '', host] = holder.split(' ');
  if (host === hostname() && /^\d+$/u.test(pid)) {
    try {
      process.kill(Number(pid), 0);
      // It lives, or another process got its number since: then nobody keeps the heartbeat.
      return (await age(path)) > ABANDONED_MS;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
  // Another machine, or a file cut short by a kill: judge by its heartbeat.
  return (await age(path)) > STALE_MS;
}
