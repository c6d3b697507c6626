/** What killed processes left beside a table: no record is missed without it, but it may hold what was to be removed. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gone } from './sync.ts';

/** Removes unfinished files of table `name`, and tables whose creation was cut short. Nobody may be writing to it. */
export async function clearLeftovers(directory: string, name: string): Promise<void> {
  const aside = (await readdir(directory)).filter((entry) => entry.startsWith(`${name}.lance.cut-short-`));
  const folder = join(directory, `${name}.lance`);
  const inside = await readdir(folder, { recursive: true }).catch(gone([]));
  const unfinished = inside.filter((entry) => /(?:^|[/\\])\.tmp[^/\\]*$/u.test(entry));
  for (const entry of aside) await rm(join(directory, entry), { recursive: true, force: true });
  for (const entry of unfinished) await rm(join(folder, entry), { recursive: true, force: true });
}
