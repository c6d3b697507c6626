/**
 * A lock among the processes of a machine: one holder at a time. It is SQLite's own file lock, which the operating system
 * takes back when its holder dies, however it dies; so there are no heartbeats and nothing is ever stale.
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailableError } from '../errors.ts';

/** Runs `work` if nobody holds the lock. @returns `{ held: false }` without running it when somebody does. */
export async function withLock<R>(
  path: string,
  work: () => Promise<R>,
): Promise<{ held: true; value: R } | { held: false }> {
  const release = take(path);
  if (!release) return { held: false };
  try {
    return { held: true, value: await work() };
  } finally {
    release();
  }
}

/** Runs `work` as soon as nobody else holds the lock. @throws KnowhowError `store_busy` after `waitMs`. */
export async function whenFree<R>(path: string, waitMs: number, work: () => Promise<R>): Promise<R> {
  let waited = 0;
  for (let pause = 1; ; pause = Math.min(50, pause * 2)) {
    const locked = await withLock(path, work);
    if (locked.held) return locked.value;
    if (waited >= waitMs)
      throw unavailableError('store_busy', 'Another process is busy with the store.', 'Try again.');
    // Jitter only spreads those who wait; it changes no result, so it needs no seed.
    const ms = pause * (0.5 + Math.random());
    waited += ms;
    await sleep(ms);
  }
}

function take(path: string): (() => void) | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Nothing is ever written into it: the transaction only holds the lock.
    database.exec('BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (/database is locked/u.test(String(error))) return undefined;
    throw error;
  }
}
