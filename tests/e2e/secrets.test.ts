/**
 * A secret in any field of any call reaches nothing that lasts. Lance compresses text, so files are not searched but
 * read: every table, column and retained version. The same search finds everything when redaction is off.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as lancedb from '@lancedb/lancedb';
import { describe, expect, it } from 'vitest';
import { openPipe } from '../support/clients.ts';
import { runCommand, runCommandJson } from '../support/commands.ts';
import { MISSING_CLIENT, solved, unsolved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

/** Fixed characters that look random, different for each place. Made here, so that no scanner finds a key in this file. */
const characters = (seed: string, length: number, alphabet = 'A-Za-z0-9'): string => {
  let made = '';
  for (let i = 0; made.length < length; i += 1) {
    const digest = createHash('sha512').update(`${seed} ${i}`).digest('base64');
    made += digest.replace(new RegExp(`[^${alphabet}]`, 'gu'), '');
  }
  return made.slice(0, length);
};

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The kinds of secret: how one is made, and how it stands in a text. */
const KINDS: Record<string, { make: (at: string) => string; text: (secret: string) => string }> = {
  aws: {
    make: (at) => `AKIA${characters(at, 16, 'A-Z2-7')}`,
    text: (it) => `aws configure set aws_access_key_id ${it}`,
  },
  aws_secret: { make: (at) => characters(at, 40), text: (it) => `AWS_SECRET_ACCESS_KEY=${it}` },
  github: {
    make: (at) => `ghp_${characters(at, 36)}`,
    text: (it) => `https://user:${it}@github.com/x/y.git`,
  },
  huggingface: { make: (at) => `hf_${characters(at, 34)}`, text: (it) => `HF_TOKEN=${it} python train.py` },
  openai: { make: (at) => `sk-proj-${characters(at, 60)}`, text: (it) => `api key ${it} was refused` },
  google: { make: (at) => `AIza${characters(at, 35)}`, text: (it) => `?key=${it}&q=1` },
  slack: {
    make: (at) => `xoxb-${characters(at, 12, '0-9')}-${characters(at, 24)}`,
    text: (it) => `token ${it}`,
  },
  jwt: {
    make: (at) => `${encode({ alg: 'HS256' })}.${encode({ sub: at })}.${characters(at, 43)}`,
    text: (it) => `Authorization: Bearer ${it}`,
  },
  password: { make: (at) => characters(at, 14), text: (it) => `{"password": "${it}"}` },
  pem: {
    make: (at) => characters(at, 64),
    text: (it) => `-----BEGIN ${'PRIVATE'} KEY-----\n${it}\n-----END ${'PRIVATE'} KEY-----`,
  },
};

/** Places where a secret may stand, and the fields that are names, where a token stands alone. */
const TEXTS =
  'description context thought action args observation error state step_metadata outcome_error detail feedback metadata written retrieved stuck matched assessed'.split(
    ' ',
  );
const NAMES =
  'domain task_id tool agent_of_step project session parent agent model workflow action_pair from'.split(' ');

const secretsAt = (place: string) =>
  Object.entries(KINDS).map(([kind, { make, text }]) => {
    const secret = make(`${place} ${kind}`);
    return { kind, place, secret, text: text(secret) };
  });
const textAt = (place: string) =>
  secretsAt(place)
    .map(({ text }) => text)
    .join('\n');
const nameAt = (place: string) => `ghp_${characters(place, 36)}`;

const PLANTED = [
  ...TEXTS.flatMap(secretsAt),
  ...NAMES.map((place) => ({ kind: 'name', place, secret: nameAt(place), text: nameAt(place) })),
];

