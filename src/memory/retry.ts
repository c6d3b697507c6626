/** Trying again where another writer, or another process's clean-up, got in the way. */
import { setTimeout as sleep } from 'node:timers/promises';

const BUSY = /too many concurrent writers|commit conflict|retryable|concurrent|database is locked/i;
/** A query that began on a version which was cleaned away meanwhile; the next one sees the newest. */
const GONE = /not found|no such file|os error 2\b/i;

/** Tries again, with growing and jittered pauses, while other writers win. At most about 20 seconds. */
export const retryBusy = <R>(work: () => Promise<R>): Promise<R> => retry(work, BUSY, 12);

/** Tries a read again when files of its version have gone. */
export const retryGone = <R>(work: () => Promise<R>): Promise<R> => retry(work, GONE, 6);

async function retry<R>(work: () => Promise<R>, pattern: RegExp, most: number): Promise<R> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= most || !pattern.test(String(error))) throw error;
      // Jitter only spreads writers in time; it changes no result, so it needs no seed.
      await sleep(Math.min(4_000, 10 * 2 ** attempt) * (0.5 + Math.random()));
    }
  }
}
