import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/learners/random.ts';
import { withLock } from '../../src/memory/lock.ts';
import { temporaryDirectory } from '../support/fixtures.ts';

const lockPath = async () => join(await temporaryDirectory(), 'x.lock');
/** The id of a process that has been and gone. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('a lock', () => {
  it('is held for the work, and gone after it', async () => {
    const path = await lockPath();
    const result = await withLock(path, async () => existsSync(path));
    expect(result).toEqual({ held: true, value: true });
    expect(existsSync(path)).toBe(false);
  });

  it('has one holder: whoever comes second does not wait and does not work', async () => {
    const path = await lockPath();
    let worked = false;
    await withLock(path, async () => {
      expect(await withLock(path, async () => (worked = true))).toEqual({ held: false });
    });
    expect(worked).toBe(false);
    expect(await withLock(path, async () => 'now')).toEqual({ held: true, value: 'now' });
  });

  it('is let go when the work fails', async () => {
    const path = await lockPath();
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(path, async () => 1)).toEqual({ held: true, value: 1 });
  });

  it('of a dead process is taken over', async () => {
    const path = await lockPath();
    await writeFile(path, `${deadPid()} ${hostname()}`);
    expect(await withLock(path, async () => 1)).toEqual({ held: true, value: 1 });
  });

  it('of a dead process is taken over by one only, however many find it and whenever', async () => {
    const directory = await temporaryDirectory();
    const pid = deadPid();
    const random = createRandom(5);
    const most = await Promise.all(
      Array.from({ length: 150 }, async (_, nth) => {
        const path = join(directory, `${nth}.lock`);
        await writeFile(path, `${pid} ${hostname()}`);
        let holders = 0;
        let together = 0;
        const contend = async (wait: number) => {
          await sleep(wait);
          await withLock(path, async () => {
            holders += 1;
            together = Math.max(together, holders);
            await sleep(60);
            holders -= 1;
          });
        };
        await Promise.all(Array.from({ length: 8 }, () => contend(random() * 40)));
        return together;
      }),
    );
    expect(most.filter((together) => together !== 1)).toEqual([]);
  });

  it('of another machine, or cut short by a kill, is judged by its heartbeat', async () => {
    for (const content of ['1234 elsewhere.example', '', '12']) {
      const path = await lockPath();
      await writeFile(path, content);
      expect(await withLock(path, async () => 1)).toEqual({ held: false });
      const longAgo = new Date(Date.now() - 3_600_000);
      await utimes(path, longAgo, longAgo);
      expect(await withLock(path, async () => 1)).toEqual({ held: true, value: 1 });
    }
  });
});
