import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { confinement } from '../../../src/exec/confinement.ts';
import { removeStale } from '../../../src/exec/left-over.ts';
import { actOf, verifyIn } from '../../../src/learning/credit/throw-away.ts';
import type { Step } from '../../../src/types.ts';
import { bash, call, edit, say } from '../../support/fixtures.ts';
import { ROOT, temporaryDirectory } from '../../support/store.ts';

const onLinux = process.platform === 'linux';
const confined = (await confinement()) !== undefined;

/** Whether a process runs that was called with this argument. */
const runs = (argument: string): boolean =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument);
      } catch {
        return false;
      }
    });

/** Temporary files of this process go elsewhere until the test ends. */
function useTemporary(directory: string): void {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
}

describe('what can be run again', () => {
  it('commands and edits inside the directory, nothing else', () => {
    expect(actOf(bash('make && ./a.out'))).toEqual({ command: 'make && ./a.out' });
    expect(actOf(edit('src/a.ts', 'x', 'y'))).toMatchObject({ path: 'src/a.ts' });
    for (const step of [
      edit('/etc/hosts', 'x', 'y'),
      edit('../a', 'x', 'y'),
      edit('a/../../b', 'x', 'y'),
      edit('', 'x', 'y'),
      bash('rm -rf /'),
      bash('cat ~/.ssh/id_rsa'),
      bash('cp a ../b'),
      bash('cd .. && ls'),
      bash('echo x >/tmp/y'),
      bash('sudo ls'),
      bash('curl https://example.org'),
      bash('ls $HOME'),
      call('refund', { id: '1' }),
      say('I will now run the tests.'),
    ])
      expect(actOf(step), step.action).toBeUndefined();
  });
});

// Where nothing can confine, both are the same.
describe.each([
  ['as this machine can', undefined],
  ['unconfined', null],
] as const)('in a throw-away directory, %s', (_, confine) => {
  const check = (command: string, steps: Step[], files: Record<string, string> = {}, timeoutMs = 20_000) =>
    verifyIn({ command, files }, steps, { timeoutMs, confine });

  it('steps run in order from the given files: edits, folders entered, exits, a last line without an end', async () => {
    const steps = [
      bash('mkdir -p sub && cd sub'),
      bash('echo "it\'s here" > note; exit 3'),
      edit('a.txt', 'old', '$& new'),
      call('Write', { file_path: 'sub/made.txt', content: 'made' }),
      bash('cat <<EOF > more\n$(cat note)\nEOF'),
      bash('true # the end'),
    ];
    const command = `grep -qx "it's here" sub/more && grep -q '$& new' a.txt && test "$(cat sub/made.txt)" = made`;
    expect(await check(command, steps, { 'a.txt': 'old\n', '../b': 'x' })).toBe(true);
    expect(await check(command, steps.slice(1), { 'a.txt': 'old\n' })).toBe(false);
  });

  it('the environment is bare, and nothing of it is left', async () => {
    useTemporary(temporaryDirectory());
    process.env.KNOWHOW_TEST_SECRET = 'x';
    const seen = await check('! printenv KNOWHOW_TEST_SECRET && test "$(printenv HOME)" = "$PWD"', []);
    delete process.env.KNOWHOW_TEST_SECRET;
    expect(seen).toBe(true);
    expect(readdirSync(tmpdir())).toEqual([]);
  });

  it('an unset variable ends a command', async () => {
    expect(await check('test -e kept', [bash('rm -rf $BUILD_DIR*')], { kept: 'x' })).toBe(true);
  });

  it.runIf(onLinux)('what was started is killed, also what left its group', async () => {
    expect(await check('(sleep 4301.7; true) & true', [])).toBe(true);
    expect(await check('sleep 4302.7', [], {}, 300)).toBe(false);
    const daemons = [bash('setsid sleep 4303.7 & (setsid sleep 4304.7 &) ; sleep 0.2')];
    expect(await check('true', daemons)).toBe(true);
    expect(await check('true', [...daemons, bash('sleep 4305.7')], {}, 600)).toBe(false);
    for (const seconds of [1, 2, 3, 4, 5])
      await vi.waitFor(() => expect(runs(`430${seconds}.7`)).toBe(false), 5_000);
  });

  it.runIf(onLinux)(
    'when Knowhow is killed, so is the run; its directory goes when the next starts',
    async () => {
      const directory = temporaryDirectory();
      const seconds = confine === null ? '4311.7' : '4312.7';
      const script = `const { verifyIn } = await import(${JSON.stringify(join(ROOT, 'src/learning/credit/throw-away.ts'))});
await verifyIn({ command: 'sleep ${seconds}' }, [], { timeoutMs: 60_000, confine: ${String(confine)} });`;
      const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
        env: { PATH: process.env.PATH, TMPDIR: directory },
        stdio: 'ignore',
      });
      await vi.waitFor(() => expect(runs(seconds)).toBe(true), 20_000);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      await vi.waitFor(() => expect(runs(seconds)).toBe(false), 5_000);
      const [left = ''] = readdirSync(directory);
      const mine = left.replace(/-\d+-(?=\w+$)/u, `-${process.pid}-`);
      mkdirSync(join(directory, mine));
      useTemporary(directory);
      await removeStale();
      expect(readdirSync(directory)).toEqual([mine]);
    },
  );

  it('a link that leads out is not written through, and no folder is made behind it', async () => {
    const outside = temporaryDirectory();
    const steps = [
      bash('ln -s "$(cat where)" out; ln -s "$(cat where)x" nowhere'),
      call('Write', { file_path: 'out/x', content: 'x' }),
      call('Write', { file_path: 'out/new/x', content: 'x' }),
      call('Write', { file_path: 'nowhere/new/x', content: 'x' }),
    ];
    expect(await check('test -L out', steps, { where: outside })).toBe(true);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(`${outside}x`)).toBe(false);
  });

  it('an edit does not wait for a pipe', async () => {
    expect(await check('test -f pipe', [bash('mkfifo pipe'), edit('pipe', 'x', 'y')], {})).toBe(false);
  });

  it('a verifier that may reach out is not run', async () => {
    const mark = join(temporaryDirectory(), 'made');
    await expect(check(`touch ${mark}`, [])).rejects.toMatchObject({ code: 'verifier_reaches_out' });
    expect(existsSync(mark)).toBe(false);
  });

  it('throws when the caller gives up', async () => {
    const stop = AbortSignal.abort(new Error('stopped'));
    const limits = { timeoutMs: 1_000, signal: stop, confine };
    await expect(verifyIn({ command: 'true' }, [], limits)).rejects.toThrow('stopped');
  });
});

it.runIf(confined)('confined, what no word of the line tells stays inside as well', async () => {
  const outside = temporaryDirectory();
  const files = { where: join(outside, 'made') };
  const command =
    'touch "$(cat where)" 2> error; grep -q "Read-only" error && touch inside && test -O inside';
  expect(await verifyIn({ command, files }, [], { timeoutMs: 20_000 })).toBe(true);
  expect(readdirSync(outside)).toEqual([]);
});
