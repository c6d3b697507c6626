/**
 * After the machine went down: LanceDB never syncs, so the newest versions of a table may be torn. What was acknowledged is
 * in the journal or in a version known to be safe; newer versions are taken back, and the journal writes their rows again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import type { Journal } from './journal.ts';
import { whenFree } from './lock.ts';
import { gone, syncPath, syncTree } from './sync.ts';

const WAIT_MS = 30_000;
/** LanceDB names the manifest of version v by this minus v, so that the newest is listed first. */
const LAST = 2n ** 64n - 1n;

/** Names this start of the machine; where the system has no name for it, the time of it, to ten minutes. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `about ${Math.round((Date.now() / 1000 - uptime()) / 600)}`;
  }
}

/** Takes back what may be torn, once after each start of the machine. */
export async function recover(directory: string, journal: Journal, log: Log): Promise<void> {
  const settled = journal.settled();
  for (const table of await tablesIn(directory)) {
    const folder = join(directory, `${table}.lance`);
    const safe = settled.get(table);
    await whenFree(join(directory, 'locks', `${table}.lock`), WAIT_MS, () =>
      safe === undefined ? setAside(folder, log) : takeBack(folder, safe, log),
    );
  }
}

/** Makes every table as it lies there safe on disk, and remembers that it is: of a store that had no journal yet, or was migrated. */
export async function adopt(directory: string, journal: Journal): Promise<void> {
  for (const table of await tablesIn(directory)) {
    const folder = join(directory, `${table}.lance`);
    await syncTree(folder, 0);
    const versions = (await manifestsOf(folder)).map(({ version }) => Number(version));
    if (versions.length > 0) journal.settle(table, Math.max(...versions), []);
  }
  await syncPath(directory);
}

async function tablesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => name.endsWith('.lance')).map((name) => name.slice(0, -'.lance'.length));
}

/** The manifests of a table by version; none while it is being created. */
export async function manifestsOf(folder: string): Promise<{ path: string; version: bigint }[]> {
  const versions = join(folder, '_versions');
  const names = await readdir(versions).catch(gone([]));
  return names.flatMap((name) => {
    const number = /^(\d+)\.manifest$/u.exec(name)?.[1];
    return number === undefined ? [] : { path: join(versions, name), version: LAST - BigInt(number) };
  });
}

async function takeBack(folder: string, safe: number, log: Log): Promise<void> {
  const unsafe = (await manifestsOf(folder)).filter(({ version }) => version > BigInt(safe));
  if (unsafe.length === 0) return;
  for (const { path } of unsafe) await rm(path);
  await rm(join(folder, '_versions', 'latest_version_hint.json'), { force: true });
  log.warn('versions that were not safe on disk were taken back', { folder, versions: unsafe.length });
}

/** A table whose creation was cut short holds nothing that was acknowledged. It is kept, out of the way. */
async function setAside(folder: string, log: Log): Promise<void> {
  for (let i = 1; ; i += 1) {
    const aside = `${folder}.cut-short-${i}`;
    if (existsSync(aside)) continue;
    await rename(folder, aside);
    log.warn('a table whose creation was cut short was set aside', { aside });
    return;
  }
}
