/**
 * The parts of the documentation that follow from the code: `node scripts/write-docs.ts` writes docs/reference.md and
 * the tables between `<!-- generated: … -->` markers in README.md. tests/docs.test.ts fails when they are stale.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Config } from '../src/config.ts';
import type { ErrorKind } from '../src/errors.ts';
import { KINDS } from '../src/resources/kinds.ts';
import type { ToolDefinition } from '../src/tools/define.ts';
import { TOOLS, TOOLS_OF } from '../src/tools/register.ts';
import { TRAINING_CODES } from '../src/training/codes.ts';

const ROOT = new URL('../', import.meta.url);
const CLI = fileURLToPath(new URL('src/cli.ts', ROOT));

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** What the command line prints for some arguments. */
type Printed = (args: string[]) => Promise<string>;

/** Every generated file as it should be, by path from the repository's root. */
export async function renderDocs(printed: Printed = printedByProcess): Promise<Record<string, string>> {
  const help = await commandHelp(printed);
  const tables: Record<string, string> = {
    tools: table(
      ['Tool', 'What it does'],
      TOOLS.map(({ name, description }) => [`\`${name}\``, sentences(description, 2)]),
    ),
    resources: table(['Resource', 'What it holds'], resourceRows()),
    commands: table(
      ['Command', 'What it does'],
      help
        .slice(1)
        .filter(({ name }) => !name.includes(' '))
        .map(({ name, text }) => [`\`knowhow ${name}\``, text.split('\n\n')[1] ?? '']),
    ),
    configuration: table(['Setting', 'Type', 'Default', 'Set with', 'Meaning'], settingRows()),
  };
  return { 'README.md': fillIn(read('README.md'), tables), 'docs/reference.md': reference(help) };
}

/** Replaces what stands between each pair of markers. @throws Error for a marker that has no table, or the reverse. */
export function fillIn(page: string, tables: Record<string, string>): string {
  const unused = new Set(Object.keys(tables));
  const filled = page.replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/gu,
    (_all, open, name, end) => {
      if (!unused.delete(name)) throw new Error(`There is no table "${name}", or it was asked for twice.`);
      return `${open}\n${tables[name]}\n\n${end}`;
    },
  );
  if (unused.size > 0) throw new Error(`README.md has no marker for ${[...unused].join(', ')}.`);
  return filled;
}

// ---------------------------------------------------------------- tools and settings

interface Schema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: unknown;
}

interface Field {
  path: string;
  schema: Schema;
  required: boolean;
}

const schemaOf = (type: z.ZodType, io: 'input' | 'output'): Schema =>
  z.toJSONSchema(type, { io, unrepresentable: 'any' }) as Schema;

/** The fields of a schema with those below them: `task.description`, `steps[].action`. */
function fieldsOf(schema: Schema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) ?? false;
    const below = objectIn(child);
    return [
      { path, schema: child, required },
      ...(below ? fieldsOf(below.schema, `${path}${below.suffix}`) : []),
    ];
  });
}

/** The object that a field is, or holds a list of; null beside it makes no difference. */
function objectIn(schema: Schema): { schema: Schema; suffix: string } | undefined {
  if (schema.properties) return { schema, suffix: '.' };
  if (schema.items?.properties) return { schema: schema.items, suffix: '[].' };
  const [only, ...others] = (schema.anyOf ?? []).filter((each) => each.type !== 'null');
  return only && others.length === 0 ? objectIn(only) : undefined;
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' \\| ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' \\| ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`;
  if (schema.type === 'array') return `${schema.items ? typeOf(schema.items) : 'any'}[]`;
  return Array.isArray(schema.type) ? schema.type.join(' \\| ') : (schema.type ?? 'any');
}

function settingRows(): string[][] {
  const told = [...Object.values(SET_WITH), ...ENVIRONMENT.map(([name]) => name ?? '')];
  const readers = read('src/config.ts') + read('src/config/glance.ts');
  for (const [variable] of readers.matchAll(/(?<=\benv\.)[A-Z][A-Z0-9_]+/gu)) {
    if (!told.some((names) => names.includes(`\`${variable}\``)))
      throw new Error(`${variable} is read; say in write-docs.ts what it sets.`);
  }
  const fields = fieldsOf(schemaOf(Config, 'input'));
  const above = (path: string) => fields.find((field) => field.path === path.replace(/\.\w+$/u, ''));
  return fields
    .filter(({ schema }) => objectIn(schema) === undefined)
    .map(({ path, schema }) => [
      `\`${path}\``,
      typeOf(schema),
      schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``,
      SET_WITH[path] ?? '',
      schema.description ?? above(path)?.schema.description ?? '',
    ]);
}

