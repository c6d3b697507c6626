/** Vector search of two other memories on our rows and vectors: no dependencies, installed by whoever wants to compare. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { round, summary } from './measure.ts';

type Query = { text: string; vector: Float32Array };
type Row = Query & { id: string };
type Hits<Id> = Promise<{ id: Id }[]>;
/** Over the `rows` that were in when asked; `recall_at_k` over at most 20 queries; `how`: what searched, what cut it short. */
type Times = Record<'rows' | 'load_ms' | 'p50_ms' | 'p99_ms' | 'recall_at_k', number> & { how: string };
export type Peer = ({ name: string; version: string } & Times) | { name: string; skipped: string };

type Task = { peer: string; folder: string; scratch: string; rows: Row[]; queries: Query[]; k: number };
interface Store {
  how: string;
  insert(rows: Row[]): Promise<unknown>;
  search(vector: Float32Array, k: number): Promise<string[]>;
}

/** For loading the rows, and again for the questions. */
const LIMIT_MS = 60_000;
const PART = 1_000;

type Controller = new (
  ...of: object[]
) => {
  insertEpisodes(episodes: object[]): Promise<number>;
  retrieveRelevant(query: object): Hits<number>;
  buildIndex(table: string): Promise<void>;
  addVector(id: number, vector: Float32Array): void;
  search(vector: Float32Array, k: number): Hits<number>;
};
interface AgentDb extends Record<'BatchOperations' | 'ReflexionMemory' | 'HNSWIndex', Controller> {
  createDatabase(path: string): Promise<{ exec(sql: string): void }>;
}

/** What its MCP tools agentdb_insert_batch and agentdb_search do, with an embedder that hands out the given vectors. */
async function openAgentDb({ folder, scratch, rows }: Task, indexed: boolean): Promise<Store> {
  const main = createRequire(join(folder, 'package.json')).resolve('agentdb');
  const agentdb = (await import(pathToFileURL(main).href)) as AgentDb;
  const db = await agentdb.createDatabase(join(scratch, 'agentdb.db'));
  db.exec(readFileSync(join(dirname(main), 'schemas', 'schema.sql'), 'utf8'));
  db.exec('CREATE VIEW bench AS SELECT episode_id AS pattern_id, embedding FROM episode_embeddings');
  let given: Float32Array[] = [];
  const embedder = { embed: async () => given[0], embedBatch: async () => given };
  const writer = new agentdb.BatchOperations(db, embedder, { batchSize: PART });
  const reader = new agentdb.ReflexionMemory(db, embedder);
  const size = { dimension: rows[0]?.vector.length, maxElements: rows.length };
  const index = indexed && new agentdb.HNSWIndex(db, { ...size, persistIndex: false });
  const searched = index
    ? 'HNSWIndex (hnswlib, its defaults), which none of its own tools uses'
    : 'ReflexionMemory, as in its agentdb_search: compares every row';
  let known = 0;
  return {
    how: `${searched}; ${db.constructor.name}, in memory until saved; our vectors in place of its embedder`,
    async insert(part) {
      // It writes the whole buffer behind a vector, so each one needs its own.
      given = part.map(({ vector }) => vector.slice());
      await writer.insertEpisodes(
        part.map(({ text }) => ({ sessionId: 'bench', task: text, reward: 1, success: true })),
      );
      if (index && known === 0) await index.buildIndex('bench');
      else if (index) for (const [i, vector] of given.entries()) index.addVector(known + i + 1, vector);
      known += part.length;
    },
    async search(vector, k) {
      given = [vector];
      const found = await (index ? index.search(vector, k) : reader.retrieveRelevant({ task: 'bench', k }));
      return found.map(({ id }) => rows[id - 1]?.id ?? '');
    },
  };
}

interface Mem0Store {
  insert(vectors: number[][], ids: string[], payloads: object[]): Promise<void>;
  search(query: number[], k: number): Hits<string>;
}
async function openMem0({ folder, scratch, rows }: Task): Promise<Store> {
  const mem0: { MemoryVectorStore: new (config: object) => Mem0Store } = createRequire(
    join(folder, 'package.json'),
  )('mem0ai/oss');
  const dbPath = join(scratch, 'mem0.db');
  const store = new mem0.MemoryVectorStore({ dimension: rows[0]?.vector.length, dbPath });
  return {
    how: 'MemoryVectorStore, its default: compares every row; better-sqlite3 file; our vectors, no keyword search',
    insert(part) {
      const vectors = part.map(({ vector }) => Array.from(vector));
      const payloads = part.map(({ text }) => ({ data: text, user_id: 'bench' }));
      const ids = part.map(({ id }) => id);
      return store.insert(vectors, ids, payloads);
    },
    search: async (vector, k) => (await store.search(Array.from(vector), k)).map(({ id }) => id),
  };
}

