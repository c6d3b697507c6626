/** Work that Ctrl-C, or a request to end, ends in good order. */
import { callerError } from '../errors.ts';

const STOPS = ['SIGINT', 'SIGTERM'] as const;

/** Runs `work` with a signal; when it is stopped, the error says `message` and `hint`. */
export async function stoppable<R>(
  work: (signal: AbortSignal) => Promise<R>,
  message: string,
  hint?: string,
): Promise<R> {
  const abort = new AbortController();
  const stop = () => abort.abort(callerError('stopped', message, hint));
  for (const signal of STOPS) process.once(signal, stop);
  try {
    return await work(abort.signal);
  } finally {
    for (const signal of STOPS) process.off(signal, stop);
  }
}
