/**
 * Knowhow as its users meet it: the command line as a process, and real MCP clients of both SDK generations.
 *
 * - `runCli(args, { data, input, env, cwd })`   → `{ code, stdout, stderr }`
 * - `connectInProcess(ctx, era)`                current client, no process, no socket
 * - `connectStdio(data, { era, env })`          current client over a child process; `era` is 'modern' or 'legacy'
 * - `connectOldStdio(data)`, `connectOldHttp(url)`  the 1.x client
 * - `openPipe(data, { args, env })`             the bare pipe: every line of stdout as it came
 * - `environment(data)`                         what the processes get: nothing of the caller's own set-up
 * - `callTool(client, name, args)`              the structured content; throws what an isError result says
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Context } from '../../src/context.ts';
import { createServer } from '../../src/server.ts';
import { ROOT, whenOver } from './store.ts';

export type Era = 'modern' | 'legacy';
export const CURRENT = '2026-07-28';
const CLI = join(ROOT, 'src', 'cli.ts');
const ME = { name: 'knowhow-tests', version: '0' };

/** A process gets these variables and no others, so that no setting of whoever runs the tests reaches it. */
export function environment(data: string, more: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', TMPDIR } = process.env;
  return {
    PATH,
    ...(TMPDIR ? { TMPDIR } : {}),
    HOME: data,
    XDG_DATA_HOME: data,
    KNOWHOW_DATA: data,
    // Halves the start of a process; the tests start many.
    NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'knowhow-tests'),
    ...more,
  };
}

export interface CliOptions {
  data: string;
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
}

export async function runCli(
  args: string[],
  { data, input = '', env, cwd }: CliOptions,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { env: environment(data, env), cwd });
  const output = collect(child);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: output.stdout(), stderr: output.stderr() };
}

/** The answer of a command with --json, whatever its exit code. */
export async function runJson<T = Record<string, unknown>>(
  args: string[],
  options: CliOptions,
): Promise<{ code: number | null; value: T; stderr: string }> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], options);
  return { code, value: JSON.parse(stdout) as T, stderr };
}

const negotiation = (era: Era) =>
  era === 'modern' ? { mode: { pin: CURRENT } } : { mode: 'legacy' as const };

export async function connectInProcess(ctx: Context, era: Era = 'modern'): Promise<Client> {
  const mcp = createMcpHandler(() => createServer(ctx));
  const client = new Client(ME, { versionNegotiation: negotiation(era) });
  const transport = new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
    fetch: (url, init) => mcp.fetch(new Request(url, init)),
  });
  await client.connect(transport);
  whenOver(async () => {
    await client.close();
    await mcp.close();
  });
  return client;
}

export async function connectHttp(url: string, era: Era, token?: string): Promise<Client> {
  const client = new Client(ME, { versionNegotiation: negotiation(era) });
  const requestInit = token ? { headers: { authorization: `Bearer ${token}` } } : {};
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  whenOver(() => client.close());
  return client;
}

export async function connectStdio(
  data: string,
  { era = 'modern', env = {}, args = [] }: { era?: Era; env?: Record<string, string>; args?: string[] } = {},
): Promise<{ client: Client; transport: StdioClientTransport }> {
  const client = new Client(ME, { versionNegotiation: negotiation(era) });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, 'serve', ...args],
    env: environment(data, env),
    stderr: 'ignore',
    maxBufferSize: 64 * 1024 * 1024,
  });
  await client.connect(transport);
  whenOver(() => client.close());
  return { client, transport };
}

export async function connectOldStdio(data: string): Promise<OldClient> {
  const client = new OldClient(ME);
  await client.connect(
    new OldStdioClientTransport({
      command: process.execPath,
      args: [CLI, 'serve'],
      env: environment(data),
      stderr: 'ignore',
    }),
  );
  whenOver(() => client.close());
  return client;
}

export async function connectOldHttp(
  url: string,
): Promise<{ client: OldClient; transport: OldHttpTransport }> {
  const client = new OldClient(ME);
  const transport = new OldHttpTransport(new URL(url));
  await client.connect(transport);
  whenOver(() => client.close());
  return { client, transport };
}

/** What both generations of client have in common, as far as the tests go. */
export interface AnyClient {
  callTool(request: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
}

interface ToolAnswer {
  isError?: boolean;
  structuredContent?: unknown;
  content: { type: string; text: string }[];
}

export const toolAnswer = async (client: AnyClient, name: string, args: object): Promise<ToolAnswer> =>
  (await client.callTool({ name, arguments: { ...args } })) as ToolAnswer;

export async function callTool<T>(client: AnyClient, name: string, args: object): Promise<T> {
  const answer = await toolAnswer(client, name, args);
  if (answer.isError) throw new Error(answer.content.map(({ text }) => text).join('\n'));
  return answer.structuredContent as T;
}

export interface Message {
  jsonrpc: '2.0';
  id?: number | string | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

export interface Pipe {
  child: ChildProcess;
  write(text: string): void;
  send(message: object): void;
  /** Sends a request and waits for its response. */
  ask(method: string, params?: object): Promise<Message>;
  /** Waits for stdout to give a value. */
  until<T>(look: (stdout: string) => T | undefined): Promise<T>;
  /** Everything that came on stdout, by line. */
  lines(): string[];
  stderr(): string;
  /** Closes stdin and waits for the end of the process. */
  end(): Promise<number | null>;
}

/** Metadata that a request of the current protocol carries. */
export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': CURRENT,
  'io.modelcontextprotocol/clientInfo': ME,
  'io.modelcontextprotocol/clientCapabilities': {},
};

export function openPipe(
  data: string,
  { args = [], env = {}, node = [] }: { args?: string[]; env?: Record<string, string>; node?: string[] } = {},
): Pipe {
  const child = spawn(process.execPath, [...node, CLI, 'serve', ...args], { env: environment(data, env) });
  const output = collect(child);
  const closed = once(child, 'close') as Promise<[number | null]>;
  closed.catch(() => undefined);
  whenOver(() => {
    child.kill('SIGKILL');
    return closed;
  });
  child.stdin.on('error', () => undefined);
  let lastId = 0;
  const lines = () =>
    output
      .stdout()
      .split('\n')
      .filter((line) => line !== '');
  const pipe: Pipe = {
    child,
    write: (text) => void child.stdin.write(text),
    send: (message) => pipe.write(`${JSON.stringify(message)}\n`),
    async ask(method, params = {}) {
      lastId += 1;
      const id = lastId;
      pipe.send({ jsonrpc: '2.0', id, method, params });
      return output.until(() =>
        lines()
          .flatMap((line) => parseMessage(line))
          .find((message) => message.id === id && message.method === undefined),
      );
    },
    until: (look) => output.until(() => look(output.stdout())),
    lines,
    stderr: output.stderr,
    async end() {
      child.stdin.end();
      return (await closed)[0];
    },
  };
  return pipe;
}

function parseMessage(line: string): Message[] {
  try {
    return [JSON.parse(line) as Message];
  } catch {
    return [];
  }
}

function collect(child: ChildProcess) {
  const text = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      changed();
    });
  }
  let over = false;
  child.once('close', () => {
    over = true;
    changed();
  });
  return {
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    /** Waits until the output gives a value. @throws when the process ends without it. */
    until: <T>(look: () => T | undefined): Promise<T> =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = look();
          if (found === undefined && !over) return;
          listeners.delete(check);
          if (found !== undefined) resolve(found);
          else reject(new Error(`the process ended first: ${text.stderr.slice(-2_000)}`));
        };
        listeners.add(check);
        check();
      }),
  };
}