const PEERS: Record<string, { module: string; open(task: Task): Promise<Store> }> = {
  agentdb: { module: 'agentdb', open: (task) => openAgentDb(task, false) },
  'agentdb HNSWIndex': { module: 'agentdb', open: (task) => openAgentDb(task, true) },
  mem0: { module: 'mem0ai', open: openMem0 },
};

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

/** Share of `ids` that are as near, by cosine, as the true `k`: rows equally near are equally right. */
function recall(rows: Row[], asked: Float32Array, ids: string[], k: number): number {
  const near = new Map(
    rows.map(({ id, vector }) => [id, dot(vector, asked) / Math.sqrt(dot(vector, vector) || 1)]),
  );
  const best = [...near.values()].sort((a, b) => b - a).slice(0, k);
  return new Set(ids.filter((id) => (near.get(id) ?? -2) >= (best.at(-1) ?? 0) - 1e-6)).size / best.length;
}

async function measure(task: Task, store: Store): Promise<Times> {
  const { rows, queries, k } = task;
  const began = performance.now();
  let known = 0;
  for (; known < rows.length && performance.now() - began < LIMIT_MS; known += PART)
    await store.insert(rows.slice(known, known + PART));
  const ready = performance.now();
  const inside = rows.slice(0, known);
  const answers: { ms: number; vector: Float32Array; ids: string[] }[] = [];
  // The first one is asked twice, to warm up.
  for (const { vector } of [...queries.slice(0, 1), ...queries]) {
    const asked = performance.now();
    if (asked - ready > LIMIT_MS) break;
    const ids = await store.search(vector, k);
    answers.push({ ms: performance.now() - asked, vector, ids });
  }
  answers.shift();
  const { p50, p99 } = summary(answers.map(({ ms }) => ms));
  const shares = answers.slice(0, 20).map(({ vector, ids }) => recall(inside, vector, ids, k));
  const cut = [
    inside.length < rows.length ? `; stopped at ${inside.length} of ${rows.length} rows after 60 s` : '',
    answers.length < queries.length ? `; ${answers.length} of ${queries.length} questions in 60 s` : '',
  ];
  return {
    rows: inside.length,
    load_ms: round(ready - began, 0),
    p50_ms: round(p50),
    p99_ms: round(p99),
    recall_at_k: round(shares.reduce((sum, share) => sum + share, 0) / shares.length, 3),
    how: store.how + cut.join(''),
  };
}

/** In a thread of its own: what a peer prints, allocates or leaves running ends with it. */
async function inThread(task: Task): Promise<Times> {
  const worker = new Worker(new URL(import.meta.url), { workerData: task, stdout: true, stderr: true });
  worker.stdout.resume();
  worker.stderr.resume();
  try {
    const [times] = await once(worker, 'message', { signal: AbortSignal.timeout(5 * LIMIT_MS) });
    return times;
  } finally {
    await worker.terminate();
  }
}

/** `folder`: where `npm install --prefix folder agentdb mem0ai` ran. By cosine; each has 60 s to load and 60 s to answer. */
export async function measurePeers(folder: string | undefined, rows: Row[], queries: Query[], k: number) {
  const found: Peer[] = [];
  for (const [name, { module }] of Object.entries(PEERS)) {
    const manifest = join(resolve(folder ?? ''), 'node_modules', module, 'package.json');
    if (!folder || !existsSync(manifest)) {
      found.push({ name, skipped: folder ? `${module} is not in ${folder}` : 'no --peers folder given' });
      continue;
    }
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    const scratch = mkdtempSync(join(tmpdir(), 'knowhow-peers-'));
    const times = inThread({ peer: name, folder: resolve(folder), scratch, rows, queries, k });
    found.push(
      await times.then(
        (all) => ({ name, version, ...all }),
        (error: Error) => ({ name, skipped: `${module} ${version}: ${error.message.split('\n')[0]}` }),
      ),
    );
    rmSync(scratch, { recursive: true, force: true });
  }
  return found;
}

const task: Task | undefined = workerData?.scratch && workerData;
if (task) {
  process.env.MEM0_TELEMETRY = 'false';
  const store = await PEERS[task.peer]?.open(task);
  if (store) parentPort?.postMessage(await measure(task, store));
}
