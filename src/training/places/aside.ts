/** Files on their way into a directory: where they wait for their name, and what killed processes left there. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readlink, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Of processes that cannot be asked, because they run on another machine or in another container. */
const LONGEST_MS = 24 * 3_600_000;

/** Names that begin with a dot are no keys. */
const folderOf = (root: string): string => join(root, '.aside');

/** Which numbering of processes this one lives in: that of the machine, or of its container. */
export async function origin(): Promise<string> {
  const host =
    hostname()
      .replace(/[^A-Za-z0-9.-]/gu, '_')
      .slice(0, 100) || 'local';
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${host}-${/\d+/u.exec(space)?.[0] ?? '0'}`;
}

/** A path for a new file on the same file system. */
export async function asideIn(root: string): Promise<string> {
  await mkdir(folderOf(root), { recursive: true });
  return join(folderOf(root), `${await origin()}-${process.pid}-${randomUUID()}`);
}

/** Removes files of processes that are no more, and those that are older than a day. Never throws. */
export async function clearAside(root: string, now: Date): Promise<void> {
  const here = await origin();
  for (const name of await readdir(folderOf(root)).catch(() => [])) {
    const [, where, pid] = /^(.+)-(\d{1,10})-[0-9a-f-]{36}$/u.exec(name) ?? [];
    if (where === undefined || pid === undefined) continue;
    const path = join(folderOf(root), name);
    const dead = where === here && !isAlive(Number(pid));
    const found = await stat(path).catch(() => undefined);
    if (dead || (found && now.getTime() - found.mtimeMs > LONGEST_MS))
      await rm(path, { force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
