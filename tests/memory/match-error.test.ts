import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { countPatterns, noteErrors } from '../../src/learning/errors/learn.ts';
import { matchError } from '../../src/memory/match-error.ts';
import type { Step } from '../../src/types.ts';
import {
  bash,
  call,
  failing,
  inputOf,
  openAt,
  openFresh,
  type RunFacts,
  temporaryDirectory,
} from '../support/fixtures.ts';

async function meet(ctx: Context, steps: Step[], facts: RunFacts & { abstractable?: boolean } = {}) {
  const { abstractable = false, ...rest } = facts;
  const { trajectory } = await recordTrajectory(
    ctx,
    inputOf(steps, { source: 'test', project: 'shop', ...rest }),
  );
  await countPatterns(ctx, await noteErrors(ctx, [{ trajectory, abstractable }]));
}

const errors = {
  module: failing('python3 a.py', "ModuleNotFoundError: No module named 'numpy'"),
  command: failing('ss -ltn', 'bash: line 1: ss: command not found', 127),
  file: failing('cat conf.yml', 'cat: conf.yml: No such file or directory'),
  column: failing('npm test', 'SqliteError: no such column: paid_at'),
};

async function filled(): Promise<Context> {
  const ctx = await openFresh();
  await meet(ctx, [errors.module, bash('pip install numpy'), bash('python3 a.py')], { task: 'A' });
  await meet(ctx, [errors.command], { task: 'B' });
  await meet(ctx, [errors.file], { task: 'C' });
  await meet(ctx, [errors.column], { task: 'D' });
  return ctx;
}

const best = async (ctx: Context, error: string, project = 'shop') =>
  (await matchError(ctx.memory, error, project, 5))[0];

describe('an error is matched', () => {
  it.each([
    ["ModuleNotFoundError: No module named 'numpy'", 1, '{module}'],
    ["ModuleNotFoundError: No module named 'torch'", 1, '{module}'],
    ['ss: command not found', 1, '{command}'],
    ['/bin/sh: 1: netstat: not found', 1, '{command}'],
    ['zsh: command not found: nothing to see\nbash: line 7: ping: command not found', 1, '{command}'],
    ['SqliteError: no such column: paid_at', 1, 'no such column'],
  ])('%j exactly', async (error, score, part) => {
    const match = await best(await filled(), error);
    expect(match?.score).toBe(score);
    expect(match?.pattern.template).toContain(part);
  });

  it('in a whole trace, wherever the line stands', async () => {
    const ctx = await filled();
    const trace = `Traceback (most recent call last):\n${'  File "/srv/x.py", line 3, in f\n    g()\n'.repeat(80)}ModuleNotFoundError: No module named 'scipy'`;
    expect((await best(ctx, trace))?.score).toBe(1);
    expect(
      (
        await best(
          ctx,
          `2025-01-01 run 7\nModuleNotFoundError: No module named 'scipy'\n${'done\n'.repeat(200)}`,
        )
      )?.score,
    ).toBe(1);
  });

  it('inside other words, by its signature', async () => {
    const match = await best(
      await filled(),
      "worker 3 died: ModuleNotFoundError: No module named 'scipy' (exit)",
    );
    expect(match?.score).toBe(0.9);
    expect(match?.pattern.suggested_fix).toBe('`pip install {module}`');
  });

  it('nearly, and then with a lower score', async () => {
    const match = await best(await filled(), 'SqliteError: no such column or alias');
    expect(match?.pattern.template).toContain('no such column');
    expect(match?.score).toBeGreaterThanOrEqual(0.55);
    expect(match?.score).toBeLessThanOrEqual(0.9);
  });

  it.each(['', '  \n ', 'everything went fine', 'Segmentation fault (core dumped)', '(((((', '\u0000'])(
    'not at all: %j',
    async (error) => {
      expect(await matchError((await filled()).memory, error, 'shop', 5)).toEqual([]);
    },
  );
});

