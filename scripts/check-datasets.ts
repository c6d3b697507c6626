/**
 * `npm run check:datasets [KILLS TASKS]` (default 24 400): builds of datasets are killed at random points, race for one name, and
 * run out of disk. Ends with 1 where a version is ever half there, a build after a kill gives anything else than an undisturbed one, two
 * builds both win, or a full disk leaves something behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFullDisk } from './checks/datasets/full-disk.ts';
import { checkKills } from './checks/datasets/kills.ts';
import { checkRaces } from './checks/datasets/races.ts';

const [kills = 24, tasks = 400] = process.argv.slice(2).map(Number);
const directory = await mkdtemp(join(tmpdir(), 'knowhow-datasets-'));
const say = (text: string) => process.stderr.write(`${text}\n`);
try {
  const found = {
    killed: await checkKills(join(directory, 'kills'), { kills, tasks, say }),
    raced: await checkRaces(join(directory, 'races'), { tasks, say }),
    full_disk: await checkFullDisk(join(directory, 'full'), { tasks, say }),
  };
  process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  const wrong = [...found.killed.wrong, ...found.raced.wrong, ...found.full_disk.wrong];
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
