/** MCP over HTTP: who is let in, what is too large, and how sessions of older clients live and end. The other doors: tests/http/. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type HttpEndpoint, serveOverHttp } from '../src/http.ts';
import {
  callTool,
  connectHttp,
  connectOldHttp,
  ENVELOPE,
  openPipe,
  runCli,
  runJson,
} from './support/clients.ts';
import { longRun, solved } from './support/runs.ts';
import { openStoreAt, temporaryDirectory, whenOver } from './support/store.ts';

const MEBI = 1024 * 1024;

async function serve(authToken?: string): Promise<HttpEndpoint> {
  const ctx = await openStoreAt(temporaryDirectory());
  const endpoint = await serveOverHttp(ctx, { port: 0, host: '127.0.0.1', authToken });
  whenOver(() => endpoint.close());
  return endpoint;
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

interface Asked {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  /** Sent in one piece with its length, or, as an array, in pieces without. */
  body?: string | string[];
}

/** As bare as it gets: fetch would not let a Host header through. */
function ask(url: string, { method = 'POST', path, headers = {}, body = '' }: Asked = {}): Promise<Answer> {
  const target = new URL(url);
  if (path !== undefined) target.pathname = path;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      target,
      {
        method,
        agent: false,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
          ...headers,
        },
      },
      (response) => {
        text(response).then(
          (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    for (const piece of typeof body === 'string' ? [body] : body) outgoing.write(piece);
    outgoing.end();
  });
}

const rpc = (method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const MODERN = {
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/list',
};
const list: Asked = { headers: MODERN, body: rpc('tools/list', { _meta: ENVELOPE }) };

describe('who is let in', () => {
  it('answers on loopback', async () => {
    const { url } = await serve();
    expect(new URL(url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/mcp' });
    const answer = await ask(url, list);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('record_trajectory');
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '169.254.169.254'])(
    'refuses the Host %s',
    async (host) => {
      const { url } = await serve();
      const answer = await ask(url, { ...list, headers: { ...MODERN, host } });
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain('record_trajectory');
    },
  );

  it.each(['https://evil.example', 'http://localhost.evil.example', 'null'])(
    'refuses the Origin %s',
    async (origin) => {
      const { url } = await serve();
      expect((await ask(url, { ...list, headers: { ...MODERN, origin } })).status).toBe(403);
    },
  );

  it('lets pages of this machine in', async () => {
    const { url } = await serve();
    const origin = `http://localhost:${new URL(url).port}`;
    expect((await ask(url, { ...list, headers: { ...MODERN, origin } })).status).toBe(200);
  });

  it('asks for the token where there is one', async () => {
    const { url } = await serve('open-sesame');
    for (const authorization of ['', 'Bearer', 'Bearer open-sesam', 'Basic open-sesame', 'open-sesame']) {
      const answer = await ask(url, { ...list, headers: { ...MODERN, authorization } });
      expect(answer.status, authorization).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/u);
      expect(answer.body).not.toContain('sesame');
    }
    const client = await connectHttp(url, 'modern', 'open-sesame');
    expect((await client.listTools()).tools).toHaveLength(8);
  });

  it('binds nothing but loopback without a token', async () => {
    const data = temporaryDirectory();
    for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
      const { code, value } = await runJson(['serve', '--http', '0', '--host', host], { data });
      expect(code).toBe(1);
      expect(value).toMatchObject({
        error: { code: 'token_required', hint: expect.stringMatching(/--auth-token/u) },
      });
    }
    const { code, stdout, stderr } = await runCli(['serve', '--http', '0', '--host', '0.0.0.0'], { data });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/--auth-token/u);
  });

  it('says that a port is taken', async () => {
    const { url } = await serve();
    const data = temporaryDirectory();
    const { code, value } = await runJson(['serve', '--http', new URL(url).port], { data });
    expect(code).toBe(1);
    expect(value).toMatchObject({ error: { code: 'port_taken' } });
  });
});

describe('knowhow serve --http', () => {
  it('says where it is, and ends when told to, with clients still connected', async () => {
    const endpoint = openPipe(temporaryDirectory(), { args: ['--http', '0'] });
    const url = await endpoint.until((stdout) => /http:\S+\/mcp/u.exec(stdout)?.[0]);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/u);
    const { client } = await connectOldHttp(url);
    expect((await client.listTools()).tools).toHaveLength(8);
    const ended = new Promise((resolve) => endpoint.child.once('close', resolve));
    endpoint.child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(endpoint.lines()).toHaveLength(1);
  });

  it('says so in JSON with --json', async () => {
    const endpoint = openPipe(temporaryDirectory(), { args: ['--http', '0', '--json'] });
    const stdout = await endpoint.until((text) => (/\/mcp[\s\S]*\n/u.test(text) ? text : undefined));
    expect(JSON.parse(stdout)).toMatchObject({
      url: expect.stringMatching(/\/mcp$/u),
      routes: {
        mcp: expect.stringMatching(/\/mcp$/u),
        traces: expect.stringMatching(/\/v1\/traces$/u),
        events: expect.stringMatching(/\/events$/u),
      },
    });
  });
});