describe('whose patterns', () => {
  const numpy = [errors.module, bash('pip install numpy'), bash('python3 a.py')];
  const uv = [errors.module, bash('uv add numpy'), bash('python3 a.py')];

  it('the own first, of others only what is abstractable', async () => {
    const ctx = await openFresh();
    await meet(ctx, numpy, { task: 'A', project: 'bank' });
    expect(await best(ctx, "ModuleNotFoundError: No module named 'x'")).toBeUndefined();
    await meet(ctx, numpy, { task: 'B', project: 'bank', abstractable: true });
    expect((await best(ctx, "ModuleNotFoundError: No module named 'x'"))?.pattern.project).toBe('bank');
    await meet(ctx, uv, { task: 'A', project: 'shop' });
    const matches = await matchError(ctx.memory, "ModuleNotFoundError: No module named 'x'", 'shop', 5);
    expect(matches.map(({ pattern }) => pattern.project)).toEqual(['shop', 'bank']);
    expect(matches[0]?.pattern.suggested_fix).toContain('uv add');
  });

  it('no more than asked for', async () => {
    const ctx = await openFresh();
    for (const project of ['p1', 'p2', 'p3', 'p4'])
      await meet(ctx, numpy, { task: 'A', project, abstractable: true });
    expect(await matchError(ctx.memory, "ModuleNotFoundError: No module named 'x'", 'p1', 2)).toHaveLength(2);
  });
});

describe('what is told of the error at hand', () => {
  it('the package that brought this very command elsewhere', async () => {
    const ctx = await openFresh();
    for (const [command, item] of [
      ['ps', 'procps'],
      ['netstat', 'net-tools'],
    ] as const)
      await meet(
        ctx,
        [
          failing(`${command} -x`, `bash: line 1: ${command}: command not found`, 127),
          bash(`apt-get install -y ${item}`),
          bash(`${command} -x`),
        ],
        { task: command },
      );
    expect((await best(ctx, 'sh: 1: netstat: not found'))?.values).toEqual({
      command: 'netstat',
      package: 'net-tools',
    });
    expect((await best(ctx, 'sh: 1: lsof: not found'))?.values).toEqual({ command: 'lsof' });
  });

  it('without the label that one tool put before it', async () => {
    const ctx = await openFresh();
    const error = "Error executing query: Unknown column 'a' in 'field list'";
    await meet(ctx, [call('db', { sql: 'SELECT a FROM t' }, '', { error })], { task: 'A' });
    const match = await best(ctx, "Unknown column 'paid_at' in 'where clause'");
    expect(match?.score).toBe(0.9);
    expect(match?.values).toEqual({ column: 'paid_at', where: 'where clause' });
  });
});

describe('whatever others do', () => {
  it('what another process learned a moment ago is found, and what it took back is not', async () => {
    const data = await temporaryDirectory();
    const [ours, theirs] = [await openAt(data), await openAt(data)];
    expect(await best(ours, "KeyError: 'a'")).toBeUndefined();
    await meet(theirs, [failing('python3 a.py', "KeyError: 'b'")], { task: 'A' });
    const match = await best(ours, "KeyError: 'a'");
    expect(match?.score).toBe(1);
    await theirs.memory.error_patterns.remove({ id: match?.pattern.id });
    expect(await best(ours, "KeyError: 'a'")).toBeUndefined();
  });

  it('a signature that somebody stored is not run', async () => {
    const ctx = await filled();
    const [pattern] = await ctx.memory.error_patterns.list({ where: { project: 'shop' } });
    if (!pattern) throw new Error('no pattern');
    const words = pattern.template.replace(/\W+/gu, ' ');
    await ctx.memory.error_patterns.put([{ ...pattern, signature: '(?:a+)+$' }]);
    // With that signature this would never end.
    expect(await matchError(ctx.memory, `${words} ${'a'.repeat(900)}!`, 'shop', 5)).toBeDefined();
  });

  it('a megabyte comes back', async () => {
    const ctx = await filled();
    for (const unit of ["No module named '", 'a', '\n', "near 'x", '\u001b[31m', 'Error: ', 'sh: 1: x: '])
      expect(await matchError(ctx.memory, unit.repeat(1_000_000 / unit.length), 'shop', 5)).toBeDefined();
  });
});
