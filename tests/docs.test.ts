/** The documentation holds: generated parts are current, links lead somewhere, and the code in it runs. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PLAIN_HELP, renderDocs } from '../scripts/write-docs.ts';
import { TrajectoryInput } from '../src/types.ts';
import { environment } from './support/clients.ts';
import { runCommand } from './support/commands.ts';
import { ROOT, temporaryDirectory } from './support/store.ts';

const PAGES = [
  'README.md',
  'AGENTS.md',
  'CHANGELOG.md',
  'data/README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
];
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('documentation', () => {
  it('that is generated is current: else run node scripts/write-docs.ts', async () => {
    const data = temporaryDirectory();
    const printed = async (args: string[]) => (await runCommand(args, { data, env: PLAIN_HELP })).stdout;
    for (const [path, text] of Object.entries(await renderDocs(printed))) expect(read(path), path).toBe(text);
  });

  it.each(PAGES)('%s links to files that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]+)/gu)].flatMap(([, link]) => link ?? []);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it.each(PAGES)('%s names only files and scripts that exist', (page) => {
    const text = read(page);
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const called = [...text.matchAll(/npm run ([\w:]+)/gu)].flatMap(([, name]) => name ?? []);
    expect(called.filter((name) => !scripts.includes(name))).toEqual([]);
    const named = [...text.matchAll(/(?:src|scripts|tests)\/[\w/.-]+\.ts\b/gu)].map(([path]) => path);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("the guide's blocks run in order and say what it says", { timeout: 120_000 }, () =>
    runBlocks('docs/guide.md'),
  );

  it("the README's library example runs", () => runBlocks('README.md', ['ts']));

  it('the example of a graph that records itself runs', { timeout: 60_000 }, () =>
    runBlocks('docs/capture.md', ['ts']),
  );
});

interface Block {
  language: string;
  code: string;
}

const blocksOf = (page: string): Block[] =>
  [...read(page).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gmu)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));

/** Runs a page's blocks as somebody who has the package installed would. A text block is what the one before printed. */
async function runBlocks(page: string, languages = ['sh', 'ts', 'json']): Promise<void> {
  const home = temporaryDirectory();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(join(ROOT, 'dist', 'cli.js'), join(bin, 'knowhow'));
  symlinkSync(ROOT, join(home, 'node_modules', 'knowhow'), 'junction');
  symlinkSync(join(ROOT, 'node_modules', '@langchain'), join(home, 'node_modules', '@langchain'), 'junction');
  const { KNOWHOW_DATA: _given, PATH = '', ...rest } = environment(home);
  const env = { ...rest, PATH: [bin, dirname(process.execPath), PATH].join(delimiter), NO_COLOR: '1' };
  const run = async (program: string, args: string[]) =>
    (await promisify(execFile)(program, args, { cwd: home, env })).stdout;

  let exported = '';
  let printed: string | undefined;
  let ran = 0;
  for (const { language, code } of blocksOf(page)) {
    if (language === 'text' && printed !== undefined) expect(printed.trimEnd()).toMatch(shownBy(code));
    printed = undefined;
    if (!languages.includes(language)) continue;
    ran += 1;
    if (language === 'json') {
      const parsed = TrajectoryInput.safeParse(JSON.parse(code));
      expect(parsed.error?.issues ?? []).toEqual([]);
    } else if (language === 'ts') {
      writeFileSync(join(home, 'example.ts'), code);
      printed = await run(process.execPath, ['example.ts']);
    } else {
      printed = await run('bash', ['-euo', 'pipefail', '-c', exported + code]);
      exported += code
        .split('\n')
        .filter((line) => line.startsWith('export '))
        .map((line) => `${line}\n`)
        .join('');
    }
  }
  expect(ran).toBeGreaterThan(0);
}

/** What a text block allows: itself, with anything for each `…`. */
function shownBy(text: string): RegExp {
  const literal = text.trimEnd().replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
  return new RegExp(`^${literal.replaceAll('…', '[\\s\\S]*?')}$`, 'u');
}
