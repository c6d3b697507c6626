import { describe, expect, it } from 'vitest';
import { recordAll, recordTrajectory } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { bash, failing, inputOf, openAt, openFresh, temporaryDirectory } from '../support/fixtures.ts';

const acts = (...lines: string[]) => lines.map((line) => bash(line));
const stored = (ctx: Context) => ctx.memory.trajectories.count();

describe('recording', () => {
  it('the same run twice is one record', async () => {
    const ctx = await openFresh();
    const input = inputOf(acts('make', 'make test'));
    const first = await recordTrajectory(ctx, input);
    const second = await recordTrajectory(ctx, structuredClone(input));
    expect([first.state, second.state]).toEqual(['added', 'known']);
    expect(second.trajectory).toEqual(first.trajectory);
    expect(await ctx.memory.trajectories.list()).toEqual([first.trajectory]);
  });

  it('and many times at once, from two processes, is one record', async () => {
    const data = await temporaryDirectory();
    const [one, other] = [await openAt(data), await openAt(data)];
    const inputs = ['A', 'B', 'C', 'D'].map((task) => inputOf(acts('make'), { task }));
    await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        recordTrajectory(i % 2 ? one : other, inputs[i % 4] ?? inputOf([])),
      ),
    );
    expect(await stored(one)).toBe(4);
    expect(new Set((await other.memory.trajectories.list()).map(({ id }) => id)).size).toBe(4);
  });

  it('twice in one list is one record', async () => {
    const ctx = await openFresh();
    const input = inputOf(acts('make'));
    const states = (await recordAll(ctx, [{ input }, { input }])).map(({ state }) => state);
    expect(states).toEqual(['added', 'known']);
    expect(await stored(ctx)).toBe(1);
    expect(await recordAll(ctx, [])).toEqual([]);
  });

  it('what was recorded is there in full for another process', async () => {
    const data = await temporaryDirectory();
    const ctx = await openAt(data);
    const { trajectory } = await recordTrajectory(
      ctx,
      inputOf([failing('make', 'error: x', 2)], {
        task_id: 't1',
        domain: 'c',
        session: 's',
        project: 'shop',
      }),
    );
    const other = await openAt(data);
    expect(await other.memory.trajectories.get(trajectory.id)).toEqual(trajectory);
  });

  it('in another project it is another record', async () => {
    const ctx = await openFresh({ project: 'house' });
    const states = [];
    for (const project of [undefined, 'house', 'bank'])
      states.push((await recordTrajectory(ctx, inputOf(acts('make'), { project }))).state);
    // No project means the configured one.
    expect(states).toEqual(['added', 'known', 'added']);
    expect(Object.fromEntries(await ctx.memory.trajectories.tally('project'))).toEqual({ house: 1, bank: 1 });
  });
});

describe('a session', () => {
  const growing = (...lines: string[]) => inputOf(acts(...lines), { session: 's1' });

  it('recorded again when it has grown replaces its shorter self, and waits for a batch again', async () => {
    const ctx = await openFresh();
    const first = await recordTrajectory(ctx, growing('a'));
    await ctx.memory.trajectories.mark({ id: first.trajectory.id }, { batch: 'batch_1' });
    const second = await recordTrajectory(ctx, growing('a', 'b'));
    expect(second.state).toBe('grown');
    expect(second.trajectory.id).toBe(first.trajectory.id);
    const [kept, ...more] = await ctx.memory.trajectories.list({ where: { batch: 'pending' } });
    expect(more).toEqual([]);
    expect(kept?.steps).toHaveLength(2);
  });

  it('that comes late and shorter changes nothing', async () => {
    const ctx = await openFresh();
    await recordTrajectory(ctx, growing('a', 'b', 'c'));
    const late = await recordTrajectory(ctx, growing('a', 'b'));
    expect(late.state).toBe('known');
    expect(late.trajectory.steps).toHaveLength(3);
    expect((await ctx.memory.trajectories.list())[0]?.steps).toHaveLength(3);
  });

  it('that comes late and shorter, from another process at the same time, changes nothing', async () => {
    const data = await temporaryDirectory();
    const [one, other] = [await openAt(data), await openAt(data)];
    const sessions = Array.from({ length: 8 }, (_, i) => `s${i}`);
    await recordTrajectory(one, inputOf(acts('z')));
    await Promise.all(
      sessions.flatMap((session) => [
        recordTrajectory(one, inputOf(acts('a', 'b', 'c'), { session })),
        recordTrajectory(other, inputOf(acts('a', 'b'), { session })),
      ]),
    );
    const kept = await one.memory.trajectories.list();
    const lengths = kept.filter(({ session }) => session).map(({ steps }) => steps.length);
    expect(lengths).toEqual(sessions.map(() => 3));
  });

  it('judged at last replaces its unjudged self', async () => {
    const ctx = await openFresh();
    await recordTrajectory(ctx, inputOf(acts('a'), { session: 's', success: null }));
    const judged = await recordTrajectory(ctx, inputOf(acts('a'), { session: 's', source: 'test' }));
    expect(judged.state).toBe('grown');
    expect((await ctx.memory.trajectories.list())[0]).toMatchObject({ outcome: { success: true }, trust: 1 });
  });

  it('with two tasks is two records', async () => {
    const ctx = await openFresh();
    await recordTrajectory(ctx, inputOf(acts('a'), { session: 's', task: 'Build it' }));
    await recordTrajectory(ctx, inputOf(acts('a', 'b'), { session: 's', task: 'Ship it' }));
    expect(await stored(ctx)).toBe(2);
  });

  it('with two attempts at one task is two records, and each may grow', async () => {
    const ctx = await openFresh();
    const first = await recordTrajectory(ctx, growing('ls', 'pip install x'));
    const second = await recordTrajectory(ctx, growing('ls', 'uv sync'));
    expect([first.state, second.state]).toEqual(['added', 'added']);
    const secondGrown = await recordTrajectory(ctx, growing('ls', 'uv sync', 'uv run x'));
    const firstGrown = await recordTrajectory(ctx, growing('ls', 'pip install x', 'python3 x'));
    expect([secondGrown.state, firstGrown.state]).toEqual(['grown', 'grown']);
    expect(secondGrown.trajectory.id).toBe(second.trajectory.id);
    expect(firstGrown.trajectory.id).toBe(first.trajectory.id);
    const kept = (await ctx.memory.trajectories.list()).map(({ steps }) =>
      steps.map(({ action }) => action).join(),
    );
    expect(kept.sort()).toEqual(['ls,pip install x,python3 x', 'ls,uv sync,uv run x']);
  });

  it('with a third that parts from the second is three, also in one list', async () => {
    const ctx = await openFresh();
    const lists = [['a', 'b'], ['a', 'c', 'd'], ['a', 'c', 'e'], ['x'], ['a', 'c', 'e', 'f'], ['a', 'b']];
    const states = (
      await recordAll(
        ctx,
        lists.map((lines) => ({ input: growing(...lines) })),
      )
    ).map(({ state }) => state);
    expect(states).toEqual(['added', 'added', 'added', 'added', 'grown', 'known']);
    expect(await stored(ctx)).toBe(4);
  });
});

