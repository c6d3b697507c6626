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
import { startOpenAiServer } from '../../support/openai-server.ts';
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
  const tasks = await tasksOfDataset(ctx, version, { recordedChecks: true });
  // Commands that somebody recorded are run only where that was asked for.
  expect((await tasksOfDataset(ctx, version)).every(({ guards }) => guards.length === 0)).toBe(true);
  expect(tasks.length).toBeGreaterThan(0);
  expect(tasks.every(({ guards }) => guards.length === 1)).toBe(true);
  const out = join(data, 'report.json');
  const svg = join(data, 'report.svg');
  const sides = ['--solver', 'echo a rose', '--against-solver', 'echo a thorn'];
  const text = await knowhow(
    '--dataset',
    'poems',
    '--recorded-checks',
    ...sides,
    ...FEW,
    '--out',
    out,
    '--svg',
    svg,
  );
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
    '--recorded-checks',
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
    '--recorded-checks',
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
  const wrong = (line: string) =>
    tasksOfFile(file('wrong.jsonl', line)).catch((error: Error) => error.message);
  expect(await wrong('{"specification": "a"')).toMatch(/Line 1: it is no JSON object/u);
  expect(await wrong('{"specification": 1}')).toMatch(/"specification" must be a text/u);
  expect(await wrong('{"specification": "a", "guards": []}')).toMatch(/it has "guards"; there are/u);
  expect(await wrong('{"specification": "a", "guard": {"cmd": "true"}}')).toMatch(/"guard" must be/u);
  await expect(tasksOfFile(join(data, 'none.jsonl'))).rejects.toMatchObject({ code: 'E7404' });
});

it('a file of tasks may begin with a mark, and has lines of bounded length', async () => {
  const line = '{"specification": "a"}\r\n';
  expect(await tasksOfFile(file('mark.jsonl', `\uFEFF${line}`))).toHaveLength(1);
  await expect(tasksOfFile(file('long.jsonl', line + 'x'.repeat(2_100_000)))).rejects.toMatchObject({
    message: expect.stringContaining('Line 2 is over 2 MB'),
  });
});

it('a key goes to the endpoint that it was given with, and into no report', async () => {
  const [after, before] = [await startOpenAiServer(() => 'la'), await startOpenAiServer(() => 'la')];
  const key = `sk-proj-${'a1B2c3D4'.repeat(6)}`;
  const given = ['--tasks', file('one.jsonl', '{"specification": "a"}'), '--guard', 'true', '--samples', '1'];
  const sides = ['--model', 'm', '--base-url', after.baseUrl, '--against-base-url', before.baseUrl];
  await knowhow(...given, ...sides, '--against-model', 'm', '--key-file', file('key', key));
  expect([after.requests[0]?.authorization, before.requests[0]?.authorization]).toEqual([
    `Bearer ${key}`,
    'Bearer none',
  ]);
  const out = join(data, 'keyless.json');
  await knowhow(...given, '--solver', `API_KEY=${key} echo la`, '--out', out, '--json');
  expect(readFileSync(out, 'utf8')).not.toContain(key);
});

it('what cannot work is told before the first question', async () => {
  const given = ['--tasks', file('two.jsonl', '{"specification": "a"}'), '--guard', 'true', '--retries', '0'];
  const model = ['--model', 'm', '--base-url'];
  const wrong: [code: string, ...args: string[]][] = [
    ['unwritable_path', '--solver', 'touch asked', '--svg', join(data, 'none', 'x.svg')],
    ['unwritable_path', '--solver', 'touch asked', '--out', data],
    ['usage', ...model, 'ftp://localhost/v1'],
    ['usage', ...model, 'http://me:word@localhost/v1'],
    ['commander.invalidArgument', '--solver', 'touch asked', '--timeout', '0'],
    ['commander.invalidArgument', '--solver', 'touch asked', '--guard-timeout', '9999999'],
  ];
  for (const [code, ...args] of wrong)
    await expect(knowhow(...given, ...args)).rejects.toMatchObject({ code });
  expect(existsSync('asked')).toBe(false);
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
