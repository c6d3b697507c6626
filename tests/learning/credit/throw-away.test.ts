import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actOf, verifyIn } from '../../../src/learning/credit/throw-away.ts';
import type { Step } from '../../../src/types.ts';
import { bash, call, edit, say } from '../../support/fixtures.ts';
import { temporaryDirectory } from '../../support/store.ts';

const check = (command: string, steps: Step[], files: Record<string, string> = {}, timeoutMs = 20_000) =>
  verifyIn({ command, files }, steps, { timeoutMs });

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

describe('in a throw-away directory', () => {
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
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('knowhow-replay-'));
    process.env.KNOWHOW_TEST_SECRET = 'x';
    const seen = await check('test -z "$KNOWHOW_TEST_SECRET" && test "$HOME" = "$PWD"', []);
    delete process.env.KNOWHOW_TEST_SECRET;
    expect(seen).toBe(true);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('knowhow-replay-'))).toEqual(before);
  });

  it('what was started is killed: in the background, and when time is up', async () => {
    const mark = join(temporaryDirectory(), 'late');
    expect(await check(`(sleep 1; echo x > '${mark}') & true`, [])).toBe(true);
    expect(await check('sleep 30', [], {}, 200)).toBe(false);
    expect(await check('true', [bash('sleep 30')], {}, 200)).toBe(false);
    await new Promise((done) => setTimeout(done, 1_300));
    expect(existsSync(mark)).toBe(false);
  });

  it('a link that leads out is not written through', async () => {
    const outside = temporaryDirectory();
    const steps = [bash('ln -s "$(cat where)" out'), call('Write', { file_path: 'out/x', content: 'x' })];
    expect(await check('test -L out', steps, { where: outside })).toBe(true);
    expect(existsSync(join(outside, 'x'))).toBe(false);
  });

  it('throws when the caller gives up', async () => {
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(verifyIn({ command: 'true' }, [], { timeoutMs: 1_000, signal: stop })).rejects.toThrow(
      'stopped',
    );
  });
});
