/** `knowhow evaluate` over a dataset and over files of tasks. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, it, vi } from 'vitest';
import { addEvaluate, type Evaluated } from '../../../src/cli/evaluate.ts';
import type { Context } from '../../../src/context.ts';
import { buildDataset } from '../../../src/training/datasets/build.ts';
import { datasetVersion, rowsOf } from '../../../src/training/datasets/read.ts';
import { seenInTraining } from '../../../src/training/evaluate/held-out.ts';
import { tasksOfDataset, tasksOfFile } from '../../../src/training/evaluate/tasks.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { attempts, words } from '../datasets/build-runs.ts';

const data = temporaryDirectory();
const verifier = { command: 'grep -q rose answer.txt || { echo no rose; exit 1; }' };
const ctx: Context = await openStoreAt(data);
await ctx.memory.trajectories.put(attempts(12).map((run) => ({ ...run, task: { ...run.task, verifier } })));
await buildDataset(ctx, { name: 'poems' });
const version = await datasetVersion(ctx, 'poems');

const file = (name: string, content: string) => {
  writeFileSync(join(data, name), content);
  return join(data, name);
};

/** In this process, with the store that is open. */
async function knowhow(...args: string[]): Promise<string> {
  const program = new Command('knowhow').option('--data <dir>').option('--json').exitOverride();
  addEvaluate(program);
  const said: string[] = [];
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true),
  ];
  try {
    await program.parseAsync(['node', 'knowhow', '--data', data, 'evaluate', ...args]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return said.join('');
}

const FEW = ['--samples', '2', '--retries', '1', '--concurrency', '4'];

it('the test split is asked, with the checks of its runs; before against after is told and kept', async () => {
  const tasks = await tasksOfDataset(ctx, version);
  expect(tasks.length).toBeGreaterThan(0);
  expect(tasks.every(({ guards }) => guards.length === 1)).toBe(true);
  const out = join(data, 'report.json');
  const svg = join(data, 'report.svg');
  const sides = ['--solver', 'echo a rose', '--against-solver', 'echo a thorn'];
  const text = await knowhow('--dataset', 'poems', ...sides, ...FEW, '--out', out, '--svg', svg);
  expect(text).toMatch(/E\[retries\] +2\.00.* 0\.00.* -2\.00/u);
  const { report, comparison } = JSON.parse(readFileSync(out, 'utf8')) as Evaluated;
  expect(report).toMatchObject({ tasks: tasks.length, first_pass: { mean: 1 }, troubles: {} });
  expect(comparison?.e_retries).toMatchObject({ before: 2, after: 0, difference: -2, relative: -1 });
  expect(readFileSync(svg, 'utf8')).toContain('<svg xmlns');
  expect([existsSync(`${out}.journal`), existsSync(`${out}.before.journal`)]).toEqual([false, false]);
  // A saved report is as good, and only of the same evaluation.
  const again = await knowhow(
    '--dataset',
    'poems',
    '--solver',
    'echo a thorn',
    ...FEW,
    '--against',
    out,
    '--json',
  );
  expect((JSON.parse(again) as Evaluated).comparison?.e_retries.difference).toBe(2);
  const other = knowhow(
    '--dataset',
    'poems',
    '--solver',
    'echo x',
    '--samples',
    '1',
    '--retries',
    '0',
    '--against',
    out,
  );
  await expect(other).rejects.toMatchObject({ code: 'E7405' });
});

it('tasks that were trained on are refused, or left out', async () => {
  const trained: string[] = [];
  for await (const { example } of rowsOf(ctx, version, 'train')) trained.push(example.specification);
  const fresh = `Sing of ${words(9_999, 40)}`;
  const nearly = `please: ${trained[0]}!`;
  const lines = [fresh, nearly].map((specification, nth) => JSON.stringify({ id: `t${nth}`, specification }));
  const path = file('tasks.jsonl', lines.join('\n'));
  expect([...(await seenInTraining(ctx, version, await tasksOfFile(path)))]).toEqual(['t1']);
  const args = ['--tasks', path, '--dataset', 'poems', '--solver', 'echo la', '--guard', 'true', ...FEW];
  await expect(knowhow(...args)).rejects.toMatchObject({ code: 'E7401' });
  expect((JSON.parse(await knowhow(...args, '--skip-seen', '--json')) as Evaluated).report.tasks).toBe(1);
  await expect(knowhow('--tasks', path, '--solver', 'echo la')).rejects.toMatchObject({ code: 'E7406' });
});

it('a file of tasks says which line is none', async () => {
  const good = '{"specification": "a", "guard": [{"command": "true"}, {"schema": {}}]}';
  expect(await tasksOfFile(file('good.jsonl', `${good}\n\n`))).toMatchObject([
    { guards: [{ command: 'true' }, {}] },
  ]);
  for (const bad of ['{"specification": ""}', 'x', '{"specification": "b", "gaurd": {}}', good])
    await expect(tasksOfFile(file('bad.jsonl', `${good}\n${bad}`))).rejects.toMatchObject({
      code: 'E7404',
      message: expect.stringContaining('Line 2'),
    });
  await expect(tasksOfFile(join(data, 'none.jsonl'))).rejects.toMatchObject({ code: 'E7404' });
});

it('what a guard stops leaves the report so far', async () => {
  const path = file(
    'three.jsonl',
    ['a', 'b'].map((specification) => JSON.stringify({ specification })).join('\n'),
  );
  const out = join(data, 'stopped.json');
  const guard = '[ "$(cat)" = first ] || exit 113';
  const solver = 'if mkdir "$T" 2>/dev/null; then printf first; else echo second; fi'.replace(
    '$T',
    join(data, 'once'),
  );
  const ended = knowhow(
    '--tasks',
    path,
    '--solver',
    solver,
    '--guard',
    guard,
    '--concurrency',
    '1',
    '--out',
    out,
  );
  await expect(ended).rejects.toMatchObject({ code: 'E7402' });
  const { report } = JSON.parse(readFileSync(out, 'utf8')) as Evaluated;
  expect(report).toMatchObject({ finished: 1, stopped: { code: 'E7402', guard: 'command 1' } });
});
