/** Work that nobody waits for: one at a time under a name, and ended before the memory closes. */
import { describeError } from './errors.ts';
import type { Log } from './log.ts';

export interface Background {
  /**
   * Starts `work` unless work of this name is under way, or failed within the last minute. @returns whether it started.
   * Its failure is logged, never thrown.
   */
  start(name: string, work: (signal: AbortSignal) => Promise<unknown>): boolean;
  /** What the work under way gives, undefined when it fails; absent when none of this name is. */
  underWay(name: string): Promise<unknown> | undefined;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Aborts what is under way and waits for it to end. */
  close(): Promise<void>;
}

/** After a failure the same work is left alone for as long: whatever broke it is likely to be there still. */
const REST_MS = 60_000;

export function createBackground(log: Log, now: () => Date): Background {
  const ending = new AbortController();
  const running = new Map<string, Promise<unknown>>();
  const failedAt = new Map<string, number>();
  const idle = async () => {
    while (running.size > 0) await Promise.all(running.values());
  };
  return {
    start(name, work) {
      const failed = failedAt.get(name);
      if (running.has(name) || ending.signal.aborted) return false;
      if (failed !== undefined && now().getTime() - failed < REST_MS) return false;
      const ended = work(ending.signal)
        .then((result) => {
          failedAt.delete(name);
          return result;
        })
        .catch((error) => {
          if (ending.signal.aborted) return;
          failedAt.set(name, now().getTime());
          log.error('work in the background failed', { work: name, error: describeError(error).message });
        })
        .finally(() => running.delete(name));
      running.set(name, ended);
      return true;
    },
    underWay: (name) => running.get(name),
    idle,
    close() {
      ending.abort();
      return idle();
    },
  };
}
