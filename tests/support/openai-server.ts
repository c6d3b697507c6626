/**
 * A server on the loopback that speaks as much of OpenAI's chat completions and embeddings as Knowhow uses. The test
 * scripts what the "model" says. It stops when the test that started it ends (or, started outside a test, with `close()`).
 *
 *   const server = await startOpenAiServer((request, index) => ({ steps: [] }));   // an object is sent as JSON text
 *   const llm = createOpenAiLlm(LlmConfig.parse({ base_url: server.baseUrl }), { log, redact });
 *   server.requests[0].prompt                                                      // what was asked
 *
 * Exports
 * - `startOpenAiServer(script)`  → `{ baseUrl, requests, mostAtOnce, close }`
 * - `ChatRequest`                what the script gets: `system`, `prompt` (last user message), `messages`, `format`
 *                                (type of response_format), `body`, `authorization`
 * - replies of a script          a string: said as it is · `reply({...})`: everything else · any other value: as JSON
 * - `reply({ text, usage, refusal, status, error, headers, hang, finish, wire })`
 * - `rateLimited()` 429, to be retried at once · `broken(status = 500)`, likewise · `hang()` never answers
 * - `startEmbeddingServer(script?)` → the same for /v1/embeddings, `requests[i].input`; without a script every text gets
 *                                its `vectorOf(text)`. A script returns `undefined` for that, a reply as above, or the
 *                                `data` of the answer, whatever it is
 * - `vectorOf(text, dimensions)` of the words of a text, the same every time; words of one line of MEANINGS are one word
 * - `refuseFormats(...types)`    wraps a script: 400 for these types of response_format
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ChatRequest {
  system: string;
  prompt: string;
  messages: { role: string; content: string }[];
  format: string | undefined;
  body: Record<string, unknown>;
  authorization: string | undefined;
}

export interface ReplyParts {
  text?: string | null;
  refusal?: string;
  /** Left out: counted at four characters a token. null: the endpoint does not say. */
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  status?: number;
  error?: { message: string; code?: string; param?: string };
  headers?: Record<string, string>;
  hang?: boolean;
  /** Why the model stopped; default `stop`. */
  finish?: string;
  /** What becomes of the answer on its way: closed halfway, or never ending, at once or a byte at a time. */
  wire?: 'closed' | 'endless' | 'dripping';
}

class Reply {
  readonly parts: ReplyParts;
  constructor(parts: ReplyParts) {
    this.parts = parts;
  }
}

export type Script = (request: ChatRequest, index: number) => unknown;

export const reply = (parts: ReplyParts): unknown => new Reply(parts);
const atOnce = { 'retry-after-ms': '1' };
export const rateLimited = (): unknown =>
  reply({ status: 429, error: { message: 'Slow down', code: 'rate_limit_exceeded' }, headers: atOnce });
export const broken = (status = 500): unknown =>
  reply({ status, error: { message: 'Something broke' }, headers: atOnce });
export const hang = (): unknown => reply({ hang: true });

export const refuseFormats =
  (types: string[], script: Script): Script =>
  (request, index) =>
    request.format && types.includes(request.format)
      ? reply({
          status: 400,
          error: { message: `'response_format' of type '${request.format}' is not supported` },
        })
      : script(request, index);

export interface OpenAiServer {
  baseUrl: string;
  /** Every request, in order of arrival, retries included. */
  requests: ChatRequest[];
  /** The most requests that were open at the same time. */
  readonly mostAtOnce: number;
  close(): Promise<void>;
}

export const startOpenAiServer = (script: Script): Promise<OpenAiServer> =>
  listen('/v1/chat/completions', chatRequest, script, (said, request) => ({
    parts:
      said instanceof Reply ? said.parts : { text: typeof said === 'string' ? said : JSON.stringify(said) },
    send: (outgoing, parts) => send(outgoing, request, parts),
  }));

interface Served<R> {
  baseUrl: string;
  requests: R[];
  readonly mostAtOnce: number;
  close(): Promise<void>;
}

