import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openKnowhow } from '../../src/index.ts';
import { solved } from '../support/runs.ts';
import { temporaryDirectory, whenOver } from '../support/store.ts';

it('the library takes a memory out and in, tells what a run taught, takes it back and forgets it', async () => {
  const open = async () => {
    const knowhow = await openKnowhow({ data: temporaryDirectory(), llm: false, log_level: 'silent' });
    whenOver(() => knowhow.close());
    return knowhow;
  };
  const [knowhow, other] = [await open(), await open()];
  await knowhow.record(solved(0));
  const { trajectory_id } = await knowhow.record(solved(1));
  const which = { ids: [trajectory_id] };
  expect((await knowhow.diff(which)).lessons.length).toBeGreaterThan(0);
  expect((await knowhow.undo(which)).runs).toEqual([trajectory_id]);
  expect(await knowhow.redo(which)).toEqual([trajectory_id]);

  const file = join(temporaryDirectory(), 'memory.jsonl');
  for await (const line of knowhow.exportMemory()) await appendFile(file, line);
  expect((await other.importMemory(file)).added.trajectories).toBe(2);

  expect((await knowhow.forget(which)).removed.trajectories).toEqual([trajectory_id]);
  expect(await knowhow.memory.trajectories.count()).toBe(1);
  expect(await other.memory.trajectories.count()).toBe(2);
});