/** Flags and variables beside the file; checked above against what config.ts reads. */
const SET_WITH: Record<string, string> = {
  data: '`--data`, `KNOWHOW_DATA`',
  durability: '`KNOWHOW_DURABILITY`',
  'remote.api_key': '`LANCEDB_API_KEY`',
  'remote.region': '`LANCEDB_REGION`',
  'remote.host': '`LANCEDB_HOST`',
  project: '`--project`, `KNOWHOW_PROJECT`',
  workspace: '`KNOWHOW_WORKSPACE`',
  log_level: '`KNOWHOW_LOG`',
  holdout: '`--holdout` of `serve` and `hook`, `KNOWHOW_HOLDOUT`',
  'learning.auto_batch': '`KNOWHOW_AUTO_BATCH` (on, off)',
  'capture.enabled': '`KNOWHOW_CAPTURE` (on, off), `knowhow capture`',
  toolsets: '`--toolsets` of `serve`, `KNOWHOW_TOOLSETS`',
  'training.datasets': '`KNOWHOW_DATASETS`',
  'training.object_storage.endpoint': '`AWS_ENDPOINT_URL_S3`, else `AWS_ENDPOINT_URL`, else `AWS_ENDPOINT`',
  'training.object_storage.region': '`AWS_REGION`, else `AWS_DEFAULT_REGION`',
  'training.object_storage.access_key_id': '`AWS_ACCESS_KEY_ID`',
  'training.object_storage.secret_access_key': '`AWS_SECRET_ACCESS_KEY`',
  'training.object_storage.session_token': '`AWS_SESSION_TOKEN`',
  'llm.api_key': '`OPENAI_API_KEY`',
  'llm.base_url': '`OPENAI_BASE_URL`',
  'llm.model': '`KNOWHOW_LLM_MODEL`',
  'embedder.kind': '`KNOWHOW_EMBEDDER`',
  'embedder.model': '`KNOWHOW_EMBEDDING_MODEL`',
  'embedder.base_url': '`KNOWHOW_EMBEDDING_BASE_URL`, else `OPENAI_BASE_URL`',
  'embedder.api_key': '`KNOWHOW_EMBEDDING_API_KEY`; `OPENAI_API_KEY` where the endpoint is the same',
};

/** Variables that are no setting. */
const ENVIRONMENT: string[][] = [
  ['`KNOWHOW_CONFIG`', 'Configuration file in place of `config.json` in the data directory'],
  ['`XDG_DATA_HOME`, `LOCALAPPDATA`', 'Where the data directory lies when none is given'],
  [
    '`CLAUDE_CONFIG_DIR`, `CODEX_HOME`, `GEMINI_CLI_HOME`',
    'Where the hosts keep their sessions, as they read them themselves',
  ],
  ['`AWS_*`', 'How to reach a store at `s3://` ([scale.md](scale.md)); read by LanceDB'],
];

// ---------------------------------------------------------------- errors

