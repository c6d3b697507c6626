/** A server of our own for the demo: started, spoken to, and surely gone afterwards. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { CLI } from './clients.ts';

export interface Session {
  data: string;
  /** Name and version, as the server says them. */
  server: string;
  /** Calls a tool and gives its structured answer. @throws Error with what the server said, when it refuses. */
  call<T>(tool: string, args: Record<string, unknown>, onProgress?: (done: number) => void): Promise<T>;
  read(uri: string): Promise<string>;
  close(): Promise<void>;
}

const CALL_TIMEOUT_MS = 50_000;

/** Starts the built server on an empty store: a temporary one, or `keep`. @throws Error in plain words. */
export async function openSession(keep: string | undefined, signal: AbortSignal): Promise<Session> {
  if (!existsSync(CLI))
    throw new Error('There is no dist/cli.js yet. Run `npm run build`, or `npm run demo`.');
  if (keep !== undefined && existsSync(keep) && (await readdir(keep)).length > 0) {
    throw new Error(`${keep} is not empty. Give --keep a directory that does not exist yet.`);
  }
  const data = keep === undefined ? await mkdtemp(join(tmpdir(), 'knowhow-demo-')) : resolve(keep);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, 'serve', '--data', data],
    // The batch is shown as a step of its own.
    env: { ...getDefaultEnvironment(), KNOWHOW_AUTO_BATCH: 'off' },
    stderr: 'inherit',
  });
  const client = new Client({ name: 'knowhow-demo', version: '1.0.0' });
  let pid: number | null = null;

  async function close(): Promise<void> {
    await client.close();
    if (pid !== null) await ended(pid);
    if (keep === undefined) await rm(data, { recursive: true, force: true });
  }

  try {
    signal.throwIfAborted();
    const connected = client.connect(transport, { signal });
    pid = transport.pid;
    await connected;
    pid = transport.pid;
  } catch (error) {
    await close();
    throw new Error(`The server did not start. ${error instanceof Error ? error.message : ''}`.trim());
  }
  const version = client.getServerVersion();
  return {
    data,
    server: version ? `${version.name} ${version.version}` : 'unnamed',
    async call<T>(name: string, args: Record<string, unknown>, onProgress?: (done: number) => void) {
      const result = await client.callTool(
        { name, arguments: args },
        {
          signal,
          timeout: CALL_TIMEOUT_MS,
          onprogress: onProgress && (({ progress }) => onProgress(progress)),
        },
      );
      if (!result.isError && result.structuredContent) return result.structuredContent as T;
      const said = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ');
      throw new Error(`${name} was refused: ${said}`);
    },
    async read(uri) {
      const { contents } = await client.readResource({ uri }, { signal, timeout: CALL_TIMEOUT_MS });
      return contents.flatMap((part) => ('text' in part ? [part.text] : [])).join('\n');
    },
    close,
  };
}

/** Waits until a process has gone, and ends it when it does not go by itself. */
async function ended(pid: number): Promise<void> {
  for (let waited = 0; waited < 3_000 && isAlive(pid); waited += 50) await sleep(50);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
