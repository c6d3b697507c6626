/**
 * A fetch whose answers end: in bytes and in time, body included. The package's own time limit ends with the headers;
 * an endpoint that never stops talking would hold a process, or fill it. What was sent and got no whole answer is
 * counted, since it may be paid for all the same, and it is not sent again.
 */

/** Codes of the answers that stand for one that did not come whole. */
export const TOO_LONG = 'answer_too_long';
export const TIMED_OUT = 'answer_timed_out';
export const BROKE_OFF = 'answer_broke_off';

/** What one question cost on the wire. */
export interface Traffic {
  /** Requests that an endpoint may have worked on without a whole answer of its coming here. */
  unanswered: number;
}

/** A gateway that waited for the model in vain: the model worked. */
const GATEWAY_TIMEOUTS = [504, 524];
/** Failures before anything was sent. Of all others it is not known how far the endpoint got. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|E(?:HOST|NET)UNREACH|EPROTO|UND_ERR_CONNECT_TIMEOUT|ERR_(?:TLS|SSL)_\w+|UNABLE_TO_\w+|\w*CERT\w*)$/u;

/**
 * Reads every body whole. An answer that is longer than `mostBytes`, takes longer than `timeoutMs` or breaks off comes
 * back as an error of one of the codes above, marked not to be tried again. @throws what `fetch` does where nothing was
 * sent, and the reason of the caller's signal.
 */
export const boundedFetch =
  (mostBytes: number, timeoutMs: number, traffic: Traffic = { unanswered: 0 }) =>
  async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    const standIn = (status: number, code: string) => {
      traffic.unanswered += 1;
      return errorOf(status, code);
    };
    try {
      const response = await fetch(url, { ...init, signal });
      const { status, headers } = response;
      if (GATEWAY_TIMEOUTS.includes(status)) {
        await response.body?.cancel().catch(() => undefined);
        return standIn(status, TIMED_OUT);
      }
      const body = await readUpTo(response, mostBytes);
      if (body === undefined) return standIn(413, TOO_LONG);
      // Its length and encoding were those on the wire.
      const kept = new Headers(headers);
      for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
      return new Response([204, 205, 304].includes(status) ? null : body, { status, headers: kept });
    } catch (error) {
      if (init.signal?.aborted) {
        traffic.unanswered += 1;
        throw error;
      }
      if (limit.aborted) return standIn(408, TIMED_OUT);
      if (wasNotSent(error)) throw error;
      return standIn(502, BROKE_OFF);
    }
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

/** By the code of the cause; of several addresses that were tried, by all of them. */
function wasNotSent(error: unknown): boolean {
  const { cause = error } = error as { cause?: unknown };
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.every(wasNotSent);
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' && NOT_SENT.test(code);
}

const errorOf = (status: number, code: string) =>
  new Response(JSON.stringify({ error: { message: 'no whole answer', code } }), {
    status,
    headers: { 'content-type': 'application/json', 'x-should-retry': 'false' },
  });