async function listen<R>(
  path: string,
  read: (body: Record<string, unknown>, incoming: IncomingMessage) => R,
  script: (request: R, index: number) => unknown,
  answerOf: (
    said: unknown,
    request: R,
  ) => { parts: ReplyParts; send(outgoing: ServerResponse, parts: ReplyParts): void },
): Promise<Served<R>> {
  const requests: R[] = [];
  let open = 0;
  let mostAtOnce = 0;

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.once('close', () => open--);
    mostAtOnce = Math.max(mostAtOnce, ++open);
    const body = await readBody(incoming);
    if (incoming.url !== path) throw new Error(`no such path: ${incoming.url}`);
    const request = read(body, incoming);
    const index = requests.push(request) - 1;
    const answered = answerOf(await script(request, index), request);
    if (!answered.parts.hang) answered.send(outgoing, answered.parts);
  };

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      send(outgoing, undefined, { status: 400, error: { message: `The script failed: ${String(error)}` } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    onTestFinished(close);
  } catch {
    // Outside a test: the caller closes it; unref() keeps it from holding the process.
  }
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get mostAtOnce() {
      return mostAtOnce;
    },
    close,
  };
}

async function readBody(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
}

function chatRequest(body: Record<string, unknown>, incoming: IncomingMessage): ChatRequest {
  const messages = body.messages as ChatRequest['messages'];
  return {
    system: messages.find(({ role }) => role === 'system')?.content ?? '',
    prompt: messages.findLast(({ role }) => role === 'user')?.content ?? '',
    messages,
    format: (body.response_format as { type: string } | undefined)?.type,
    body,
    authorization: incoming.headers.authorization,
  };
}

function send(outgoing: ServerResponse, request: ChatRequest | undefined, parts: ReplyParts): void {
  const { text = null, refusal, status = 200, error, headers } = parts;
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  if (error || !request) {
    outgoing.end(JSON.stringify({ error: { type: 'error', param: null, code: null, ...error } }));
    return;
  }
  const counted = {
    prompt_tokens: Math.ceil(JSON.stringify(request.messages).length / 4),
    completion_tokens: Math.ceil((text ?? '').length / 4),
  };
  const usage = parts.usage === undefined ? counted : parts.usage;
  if (parts.wire) {
    astray(outgoing, parts.wire, text ?? '');
    return;
  }
  outgoing.end(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 0,
      model: request.body.model,
      choices: [
        {
          index: 0,
          finish_reason: parts.finish ?? 'stop',
          message: { role: 'assistant', content: text, refusal: refusal ?? null },
        },
      ],
      ...(usage ? { usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } } : {}),
    }),
  );
}

/** Answers that begin well and never come to an end. */
function astray(outgoing: ServerResponse, wire: NonNullable<ReplyParts['wire']>, text: string): void {
  outgoing.write(`{"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","content":"${text}`);
  if (wire === 'closed') {
    setImmediate(() => outgoing.destroy());
    return;
  }
  const more = wire === 'endless' ? 'again and '.repeat(5_000) : 'x';
  const timer = setInterval(() => outgoing.write(more), 5);
  timer.unref();
  outgoing.once('close', () => clearInterval(timer));
}

export interface EmbeddingRequest {
  input: string[];
  body: Record<string, unknown>;
  authorization: string | undefined;
}

export type EmbeddingScript = (request: EmbeddingRequest, index: number) => unknown;

/** What the "model" knows to mean the same. */
const MEANINGS = [
  'build compilation compile',
  'broken fails failing failed',
  'upgrade version update',
  'delete remove removing',
  'picture image images pictures',
];

export function vectorOf(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  vector[0] = 0.01;
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const meant = MEANINGS.find((line) => line.split(' ').includes(word)) ?? word;
    let hash = 7;
    for (const char of meant) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
    const slot = hash % dimensions;
    vector[slot] = (vector[slot] ?? 0) + 1;
  }
  return vector;
}

export const startEmbeddingServer = (
  script: EmbeddingScript = () => undefined,
  dimensions = 256,
): Promise<Served<EmbeddingRequest>> =>
  listen(
    '/v1/embeddings',
    (body, { headers }): EmbeddingRequest => ({
      input: body.input as string[],
      body,
      authorization: headers.authorization,
    }),
    script,
    (said, { input, body }) => ({
      parts: said instanceof Reply ? said.parts : {},
      send(outgoing, { status = 200, error, headers }) {
        outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
        const data =
          said instanceof Reply || said === undefined
            ? input.map((text, index) => ({
                object: 'embedding',
                index,
                embedding: vectorOf(text, dimensions),
              }))
            : said;
        const usage = { prompt_tokens: input.length, total_tokens: input.length };
        outgoing.end(
          error || status !== 200
            ? JSON.stringify({ error: { type: 'error', param: null, code: null, ...error } })
            : typeof data === 'string'
              ? data
              : JSON.stringify({ object: 'list', model: body.model, data, usage }),
        );
      },
    }),
  );
