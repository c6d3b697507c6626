/** Knowhow as an agent starts it: the built server over stdio, and a real client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { percentile } from './measure.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export function assertBuilt(): void {
  if (!existsSync(CLI)) throw new Error('dist/ is not there: npm run build first');
}

const environment = (data: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: data,
  KNOWHOW_DATA: data,
  // What is recorded makes batches due; how long those take is measured by bench:learn.
  KNOWHOW_AUTO_BATCH: 'off',
});

export interface Server {
  call(name: string, args: object): Promise<Record<string, unknown>>;
  /** Resident memory in MB. */
  memory(): number;
  close(): Promise<void>;
}

export async function connect(data: string): Promise<Server> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, 'serve'],
    env: environment(data),
    stderr: 'inherit',
  });
  const client = new Client(
    { name: 'bench', version: '0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await client.connect(transport);
  return {
    async call(name, args) {
      const answer = await client.callTool({ name, arguments: { ...args } });
      if (answer.isError) throw new Error(JSON.stringify(answer.content));
      return answer.structuredContent as Record<string, unknown>;
    },
    memory: () => residentMb(transport.pid ?? 0),
    close: () => client.close(),
  };
}

/** Linux only; NaN elsewhere. */
function residentMb(pid: number): number {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return Number.NaN;
  return Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(path, 'utf8'))?.[1]) / 1024;
}

const FIRST = {
  discover: {
    method: 'server/discover',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  },
  initialize: {
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'bench', version: '0' },
    },
  },
};

/** From the start of the process to the first answer, median of `times` starts, and the memory of the idle server. */
export async function starts(data: string, times = 9) {
  const took: Record<keyof typeof FIRST, number[]> = { discover: [], initialize: [] };
  let idle = Number.NaN;
  for (let i = 0; i < 2 * times; i += 1) {
    const how = i % 2 === 0 ? 'discover' : 'initialize';
    const began = performance.now();
    const child = spawn(process.execPath, [CLI, 'serve'], {
      env: environment(data),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, ...FIRST[how] })}\n`);
    await once(child.stdout, 'data');
    took[how].push(performance.now() - began);
    if (i === 2 * times - 1) {
      await sleep(3_000);
      idle = residentMb(child.pid ?? 0);
    }
    child.stdin.end();
    await once(child, 'close');
  }
  const median = (all: number[]) =>
    percentile(
      all.toSorted((a, b) => a - b),
      0.5,
    );
  return { discover_ms: median(took.discover), initialize_ms: median(took.initialize), idle_mb: idle };
}
