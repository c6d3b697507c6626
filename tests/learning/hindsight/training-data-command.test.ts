/** `knowhow training-data` and `knowhow assess`, as scripts use them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand, runCommandJson } from '../../support/commands.ts';
import { FIX, history } from '../../support/runs.ts';
import { temporaryDirectory } from '../../support/store.ts';

const home = temporaryDirectory();
const data = join(home, 'store');
const runs = join(home, 'runs.jsonl');
const out = join(home, 'examples.jsonl');

interface Line {
  kind: string;
  output?: string;
  rejected?: string;
  weight: number;
  verified: boolean;
}
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  writeFileSync(
    runs,
    history()
      .map((run) => `${JSON.stringify(run)}\n`)
      .join(''),
  );
  await runCommand(['import', runs], { data });
});

describe('training-data', () => {
  it('writes one example a line, errors without an output, and the counts to stderr', async () => {
    const { code, stdout, stderr } = await runCommand(['training-data'], { data });
    const examples = linesOf(stdout);
    expect(code).toBe(0);
    expect(Object.groupBy(examples, ({ kind }) => kind).sampling).toHaveLength(6);
    for (const { kind, output, rejected } of examples)
      expect(kind === 'error' ? [output, typeof rejected] : [typeof output, rejected]).toEqual(
        kind === 'error' ? [undefined, 'string'] : ['string', undefined],
      );
    expect(examples.some(({ output }) => output?.includes(FIX))).toBe(true);
    expect(stderr).toMatch(
      /^12 runs: 6 sampling, \d+ refinement, 18 error \(negatives\), 0 relabelled\.\n$/u,
    );
  });

  it('writes into a file, and the counts as the answer; only of one project where asked', async () => {
    const all = await runCommandJson<Record<string, unknown>>(['training-data', '--out', out], { data });
    expect(all.value).toMatchObject({ file: out, runs: 12, sampling: 6, error: 18, left_out: {} });
    expect(linesOf(readFileSync(out, 'utf8'))).toHaveLength(
      Number(all.value.sampling) + Number(all.value.refinement) + Number(all.value.error),
    );
    const none = await runCommand(['training-data', '--project', 'other'], { data });
    expect(none.stdout).toBe('');
    expect(none.stderr).toContain('0 runs');
  });

  it('says when it cannot write', async () => {
    const { code, value } = await runCommandJson<{ error: { code: string } }>(
      ['training-data', '--out', join(home, 'no', 'such', 'folder')],
      { data },
    );
    expect([code, value.error.code]).toEqual([1, 'unwritable_path']);
  });
});

describe('assess', () => {
  it('says why, and how those fared elsewhere that did the same', async () => {
    const { code, value } = await runCommandJson<{
      abstractable: boolean;
      reasoning: string;
      replay: { tasks: number };
    }>(['assess', runs], { data });
    expect(code).toBe(0);
    expect(value.reasoning).toContain(
      'at 2 other tasks where the same error came: 4 of 4 that did it succeeded',
    );
    expect(value.replay.tasks).toBe(2);
  });
});