describe('an import', () => {
  it('is known by its key, whatever else it says', async () => {
    const ctx = await openFresh();
    const first = await recordTrajectory(ctx, inputOf(acts('a'), { session: 's' }), 'file.jsonl#1');
    const again = await recordTrajectory(ctx, inputOf(acts('b'), { session: 's' }), 'file.jsonl#1');
    const grown = await recordTrajectory(ctx, inputOf(acts('c', 'd'), { session: 's' }), 'file.jsonl#1');
    expect([first.state, again.state, grown.state]).toEqual(['added', 'known', 'grown']);
    expect(await stored(ctx)).toBe(1);
  });
});

describe('who judged', () => {
  it.each([
    [undefined, true, 'agent', 0.3],
    ['test', true, 'test', 1],
    ['exit_code', false, 'exit_code', 0.9],
    ['test', null, 'test', 0.1],
  ] as const)('%s, success %s: counts as %s, trust %f', async (source, success, counted, trust) => {
    const ctx = await openFresh();
    const { trajectory } = await recordTrajectory(ctx, inputOf(acts('a'), { source, success }));
    expect(trajectory.outcome.verdict?.source).toBe(counted);
    expect(trajectory.trust).toBe(trust);
  });
});

describe('what is kept of texts', () => {
  // Put together here, so that no scanner takes the test for a leak.
  const token = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_');

  it('no secret, wherever it stands, and a count of what was taken out', async () => {
    const ctx = await openFresh();
    const { trajectory } = await recordTrajectory(ctx, {
      ...inputOf([
        {
          ...bash(`git push https://x:${token}@git.example/r`),
          thought: `use ${token}`,
          error: `bad ${token}`,
        },
        bash('env', `GITHUB_TOKEN=${token}\nPATH=/bin`),
      ]),
      feedback: [{ text: `it printed ${token}` }],
      metadata: { note: { deep: [token] } },
    });
    const kept = JSON.stringify([trajectory, await ctx.memory.trajectories.list()]);
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(token.slice(6));
    expect(kept).toContain('PATH=/bin');
    expect(trajectory.metadata?.redacted).toBeDefined();
  });

  it('redaction comes before the cut, so that no half of a key is left at its edge', async () => {
    const ctx = await openFresh({ max_text_chars: 1_000 });
    for (let shift = 0; shift < 40; shift += 4) {
      const observation = `${'x '.repeat(365 - shift / 2)}${token} ${'y '.repeat(2_000)}`;
      const { trajectory } = await recordTrajectory(ctx, inputOf([bash('cat log', observation)]));
      expect(JSON.stringify(trajectory)).not.toContain(token.slice(4, 16));
    }
  });

  it('identity is taken before, so that the run is known again with redaction off', async () => {
    const data = await temporaryDirectory();
    const input = inputOf([bash('env', `GITHUB_TOKEN=${token}`)]);
    const first = await recordTrajectory(await openAt(data), input);
    const second = await recordTrajectory(await openAt(data, { redact: false }), input);
    expect(second).toEqual({ trajectory: first.trajectory, state: 'known' });
  });

  it('of a long observation the ends, and how long it was', async () => {
    const ctx = await openFresh();
    const { trajectory } = await recordTrajectory(
      ctx,
      inputOf([bash('cat big', `start${'x'.repeat(9_999_990)}final`)]),
    );
    const [step] = trajectory.steps;
    expect(step?.observation.length).toBeLessThan(33_000);
    expect(step?.observation).toMatch(/^start.*trimmed of 10,000,000.*final$/su);
  });

  it('everything else as it came: 5,000 steps, half surrogates and control characters made sound', async () => {
    const ctx = await openFresh();
    const steps = Array.from({ length: 5_000 }, (_, i) =>
      bash(`make part${i}`, '\ud83dok\u0000\u001b[31mred'),
    );
    const { trajectory } = await recordTrajectory(ctx, inputOf(steps));
    const kept = await ctx.memory.trajectories.get(trajectory.id);
    expect(kept?.steps).toHaveLength(5_000);
    expect(kept?.steps[4_999]?.observation).toBe('\ufffdokred');
  });
});
