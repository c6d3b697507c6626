/** A store that may be read but not written: what is known is told, what is new is refused with what to do. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTool, connectStdio, runJson, toolAnswer } from '../support/clients.ts';
import { solved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory, whenOver } from '../support/store.ts';

/** `directory` again, at a place where nothing may be written; undefined where this user may not mount. */
function withoutWriting(directory: string): string | undefined {
  const place = join(temporaryDirectory(), 'read-only');
  mkdirSync(place);
  if (spawnSync('mount', ['--bind', directory, place]).status !== 0) return undefined;
  whenOver(() => execFileSync('umount', ['-l', place]));
  return spawnSync('mount', ['-o', 'remount,bind,ro', place]).status === 0 ? place : undefined;
}

describe('a store on a read-only file system', () => {
  it('tells what it knows, what waits in the journal too, and refuses what is new', async (test) => {
    const data = temporaryDirectory();
    const { client } = await connectStdio(data);
    const known = solved(0, 7);
    const { trajectory_id } = await callTool<{ trajectory_id: string }>(client, 'record_trajectory', known);
    await client.close();
    const place = withoutWriting(data);
    if (!place) return test.skip('only root may mount');
    const reader = await connectStdio(place);
    const told = await callTool<{ known: boolean; experiences: { id: string }[] }>(
      reader.client,
      'retrieve_strategies',
      { task: known.task.description, project: known.project },
    );
    expect(told.experiences.map(({ id }) => id)).toContain(trajectory_id);
    // And what others write meanwhile.
    const writer = await connectStdio(data);
    const later = solved(1, 9);
    const second = await callTool<{ trajectory_id: string }>(writer.client, 'record_trajectory', later);
    await writer.client.close();
    const again = await callTool<{ experiences: { id: string }[] }>(reader.client, 'retrieve_strategies', {
      task: later.task.description,
      project: later.project,
    });
    expect(again.experiences.map(({ id }) => id)).toContain(second.trajectory_id);
    const refused = await toolAnswer(reader.client, 'record_trajectory', solved(1, 8));
    expect(refused.isError).toBe(true);
    expect(refused.content[0]?.text).toMatch(/^store_(?:read_only|denied): .*--data/u);
    await reader.client.close();
    const listed = await runJson<{ error?: object }>(['status'], { data: place });
    expect(listed.code).toBe(0);
    expect(await (await openStoreAt(data)).memory.trajectories.count()).toBe(2);
  });
});
