/**
 * A fetch whose answers end: in bytes and in time, body included. The package's own time limit ends with the headers;
 * an endpoint that never stops talking would hold a process, or fill it.
 */

/** The endpoint closed the connection before its answer was whole. */
export class BrokenOff extends Error {}

/** Code of the answer that stands for one that was too long. */
export const TOO_LONG = 'answer_too_long';

/** Reads every body whole. What is longer than `mostBytes` comes back as a 413 that is not tried again. */
export const boundedFetch =
  (mostBytes: number, timeoutMs: number) =>
  async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const response = await fetch(url, { ...init, signal });
    const { status, headers } = response;
    const body = await readUpTo(response, mostBytes).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new BrokenOff('the connection broke off', { cause });
    });
    if (body === undefined) return tooLong();
    // Its length and encoding were those on the wire.
    const kept = new Headers(headers);
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers: kept });
  };

async function readUpTo(response: Response, mostBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body, and with it the connection.
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, size));
}

const tooLong = () =>
  new Response(JSON.stringify({ error: { message: 'too long', code: TOO_LONG } }), {
    status: 413,
    headers: { 'content-type': 'application/json', 'x-should-retry': 'false' },
  });
