/**
 * `npm run bench:memory -- [--sizes 10000,100000,1000000] [--data FOLDER] [--peers FOLDER] [--singles 100000] [--stores FOLDER]
 * [--write] [--quick] [--from FILE]`: what retrieval, recording, start, import and many single writes cost. Progress on stderr, figures as
 * JSON on stdout; `--write` also writes docs/benchmarks.md. `--data` holds the evaluation sets (for the import), `--peers` is
 * where `npm install agentdb mem0ai` was run, `--stores` keeps the stores between runs, `--from` writes
 * the document from the JSON of an earlier run.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Context, openContext } from '../src/context.ts';
import { build } from './bench/build.ts';
import { runOf, taskOf } from './bench/corpus.ts';
import { measureImport } from './bench/import.ts';
import { round, summary, timed } from './bench/measure.ts';
import { measurePeers } from './bench/peers.ts';
import { measureRecording } from './bench/recording.ts';
import { type Figures, markdown, type SizeFigures } from './bench/report.ts';
import { measureRetrieval } from './bench/retrieval.ts';
import { measureScan } from './bench/scan.ts';
import { assertBuilt, connect, starts } from './bench/server.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    data: { type: 'string' },
    peers: { type: 'string' },
    singles: { type: 'string', default: '100000' },
    stores: { type: 'string' },
    write: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    from: { type: 'string' },
  },
});
/** Peers take seconds for one question beyond this. */
const MOST_FOR_PEERS = 100_000;
const QUESTIONS = values.quick ? 40 : 200;
const DOCUMENT = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

if (values.from) {
  writeFileSync(DOCUMENT, markdown(JSON.parse(readFileSync(values.from, 'utf8')) as Figures));
  process.exit(0);
}
assertBuilt();
const root = values.stores ?? mkdtempSync(join(tmpdir(), 'knowhow-bench-'));
try {
  const sizes: SizeFigures[] = [];
  for (const size of values.sizes.split(',').map(Number)) if (size > 0) sizes.push(await measure(size));
  const [first, last] = [sizes[0], sizes.at(-1)];
  const singles = Number(values.singles);
  const figures: Figures = {
    machine: `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`,
    sizes,
    growth:
      first && last && first !== last
        ? round(last.retrieval.knowhow.p50 / first.retrieval.knowhow.p50)
        : null,
    import: values.data ? ((await measureImport(values.data)) ?? null) : null,
    singles: singles > 0 ? alone(singles) : null,
  };
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  if (values.write) writeFileSync(DOCUMENT, markdown(figures));
} finally {
  if (!values.stores) rmSync(root, { recursive: true, force: true });
}

/** In a process of its own, whose memory says something. */
function alone(rows: number): Figures['singles'] {
  const self = fileURLToPath(new URL('bench/singles.ts', import.meta.url));
  const printed = execFileSync(process.execPath, [self, String(rows)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(printed) as Figures['singles'];
}

async function measure(runs: number): Promise<SizeFigures> {
  const data = join(root, `runs-${runs}`);
  const ctx = await openContext({ data, log_level: 'error' }, { llm: null, seed: 1 });
  try {
    const there = await ctx.memory.trajectories.count();
    const { ms } = await timed(async () => {
      if (there < runs) await build(ctx.memory, runs, (done) => say(`building: ${done} of ${runs}`));
    });
    say(`${runs}: start`);
    const start = await starts(data, values.quick ? 3 : 9);
    const server = await connect(data);
    try {
      say(`${runs}: retrieval`);
      const retrieval = await measureRetrieval(ctx, server, runs, QUESTIONS);
      say(`${runs}: recording`);
      const recording = await measureRecording(ctx, server, runs, Math.min(100, QUESTIONS));
      say(`${runs}: vector search`);
      return {
        runs,
        build_s: round(ms / 1000),
        retrieval,
        recording,
        start,
        ...(await vectorSearch(ctx, runs)),
      };
    } finally {
      await server.close();
    }
  } finally {
    await ctx.close();
  }
}

async function vectorSearch(ctx: Context, runs: number) {
  const { dimensions } = ctx.embedder;
  const vectors = new Float32Array(runs * dimensions);
  for (let i = 0; i < runs; i += 1_000) {
    const texts = Array.from({ length: Math.min(1_000, runs - i) }, (_, k) =>
      taskOf(Math.floor((i + k) / 4)),
    );
    for (const [k, vector] of (await ctx.embedder.embed(texts)).entries())
      vectors.set(vector, (i + k) * dimensions);
  }
  const texts = Array.from({ length: 30 }, (_, i) => taskOf((i * 977) % Math.ceil(runs / 4)));
  const queries = await ctx.embedder.embed(texts);
  const table: number[] = [];
  for (const query of queries) table.push((await timed(() => ctx.memory.trajectories.nearest(query, 10))).ms);
  const scan = await measureScan(vectors, dimensions, queries);
  const rows =
    values.peers && runs <= MOST_FOR_PEERS
      ? Array.from({ length: runs }, (_, i) => ({
          id: runOf(i).id,
          text: taskOf(Math.floor(i / 4)),
          vector: vectors.subarray(i * dimensions, (i + 1) * dimensions),
        }))
      : [];
  const asked = queries.map((vector, i) => ({ vector, text: texts[i] ?? '' }));
  const peers = rows.length > 0 ? await measurePeers(values.peers, rows, asked, 10) : [];
  return { scan, vector_search: summary(table), peers };
}
