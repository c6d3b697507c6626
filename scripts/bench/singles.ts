/** `node scripts/bench/singles.ts ROWS`: many single-row writes, and how the table stands after: against one that was built in one go from the same rows. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../src/context.ts';
import { openContext } from '../../src/context.ts';
import type { Durability } from '../../src/memory/journal.ts';
import { runOf, taskOf } from './corpus.ts';
import { inTurns, round, timed } from './measure.ts';

const IN_FLIGHT = 8;
/** Rows that may wait in the journal for ever: fewer are not worth a commit. */
const MOST_WAITING = 256;
const SWEPT_MS = 25_000;

const diskMb = (folder: string): number =>
  Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0]) / 1024;

const fresh = (folder: string, durability?: Durability): Promise<Context> =>
  openContext({ data: folder, log_level: 'error', durability }, { llm: null, seed: 1 });

/** One acknowledged write at a time, synced and not, in turns. */
async function durabilityCost(root: string) {
  const [synced, unsynced] = await Promise.all([
    fresh(join(root, 'synced'), 'power-loss'),
    fresh(join(root, 'unsynced'), 'process-death'),
  ]);
  const write = (ctx: Context) => (i: number) => ctx.memory.trajectories.put([runOf(i)]);
  const { one, other } = await inTurns(200, write(synced), write(unsynced));
  await Promise.all([synced.close(), unsynced.close()]);
  return { power_loss: one, process_death: other, p50_ratio: round(one.p50 / other.p50) };
}

async function measureSingles(rows: number, onProgress: (done: number) => void) {
  const root = mkdtempSync(join(tmpdir(), 'knowhow-singles-'));
  try {
    const single = await fresh(join(root, 'single'));
    const memory: number[] = [];
    let next = 0;
    const write = async () => {
      while (next < rows) {
        const i = next;
        next += 1;
        await single.memory.trajectories.put([runOf(i)]);
        if (i % Math.ceil(rows / 10) === 0) {
          memory.push(process.memoryUsage().rss / 1024 / 1024);
          onProgress(i);
        }
      }
    };
    const { ms } = await timed(() => Promise.all(Array.from({ length: IN_FLIGHT }, write)));
    // Nobody folds anything here: what goes on in the background comes to its end by itself.
    while ((await single.memory.trajectories.figures()).waiting > MOST_WAITING) await sleep(100);
    const durability = await durabilityCost(root);
    const inOne = await fresh(join(root, 'one'));
    for (let i = 0; i < rows; i += 5_000)
      await inOne.memory.trajectories.put(
        Array.from({ length: Math.min(5_000, rows - i) }, (_, k) => runOf(i + k)),
      );
    await inOne.memory.trajectories.compact();
    const search = (ctx: Context) => async (i: number) => {
      const task = taskOf((i * 53) % Math.ceil(rows / 4));
      const [vector = new Float32Array()] = await ctx.embedder.embed([task]);
      await ctx.memory.trajectories.nearest(vector, 24);
      await ctx.memory.trajectories.matching(task, 24);
    };
    const { one, other } = await inTurns(60, search(inOne), search(single));
    // Old versions are kept for those who may be reading them, and go by themselves.
    await sleep(SWEPT_MS);
    const figures = await single.memory.trajectories.figures();
    const count = await single.memory.trajectories.count();
    await single.close();
    await inOne.close();
    const disk = { single: diskMb(join(root, 'single')), one: diskMb(join(root, 'one')) };
    return {
      rows,
      kept: count,
      writes_per_s: Math.round((1000 * rows) / ms),
      durability,
      search: { built_in_one_go: one, after_single_writes: other, p50_ratio: round(other.p50 / one.p50) },
      disk_mb: { ...disk, ratio: round(disk.single / disk.one) },
      memory_mb: memory.map(Math.round),
      figures,
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const rows = Number(process.argv[2] ?? 100_000);
const found = await measureSingles(rows, (done) =>
  process.stderr.write(`single writes: ${done} of ${rows}\n`),
);
process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
