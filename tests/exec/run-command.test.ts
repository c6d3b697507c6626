import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type CommandGiven, type CommandLimits, runCommand } from '../../src/exec/run-command.ts';
import { temporaryDirectory } from '../support/store.ts';

const LIMITS: CommandLimits = { timeoutMs: 20_000, memoryMb: 500, outputBytes: 50_000 };

const run = (command: string, given: CommandGiven = {}, limits: Partial<CommandLimits> = {}) =>
  runCommand(command, given, { ...LIMITS, ...limits });

describe.each<[string, CommandGiven]>([
  ['as this machine allows', {}],
  ['unconfined', { confine: null }],
])('a command in a throw-away directory, %s', (_, confined) => {
  it('gets files, stdin and what is set, and nothing of this process', async () => {
    const given = { ...confined, files: { 'a/b.txt': 'file ' }, stdin: 'in ', env: { WORD: "it's" } };
    const ran = await run('cat; cat a/b.txt; echo "$WORD $VITEST"; echo here: $PWD >&2; exit 3', given);
    expect(ran).toMatchObject({ code: 3, ended: 'exit', stdout: "in file it's \n", stderr: 'here: .\n' });
  });

  it('that prints a gigabyte is ended at the limit', async () => {
    const ran = await run('head -c 1000000000 /dev/zero; sleep 100', confined);
    expect(ran).toMatchObject({ code: null, ended: 'output' });
    expect(ran.stdout).toHaveLength(50_000);
  });

  it('that does not end is ended, with what left its group', async () => {
    const command = 'setsid sleep 4321 & setsid bash -c "setsid sleep 4321 & sleep 4321" & sleep 4321';
    expect(await run(command, confined, { timeoutMs: 300 })).toMatchObject({ code: null, ended: 'timeout' });
    const { stdout } = await run("ps -A -o args= | grep -c '^sleep 4321'", { confine: null });
    expect(stdout).toBe('0\n');
  });

  it('that starts too many processes is ended', async () => {
    const ran = await run('for i in $(seq 40); do sleep 99 & done; wait', confined, { processes: 20 });
    expect(ran.ended).toBe('processes');
  });
});

it('memory is of all processes together', async () => {
  const share = `python3 -c "a = b'x' * (80 * 10**6); import time; time.sleep(99)" &`;
  expect(await run(`${share} ${share} ${share} ${share} wait`, {}, { memoryMb: 200 })).toMatchObject({
    ended: 'memory',
  });
});

it('leaves nothing behind and tells nothing of where it was', async () => {
  const root = temporaryDirectory();
  vi.stubEnv('TMPDIR', root);
  onTestFinished(() => void vi.unstubAllEnvs());
  // For the superuser no folder is closed.
  const ran = await run('mkdir -p a/b; touch a/b/c "$TMPDIR/d"; chmod 555 a/b; chmod 0 a; echo "$TMPDIR"');
  expect([ran.stdout, readdirSync(root)]).toEqual(['../tmp\n', []]);
});

it('says so where there is no room for its directory', async () => {
  vi.stubEnv('TMPDIR', '/nowhere/at/all');
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(run('true', { confine: null })).rejects.toMatchObject({ code: 'no_room', kind: 'operator' });
});

it('an end from outside is passed on', async () => {
  const stop = new AbortController();
  const ran = run('sleep 99', {}, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(ran).rejects.toThrow('enough');
});

it('files are below the directory', async () => {
  for (const path of ['../x', '/tmp/x', 'a/../../x'])
    await expect(run('true', { files: { [path]: '' } })).rejects.toMatchObject({ code: 'path_outside' });
});

it('a trusted program runs where it is told, with the environment of the caller', async () => {
  const { stdout } = await run('echo "$PWD $VITEST $WORD"', { in: '/', env: { WORD: 'also' } });
  expect(stdout).toBe('/ true also\n');
});
