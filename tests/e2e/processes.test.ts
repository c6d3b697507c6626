/** Several processes on one store, and processes that are killed: nothing that was answered is lost, nothing is double. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openKnowhow } from '../../src/index.ts';
import { callTool, connectStdio, openPipe, runJson } from '../support/clients.ts';
import { history, solved, unsolved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory, whenOver } from '../support/store.ts';

const PROCESSES = 3;
const EACH = 18;
/** Of the runs of a process, these many are the same in all. */
const SHARED = 7;

interface Recorded {
  trajectory_id: string;
  stored: boolean;
}

/** Every id once, in every table. */
async function expectNoDoubles(data: string): Promise<void> {
  const { memory } = await openStoreAt(data);
  for (const table of [
    memory.trajectories,
    memory.experiences,
    memory.occurrences,
    memory.error_patterns,
    memory.strategies,
    memory.batches,
  ]) {
    const ids = await table.ids();
    expect(new Set(ids).size).toBe(ids.length);
    // And every record can be read.
    expect(await table.list()).toHaveLength(ids.length);
  }
}

describe('many processes', () => {
  it('lose nothing and double nothing, whatever they share', async () => {
    const data = temporaryDirectory();
    // The batch is asked for below.
    const env = { KNOWHOW_AUTO_BATCH: 'off' };
    const clients = await Promise.all(Array.from({ length: PROCESSES }, () => connectStdio(data, { env })));
    const answers = await Promise.all(
      clients.flatMap(({ client }, own) =>
        Array.from({ length: EACH }, (_, i) => {
          const variant = i < SHARED ? i : 1_000 * (own + 1) + i;
          return callTool<Recorded>(
            client,
            'record_trajectory',
            i % 2 ? solved(i, variant) : unsolved(i, variant),
          );
        }),
      ),
    );
    expect(answers.every(({ stored }) => stored)).toBe(true);
    const expected = new Set(answers.map(({ trajectory_id }) => trajectory_id));
    expect(expected.size).toBe(SHARED + PROCESSES * (EACH - SHARED));

    const { memory } = await openStoreAt(data);
    expect(new Set(await memory.trajectories.ids())).toEqual(expected);
    expect(await memory.experiences.count()).toBe(expected.size);
    await expectNoDoubles(data);

    // Each sees what the others wrote, and of all that want a batch at once one learns from all of it.
    const batches = await Promise.all(
      clients.map(({ client }) =>
        callTool<{ ran: boolean; reason: string; trajectories_processed: number }>(
          client,
          'run_batch_learning',
          {
            min_trajectories: 0,
          },
        ),
      ),
    );
    expect(batches.filter(({ ran }) => ran).map((batch) => batch.trajectories_processed)).toEqual([
      expected.size,
    ]);
    expect((await runJson(['learn', '--min', '0'], { data })).value).toMatchObject({
      ran: false,
      remaining: 0,
    });
    await expectNoDoubles(data);
  });
});

describe('a run that grows', () => {
  it('is kept at its longest, whoever reports which part of it, and in whatever order', async () => {
    const data = temporaryDirectory();
    const open = async () => {
      const knowhow = await openKnowhow({ data, llm: false, log_level: 'silent' });
      whenOver(() => knowhow.close());
      return knowhow;
    };
    const writers = [await open(), await open()];
    const whole = solved(0);
    // Longest first: a shorter version that is on its way must not undo it.
    const versions = [5, 4, 3, 2, 1].map((length) => ({ ...whole, steps: whole.steps.slice(0, length) }));
    const answers = await Promise.all(
      versions.flatMap((run) => writers.map((knowhow) => knowhow.record(run))),
    );
    expect(new Set(answers.map(({ trajectory_id }) => trajectory_id)).size).toBe(1);
    const { memory } = await openStoreAt(data);
    const stored = await memory.trajectories.list();
    expect(stored.map(({ steps }) => steps.length)).toEqual([5]);
    await expectNoDoubles(data);
  });
});

describe('a process that is killed', () => {
  it('while it writes leaves a sound store with every answered run', async () => {
    const data = temporaryDirectory();
    const answered = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const pipe = openPipe(data);
      await pipe.ask('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'bare', version: '0' },
      });
      const asked = Array.from({ length: 20 }, (_, i) =>
        pipe.ask('tools/call', { name: 'record_trajectory', arguments: solved(i, 100 * round + i) }),
      );
      // Killed in the middle: some are answered, some are not.
      const enough = asked[3 + 4 * round];
      await enough;
      pipe.child.kill('SIGKILL');
      await once(pipe.child, 'close');
      for (const result of await Promise.allSettled(asked)) {
        if (result.status === 'rejected') continue;
        const recorded = result.value.result?.structuredContent as unknown as Recorded;
        answered.add(recorded.trajectory_id);
      }
    }
    expect(answered.size).toBeGreaterThan(10);
    const { memory } = await openStoreAt(data);
    expect(await memory.trajectories.ids()).toEqual(expect.arrayContaining([...answered]));
    await expectNoDoubles(data);
    expect((await runJson(['doctor'], { data })).value).toMatchObject({ healthy: true });
  });

  it('while it learns is learned from by the next', async () => {
    const data = temporaryDirectory();
    const { client, transport } = await connectStdio(data);
    for (const run of history()) await callTool(client, 'record_trajectory', run);
    const killed = client.callTool(
      { name: 'run_batch_learning', arguments: { min_trajectories: 0 } },
      { onprogress: () => process.kill(Number(transport.pid), 'SIGKILL') },
    );
    await expect(killed).rejects.toThrow();
    const next = await runJson<{ trajectories_processed: number }>(['learn', '--min', '0'], { data });
    expect(next).toMatchObject({ code: 0, value: { ran: true, remaining: 0, trajectories_processed: 12 } });
    await expectNoDoubles(data);
  });
});
