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

const WAIT_MS = 30_000;
/** LanceDB names the manifest of version v by this minus v, so that the newest is listed first. */
const LAST = 2n ** 64n - 1n;

/** Names this start of the machine; where the system has no name for it, the time of it, to two minutes. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `about ${Math.round((Date.now() / 1000 - uptime()) / 120)}`;
  }
}

/** Takes back what may be torn, once after each start of the machine. */
export async function recover(directory: string, journal: Journal, boot: string, log: Log): Promise<void> {
  if (journal.note('boot') === boot) return;
  const settled = journal.settled();
  const folders = (await readdir(directory)).filter((name) => name.endsWith('.lance'));
  // Without a journal before, nothing is known of versions: a store of the first layout, or a new one.
  if (journal.note('boot') !== undefined) {
    for (const folder of folders) {
      const table = folder.slice(0, -'.lance'.length);
      const safe = settled.get(table);
      await whenFree(join(directory, 'locks', `${table}.lock`), WAIT_MS, () =>
        safe === undefined
          ? setAside(join(directory, folder), log)
          : takeBack(join(directory, folder), safe, log),
      );
    }
  }
  journal.note('boot', boot);
}

async function takeBack(folder: string, safe: number, log: Log): Promise<void> {
  const versions = join(folder, '_versions');
  const unsafe = (await readdir(versions)).filter((name) => {
    const number = /^(\d+)\.manifest$/u.exec(name)?.[1];
    return number !== undefined && LAST - BigInt(number) > BigInt(safe);
  });
  if (unsafe.length === 0) return;
  for (const name of unsafe) await rm(join(versions, name));
  await rm(join(versions, 'latest_version_hint.json'), { force: true });
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