function plantedRun(session: string, success: boolean): object {
  const run = success ? solved(0) : unsolved(0);
  const [first, ...rest] = run.steps;
  return {
    task: {
      description: `Deploy billing-service. ${textAt('description')}`,
      domain: nameAt('domain'),
      id: nameAt('task_id'),
      context: { note: textAt('context') },
    },
    steps: [
      {
        ...first,
        thought: textAt('thought'),
        action: `./deploy.sh\n${textAt('action')}`,
        args: { command: './deploy.sh', deep: [{ text: textAt('args') }] },
        observation: textAt('observation'),
        error: `Error: deployment refused\n${textAt('error')}`,
        exit_code: 1,
        agent: nameAt('agent_of_step'),
        state: { env: textAt('state') },
        metadata: { raw: textAt('step_metadata') },
      },
      { action: 'call', tool: nameAt('tool'), observation: 'ok' },
      {
        action: 'Write client.ts',
        tool: 'Write',
        args: {
          file_path: 'client.ts',
          content: `/*\n${textAt('written')}\n*/\nexport async function retry(work: () => Promise<number>, times: number) {\n  for (let i = 0; i < times; i++) {\n    const value = await work();\n    if (value > 0) return value;\n  }\n  return 0;\n}\n`,
        },
        observation: 'File created: client.ts',
      },
      ...rest,
    ],
    outcome: {
      success,
      error: textAt('outcome_error'),
      verdict: { source: 'test', detail: textAt('detail') },
    },
    project: nameAt('project'),
    session: `${nameAt('session')} ${session}`,
    parent: nameAt('parent'),
    agent: nameAt('agent'),
    model: nameAt('model'),
    workflow: nameAt('workflow'),
    action_pair: nameAt('action_pair'),
    feedback: [{ text: textAt('feedback'), from: nameAt('from') }],
    metadata: { any: { thing: textAt('metadata') } },
  };
}

/** Does everything a client and a user of the command line can do, with secrets in it. @returns the logs. */
async function live(data: string, env: Record<string, string>): Promise<string> {
  const pipe = openPipe(data, { env: { ...env, KNOWHOW_LOG: 'debug' } });
  await pipe.ask('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bare', version: '0' },
  });
  const call = async (name: string, args: object) => {
    const { result } = await pipe.ask('tools/call', { name, arguments: args });
    expect(result?.isError, JSON.stringify(result).slice(0, 500)).toBeFalsy();
  };
  for (let i = 0; i < 4; i += 1) await call('record_trajectory', plantedRun(`run ${i}`, i % 2 === 0));
  for (const run of [solved(1), unsolved(1)]) await call('record_trajectory', run);
  await call('run_batch_learning', { min_trajectories: 0 });
  await call('retrieve_strategies', {
    task: textAt('retrieved'),
    error: textAt('stuck'),
    project: nameAt('project'),
  });
  await call('match_error', { error: `${MISSING_CLIENT}\n${textAt('matched')}` });
  await call('assess_abstractability', {
    trajectory: { ...plantedRun('given', true), metadata: { text: textAt('assessed') } },
  });
  await pipe.end();
  const file = join(data, 'transcript.jsonl');
  writeFileSync(file, `${JSON.stringify(plantedRun('imported', true))}\n{"broken": "${nameAt('from')}\n`);
  const imported = await runCommandJson(['import', file], { data, env });
  const learned = await runCommandJson(['learn', '--min', '0'], { data, env });
  return [pipe.stderr(), imported.stderr, learned.stderr].join('\n');
}

interface Place {
  where: string;
  text: string;
}

/** All that a store holds: each version of each table, cell by cell, and every other file as it is. */
async function everythingIn(data: string): Promise<Place[]> {
  const found: Place[] = [];
  const connection = await lancedb.connect(data);
  for (const name of await connection.tableNames()) {
    const table = await connection.openTable(name);
    const versions = await table.listVersions();
    for (const { version } of versions) {
      await table.checkout(version);
      for (const row of await table.query().toArray()) {
        for (const [column, cell] of Object.entries(row)) {
          if (typeof cell === 'string') found.push({ where: `${name}.${column} v${version}`, text: cell });
        }
      }
    }
  }
  connection.close();
  for (const path of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
    found.push({ where: 'file name', text: path });
    // Small parts of Lance's own are stored as they are; that does not make reading the tables superfluous.
    if (path !== 'transcript.jsonl' && statSync(join(data, path)).isFile())
      found.push({ where: path, text: readFileSync(join(data, path), 'latin1') });
  }
  return found;
}

