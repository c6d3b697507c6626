/** One holder at a time, among tasks and among processes; a dead one holds nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whenFree, withLock } from '../../src/memory/lock.ts';
import { ROOT, temporaryDirectory, whenOver } from '../support/store.ts';

const fresh = () => join(temporaryDirectory(), 'x.lock');

/** A process that takes the lock and keeps it until it is killed. */
async function holder(path: string): Promise<ChildProcess> {
  const module = join(ROOT, 'src', 'memory', 'lock.ts');
  const code = `import { withLock } from ${JSON.stringify(module)};
    await withLock(${JSON.stringify(path)}, () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  whenOver(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('a lock', () => {
  it('has one holder: others are told, and it is free again after', async () => {
    const path = fresh();
    const inner = await withLock(path, () => withLock(path, async () => 'twice'));
    expect(inner).toEqual({ held: true, value: { held: false } });
    expect(await withLock(path, async () => 'again')).toEqual({ held: true, value: 'again' });
  });

  it('is free after work that failed', async () => {
    const path = fresh();
    await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await withLock(path, async () => 1)).held).toBe(true);
  });

  it('lets those who wait in, one after the other', async () => {
    const path = fresh();
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, () =>
        whenFree(path, 30_000, async () => {
          inside += 1;
          most = Math.max(most, inside);
          await sleep(2);
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
  });

  it('of another process is respected while that lives, and free once it was killed', async () => {
    const path = fresh();
    const other = await holder(path);
    expect(await withLock(path, async () => 1)).toEqual({ held: false });
    await expect(whenFree(path, 20, async () => 1)).rejects.toMatchObject({ code: 'store_busy' });
    const waiting = whenFree(path, 30_000, async () => 'mine');
    other.kill('SIGKILL');
    expect(await waiting).toBe('mine');
  });
});
