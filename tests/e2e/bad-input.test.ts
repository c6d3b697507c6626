/** Input nobody hoped for, and stores that are not what they should be: stored whole or refused clearly, never a crash. */
import { chmod, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { openKnowhow } from '../../src/index.ts';
import { callTool, connectInProcess, connectStdio, runCli, toolAnswer } from '../support/clients.ts';
import { runCommandJson } from '../support/commands.ts';
import { history, longRun, solved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

const MEBI = 1024 * 1024;
/** Escapes, NUL, backspace, DEL, C1, line separators, a byte order mark, a lone high and a lone low surrogate. */
const UGLY =
  '\u0000\u0007\u0008\u001b[31mred\u001b[0m\u007f\u0085\u2028\u2029\ufeff \ud83d half \udc00 \u{1f600} ﷽';

interface Recorded {
  trajectory_id: string;
  stored: boolean;
  analysis: { step_attribution: [number, number][] };
}

describe('texts', () => {
  let ctx: Context;
  let client: Client;
  beforeAll(async () => {
    ctx = await openStoreAt(temporaryDirectory());
    client = await connectInProcess(ctx);
  });

  it('full of control characters and half surrogates are stored as sound text', async () => {
    const { trajectory_id } = await callTool<Recorded>(client, 'record_trajectory', {
      task: { description: `Fix ${UGLY}`, domain: UGLY, context: { [UGLY]: [UGLY] } },
      steps: [{ thought: UGLY, action: UGLY, tool: UGLY, args: { a: UGLY }, observation: UGLY, error: UGLY }],
      outcome: { success: false, error: UGLY, verdict: { source: 'test', detail: UGLY } },
      project: 'ugly',
      metadata: { [UGLY]: UGLY },
    });
    const stored = JSON.stringify(await ctx.memory.trajectories.get(trajectory_id));
    expect(stored).toContain('😀');
    expect(stored.isWellFormed()).toBe(true);
    // In JSON a lone surrogate and a control character show as escapes.
    expect(stored).not.toMatch(/\\u(?:d[89a-f]|00[01])/iu);
    const read = await client.readResource({ uri: `knowhow://trajectories/${trajectory_id}` });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(String((read.contents[0] as { text: string }).text)).not.toMatch(/[\u0000-\u0008\u001b\u007f]/u);
    for (const query of [UGLY, '"; DROP TABLE x --', "it's 100% \\ _ ; /* */", '(((', 'AND OR NOT', '*'])
      expect(
        (
          await toolAnswer(client, 'retrieve_strategies', {
            task: query,
            error: query,
            project: query.trim(),
          })
        ).isError,
        query,
      ).toBeFalsy();
  });

  it('of any kind are recorded, found again and never double', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const runs = fc.record({
      task: fc.record({ description: text.filter((each) => each.trim() !== '') }),
      steps: fc.array(fc.record({ action: text, observation: text }), { maxLength: 3 }),
      outcome: fc.record({ success: fc.option(fc.boolean()) }),
      session: text,
    });
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const first = await callTool<Recorded>(client, 'record_trajectory', run);
        const again = await callTool<Recorded>(client, 'record_trajectory', run);
        expect(again.trajectory_id).toBe(first.trajectory_id);
        expect(await ctx.memory.trajectories.get(first.trajectory_id)).toBeDefined();
      }),
      { numRuns: 12, seed: 7 },
    );
    const ids = await ctx.memory.trajectories.ids();
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('sizes', () => {
  it('an observation of 10 MB is trimmed with a mark that says how long it was', async () => {
    const data = temporaryDirectory();
    const { client } = await connectStdio(data);
    const observation = `begin ${'0123456789 '.repeat(MEBI)} end`;
    const recorded = await callTool<Recorded>(client, 'record_trajectory', {
      ...solved(0),
      steps: [{ action: 'cat big.log', observation }],
    });
    expect(recorded.stored).toBe(true);
    const ctx = await openStoreAt(data);
    const kept = (await ctx.memory.trajectories.get(recorded.trajectory_id))?.steps[0]?.observation ?? '';
    expect(kept.length).toBeLessThan(40_000);
    expect(kept).toMatch(/^begin [\s\S]* end$/u);
    expect(kept).toContain(observation.length.toLocaleString('en-US'));
    // Its full length is what names the run: recorded again it is the same.
    const again = await callTool<Recorded>(client, 'record_trajectory', {
      ...solved(0),
      steps: [{ action: 'cat big.log', observation }],
    });
    expect(again.trajectory_id).toBe(recorded.trajectory_id);
  });

  it('5,000 steps are stored, attributed and read', async () => {
    const data = temporaryDirectory();
    const { client } = await connectStdio(data);
    const recorded = await callTool<Recorded>(client, 'record_trajectory', longRun(5_000));
    expect(recorded.stored).toBe(true);
    expect(recorded.analysis.step_attribution.length).toBeLessThanOrEqual(50);
    const sum = recorded.analysis.step_attribution.reduce((total, [, share]) => total + share, 0);
    expect(sum).toBeCloseTo(1, 9);
    const ctx = await openStoreAt(data);
    expect((await ctx.memory.trajectories.get(recorded.trajectory_id))?.steps).toHaveLength(5_000);
    const read = await client.readResource({ uri: `knowhow://trajectories/${recorded.trajectory_id}` });
    expect(JSON.stringify(read)).toContain('steps not shown');
    expect(await callTool(client, 'run_batch_learning', { min_trajectories: 0 })).toMatchObject({
      ran: true,
    });
  });

  it('no steps at all are a run too', async () => {
    const client = await connectInProcess(await openStoreAt(temporaryDirectory()));
    const recorded = await callTool<Recorded>(client, 'record_trajectory', { ...solved(0), steps: [] });
    expect(recorded).toMatchObject({ stored: true, analysis: { step_attribution: [], key_steps: [] } });
    expect(await callTool(client, 'run_batch_learning', { min_trajectories: 0 })).toMatchObject({
      ran: true,
    });
  });

  it('projects named like SQL are projects, and one that does not exist knows nothing', async () => {
    const client = await connectInProcess(await openStoreAt(temporaryDirectory()));
    const names = ["x' OR '1'='1", "'; DROP TABLE trajectories; --", '%', 'a"b', '..'];
    for (const project of names) {
      const run = { ...solved(0), project, session: project };
      await callTool(client, 'record_trajectory', run);
    }
    const task = solved(0).task.description;
    for (const project of [...names, 'nobody']) {
      const found = await callTool<{ known: boolean; reason: string; experiences: { id: string }[] }>(
        client,
        'retrieve_strategies',
        { task, project },
      );
      const own = project === 'nobody' ? 0 : 1;
      const mine = await callTool<{ experiences: { id: string }[] }>(client, 'retrieve_strategies', {
        task,
        project,
        k: 1,
      });
      expect(mine.experiences.length).toBeGreaterThanOrEqual(own);
      if (!found.known) expect(found.reason).toMatch(/Nothing known/u);
    }
    const foreign = await callTool<{ known: boolean; reason: string }>(client, 'retrieve_strategies', {
      task: 'Bake a wedding cake with three tiers',
      project: "nobody' OR 'x'='x",
    });
    expect(foreign).toMatchObject({ known: false, reason: expect.stringMatching(/no run of project/u) });
  });

  it('an error text of a megabyte is looked up', async () => {
    const client = await connectInProcess(await openStoreAt(temporaryDirectory()));
    for (const run of history().slice(0, 2)) await callTool(client, 'record_trajectory', run);
    for (const line of ['a'.repeat(999_999), 'at x (y:1:1)\n'.repeat(70_000), 'Error: x '.repeat(100_000)]) {
      expect((await toolAnswer(client, 'match_error', { error: line })).isError).toBeFalsy();
    }
  });
});

describe('a store', () => {
  async function filled(): Promise<string> {
    const data = temporaryDirectory();
    const knowhow = await openKnowhow({ data, llm: false, log_level: 'silent' });
    for (const run of history()) await knowhow.record(run);
    // Out of the journal, into the tables.
    await knowhow.memory.trajectories.compact();
    await knowhow.close();
    return data;
  }

  const expectRefusal = async (data: string, code: string, says: RegExp) => {
    const { code: exit, value } = await runCommandJson<{
      error: { code: string; message: string; hint: string };
    }>(['status'], { data });
    expect(exit).toBe(1);
    expect(value.error).toMatchObject({ code, hint: expect.stringMatching(/\S/u) });
    expect(value.error.message).toMatch(says);
    expect(value.error.message).toContain(data);
    // The server says the same and does not start half.
    const served = await runCli(['serve'], { data });
    expect({ code: served.code, stdout: served.stdout }).toEqual({ code: 1, stdout: '' });
    expect(served.stderr).toMatch(says);
  };

  it('of a newer version is refused and left as it is', async () => {
    const data = await filled();
    const layout = join(data, 'knowhow.json');
    const newer = JSON.stringify({
      ...JSON.parse(await readFile(layout, 'utf8')),
      layout: 99,
      shape: 'unheard of',
    });
    await writeFile(layout, newer);
    await expectRefusal(data, 'store_newer', /layout 99/u);
    expect(await readFile(layout, 'utf8')).toBe(newer);
  });

  it('whose layout file is none is refused', async () => {
    const data = await filled();
    await writeFile(join(data, 'knowhow.json'), 'once upon a time');
    await expectRefusal(data, 'store_corrupt', /layout file/u);
  });

  it('whose journal is none is refused', async () => {
    const data = await filled();
    for (const end of ['-wal', '-shm']) await rm(join(data, `journal.db${end}`), { force: true });
    await writeFile(join(data, 'journal.db'), 'once upon a time, '.repeat(400));
    await expectRefusal(data, 'store_corrupt', /table|journal/u);
  });

  it.each([
    ['data', '.lance'],
    ['_versions', '.manifest'],
  ])('with a corrupt file in %s says so, without a word of what is stored', async (folder, suffix) => {
    const data = await filled();
    const at = join(data, 'trajectories.lance', folder);
    const names = (await readdir(at)).filter((name) => name.endsWith(suffix));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) await truncate(join(at, name), 20);

    const { code, value } = await runCommandJson<{ error: { code: string; message: string; hint: string } }>(
      ['export'],
      { data },
    );
    expect(code).toBe(1);
    expect(value.error).toMatchObject({ code: 'store_corrupt', hint: expect.stringMatching(/doctor/u) });
    expect(JSON.stringify(value)).not.toContain('billing');

    const examined = await runCommandJson<{ healthy: boolean; checks: { check: string; ok: boolean }[] }>(
      ['doctor'],
      { data },
    );
    expect(examined.code).toBe(1);
    expect(examined.value.healthy).toBe(false);
    expect(examined.value.checks.filter(({ ok }) => !ok).map(({ check }) => check)).toContain(
      'table trajectories',
    );

    const client = await connectInProcess(await openStoreAt(data));
    const answer = await toolAnswer(client, 'record_trajectory', solved(2, 9));
    expect(answer.isError).toBe(true);
    expect(answer.content[0]?.text).toMatch(/store_corrupt[\s\S]*doctor/u);
  });

  it('with a record of another shape names the record, not its text', async () => {
    const data = await filled();
    const ctx = await openStoreAt(data);
    const [run] = await ctx.memory.trajectories.list({ limit: 1 });
    await ctx.memory.trajectories.put([{ ...run, steps: 'none of your business' } as never]);
    const { code, value } = await runCommandJson<{ error: { code: string; message: string } }>(
      ['analyze', String(run?.id)],
      { data },
    );
    expect(code).toBe(1);
    expect(value.error).toMatchObject({
      code: 'bad_record',
      message: expect.stringContaining(String(run?.id)),
    });
    expect(value.error.message).not.toContain('business');
  });

  // Permissions do not bind root.
  it.skipIf(process.getuid?.() === 0)('that may not be written is refused with its name', async () => {
    const data = await filled();
    const folders = [
      data,
      ...(await readdir(data, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name)),
    ];
    for (const folder of folders) await chmod(folder, 0o500);
    try {
      const client = await connectInProcess(await openStoreAt(data));
      const refused = await toolAnswer(client, 'record_trajectory', solved(2, 9));
      expect(refused.content[0]?.text).toMatch(/store_denied|store_read_only/u);
      // What is known can still be told.
      expect((await toolAnswer(client, 'retrieve_strategies', { task: 'x' })).isError).toBeFalsy();
      expect((await runCommandJson(['doctor'], { data })).code).toBe(1);
    } finally {
      for (const folder of folders) await chmod(folder, 0o700);
    }
  });

  it('cannot be where a file is', async () => {
    const file = join(temporaryDirectory(), 'taken');
    await writeFile(file, 'mine');
    const { code, value } = await runCommandJson<{ error: { code: string } }>(['status'], { data: file });
    expect(code).toBe(1);
    expect(value.error.code).toMatch(/^store_/u);
    expect(await readFile(file, 'utf8')).toBe('mine');
  });
});
