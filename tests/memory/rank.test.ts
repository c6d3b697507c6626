import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import { openStore } from '../../src/memory/store.ts';
import { bash, inputOf, openFresh } from '../support/fixtures.ts';
import { temporaryDirectory, whenOver } from '../support/store.ts';

describe('versions of one run recorded at once in one process', () => {
  it('leave the longest, in whatever order they are committed together', async () => {
    const ctx = await openFresh();
    const steps = Array.from({ length: 6 }, (_, i) => bash(`make step-${i}`));
    const lengths = [1, 6, 2, 5, 3, 4];
    const recorded = await Promise.all(
      lengths.map((length) =>
        recordTrajectory(ctx, { ...inputOf(steps.slice(0, length)), session: 'grows' }),
      ),
    );
    expect(new Set(recorded.map(({ trajectory }) => trajectory.id)).size).toBe(1);
    const stored = await ctx.memory.trajectories.list();
    expect(stored.map((run) => run.steps.length)).toEqual([6]);
  });
});

describe('a shorter version that comes after a longer one', () => {
  const Version = z.object({ id: z.string(), at: z.string(), project: z.string(), length: z.number() });
  const version = (length: number) => ({ id: 'one', at: '2026-01-01T00:00:00.000Z', project: 'p', length });

  async function tables(count: number) {
    const directory = temporaryDirectory();
    return Promise.all(
      Array.from({ length: count }, async () => {
        const store = await openStore(directory, createHashingEmbedder());
        whenOver(() => store.close());
        return store.table<z.infer<typeof Version>>({
          name: 'versions',
          schema: Version,
          rank: ({ length }) => String(length).padStart(4, '0'),
        });
      }),
    );
  }

  it('does not hide it while it waits, nor replace it when it moves, wherever each of them lies', async () => {
    const [one, other] = await tables(2);
    const lengths = async () => [(await one?.get('one'))?.length, (await other?.get('one'))?.length];
    // Both wait.
    await one?.put([version(5)]);
    await other?.put([version(3)]);
    expect(await lengths()).toEqual([5, 5]);
    // The longer lies in the table, the shorter waits.
    await one?.compact();
    await other?.put([version(4)]);
    expect(await lengths()).toEqual([5, 5]);
    expect((await other?.list())?.map(({ length }) => length)).toEqual([5]);
    expect(await one?.count()).toBe(1);
    await other?.compact();
    expect(await lengths()).toEqual([5, 5]);
    // The shorter waits and was looked at before the longer came in one large write.
    await other?.put([version(5)]);
    expect(await lengths()).toEqual([5, 5]);
    const many = Array.from({ length: 200 }, (_, i) => ({ ...version(1), id: `other-${i}` }));
    await one?.put([...many, version(9)]);
    expect(await lengths()).toEqual([9, 9]);
  });
});
