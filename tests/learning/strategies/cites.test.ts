import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultWorkspace, loadConfig } from '../../../src/config.ts';
import { changedCites, citesOf, freshness, namedPaths } from '../../../src/learning/strategies/cites.ts';
import { openFresh } from '../../support/fixtures.ts';
import { temporaryDirectory } from '../../support/store.ts';
import { strategyOf } from '../../support/strategies.ts';

const GEN = 'export function tables() {\n  return [1];\n}\n\nexport const other = () => 2;\n';

function workspace(): string {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'tools'));
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'tools', 'gen.mjs'), GEN);
  writeFileSync(join(folder, 'docs', 'rules.md'), '# Rules\n');
  return folder;
}

describe('a suggestion', () => {
  it('names files, and tells those that it holds to their content from those it reads or edits', () => {
    expect(namedPaths('Run `node tools/gen.mjs`, then read `docs/rules.md`.')).toEqual([
      { path: 'tools/gen.mjs', content: true },
      { path: 'docs/rules.md', content: false },
    ]);
    expect(namedPaths('Change `a` to `b` in `src/a.ts`.')).toEqual([{ path: 'src/a.ts', content: false }]);
  });

  it('names no address, no path from the root, none that leaves, no parameter', () => {
    const text =
      'See https://x.org/a.ts, `/etc/app.conf`, `../secret.env`, `a/../../b.ts`, `{dir}/x.ts`, `~/y.sh`, v1.2.';
    expect(namedPaths(text)).toEqual([]);
  });
});

describe('code that is cited', () => {
  it('is held by its hash: changed, or gone, it is named', async () => {
    const folder = workspace();
    const cites = await citesOf(folder, 'Run `node tools/gen.mjs`. Then `node tools/missing.mjs`.');
    expect(cites).toEqual([{ path: 'tools/gen.mjs', hash: expect.stringMatching(/^[0-9a-f]{64}$/u) }]);
    expect(await changedCites(folder, cites)).toEqual([]);
    writeFileSync(join(folder, 'tools', 'gen.mjs'), `${GEN}// more\n`);
    expect(await changedCites(folder, cites)).toEqual(['tools/gen.mjs']);
    expect(await changedCites(temporaryDirectory(), cites)).toEqual(['tools/gen.mjs']);
  });

  it('is held to one function where that is named and defined there', async () => {
    const folder = workspace();
    const cites = await citesOf(folder, 'Call `tables()` of `node tools/gen.mjs`, not `parse()`.');
    expect(cites).toMatchObject([{ path: 'tools/gen.mjs', symbol: 'tables' }]);
    writeFileSync(join(folder, 'tools', 'gen.mjs'), GEN.replace('2;', '3;'));
    expect(await changedCites(folder, cites)).toEqual([]);
    writeFileSync(join(folder, 'tools', 'gen.mjs'), GEN.replace('[1]', '[]'));
    expect(await changedCites(folder, cites)).toEqual(['tables in tools/gen.mjs']);
    writeFileSync(join(folder, 'tools', 'gen.mjs'), 'export const other = () => 2;\n');
    expect(await changedCites(folder, cites)).toEqual(['tables in tools/gen.mjs']);
  });

  it('that is only read must only be there', async () => {
    const folder = workspace();
    const cites = await citesOf(folder, 'Read `docs/rules.md` before changing anything.');
    expect(cites).toEqual([{ path: 'docs/rules.md' }]);
    writeFileSync(join(folder, 'docs', 'rules.md'), '# Other rules\n');
    expect(await changedCites(folder, cites)).toEqual([]);
  });

  it('is never looked for outside the workspace, through links neither, nor in large files', async () => {
    const folder = workspace();
    const outside = temporaryDirectory();
    writeFileSync(join(outside, 'secret.env'), 'KEY=1');
    symlinkSync(join(outside, 'secret.env'), join(folder, 'link.env'));
    symlinkSync(outside, join(folder, 'away'));
    writeFileSync(join(folder, 'huge.json'), ' '.repeat(1_000_001));
    mkdirSync(join(folder, 'folder.ts'));
    expect(
      await citesOf(folder, 'Use `cat link.env`, `cat away/secret.env`, `cat huge.json`, `ls folder.ts`.'),
    ).toEqual([]);
    const forged = [{ path: '../x.ts', hash: '0' }, { path: 'away/secret.env' }];
    expect(await changedCites(folder, forged)).toEqual(['../x.ts', 'away/secret.env']);
  });

  it('counts at most 20 places', async () => {
    const folder = temporaryDirectory();
    const names = Array.from({ length: 30 }, (_, i) => `f${i}.ts`);
    for (const name of names) writeFileSync(join(folder, name), name);
    expect(await citesOf(folder, names.join(' '))).toHaveLength(20);
  });
});

describe('the workspace', () => {
  it('is the folder the server was started in when that looks like a root, else none', () => {
    const folder = temporaryDirectory();
    expect(defaultWorkspace(folder)).toBeUndefined();
    writeFileSync(join(folder, 'go.mod'), '');
    expect(defaultWorkspace(folder)).toBe(folder);
    expect(loadConfig({ data: folder }, {}).workspace).toBe(process.cwd());
  });

  it('is what the settings say, and with an empty one there is none', () => {
    const data = temporaryDirectory();
    expect(loadConfig({ data }, { KNOWHOW_WORKSPACE: '/srv/app' }).workspace).toBe('/srv/app');
    expect(loadConfig({ data, workspace: '/srv/b' }, { KNOWHOW_WORKSPACE: '/srv/a' }).workspace).toBe(
      '/srv/b',
    );
    expect(loadConfig({ data }, { KNOWHOW_WORKSPACE: '' }).workspace).toBeUndefined();
  });
});

describe('freshness', () => {
  it('is asked of the project that the workspace is of, and of no other', async () => {
    const folder = workspace();
    const cites = [{ path: 'tools/gen.mjs', hash: 'old' }];
    const own = { ...strategyOf({ id: 'strat_own', project: 'shop' }), cites };
    const foreign = { ...strategyOf({ id: 'strat_foreign', project: 'bank' }), cites };
    const ctx = await openFresh({ project: 'shop', workspace: folder });
    expect(await freshness(ctx, [own, foreign, strategyOf()])).toEqual(
      new Map([['strat_own', ['tools/gen.mjs']]]),
    );
    expect(await freshness(await openFresh({ project: 'shop', workspace: '' }), [own])).toEqual(new Map());
  });
});
