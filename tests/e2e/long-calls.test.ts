/** Batch learning as a client lives through it: progress where it asked, an end when it cancels, and then the rest. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { serveOverHttp } from '../../src/http.ts';
import { openKnowhow } from '../../src/index.ts';
import {
  callTool,
  connectHttp,
  connectOldHttp,
  connectOldStdio,
  connectStdio,
  openPipe,
} from '../support/clients.ts';
import { solved, unsolved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory, whenOver } from '../support/store.ts';

/** More than one chunk of a batch. */
const RUNS = 250;
const imported = temporaryDirectory();

beforeAll(() => importRuns(RUNS, join(imported, 'store')));

async function importRuns(count: number, data: string): Promise<void> {
  const file = join(temporaryDirectory(), 'runs.jsonl');
  const runs = Array.from({ length: count }, (_, i) => (i % 2 ? solved(i, i) : unsolved(i, i)));
  await writeFile(file, runs.map((run) => JSON.stringify(run)).join('\n'));
  const knowhow = await openKnowhow({ data, llm: false, log_level: 'silent' });
  await knowhow.importFiles([file]);
  await knowhow.close();
}

/** A store of its own with the runs waiting in it. */
async function waitingStore(): Promise<string> {
  const directory = temporaryDirectory();
  await cp(join(imported, 'store'), directory, { recursive: true });
  return directory;
}

async function overHttp(): Promise<string> {
  const ctx = await openStoreAt(await waitingStore());
  const endpoint = await serveOverHttp(ctx, { port: 0, host: '127.0.0.1' });
  whenOver(() => endpoint.close());
  return endpoint.url;
}

interface Batch {
  ran: boolean;
  reason: string;
  remaining: number;
  trajectories_processed: number;
}

interface Options {
  onprogress?: (progress: { progress: number; total?: number; message?: string }) => void;
  signal?: AbortSignal;
}

interface Caller {
  callTool(request: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  learn(options: Options): Promise<unknown>;
}

const LEARN = { name: 'run_batch_learning', arguments: { min_trajectories: 0 } };

const CLIENTS: [name: string, connect: () => Promise<Caller>][] = [
  [
    'the current client over stdio',
    async () => {
      const { client } = await connectStdio(await waitingStore());
      return Object.assign(client, { learn: (options: Options) => client.callTool(LEARN, options) });
    },
  ],
  [
    'the current client over HTTP',
    async () => {
      const client = await connectHttp(await overHttp(), 'modern');
      return Object.assign(client, { learn: (options: Options) => client.callTool(LEARN, options) });
    },
  ],
  [
    'the 1.x client over stdio',
    async () => {
      const client = await connectOldStdio(await waitingStore());
      return Object.assign(client, {
        learn: (options: Options) => client.callTool(LEARN, undefined, options),
      });
    },
  ],
  [
    'the 1.x client over HTTP',
    async () => {
      const { client } = await connectOldHttp(await overHttp());
      return Object.assign(client, {
        learn: (options: Options) => client.callTool(LEARN, undefined, options),
      });
    },
  ],
];

describe.each(CLIENTS)('%s', (_name, connect) => {
  it('cancels a batch, and the next call does the whole of it, with progress', async () => {
    const client = await connect();
    const abort = new AbortController();
    await expect(
      client.learn({ signal: abort.signal, onprogress: () => abort.abort(new Error('enough')) }),
    ).rejects.toThrow();

    const seen: { progress: number; total?: number; message?: string }[] = [];
    let answer: Batch;
    do {
      // The cancelled batch may still be on its way out.
      answer = (
        (await client.learn({ onprogress: (each) => seen.push(each) })) as { structuredContent: Batch }
      ).structuredContent;
    } while (answer.reason.includes('another process'));
    expect(answer).toMatchObject({ ran: true, remaining: 0, trajectories_processed: RUNS });

    expect(seen.length).toBeGreaterThan(2);
    for (const [i, { progress, total = 0 }] of seen.entries()) {
      expect(progress).toBeGreaterThan(seen[i - 1]?.progress ?? -1);
      expect(progress).toBeLessThanOrEqual(total);
    }
    expect(seen.every(({ message }) => (message ?? '') !== '')).toBe(true);
    expect(await callTool<Batch>(client, 'run_batch_learning', { min_trajectories: 0 })).toMatchObject({
      ran: false,
      remaining: 0,
    });
  });
});

it('stops after max_seconds, and calls again come to an end', async () => {
  const data = temporaryDirectory();
  await importRuns(4, data);
  const { client } = await connectStdio(data);
  const remaining: number[] = [];
  do {
    const args = { min_trajectories: 0, max_seconds: 0.001 };
    const answer = await callTool<Batch>(client, 'run_batch_learning', args);
    expect(answer.ran).toBe(true);
    remaining.push(answer.remaining);
  } while (remaining.at(-1) !== 0);
  // A call without time takes one run.
  expect(remaining).toEqual([3, 2, 1, 0]);
});

it('sends no progress to a client that gave no token', async () => {
  const pipe = openPipe(await waitingStore());
  await pipe.ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bare', version: '0' },
  });
  expect(await pipe.ask('tools/call', LEARN)).toHaveProperty('result.structuredContent.ran', true);
  await pipe.end();
  expect(pipe.lines().filter((line) => line.includes('notifications/progress'))).toEqual([]);
});