describe('what is asked', () => {
  it('is at /mcp, and an answer from anywhere else says so', async () => {
    const { url } = await serve();
    const answer = await ask(url, { ...list, path: '/' });
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'not_found', message: expect.stringMatching(/\/mcp.*\/v1\/traces.*\/events/u) },
    });
    for (const path of ['/', '/mcp/', '/mcpx', '/../mcp/x', '/favicon.ico']) {
      expect((await ask(url, { ...list, path })).status, path).toBe(404);
    }
  });

  it('has a method that MCP knows', async () => {
    const { url } = await serve();
    for (const method of ['PUT', 'PATCH']) {
      const { status } = await ask(url, { method });
      expect(status, method).toBeGreaterThanOrEqual(400);
      expect(status, method).toBeLessThan(500);
    }
  });

  it('is JSON', async () => {
    const { url } = await serve();
    for (const body of ['', 'hello', '{"jsonrpc":', '\u0000']) {
      const answer = await ask(url, { headers: MODERN, body });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32700 } });
    }
  });

  it.each([
    ['with its length', (piece: string) => piece.repeat(5)],
    ['without its length', (piece: string) => Array<string>(5).fill(piece)],
  ])('has at most 4 MiB, sent %s; else the answer names import', async (_how, make) => {
    const { url } = await serve();
    const answer = await ask(url, { headers: MODERN, body: make(' '.repeat(MEBI)) });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body).error.message).toMatch(/knowhow import/u);
    expect((await ask(url, list)).status).toBe(200);
  });

  it('is refused as soon as it is too long, while the client is still sending', async () => {
    const { url } = await serve();
    const answer = await ask(url, { headers: MODERN, body: Array(40).fill(' '.repeat(MEBI)) });
    expect(answer.status).toBe(413);
    expect((await ask(url, list)).status).toBe(200);
  });

  it('may be nearly as long as that', async () => {
    const { url } = await serve();
    const run = { ...solved(0), steps: [{ action: 'cat big', observation: 'x'.repeat(3.9 * MEBI) }] };
    const client = await connectHttp(url, 'modern');
    expect(await callTool(client, 'record_trajectory', run)).toMatchObject({ stored: true });
    expect(await callTool(client, 'record_trajectory', longRun(2_000))).toMatchObject({ stored: true });
  });
});

describe('sessions of older clients', () => {
  const hello = rpc('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bare', version: '0' },
  });

  it('begin with initialize, carry an id, and end with DELETE', async () => {
    const { url } = await serve();
    const begun = await ask(url, { body: hello });
    expect(begun.status).toBe(200);
    const session = { 'mcp-session-id': String(begun.headers['mcp-session-id']) };
    expect(session['mcp-session-id']).toMatch(/^[0-9a-f-]{36}$/u);
    const listed = await ask(url, { headers: session, body: rpc('tools/list') });
    expect(listed.body).toContain('record_trajectory');
    expect((await ask(url, { method: 'DELETE', headers: session })).status).toBe(200);
    const after = await ask(url, { headers: session, body: rpc('tools/list') });
    expect(after.status).toBe(404);
  });

  it('are apart: each client has its own', async () => {
    const { url } = await serve();
    const [a, b] = await Promise.all([connectOldHttp(url), connectOldHttp(url)]);
    expect(a.transport.sessionId).toBeTruthy();
    expect(a.transport.sessionId).not.toBe(b.transport.sessionId);
    await a.transport.terminateSession();
    expect((await b.client.listTools()).tools).toHaveLength(8);
  });

  it('that nobody began are refused', async () => {
    const { url } = await serve();
    const session = { 'mcp-session-id': '00000000-0000-4000-8000-000000000000' };
    expect((await ask(url, { headers: session, body: rpc('tools/list') })).status).toBe(404);
    const without = await ask(url, { body: rpc('tools/list') });
    expect(without.status).toBe(400);
  });

  it('do not outlive the endpoint', async () => {
    const endpoint = await serve();
    await connectOldHttp(endpoint.url);
    await endpoint.close();
    await expect(ask(endpoint.url, list)).rejects.toThrow();
  });
});
