/**
 * A server on the loopback that speaks as much of OpenAI's chat completions as Knowhow uses. The test scripts what
 * the "model" says. It stops when the test that started it ends (or, started outside a test, with `close()`).
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
 * - `reply({ text, usage, refusal, status, error, headers, hang })`
 * - `rateLimited()` 429, to be retried at once · `broken(status = 500)`, likewise · `hang()` never answers
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

export async function startOpenAiServer(script: Script): Promise<OpenAiServer> {
  const requests: ChatRequest[] = [];
  let open = 0;
  let mostAtOnce = 0;

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    outgoing.once('close', () => open--);
    mostAtOnce = Math.max(mostAtOnce, ++open);
    const request = await readRequest(incoming);
    const index = requests.push(request) - 1;
    const said = await script(request, index);
    const parts =
      said instanceof Reply ? said.parts : { text: typeof said === 'string' ? said : JSON.stringify(said) };
    if (!parts.hang) send(outgoing, request, parts);
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

async function readRequest(incoming: IncomingMessage): Promise<ChatRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
  const messages = body.messages as ChatRequest['messages'];
  if (incoming.url !== '/v1/chat/completions') throw new Error(`no such path: ${incoming.url}`);
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
  outgoing.end(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 0,
      model: request.body.model,
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: text, refusal: refusal ?? null },
        },
      ],
      ...(usage ? { usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens } } : {}),
    }),
  );
}
