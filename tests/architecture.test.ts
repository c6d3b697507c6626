/** docs/architecture.md as a test: imports flow downhill, some things have one owner, no file grows past one idea. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/store.ts';

const SRC = join(ROOT, 'src');

/** Room (a folder or a file of src) and its layer. A room may import lower layers and itself. */
const LAYERS: Record<string, number> = {
  'cli.ts': 8,
  cli: 8,
  'http.ts': 8,
  http: 8,
  'index.ts': 8,
  library: 8,
  langgraph: 8,
  'server.ts': 7,
  tools: 6,
  resources: 6,
  dashboard: 6,
  'loop.ts': 5,
  ingest: 5,
  upkeep: 5,
  setup: 5,
  capture: 4,
  learning: 4,
  training: 4,
  feedback: 4,
  orchestration: 4,
  'context.ts': 3,
  memory: 2,
  llm: 1,
  exec: 1,
  learners: 0,
  redact: 0,
  'redact.ts': 0,
  'text.ts': 0,
  'types.ts': 0,
  types: 0,
  'errors.ts': 0,
  'background.ts': 0,
  'config.ts': 0,
  config: 0,
  'log.ts': 0,
};

/** Doors, what they show and what works over several wings (5) stand beside each other; the wings (4) never import one another. */
const NEIGHBOURS_MAY_MEET = new Set([0, 1, 5, 6, 8]);

interface Source {
  /** From src/, with forward slashes. */
  path: string;
  text: string;
  /** Without comments; strings stay. */
  code: string;
  imports: string[];
}

const sources: Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, '');
    return { path, text, code, imports: importsOf(code) };
  });

/** Every module that is imported, re-exported, required or imported as a type, in whatever form. */
function importsOf(code: string): string[] {
  const forms =
    /(?:^|[\s;})])(?:import|export)\b[^'";]*?['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gmu;
  return [...code.matchAll(forms)].map(([, from, called]) => from ?? called ?? '');
}

/** The file of src that a relative import means; undefined for packages. */
const target = (source: Source, imported: string): string | undefined =>
  imported.startsWith('.') && imported.endsWith('.ts')
    ? relative(SRC, join(dirname(join(SRC, source.path)), imported)).replaceAll('\\', '/')
    : undefined;

const roomOf = (path: string): string => path.split('/')[0] ?? path;

const importersOf = (pattern: RegExp): string[] =>
  sources.filter(({ imports }) => imports.some((name) => pattern.test(name))).map(({ path }) => path);

describe('layers', () => {
  it('know every room', () => {
    expect([...new Set(sources.map(({ path }) => roomOf(path)))].filter((room) => !(room in LAYERS))).toEqual(
      [],
    );
  });

  it('are imported downhill only', () => {
    const uphill = sources.flatMap((source) =>
      source.imports.flatMap((imported) => {
        const to = target(source, imported);
        if (to === undefined) return [];
        const [from, into] = [roomOf(source.path), roomOf(to)];
        const [above = Number.NaN, below = Number.NaN] = [LAYERS[from], LAYERS[into]];
        const allowed = above > below || from === into || (above === below && NEIGHBOURS_MAY_MEET.has(above));
        return allowed ? [] : [`${source.path} imports ${to}`];
      }),
    );
    expect(uphill).toEqual([]);
  });

  it('have no circles, types aside', () => {
    const graph = new Map(
      sources.map((source) => [
        source.path,
        importsOf(source.code.replace(/^(?:import|export) type\b[^'"]*['"][^'"]+['"];?/gmu, '')).flatMap(
          (imported) => target(source, imported) ?? [],
        ),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (path: string, way: string[]) => {
      if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
      if (way.includes(path) || done.has(path)) return;
      for (const next of graph.get(path) ?? []) walk(next, [...way, path]);
      done.add(path);
    };
    for (const path of graph.keys()) walk(path, []);
    expect(circles).toEqual([]);
  });
});

describe('owners', () => {
  it('only config.ts reads the environment', () => {
    const readers = sources.flatMap(({ path, code }) =>
      code
        .split('\n')
        .filter((line) => /process\.env\b|\benv\b.*from 'node:process'/u.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    // A hook has no time for config.ts, so a part of it stands in a file of its own, held to the same answers by
    // tests/config/glance.test.ts. The one other line sets what LanceDB reads when it is loaded.
    const others = readers.filter((line) => !/^config(?:\.ts|\/glance\.ts): /u.test(line));
    expect(others).toEqual([
      expect.stringMatching(/^memory\/lance\/library\.ts: process\.env\.LANCEDB_LOG \?\?=/u),
    ]);
    expect(readers.length).toBeGreaterThan(others.length);
  });

  it('only memory/lance/library.ts loads LanceDB, and only the journal and the lock SQLite', () => {
    expect(importersOf(/^(?:@lancedb\/lancedb|apache-arrow)/u)).toEqual(['memory/lance/library.ts']);
    expect(importersOf(/^node:sqlite$/u)).toEqual(['memory/journal.ts', 'memory/lock.ts']);
  });

  it('only the command line writes to stdout', () => {
    const writers = sources
      .filter(({ code }) => /process\.stdout|\bstdout\b.*from 'node:process'|console\.\w+\(/u.test(code))
      .map(({ path }) => path);
    const others = writers.filter((path) => path !== 'cli.ts' && !path.startsWith('cli/'));
    // The server hands stdout to the SDK's stdio transport, which is the protocol itself.
    expect(others).toEqual(['server.ts']);
    const server = sources.find(({ path }) => path === 'server.ts');
    expect(server?.code.match(/process\.stdout.*/gu)).toEqual([
      expect.stringMatching(/^process\.stdout, \{$/u),
    ]);
    expect(server?.code).toMatch(/new StdioServerTransport\(input, process\.stdout,/u);
  });

  it('only doors, tools and resources know the MCP SDK', () => {
    expect(importersOf(/^@modelcontextprotocol\//u)).toEqual([
      'http/guards.ts',
      'http/mcp.ts',
      'resources/register.ts',
      'server.ts',
      'tools/register.ts',
    ]);
  });

  it('only the wings that need them know the heavy libraries', () => {
    const roomsOf = (pattern: RegExp) => [...new Set(importersOf(pattern).map(roomOf))].sort();
    expect(roomsOf(/^openai$/u)).toEqual(['llm']);
    expect(roomsOf(/^cloudevents$/u)).toEqual(['capture', 'http']);
    expect(roomsOf(/^ts-morph$/u)).toEqual(['learning']);
    expect(roomsOf(/^(?:aws4fetch|ajv|@huggingface\/)/u)).toEqual(['training']);
    expect(roomsOf(/^(?:commander|cli-progress)$/u)).toEqual(['cli']);
    expect(roomsOf(/^(?:jsonc-parser|smol-toml)$/u)).toEqual(['setup']);
  });
});

describe('files', () => {
  it('hold one idea: none has more than 300 lines', () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300)
      .map(({ path, lines }) => `${path}: ${lines}`);
    expect(long).toEqual([]);
  });

  it('are named in kebab-case and import with their extension', () => {
    expect(sources.filter(({ path }) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*[/.])+ts$/u.test(path))).toEqual([]);
    const bare = sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => /^\.\.?\//u.test(name) && !/\.(?:ts|json)$/u.test(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(bare).toEqual([]);
  });
});