const MENDED_BY: Record<ErrorKind, string> = {
  caller: 'the caller',
  operator: 'the operator',
  unavailable: 'nobody right now',
  bad_record: 'nobody: a record is broken',
};
/** By what throws it. */
const MENDS: Record<string, string> = {
  callerError: MENDED_BY.caller,
  operatorError: MENDED_BY.operator,
  unavailableError: MENDED_BY.unavailable,
  badRecord: MENDED_BY.bad_record,
};
const LITERAL = /'(?:[^'\\\n]|\\.)*'|"[^"\n]*"|`[^`]*`/u.source;
const THROWN = new RegExp(`\\b(${Object.keys(MENDS).join('|')})\\(\\s*'([a-z_]+)',\\s*(${LITERAL})?`, 'gu');
/** Entries of the tables in store-errors.ts and remote-errors.ts. */
const LISTED = new RegExp(`'(store_[a-z_]+)',\\s*(${LITERAL}),\\s*(?:${LITERAL}|CREDENTIALS),`, 'gu');
/** Said in many ways. */
const MEANT: Record<string, string> = {
  usage: 'The command was called in a way it does not know.',
  bad_argument: 'An argument of the library does not fit.',
  bad_config: 'A setting does not fit, or the configuration file cannot be read; names it.',
  bad_outcomes: 'A line of the outcomes file does not fit, or the file cannot be read.',
  bad_trajectory: 'A run does not have the shape that record_trajectory takes.',
  no_run: 'The file holds no run, or not that many.',
  store_busy: 'Others are busy with the store for longer than a call waits.',
};

/** Every code that the source throws, who can mend it, and what it says; `…` where the message has a value. */
function errorRows(): string[][] {
  const found = new Map<string, { mends: string; says: Set<string> }>();
  const note = (code: string, mends: string, literal = '') => {
    const error = found.get(code) ?? { mends, says: new Set() };
    const text = literal.slice(1, -1).replace(/\$\{[^}]*\}/gu, '…');
    if (text !== '') error.says.add(text);
    found.set(code, error);
  };
  const sources = readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' });
  for (const path of sources.filter((name) => name.endsWith('.ts')).sort()) {
    const source = read(`src/${path}`);
    for (const [, kind = '', code = '', says] of source.matchAll(THROWN)) note(code, MENDS[kind] ?? '', says);
    if (!/(?:store|remote)-errors\.ts$/u.test(path)) continue;
    for (const [, code = '', says] of source.matchAll(LISTED))
      note(code, code === 'store_busy' ? 'nobody right now' : 'the operator', says);
  }
  const rows = [...found]
    .sort()
    .map(([code, { mends, says }]) => [`\`${code}\``, mends, MEANT[code] ?? [...says].join(' / ')]);
  return [...rows, ['`internal`', 'nobody right now', 'Anything else: run `knowhow doctor`, and report it.']];
}

/** The families of seed 002, by the first two digits. */
const FAMILIES: Record<string, string> = {
  '70': 'extraction',
  '71': 'filter and review',
  '72': 'datasets',
  '73': 'preferences',
  '74': 'evaluation',
  '75': 'settings',
  '79': 'export',
};

const trainingRows = (): string[][] =>
  Object.entries(TRAINING_CODES).map(([code, { name, kind, means, hint }]) => [
    `\`${code}\``,
    `\`${name}\``,
    FAMILIES[code.slice(1, 3)] ?? '',
    MENDED_BY[kind],
    means,
    hint,
  ]);

const resourceRows = (): string[][] => [
  ['`knowhow://stats`', 'What is stored, what was learned, store health (JSON)'],
  ...KINDS.flatMap(({ path, title, description }) => [
    [`\`knowhow://${path}\``, `${title}: the newest in a line each, with their number (JSON)`],
    [`\`knowhow://${path}/{id}\``, `${description} (Markdown)`],
  ]),
];

// ---------------------------------------------------------------- reference.md

