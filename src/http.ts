/** The door over HTTP, on loopback: MCP, OTLP traces, CloudEvents, feedback. Any other bind needs a token. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Context } from './context.ts';
import { callerError, KnowhowError, operatorError } from './errors.ts';
import { eventsRoute } from './http/events.ts';
import { feedbackRoute } from './http/feedback.ts';
import { assertToken, guardOf, isLoopback } from './http/guards.ts';
import { mcpRoute } from './http/mcp.ts';
import { Refusal, type Route, refusePlainly } from './http/route.ts';
import { tracesRoute } from './http/traces.ts';

export interface HttpOptions {
  port: number;
  host: string;
  authToken?: string;
}

export interface HttpEndpoint {
  /** Where MCP is. */
  url: string;
  /** Where everything is, by what it takes. */
  routes: { mcp: string; traces: string; events: string; feedback: string };
  close(): Promise<void>;
}

/**
 * Starts listening.
 * @throws KnowhowError `token_required` for a bind other than loopback without a token, `port_taken`.
 */
export async function serveOverHttp(
  ctx: Context,
  { port, host, authToken }: HttpOptions,
): Promise<HttpEndpoint> {
  if (!isLoopback(host) && !authToken) {
    throw callerError(
      'token_required',
      `Binding ${host} would let others on the network in.`,
      'Pass --auth-token, or leave --host at 127.0.0.1.',
    );
  }
  const [mcp, traces, events, feedback] = [
    mcpRoute(ctx),
    tracesRoute(ctx),
    eventsRoute(ctx),
    feedbackRoute(ctx),
  ];
  const routes = new Map([mcp, traces, events, feedback].map((route) => [route.path, route]));
  const assertNear = guardOf(host);
  const assertLetIn = (request: IncomingMessage) => {
    assertNear(request);
    assertToken(request, authToken || undefined);
  };
  const http = createServer((request, response) => {
    const route = routes.get((request.url ?? '/').split('?')[0] ?? '');
    serve(request, response, route, assertLetIn).catch((error: unknown) => {
      // The client went away in the middle of its request.
      if (request.destroyed && !request.complete) return;
      const refusal = refusalOf(error);
      if (refusal.status === 500) ctx.log.error('http', { error: String(error) });
      if (!response.headersSent) (route?.refuse ?? refusePlainly)(response, refusal);
    });
  });
  http.requestTimeout = 120_000;
  await listen(http, port, host);
  const address = http.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  return {
    url: base + mcp.path,
    routes: {
      mcp: base + mcp.path,
      traces: base + traces.path,
      events: base + events.path,
      feedback: base + feedback.path,
    },
    async close() {
      await Promise.all([...routes.values()].map((route) => route.close?.()));
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route | undefined,
  assertLetIn: (request: IncomingMessage) => void,
): Promise<void> {
  assertLetIn(request);
  if (!route) {
    const message =
      'MCP is at /mcp; OTLP traces go to /v1/traces, CloudEvents to /events, ratings to /feedback.';
    throw new Refusal(404, 'not_found', message);
  }
  if (route.methods && !route.methods.includes(request.method ?? '')) {
    const allowed = route.methods.join(', ');
    throw new Refusal(405, 'wrong_method', `Only ${allowed} is taken here.`, { Allow: allowed });
  }
  return route.serve(request, response);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // A store that is busy, full or read-only: the sender keeps what it has and comes again.
  if (error instanceof KnowhowError && (error.kind === 'unavailable' || error.kind === 'operator'))
    return new Refusal(503, error.code, error.message, {
      'Retry-After': error.kind === 'unavailable' ? '5' : '60',
    });
  return new Refusal(500, 'internal', 'The request could not be served.');
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
