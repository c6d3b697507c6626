/** A disk that fills up under a running server: a clear error, nothing that was acknowledged lost, and on it goes once there is room. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTool, connectStdio, toolAnswer } from '../support/clients.ts';
import { solved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory, whenOver } from '../support/store.ts';

/** A small disk of our own; undefined where this user may not mount one. */
function smallDisk(megabytes: number): string | undefined {
  const place = join(temporaryDirectory(), 'disk');
  mkdirSync(place);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', place]);
  if (mounted.status !== 0) return undefined;
  whenOver(() => execFileSync('umount', ['-l', place]));
  return place;
}

describe('a full disk', () => {
  it('refuses what does not fit, keeps what was acknowledged, and takes more when there is room', async (test) => {
    const disk = smallDisk(4);
    if (!disk) return test.skip('only root may mount a small disk');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_500_000));
    const data = join(disk, 'store');
    const { client } = await connectStdio(data);
    const acknowledged: string[] = [];
    let refusal = '';
    const run = (i: number) => ({
      ...solved(0, i),
      session: `run-${i}`,
      metadata: { padding: Array.from({ length: 900 }, (_, k) => `${i}.${k}`).join(' ') },
    });
    for (let i = 0; i < 2_000 && refusal === ''; i += 1) {
      const answer = await toolAnswer(client, 'record_trajectory', run(i));
      if (answer.isError) refusal = answer.content[0]?.text ?? '';
      else acknowledged.push((answer.structuredContent as { trajectory_id: string }).trajectory_id);
    }
    expect(refusal).toMatch(/^store_full: .*Free space/u);
    expect(acknowledged.length).toBeGreaterThan(20);
    // What is known can still be read.
    const told = await callTool<{ retrieval_id: string }>(client, 'retrieve_strategies', {
      task: 'anything',
    });
    expect(told.retrieval_id).toMatch(/^ret_/u);
    rmSync(ballast);
    const after = await callTool<{ trajectory_id: string }>(client, 'record_trajectory', run(9_999));
    await client.close();
    const { memory } = await openStoreAt(data);
    const ids = [...acknowledged, after.trajectory_id];
    expect((await memory.trajectories.getMany(ids)).map(({ id }) => id)).toEqual(ids);
    expect(new Set(await memory.trajectories.ids()).size).toBe(await memory.trajectories.count());
  });
});
