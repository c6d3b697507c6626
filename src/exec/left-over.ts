/**
 * Throw-away directories by name, and what may be left of a replay. A directory is named after the process that made it, and
 * everything run in it carries its name in the environment: so what left its group is found again on Linux, at the end or,
 * where Knowhow was killed meanwhile, when the next replay starts. What wiped its environment is not.
 */
import { chmod, lstat, mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Holds the name of the directory. */
export const MARK = 'KNOWHOW_REPLAY';

/** A new directory. Its name: where process numbers count, the number of this process, and what is drawn. */
export async function makeDirectory(): Promise<string> {
  const prefix = join(tmpdir(), `knowhow-replay-${await pidSpace()}-${process.pid}-`);
  return realpath(await mkdtemp(prefix));
}

/** Never throws. */
export async function removeDirectory(root: string): Promise<void> {
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 3 });
  await remove().catch(() =>
    makeWritable(root)
      .then(remove)
      .catch(() => undefined),
  );
}

/** Folders that may not be written keep what is in them: Go's module cache is made of such. */
async function makeWritable(root: string): Promise<void> {
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    await chmod(folder, 0o700);
    for (const entry of await readdir(folder, { withFileTypes: true }))
      if (entry.isDirectory()) waiting.push(join(folder, entry.name));
  }
}

/** Which numbering of processes this one lives in: containers that share a folder for temporary files have one each. */
const pidSpace = async (): Promise<string> =>
  /\d+/u.exec(await readlink('/proc/self/ns/pid').catch(() => ''))?.[0] ?? '0';

const ROUNDS = 5;

/** Ends all processes that carry this very mark. Some may be starting others meanwhile, so it looks more than once. */
export async function endMarked(mark: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/u.test(name));
    const marked = await Promise.all(pids.map((pid) => carries(pid, mark)));
    const found = pids.filter((pid, i) => marked[i] && Number(pid) !== process.pid);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }
}

async function carries(pid: string, mark: string): Promise<boolean> {
  const environ = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
  return environ.split('\0').includes(`${MARK}=${mark}`);
}

/** Clears away what is left of replays whose process is no more. Never throws. */
export async function removeStale(): Promise<void> {
  const space = await pidSpace();
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, where, pid] = /^knowhow-replay-(\d+)-(\d+)-\w{6}$/u.exec(name) ?? [];
    if (where !== space || pid === undefined || isAlive(Number(pid))) continue;
    const entry = await lstat(join(tmpdir(), name)).catch(() => undefined);
    if (!entry?.isDirectory() || entry.uid !== (process.getuid?.() ?? entry.uid)) continue;
    await endMarked(name);
    await removeDirectory(join(tmpdir(), name));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
