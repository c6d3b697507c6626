/** Embedding in the background what has no vector yet, as long as the store says that there may be such rows. */
import type { Log } from '../log.ts';
import type { Journal } from './journal.ts';
import { vectorColumn } from './lance/schema.ts';

/** An embedder that was away is asked again after this long. */
const AGAIN_MS = 60_000;

export interface EmbedBackground {
  /** Says that rows without a vector may have been written. */
  missed(): void;
  /** Begins, if the store says there is something to do. */
  begin(): void;
  stop(): void;
}

/**
 * @param embedAll embeds what is missing in every table, until it is done or `signal` is aborted
 * @param space of the active embedder: rows that one process missed in it are no other embedder's business
 */
export function embedInBackground(
  note: Journal['note'],
  space: string,
  embedAll: (signal: AbortSignal) => Promise<number>,
  log: Log,
  background: (work: Promise<unknown>) => void,
): EmbedBackground {
  const gaps = `embed ${vectorColumn({ name: space })}` as const;
  const stopping = new AbortController();
  let again: NodeJS.Timeout | undefined;
  let running = false;

  async function run(): Promise<void> {
    if (running || stopping.signal.aborted) return;
    running = true;
    // First, so that gaps which another process reports meanwhile stay reported.
    note(gaps, null);
    try {
      const embedded = await embedAll(stopping.signal);
      if (embedded > 0) log.info('embedded what had no vector', { rows: embedded, embedder: space });
    } catch (error) {
      note(gaps, 'gaps');
      if (stopping.signal.aborted) return;
      log.warn('the embedder is away; what was written is found by its words until it is back', {
        error: String(error),
      });
      later();
    } finally {
      running = false;
    }
  }

  function later(): void {
    again ??= setTimeout(() => {
      again = undefined;
      background(run());
    }, AGAIN_MS);
    again.unref();
  }

  return {
    missed() {
      note(gaps, 'gaps');
      later();
    },
    begin() {
      if (note(gaps) !== undefined) background(run());
    },
    stop() {
      stopping.abort();
      clearTimeout(again);
    },
  };
}
