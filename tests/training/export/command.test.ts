/** `knowhow datasets export`, of a dataset that was built from stored runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pairsFrom } from '../../../src/tools/training-pairs.ts';
import { buildDataset } from '../../../src/training/datasets/build.ts';
import type { ExportReport } from '../../../src/training/export/export.ts';
import { runCommand, runCommandJson } from '../../support/commands.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { attempts } from '../datasets/build-runs.ts';

interface Line {
  prompt: { content: string }[];
  completion: { content: string }[];
  metadata: { item_id: string; retry_count: number };
}

describe('datasets export', () => {
  it('writes what the version holds, to a file or to stdout, and the counts elsewhere', async () => {
    const data = temporaryDirectory();
    const runs = attempts(12);
    const ctx = await openStoreAt(data);
    await ctx.memory.trajectories.put(runs);
    await buildDataset(ctx, { name: 'poems' }, pairsFrom(ctx));
    await ctx.close();

    const out = join(data, 'train.jsonl');
    const args = ['datasets', 'export', 'poems', '--format', 'prompt-completion'];
    const { code, value } = await runCommandJson<ExportReport & { version: string }>(
      [...args, '--out', out],
      { data },
    );
    expect([code, value.version, value.files.map(({ path }) => path)]).toEqual([0, '1.0.0', [out]]);
    const text = readFileSync(out, 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(value.rows).toBe(lines.length);
    for (const { prompt, completion, metadata } of lines) {
      const run = runs.find(({ id }) => id === metadata.item_id);
      // Each answer is that of its run, to the character, and knows of the attempt that it retried.
      expect([run?.outcome.success, run?.steps[0]?.action]).toEqual([true, completion[0]?.content]);
      expect(metadata.retry_count).toBe(1);
      expect(prompt[0]?.content).toContain('line 0 does not scan');
    }

    const streamed = await runCommand(args, { data });
    expect(streamed.stdout).toBe(text);
    expect(streamed.stderr).toMatch(/^\d+ rows\.\nLeft out: \d+ rejected answers\.\n$/u);
    const pairs = await runCommandJson<ExportReport>(
      ['datasets', 'export', 'poems@1.0.0', '--format', 'dpo', '--out', join(data, 'dpo.jsonl')],
      { data },
    );
    expect(pairs.value.rows).toBe(lines.length);
    const unknown = await runCommandJson<{ error: { code: string } }>(
      ['datasets', 'export', 'poems', '--format', 'csv'],
      { data },
    );
    expect([unknown.code, unknown.value.error.code]).toEqual([2, 'E7501']);
  });
});
