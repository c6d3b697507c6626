import { afterAll, describe, expect, it } from 'vitest';
import { judge } from '../../../src/training/evaluate/guard.ts';
import { commandGuard } from '../../../src/training/evaluate/guard-command.ts';
import { openSchemaGuards } from '../../../src/training/evaluate/guard-schema.ts';
import type { CommandGuard } from '../../../src/training/evaluate/task.ts';

const task = { id: 'a task', specification: 'Say yes.', guards: [] };
const { signal } = new AbortController();

describe('a command', () => {
  const held = (command: string, answer: string, more: Partial<CommandGuard> = {}) =>
    commandGuard({ command, ...more }, { timeoutMs: 20_000, memoryMb: 500, startedIn: '/' })(
      answer,
      task,
      signal,
    );

  it('gets the answer in a file and on stdin, and tells by its exit', async () => {
    const command = 'cmp - "$ANSWER_FILE" && [ "$TASK_ID" = "a task" ] && cat sub/given.txt';
    const more = { answer_file: 'sub/solution.py', files: { 'sub/given.txt': 'seen' } };
    expect(await held(command, 'print(1)\n', more)).toEqual({ passed: true, feedback: 'seen' });
    expect(await held('echo "line 3: no"; exit 1', 'x')).toEqual({ passed: false, feedback: 'line 3: no' });
  });

  it('can say it is fatal, or say more in JSON, but never accept in spite of its exit', async () => {
    expect(await held('echo gone; exit 113', 'x')).toMatchObject({ passed: false, fatal: true });
    const said = (passed: boolean) => `echo '{"passed": ${passed}, "feedback": "so"}'`;
    expect(await held(said(false), 'x')).toEqual({ passed: false, feedback: 'so' });
    expect(await held(`${said(true)}; exit 1`, 'x')).toEqual({ passed: false, feedback: 'so' });
  });

  it('that breaks refuses, with the reason', async () => {
    expect(await held('nothing-of-this-name', 'x')).toMatchObject({ passed: false, trouble: 'crashed' });
    const late = await held('sleep 60', 'x', { timeout_ms: 200 });
    expect(late).toEqual({
      passed: false,
      trouble: 'timeout',
      feedback: 'The check took longer than 200 ms.',
    });
    const much = await held('yes', 'x');
    expect([much.trouble, much.feedback.length < 3_000]).toEqual(['output', true]);
  });
});

describe('a JSON schema', () => {
  const guards = openSchemaGuards(500);
  afterAll(() => guards.close());
  const held = (schema: Record<string, unknown>, answer: string) =>
    judge([{ name: 'schema', check: guards.guard({ schema }) }], answer, task, signal);

  it('accepts what fits it and says what does not', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    expect(await held(schema, '{"n": 1}')).toMatchObject({ passed: true });
    expect((await held(schema, '{"n": "1"}')).feedback).toBe(
      'The answer does not fit the schema:\n/n must be integer',
    );
    expect((await held(schema, 'n = 1')).feedback).toContain('not JSON');
    const newer = { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ const: 1 }] };
    expect((await held(newer, '[2]')).passed).toBe(false);
  });

  it('whose pattern never ends is ended, and the next check works', async () => {
    const slow = { type: 'string', pattern: '^(a+)+$' };
    expect(await held(slow, `"${'a'.repeat(60)}!"`)).toMatchObject({ passed: false, trouble: 'timeout' });
    expect(await held(slow, '"aaa"')).toMatchObject({ passed: true });
  });

  it('may be asked often', async () => {
    const warned: string[] = [];
    const listen = ({ name }: Error) => warned.push(name);
    process.on('warning', listen);
    for (let nth = 0; nth < 15; nth += 1) await held({ type: 'integer' }, '1');
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(warned).toEqual([]);
  });

  it('that cannot be used is told before', async () => {
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 20_000; depth += 1) deep = { not: deep };
    const bad = [{ $ref: 'https://example.com/x.json' }, { type: 'nothing' }, { pattern: '(' }, deep];
    for (const schema of [...bad, { $async: true, type: 'integer' }])
      await expect(guards.check([{ schema }])).rejects.toMatchObject({ code: 'E7404' });
  });
});