function reference(help: { name: string; text: string }[]): string {
  return `${[
    '# Reference',
    'Generated from the code by `node scripts/write-docs.ts`; edit there, not here.',
    '## Tools',
    'Unknown arguments are errors, `metadata`, `args`, `state` and `task.context` are open. A refused call is a result with `isError` whose text starts with a stable code.',
    ...TOOLS.flatMap(toolSection),
    ...Object.entries(TOOLS_OF).flatMap(([name, tools]) => [
      `## Tools of the set \`${name}\``,
      `Shown only where they are asked for: setting \`toolsets\`, \`KNOWHOW_TOOLSETS=${name}\`, or \`knowhow serve --toolsets ${name}\`.`,
      ...tools.flatMap(toolSection),
    ]),
    '## Resources',
    table(['URI', 'What it holds'], resourceRows()),
    'Listing is paged (50 a page, `nextCursor`), and `{id}` completes.',
    '## Settings',
    'Defaults, then a file (`config.json` in the data directory, or `KNOWHOW_CONFIG`), then the environment, then flags or what the library is given. Unknown names are errors.',
    table(['Setting', 'Type', 'Default', 'Set with', 'Meaning'], settingRows()),
    'Variables that are no setting:',
    table(['Variable', 'What it does'], ENVIRONMENT),
    '## Errors',
    'Codes are stable; messages are not. Tools answer `code: message hint` with `isError`, the command line prints `{"error": {…}}` with `--json`, the library throws `KnowhowError` with `kind`, `code` and `hint`. A message names paths, never stored text.',
    table(['Code', 'Who can mend it', 'What it says'], errorRows()),
    `Over HTTP a request that never reaches a tool is refused with the code in \`error.data.code\`: ${refusals()}.`,
    '### Codes of training data',
    'Of datasets and evaluation, by the first two digits in families.',
    table(['Code', 'Name', 'Family', 'Who can mend it', 'What it means', 'What to do'], trainingRows()),
    '## Command line',
    'Installed as `knowhow`, in the repository `node dist/cli.js`. Stdout holds the answer and nothing else; exit code 0, 1 (failed) or 2 (wrong usage). With `--json` a failure is `{"error": {"code", "message", "hint"}}`.',
    ...help.flatMap(({ name, text }) => [`### knowhow${name && ` ${name}`}`, `\`\`\`text\n${text}\n\`\`\``]),
  ].join('\n\n')}\n`;
}

function toolSection(tool: ToolDefinition): string[] {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool.annotations;
  const fields = (type: z.ZodType, io: 'input' | 'output') =>
    table(
      ['Field', 'Type', io === 'input' ? 'Needed' : 'Always', 'Meaning'],
      fieldsOf(schemaOf(type, io)).map(({ path, schema, required }) => [
        `\`${path}\``,
        typeOf(schema),
        required
          ? 'yes'
          : schema.default === undefined
            ? ''
            : `default \`${JSON.stringify(schema.default)}\``,
        schema.description ?? '',
      ]),
    );
  return [
    `### ${tool.name}`,
    tool.description,
    `Read-only: ${readOnlyHint}. Destructive: ${destructiveHint}. Idempotent: ${idempotentHint}. Open world: ${openWorldHint}.`,
    'Arguments:',
    fields(tool.input, 'input'),
    'Answer:',
    fields(tool.output, 'output'),
  ];
}

/** What http.ts refuses by itself, with the status. */
const refusals = (): string =>
  [...read('src/http.ts').matchAll(/\brefuse\(\s*response,\s*(\d+),\s*'([a-z_]+)'/gu)]
    .map(([, status, code]) => `\`${code}\` (${status})`)
    .join(', ');

/** So that help is as wide everywhere, and plain. */
export const PLAIN_HELP = { COLUMNS: '80', NO_COLOR: '1' };

async function printedByProcess(args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, ...PLAIN_HELP };
  return (await promisify(execFile)(process.execPath, [CLI, ...args], { env })).stdout;
}

/** The help of the program and of each command, as it prints it. */
async function commandHelp(printed: Printed): Promise<{ name: string; text: string }[]> {
  const helpOf = async (name: string): Promise<{ name: string; text: string }[]> => {
    const text = (await printed([...name.split(' ').filter(Boolean), '--help'])).trimEnd();
    const [, below = ''] = /^Commands:\n([\s\S]*?)(?:\n\n|$(?![\s\S]))/mu.exec(text) ?? [];
    const names = [...below.matchAll(/^ {2}([a-z][a-z-]+)(?= )/gmu)].flatMap(([, own]) => own ?? []);
    const told = [{ name, text }];
    for (const own of names) if (own !== 'help') told.push(...(await helpOf(`${name} ${own}`.trim())));
    return told;
  };
  return helpOf('');
}

// ---------------------------------------------------------------- Markdown

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/gu, ' ').trim()).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const sentences = (text: string, count: number): string =>
  (text.match(/[^.]+(?:\.(?!\s|$)[^.]*)*(?:\.(?=\s|$)|$)/gu) ?? [text]).slice(0, count).join('').trim();

if (import.meta.main) {
  for (const [path, text] of Object.entries(await renderDocs())) writeFileSync(new URL(path, ROOT), text);
}
