/**
 * MCP over HTTP at /mcp, on loopback. Current-protocol requests are stateless; older clients get a session each, so
 * that cancellation and progress reach them too. Any other bind needs a token.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import {
  hostHeaderValidation,
  NodeStreamableHTTPServerTransport,
  originValidation,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
} from '@modelcontextprotocol/server';
import type { Context } from './context.ts';
import { callerError, operatorError } from './errors.ts';
import { createServer } from './server.ts';

export interface HttpOptions {
  port: number;
  host: string;
  authToken?: string;
}

export interface HttpEndpoint {
  url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MOST_SESSIONS = 200;
const SESSION_IDLE_MS = 30 * 60_000;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Starts listening.
 * @throws KnowhowError `token_required` for a bind other than loopback without a token, `port_taken`.
 */
export async function serveOverHttp(
  ctx: Context,
  { port, host, authToken }: HttpOptions,
): Promise<HttpEndpoint> {
  if (!LOOPBACK.has(host) && !authToken) {
    throw callerError(
      'token_required',
      `Binding ${host} would let others on the network in.`,
      'Pass --auth-token, or leave --host at 127.0.0.1.',
    );
  }
  const handle = mcpRoute(ctx);
  const hostAllowed = hostHeaderValidation(allowedHosts(host));
  const originAllowed = originValidation(
    LOOPBACK.has(host) ? localhostAllowedOrigins() : [...localhostAllowedOrigins(), host],
  );
  const http = createHttpServer((request, response) => {
    // The guards answer refused requests themselves.
    if (!hostAllowed(request, response) || !originAllowed(request, response)) return;
    if (authToken && !sameToken(request.headers.authorization, authToken)) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      return refuse(response, 401, 'unauthorized', 'A bearer token is needed.');
    }
    const path = (request.url ?? '/').split('?')[0];
    if (path !== '/mcp') return refuse(response, 404, 'not_found', 'MCP is at /mcp.');
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge(request, response);
    handle.serve(request, response).catch((error: unknown) => {
      ctx.log.error('http', { error: String(error) });
      if (!response.headersSent) refuse(response, 500, 'internal', 'The request could not be served.');
    });
  });
  http.requestTimeout = 120_000;
  await listen(http, port, host);
  const address = http.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/mcp`,
    async close() {
      await handle.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function mcpRoute(ctx: Context) {
  const onerror = (error: Error) => ctx.log.warn('mcp over http', { error: String(error) });
  const modern = createMcpHandler(() => createServer(ctx), {
    legacy: 'reject',
    maxRequestBodySize: MAX_BODY_BYTES,
    onerror,
  });
  const serveModern = toNodeHandler(modern, { maxRequestBodySize: MAX_BODY_BYTES, onerror });
  const sessions = new Map<string, { transport: NodeStreamableHTTPServerTransport; used: number }>();

  async function serveLegacy(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ): Promise<void> {
    const id = request.headers['mcp-session-id'];
    const session = typeof id === 'string' ? sessions.get(id) : undefined;
    if (session) {
      session.used = Date.now();
      return session.transport.handleRequest(request, response, body);
    }
    if (id !== undefined)
      return refuse(response, 404, 'unknown_session', 'The session has ended; initialize again.');
    dropIdle();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (made) => {
        sessions.set(made, { transport, used: Date.now() });
      },
      onsessionclosed: (ended) => {
        sessions.delete(ended);
      },
    });
    await createServer(ctx).connect(transport);
    return transport.handleRequest(request, response, body);
  }

  function dropIdle(): void {
    const oldest = [...sessions].sort(([, a], [, b]) => a.used - b.used);
    for (const [i, [id, { transport, used }]] of oldest.entries()) {
      if (sessions.size - i <= MOST_SESSIONS && Date.now() - used < SESSION_IDLE_MS) break;
      sessions.delete(id);
      void transport.close();
    }
  }

  return {
    async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
      if (request.method !== 'POST') {
        const legacy = request.headers['mcp-session-id'] !== undefined;
        return legacy ? serveLegacy(request, response, undefined) : serveModern(request, response);
      }
      const text = await readBody(request);
      if (text === undefined) return tooLarge(request, response);
      const body = parseBody(text);
      if (body === undefined) {
        return refuse(response, 400, 'parse_error', 'The body is not JSON.', -32700);
      }
      const asRequest = await toWebRequest(request, body);
      if (await isLegacyRequest(asRequest, body)) return serveLegacy(request, response, body);
      return serveModern(request, response, body);
    },
    async close() {
      await Promise.allSettled([
        modern.close(),
        ...[...sessions.values()].map(({ transport }) => transport.close()),
      ]);
      sessions.clear();
    },
  };
}

/** The body as text, or undefined when it is too large: counted while it comes, whatever the headers say. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tooLarge(request: IncomingMessage, response: ServerResponse): void {
  // What is still coming is read and dropped, so that the client sees the answer and not a broken pipe.
  request.resume();
  refuse(
    response,
    413,
    'too_large',
    `A request may have ${MAX_BODY_BYTES} bytes. Record long runs with \`knowhow import FILE\` instead.`,
  );
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  rpcCode = -32000,
): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(
    JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: rpcCode, message, data: { code } } }),
  );
}

function allowedHosts(host: string): string[] {
  return LOOPBACK.has(host) ? localhostAllowedHostnames() : [...localhostAllowedHostnames(), host];
}

/** Compared over hashes, in a time that does not depend on where they differ. */
function sameToken(header: string | undefined, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(header ?? ''), hash(`Bearer ${token}`));
}

function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? operatorError(
              'port_taken',
              `Port ${port} is taken.`,
              'Pass another one: `serve --http PORT`, or 0 for any.',
            )
          : error,
      ),
    );
    http.listen(port, host, resolve);
  });
}