/** What leaves the store again by the front doors. */
async function everythingOut(data: string, env: Record<string, string>): Promise<Place[]> {
  const out = await Promise.all(
    [['export'], ['export', '--format', 'knowhow'], ['status', '--json'], ['doctor', '--json']].map(
      async (args) => ({
        where: args.join(' '),
        text: (await runCommand(args, { data, env })).stdout,
      }),
    ),
  );
  return out;
}

/** Parts of texts are secrets too: a key cut in the middle, or its letters in lower case as the index has them. */
const shows = (text: string, secret: string): boolean =>
  [secret, secret.slice(0, 24), secret.slice(-20)].some(
    (part) => text.includes(part) || text.includes(part.toLowerCase()),
  );

function leaks(places: Place[]): string[] {
  const all = new Map<string, string>();
  for (const { where, text } of places) all.set(where, `${all.get(where) ?? ''}\n${text}`);
  return PLANTED.flatMap(({ kind, place, secret }) =>
    [...all].filter(([, text]) => shows(text, secret)).map(([where]) => `${kind} at ${place} is in ${where}`),
  );
}

/** Secrets that full-text search finds. */
async function searchable(data: string, planted = PLANTED): Promise<string[]> {
  const ctx = await openStoreAt(data);
  const tables: { matching(query: string, limit: number): Promise<{ record: unknown }[]> }[] = [
    ctx.memory.trajectories,
    ctx.memory.strategies,
    ctx.memory.concepts,
    ctx.memory.error_patterns,
  ];
  const found: string[] = [];
  for (const { kind, place, secret } of planted) {
    // The longest run without a border, so that no ordinary word of the key finds anything.
    const [longest = ''] = secret.split(/[^A-Za-z0-9]/u).sort((a, b) => b.length - a.length);
    for (const table of tables) {
      const hits = await table.matching(longest, 5);
      if (hits.some(({ record }) => shows(JSON.stringify(record), secret))) found.push(`${kind} at ${place}`);
    }
  }
  return found;
}

describe('secrets', () => {
  it('reach no table, column or version, no file, no search, no export and no log', async () => {
    const data = temporaryDirectory();
    const logs = await live(data, {});
    const places = [
      ...(await everythingIn(data)),
      ...(await everythingOut(data, {})),
      { where: 'logs', text: logs },
    ];
    expect(leaks(places)).toEqual([]);
    expect(await searchable(data)).toEqual([]);
    // Something was stored, and it says that something is gone.
    expect(places.filter(({ text }) => text.includes('[redacted:')).length).toBeGreaterThan(10);
  });

  it('are all found by this same search when redaction is off', async () => {
    const data = temporaryDirectory();
    const config = join(temporaryDirectory(), 'config.json');
    writeFileSync(config, JSON.stringify({ redact: false, max_text_chars: 1_000_000 }));
    const env = { KNOWHOW_CONFIG: config };
    const logs = await live(data, env);
    const places = [
      ...(await everythingIn(data)),
      ...(await everythingOut(data, env)),
      { where: 'logs', text: logs },
    ];
    const found = leaks(places);
    // These calls store nothing.
    const unseen = new Set(['matched', 'assessed']);
    for (const { kind, place } of PLANTED.filter((each) => !unseen.has(each.place)))
      expect(
        found.some((leak) => leak.startsWith(`${kind} at ${place} is in `)),
        `${kind} at ${place}`,
      ).toBe(true);
    expect(found.filter((leak) => leak.includes('is in export')).length).toBeGreaterThan(100);
    expect((await searchable(data, PLANTED.slice(0, 20))).length).toBeGreaterThan(0);
  });
});
