/** Processes that build, and what they leave in a store. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Context, openContext } from '../../../src/context.ts';
import { contentId } from '../../../src/learners/content-id.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { pairsFrom } from '../../../src/tools/training-pairs.ts';
import { type BuildResult, buildDataset } from '../../../src/training/datasets/build.ts';
import { listDatasets, pairsIn, rowsOf, withPlace } from '../../../src/training/datasets/read.ts';
import { workroomsOf } from '../../../src/training/datasets/spool.ts';
import { fileKey, filesOf } from '../../../src/training/datasets/write.ts';
import { SPLITS, type Trajectory } from '../../../src/types.ts';

export interface Told {
  built?: boolean;
  reason?: string;
  version?: string;
  hash?: string;
  code?: string;
}

const BUILDER = fileURLToPath(new URL('./builder.ts', import.meta.url));

/** A process that is about to build; `go` makes it. */
export async function builder(data: string, name: string, datasets?: string) {
  const given = [BUILDER, data, name, ...(datasets === undefined ? [] : [datasets])];
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(process.execPath, given, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const over = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    go(): void {
      child.stdin.write('go\n');
    },
    async told(): Promise<Told> {
      const { value, done } = await lines.next();
      await over;
      return done ? {} : (JSON.parse(value) as Told);
    },
    /** Kills it after so many milliseconds, unless it ended before. @returns whether it was killed. */
    async killed(after: number): Promise<boolean> {
      await Promise.race([sleep(after), over]);
      child.kill('SIGKILL');
      await over;
      return child.signalCode === 'SIGKILL';
    },
  };
}

export async function inStore<R>(
  data: string,
  work: (ctx: Context) => Promise<R>,
  datasets?: string,
): Promise<R> {
  const training = datasets === undefined ? {} : { datasets };
  const ctx = await openContext({ data, log_level: 'silent', training }, { llm: null });
  try {
    return await work(ctx);
  } finally {
    await ctx.close();
  }
}

export const build = (ctx: Context, name: string): Promise<BuildResult> =>
  buildDataset(ctx, { name }, pairsFrom(ctx));

/** Reads every version of a dataset to its end, against its hashes. @returns their content hashes, older first. */
export async function hashesOf(ctx: Context, name: string): Promise<string[]> {
  const versions = (await listDatasets(ctx)).filter((version) => version.name === name);
  for (const version of versions)
    for (const split of SPLITS) {
      let [rows, pairs] = [0, 0];
      for await (const _ of rowsOf(ctx, version, split)) rows += 1;
      for await (const _ of pairsIn(ctx, version, split)) pairs += 1;
      if (rows !== version.splits[split].lines || pairs !== version.pairs[split].lines)
        throw new Error(`${name}@${version.version} ${split} holds ${rows} rows and ${pairs} pairs`);
    }
  return versions.map(({ content_hash }) => content_hash);
}

/** What nobody should find: files that no version names, and folders of builds that died. */
export async function leftovers(ctx: Context): Promise<string[]> {
  const versions = await listDatasets(ctx);
  const named = new Set(
    versions.flatMap((version) => filesOf(version).map((file) => fileKey(version.name, file))),
  );
  const files = await withPlace(ctx, (place) => place.list(''));
  const rooms = await readdir(workroomsOf(ctx)).catch(() => []);
  return [...files.filter((key) => key.includes('/files/') && !named.has(key)), ...rooms];
}

/** Tasks of three attempts each, the last accepted; every tenth is doubtful. */
export function runsAt(from: number, tasks: number, size = 200): Trajectory[] {
  const random = createRandom(from + 1);
  const words = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random() * 1e9).toString(36)).join(' ');
  return Array.from({ length: tasks }, (_, i) => {
    const task = {
      id: `task-${from + i}`,
      description: `Say it otherwise: ${words(60)}`,
      domain: `d${i % 5}`,
    };
    const ids = [0, 1, 2].map((nth) => contentId('traj', [from + i, nth]));
    return ids.map(
      (id, nth): Trajectory => ({
        id,
        at: new Date(Date.UTC(2026, 0, 1) + 60_000 * (3 * (from + i) + nth)).toISOString(),
        project: 'check',
        derived_from: [],
        trust: 1,
        task,
        steps: [{ action: words(size), observation: '' }],
        outcome: {
          success: nth === 2,
          ...(nth === 2 ? { score: i % 10 === 9 ? 0.6 : 1 } : { error: words(6) }),
          verdict: { source: 'test' },
        },
        ...(nth === 0 ? {} : { parent: ids[nth - 1] as string }),
      }),
    );
  }).flat();
}
