/**
 * `node scripts/check-remote.ts [EACH KILLS]` (default 200 20): replicas on one bucket of an S3 server on loopback, in memory, that
 * honours If-None-Match. Prints what was kept and how long it took. Ends with 1 if anything that was acknowledged is lost,
 * shortened, doubled, or was not seen at once.
 *
 * - `replicas`   two `knowhow serve` over stdio record EACH runs each, all different, four at a time
 * - `far`        the same with fewer runs, on a server whose every answer takes 20 ms more
 * - `one_table`  single rows, one after the other, by one process
 * - `torn`       two writers, half of their runs the same, while one process folds the tables and one more is killed again and again
 */
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { openKnowhow } from '../src/index.ts';
import { startS3 } from '../tests/support/s3-server.ts';
import { checkProcesses } from './checks/processes.ts';

const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const IN_FLIGHT = 4;
const SINGLE = 100;
const RETRIEVALS = 20;
const [each = 200, kills = 20] = process.argv.slice(2).map(Number);

const replicas = await onServer(0, (data) => record(data, each));
const far = await onServer(20, (data) => record(data, Math.ceil(each / 10)));
const oneTable = await onServer(0, singleRows);
const torn = await onServer(0, (data) => checkProcesses({ data, writers: 2, each, kills }));
process.stdout.write(`${JSON.stringify({ replicas, far, one_table: oneTable, torn }, null, 2)}\n`);
const lost = replicas.asked - replicas.kept + far.asked - far.kept;
const wrong = torn.lost + torn.shortened + torn.doubled + torn.unseen;
if (lost + replicas.doubled + far.doubled + wrong > 0) process.exitCode = 1;

async function onServer<R extends object>(delayMs: number, work: (data: string) => Promise<R>) {
  const s3 = await startS3({ delayMs });
  Object.assign(process.env, s3.environment);
  try {
    return { delay_ms: delayMs, ...(await work(s3.uri('check'))), requests: { ...s3.counts } };
  } finally {
    await s3.close();
  }
}

async function record(data: string, runs: number) {
  const clients = await Promise.all(['a', 'b'].map(() => connect(data)));
  const took: number[] = [];
  const began = performance.now();
  await Promise.all(
    clients.map(async (client, own) => {
      let next = 0;
      const one = async () => {
        while (next < runs) {
          const i = next;
          next += 1;
          const ms = await timed(async () => {
            const answer = await client.callTool({ name: 'record_trajectory', arguments: run(own, i) });
            if (answer.isError) throw new Error(JSON.stringify(answer.content));
          });
          took.push(ms);
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, one));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  await Promise.all(clients.map((client) => client.close()));
  const knowhow = await openKnowhow({ data, llm: false, log_level: 'error' });
  const ids = await knowhow.memory.trajectories.ids();
  const retrieve: number[] = [];
  for (let i = 0; i < RETRIEVALS; i += 1)
    retrieve.push(await timed(() => knowhow.retrieve({ task: `Repair part ${i} of machine 1` })));
  await knowhow.close();
  return {
    asked: 2 * runs,
    kept: new Set(ids).size,
    doubled: ids.length - new Set(ids).size,
    records_per_second: round((2 * runs) / seconds),
    record_ms: quantiles(took),
    retrieve_ms: quantiles(retrieve),
  };
}

async function connect(data: string): Promise<Client> {
  const client = new Client({ name: 'check-remote', version: '0' });
  const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, '--data', data, 'serve'],
      env,
      stderr: 'inherit',
    }),
  );
  return client;
}

function run(own: number, i: number) {
  return {
    session: `replica-${own}-${i}`,
    task: { description: `Repair part ${i} of machine ${own}` },
    steps: [
      {
        action: `python3 repair.py --part ${i}`,
        observation: 'Traceback (most recent call last):\nKeyError: "part"',
      },
      { action: `python3 repair.py --part ${i} --force`, observation: 'ok' },
    ],
    outcome: { success: i % 3 !== 0, verdict: { source: 'test' } },
  };
}

/** What one commit and one read cost, in the smallest table. */
async function singleRows(data: string) {
  const knowhow = await openKnowhow({ data, llm: false, log_level: 'error' });
  const { retrievals } = knowhow.memory;
  const commit: number[] = [];
  const read: number[] = [];
  for (let i = 0; i < SINGLE; i += 1) {
    const id = `retrieval_${i}`;
    const at = new Date().toISOString();
    const row = { id, at, project: 'check', derived_from: [], trust: 1, task: `Repair part ${i}` };
    commit.push(await timed(() => retrievals.put([{ ...row, known: false, shown: [] }])));
    read.push(await timed(() => retrievals.get(id)));
  }
  await knowhow.close();
  return { commit_ms: quantiles(commit), get_ms: quantiles(read) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

function quantiles(ms: number[]) {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
