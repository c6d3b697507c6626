/** Forgotten is forgotten: after `knowhow forget` no file of the store holds a word that only the forgotten run brought. */
import { writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrajectoryDraft } from '../../src/types.ts';
import { runJson as runJsonAlone } from '../support/clients.ts';
import { runCommand as runCli, runCommandJson as runJson } from '../support/commands.ts';
import { history } from '../support/runs.ts';
import { temporaryDirectory } from '../support/store.ts';

const PLANTED = 'quobblefrinx';
const home = temporaryDirectory();
const data = join(home, 'store');
const transcript = join(home, 'runs.jsonl');

/** A run with the word in every text it has: its task, what it did, what came back, how it failed and was mended. */
const planted = (nth: number, success: boolean): TrajectoryDraft => ({
  task: { description: `Teach the ${PLANTED} parser about comments, part ${nth}.`, domain: PLANTED },
  project: 'billing-service',
  session: 'secret-session',
  agent: PLANTED,
  steps: [
    { action: `ls ${PLANTED}`, tool: 'Bash', args: { command: `ls ${PLANTED}` }, observation: PLANTED },
    {
      action: 'npm test',
      tool: 'Bash',
      args: { command: 'npm test' },
      observation: `Error: Cannot find module '../${PLANTED}/client'`,
      error: `Error: Cannot find module '../${PLANTED}/client'`,
      exit_code: 1,
    },
    {
      action: 'npm test -- parser',
      tool: 'Bash',
      args: { command: 'npm test -- parser' },
      observation: `Error: ${PLANTED} has no comments`,
      error: `Error: ${PLANTED} has no comments`,
      exit_code: 1,
    },
    {
      action: `node ${PLANTED}/generate.mjs`,
      tool: 'Bash',
      args: { command: `node ${PLANTED}/generate.mjs` },
      observation: 'written',
      exit_code: 0,
    },
    ...(success
      ? ['npm test', 'npm test -- parser'].map((command) => ({
          action: command,
          tool: 'Bash',
          args: { command },
          observation: '3 passed',
          exit_code: 0,
        }))
      : []),
  ],
  outcome: success
    ? { success, verdict: { source: 'test', detail: PLANTED } }
    : { success, error: PLANTED, verdict: { source: 'test' } },
  metadata: { note: PLANTED },
});

async function filesWith(word: string): Promise<string[]> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const holding: string[] = [];
  for (const file of files) if ((await readFile(file)).includes(word)) holding.push(file.slice(data.length));
  return holding.sort();
}

/** Files with rows of tables. Their encoding may hide a word, so none that held rows of the run may be left. */
async function dataFiles(): Promise<string[]> {
  const files = await readdir(data, { recursive: true });
  return files.filter((file) => /\.lance[/\\]data[/\\]/u.test(file));
}

type Told = Record<string, { id: string }[]>;

/** All records, by table, without what belongs to the planted run. */
async function everything(): Promise<{ lines: string[]; tables: Told }> {
  const { stdout } = await runCli(['export', '--all', '-'], { data });
  const lines = stdout.trim().split('\n');
  const parsed = lines.slice(1).map((line) => JSON.parse(line));
  return { lines, tables: Object.groupBy(parsed, ({ table }) => table) as Told };
}

describe('a run that is forgotten', () => {
  beforeAll(async () => {
    writeFileSync(
      transcript,
      `${history()
        .map((run) => JSON.stringify(run))
        .join('\n')}\n`,
    );
    await runJson(['import', transcript], { data });
    await runJson(['learn', '--min', '0'], { data });
    const file = join(home, 'planted.jsonl');
    writeFileSync(
      file,
      `${[planted(1, true), planted(2, true), planted(3, false)].map((run) => JSON.stringify(run)).join('\n')}\n`,
    );
    await runJson(['import', file], { data });
    await runJson(['learn', '--min', '0'], { data });
    await runJson(
      ['retrieve', `Teach the ${PLANTED} parser about comments`, '--project', 'billing-service'],
      { data },
    );
  }, 60_000);

  it('was everywhere before: in runs, patterns, strategies, occurrences', async () => {
    const { tables } = await everything();
    for (const table of ['trajectories', 'error_patterns', 'strategies', 'occurrences'])
      expect(JSON.stringify(tables[table]), table).toContain(PLANTED);
    expect((await filesWith(PLANTED)).join()).toContain('trajectories.lance');
  });

  it('is only shown what would go, until told to do it', async () => {
    const { value } = await runJson(['forget', '--session', 'secret-session'], { data });
    expect(value).toMatchObject({ dry_run: true, unknown: [] });
    expect((value.removed as Told).trajectories).toHaveLength(3);
    const { stdout } = await runCli(['forget', '--session', 'secret-session'], { data });
    expect(stdout).toContain('3 trajectories would be forgotten');
    expect(stdout).not.toContain(PLANTED);
    expect((await everything()).tables.trajectories).toHaveLength(15);
  });

  it('leaves no byte behind, and of what others taught as well only its own part', async () => {
    const before = await dataFiles();
    const { code, value, stderr } = await runJsonAlone(['forget', '--session', 'secret-session', '--yes'], {
      data,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((value.rebuilt as Told).error_patterns).toHaveLength(1);
    const touched = new RegExp(
      `^(?:${Object.keys({ ...(value.removed as Told), ...(value.rebuilt as Told) }).join('|')})\\.`,
      'u',
    );
    const after = new Set(await dataFiles());
    expect(before.filter((file) => touched.test(file) && after.has(file))).toEqual([]);
    const asked = await everything();
    // What somebody asked in that word is a question of its own: it names no session.
    expect(asked.tables.retrievals).toHaveLength(1);
    await runJson(
      [
        'forget',
        (asked.tables.retrievals as unknown as { record: { id: string } }[])[0]?.record.id ?? '',
        '--yes',
      ],
      { data },
    );
    expect(await filesWith(PLANTED)).toEqual([]);

    const fresh = join(home, 'fresh');
    await runJson(['import', transcript], { data: fresh });
    await runJson(['learn', '--min', '0'], { data: fresh });
    const told = async (store: string) =>
      (
        await runJson(
          ['match-error', "Error: Cannot find module '../generated/client'", '--project', 'billing-service'],
          { data: store },
        )
      ).value;
    expect(await told(data)).toEqual(await told(fresh));
  }, 60_000);

  it('is not brought back by an import of its transcript, unless asked', async () => {
    const file = join(home, 'planted.jsonl');
    const { value } = await runJson(['import', file], { data });
    expect(value).toMatchObject({ totals: { added: 0, broken: 0 } });
    expect(JSON.stringify(value)).toContain('forgotten before');
    expect(await filesWith(PLANTED)).toEqual([]);
    expect((await runJson(['import', file, '--again'], { data })).value).toMatchObject({
      totals: { added: 3 },
    });
    expect((await filesWith(PLANTED)).length).toBeGreaterThan(0);
  }, 60_000);
});
