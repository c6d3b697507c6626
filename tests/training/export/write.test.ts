/** What an export leaves behind: the whole of it, or what was there before. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleRow, smallDataset, sourceOf } from '../../../scripts/checks/export-rows.ts';
import { exportRows } from '../../../src/training/export/export.ts';
import { FORMATS } from '../../../src/training/export/formats.ts';
import { temporaryDirectory } from '../../support/store.ts';

const { rows, pairs } = smallDataset(3);
const source = sourceOf(rows, pairs);

describe('an export', () => {
  it('writes the same bytes each time, and says what it wrote', async () => {
    const folder = temporaryDirectory();
    for (const { name: format, strict } of FORMATS) {
      const [one, two] = [join(folder, `1-${format}.jsonl`), join(folder, `2-${format}.jsonl`)];
      const first = await exportRows(source, { format, out: one });
      const second = await exportRows(source, { format, out: two });
      expect(second.files.map(({ sha256 }) => sha256)).toEqual(first.files.map(({ sha256 }) => sha256));
      expect(first.files[0]?.bytes).toBe(readFileSync(one).length);
      expect(first.files.length).toBe(strict ? 2 : 1);
      expect(existsSync(one.replace(/\.jsonl$/u, '.metadata.jsonl'))).toBe(strict === true);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('that fails on the way leaves what was there, and nothing else', async () => {
    const folder = temporaryDirectory();
    const out = join(folder, 'train.jsonl');
    writeFileSync(out, 'before\n');
    const breaking = {
      ...source,
      async *rows() {
        yield* rows;
        throw new Error('the place is gone');
      },
    };
    await expect(exportRows(breaking, { format: 'chat-openai', out })).rejects.toThrow('the place is gone');
    const stopped = AbortSignal.abort();
    await expect(exportRows(source, { format: 'chat', out, signal: stopped })).rejects.toThrow();
    expect([readdirSync(folder), readFileSync(out, 'utf8')]).toEqual([['train.jsonl'], 'before\n']);
  });

  it('takes away what an export that was killed left, and not what one that runs is writing', async () => {
    const folder = temporaryDirectory();
    const out = join(folder, 'train.jsonl');
    const here = `${out}.${hostname().replace(/[^\w-]/gu, '')}-`;
    const [dead, alive] = [`${here}999999999.part`, `${here}${process.ppid}.part`];
    for (const path of [dead, alive]) writeFileSync(path, 'half');
    await exportRows(source, { format: 'chat', out });
    expect([existsSync(dead), existsSync(alive), existsSync(out)]).toEqual([false, true, true]);
  });

  it('follows a link to a file, and replaces nothing that is no file', async () => {
    const folder = temporaryDirectory();
    const target = join(folder, 'real.jsonl');
    writeFileSync(target, 'before\n');
    symlinkSync(target, join(folder, 'link.jsonl'));
    await exportRows(source, { format: 'chat', out: join(folder, 'link.jsonl') });
    expect(readFileSync(target, 'utf8')).toContain('"messages"');
    mkdirSync(join(folder, 'taken'));
    for (const out of [join(folder, 'taken'), join(folder, 'no', 'such', 'folder.jsonl'), '/dev/null'])
      await expect(exportRows(source, { format: 'chat', out })).rejects.toMatchObject({ code: 'E7900' });
  });

  it('of nothing is an error that says what is missing, and writes no file', async () => {
    const out = join(temporaryDirectory(), 'none.jsonl');
    const refused = (from: typeof source, format: string) =>
      exportRows(from, { format, out }).then(
        () => 'written',
        (error: { code: string }) => error.code,
      );
    expect(await refused(sourceOf([]), 'chat')).toBe('E7901');
    expect(await refused(sourceOf([exampleRow(0, { label: false })]), 'chat')).toBe('E7901');
    expect(await refused(sourceOf(rows), 'dpo')).toBe('E7300');
    expect(await refused(sourceOf([exampleRow(0)]), 'kto')).toBe('E7301');
    expect(await refused(source, 'sharegpt')).toBe('E7501');
    expect(existsSync(out)).toBe(false);
  });
});
