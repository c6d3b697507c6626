/** Disks that fill up, where the dataset is kept and where it is made: the code says so, and nothing is left. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../../src/errors.ts';
import { listDatasets } from '../../../src/training/datasets/read.ts';
import { build, hashesOf, inStore, runsAt } from './builds.ts';

export interface FullDisks {
  tried: number;
  refused: number;
  skipped?: string;
  wrong: string[];
}

export async function checkFullDisk(
  data: string,
  { tasks, say }: { tasks: number; say: (text: string) => void },
): Promise<FullDisks> {
  const found: FullDisks = { tried: 0, refused: 0, wrong: [] };
  const store = join(data, 'store');
  const bytes = await inStore(store, async (ctx) => {
    await ctx.memory.trajectories.put(runsAt(0, tasks));
    const { version } = await build(ctx, 'whole');
    return Object.values(version?.splits ?? {}).reduce((sum, file) => sum + file.bytes, 0);
  });
  const disk = join(data, 'disk');
  await mkdir(disk);
  for (const [where, share] of [
    ['place', 0.05],
    ['place', 0.5],
    ['place', 0.95],
    ['store', 0.3],
    ['store', 1.5],
  ] as const) {
    const [held, of] = where === 'place' ? [0, bytes] : [await sizeOf(store), bytes];
    const size = Math.ceil((held + share * of) / 4096) * 4096;
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]).status !== 0)
      return { ...found, skipped: 'this user may not mount a small disk' };
    try {
      found.tried += 1;
      if (where === 'store') await cp(store, join(disk, 'store'), { recursive: true });
      const at = where === 'place' ? store : join(disk, 'store');
      const place = where === 'place' ? join(disk, 'datasets') : undefined;
      const code = await inStore(
        at,
        (ctx) =>
          build(ctx, 'full').then(
            () => 'built',
            (error) => describeError(error).code,
          ),
        place,
      );
      if (code === 'E7206' || code === 'store_full') found.refused += 1;
      else found.wrong.push(`a ${where} of ${size} bytes: ${code}`);
      const names = await inStore(
        at,
        async (ctx) => (await listDatasets(ctx)).map(({ name }) => name),
        place,
      );
      if (names.includes('full')) found.wrong.push(`a ${where} of ${size} bytes: a version is there`);
      const rooms = await readdir(join(at, 'building')).catch(() => []);
      if (rooms.length > 0) found.wrong.push(`a ${where} of ${size} bytes: ${rooms.join()} was left behind`);
      say(`${where} with ${size} bytes: ${code}`);
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  }
  await inStore(store, (ctx) => hashesOf(ctx, 'whole'));
  return found;
}

const sizeOf = async (directory: string): Promise<number> => {
  const { stdout } = spawnSync('du', ['-sb', directory], { encoding: 'utf8' });
  return Number.parseInt(stdout, 10);
};
