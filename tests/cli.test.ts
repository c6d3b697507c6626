/** The command line as scripts use it: one JSON answer on stdout, an exit code that can be relied on. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './support/clients.ts';
import { runCommand, runCommandJson as runJson } from './support/commands.ts';
import { FIX, history, MISSING_CLIENT, solved } from './support/runs.ts';
import { temporaryDirectory } from './support/store.ts';

interface Report {
  files: {
    path: string;
    format: string | null;
    trajectories: number;
    steps: number;
    added: number;
    skipped: { what: string; count: number; line?: number; broken: boolean }[];
  }[];
  totals: { files: number; trajectories: number; steps: number; added: number; broken: number };
}

interface Counts {
  counts: Record<string, number>;
  active_strategies: number;
}

interface Failure {
  error: { code: string; message: string; hint?: string };
}

const COMMANDS = [
  'serve',
  'import',
  'export',
  'analyze',
  'learn',
  'retrieve',
  'match-error',
  'diff',
  'undo',
  'forget',
  'prune',
  'lineage',
  'setup',
  'hook',
  'capture',
  'events',
  'preferences',
  'status',
  'doctor',
];

const home = temporaryDirectory();
const data = join(home, 'store');
const runs = join(home, 'runs.jsonl');
const jsonl = (records: unknown[]) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
let first: Awaited<ReturnType<typeof runJson<Report>>>;
let learned: Awaited<ReturnType<typeof runJson>>;

beforeAll(async () => {
  writeFileSync(runs, jsonl(history()));
  first = await runJson<Report>(['import', runs], { data });
  learned = await runJson(['learn', '--min', '0'], { data });
});

describe('import', () => {
  it('reports files and totals', () => {
    expect(first.code).toBe(0);
    expect(first.stderr).toBe('');
    expect(first.value).toEqual({
      files: [{ path: runs, format: 'knowhow', trajectories: 12, steps: 66, added: 12, skipped: [] }],
      totals: {
        files: 1,
        trajectories: 12,
        steps: 66,
        added: 12,
        unread: 0,
        broken: 0,
        outcomes_unused: 0,
        outcomes: { success: 6, failure: 6, unknown: 0 },
      },
    });
  });

  it('adds nothing the second time, in whatever order', async () => {
    const reversed = join(temporaryDirectory(), 'reversed.jsonl');
    writeFileSync(reversed, jsonl(history().reverse()));
    for (const path of [runs, reversed]) {
      const { code, value } = await runJson<Report>(['import', path], { data });
      expect(code).toBe(0);
      expect(value.totals).toMatchObject({ trajectories: 12, added: 0 });
    }
    expect((await runJson(['status'], { data })).value).toMatchObject({ counts: { trajectories: 12 } });
  });

  it('imports the rest around a broken file, names line and reason, and fails', async () => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, 'deeper'));
    writeFileSync(join(folder, 'a.jsonl'), jsonl([solved(0, 1)]));
    writeFileSync(
      join(folder, 'b.jsonl'),
      `${JSON.stringify(solved(1, 1))}\n{"task": {"descr\n${JSON.stringify(solved(2, 1))}\n`,
    );
    writeFileSync(
      join(folder, 'deeper', 'c.json'),
      JSON.stringify({ ...solved(0, 2), outcome: { success: 'sure' } }),
    );
    writeFileSync(join(folder, 'deeper', 'd.jsonl'), jsonl([solved(0, 3)]));
    writeFileSync(join(folder, 'notes.txt'), 'Nothing to see here.\n');
    const store = temporaryDirectory();
    const { code, value } = await runJson<Report>(['import', folder], { data: store });
    expect(code).toBe(1);
    expect(value.totals).toMatchObject({ files: 5, trajectories: 4, added: 4, broken: 2 });
    const byName = new Map(value.files.map((file) => [file.path.split('/').pop(), file]));
    expect(byName.get('b.jsonl')).toMatchObject({
      added: 2,
      skipped: [{ line: 2, broken: true, count: 1, what: expect.stringMatching(/JSON/iu) }],
    });
    expect(byName.get('c.json')?.skipped).toMatchObject([
      { broken: true, what: expect.stringMatching(/success/u) },
    ]);
    expect(byName.get('notes.txt')).toMatchObject({ format: null, trajectories: 0 });
    expect((await runJson(['status'], { data: store })).value).toMatchObject({ counts: { trajectories: 4 } });

    const told = await runCommand(['import', folder], { data: store });
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/b\.jsonl:2: broken: /u);
  });

  it.each<[string, string, string | Uint8Array, RegExp]>([
    ['what no importer knows', 'a.json', '{"name":"x"}', /a\.json: skipped: unrecognised\. .*--format/u],
    ['gzip', 'a.jsonl.gz', gzipSync(jsonl([solved(0, 1)])), /skipped: packed\. Unpack it first/u],
    ['zip', 'a', Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'), /packed/u],
    ['Zstandard', 'a', Buffer.from('28b52ffd2400', 'hex'), /packed/u],
    ['bzip2', 'a', Buffer.from('BZh91AY&SY', 'latin1'), /packed/u],
    ['xz', 'a', Buffer.from('fd377a585a000004', 'hex'), /packed/u],
  ])(
    'fails where a file that was named cannot be read, and says what to do: %s',
    async (_, name, content, told) => {
      const folder = temporaryDirectory();
      writeFileSync(join(folder, name), content);
      const store = temporaryDirectory();
      const { code, stdout } = await runCommand(['import', join(folder, name)], { data: store });
      expect(stdout).toMatch(told);
      expect(code).toBe(1);
      // In a folder there may be anything.
      expect((await runCommand(['import', folder], { data: store })).code).toBe(0);
    },
  );

  it('takes outcomes from beside the transcripts', async () => {
    const folder = temporaryDirectory();
    const silent = { ...solved(0), outcome: { success: null } };
    writeFileSync(join(folder, 'run-1.json'), JSON.stringify(silent));
    writeFileSync(
      join(folder, 'outcomes.jsonl'),
      jsonl([{ path: 'run-1.json', success: true, verdict: { source: 'human' } }]),
    );
    const args = ['import', join(folder, 'run-1.json'), '--outcomes', join(folder, 'outcomes.jsonl')];
    const { value } = await runJson(args, { data: temporaryDirectory() });
    expect(value).toMatchObject({ totals: { added: 1, outcomes: { success: 1, failure: 0, unknown: 0 } } });
  });

  it('puts runs that name no project where --project says', async () => {
    const file = join(temporaryDirectory(), 'run.json');
    writeFileSync(file, JSON.stringify({ ...solved(0), project: undefined }));
    const store = temporaryDirectory();
    await runJson(['import', file, '--project', 'mine'], { data: store });
    expect((await runJson(['status'], { data: store })).value).toMatchObject({ projects: { mine: 1 } });
  });
});

describe('learn, retrieve and match-error', () => {
  it('learn from what is there, once', async () => {
    expect(learned.code).toBe(0);
    expect(learned.value).toMatchObject({ ran: true, trajectories_processed: 12, remaining: 0 });
    const again = await runJson(['learn', '--min', '0'], { data });
    expect(again).toMatchObject({ code: 0, value: { ran: false, remaining: 0, trajectories_processed: 0 } });
  });

  it('learn from every run again with --all, to the same end', async () => {
    const before = await runJson<Counts>(['status'], { data });
    const all = await runJson(['learn', '--all'], { data });
    expect(all.value).toMatchObject({ ran: true, trajectories_processed: 12, remaining: 0 });
    const after = await runJson<Counts>(['status'], { data });
    expect(after.value.counts).toEqual(before.value.counts);
    expect(after.value.active_strategies).toBe(before.value.active_strategies);
  });

  it('give an agent what its tools would', async () => {
    const project = ['--project', 'billing-service'];
    const found = await runJson(
      ['retrieve', 'Add the payout endpoint', '--error', MISSING_CLIENT, ...project],
      { data },
    );
    expect(found.code).toBe(0);
    expect(found.value).toMatchObject({ known: true, retrieval_id: expect.stringMatching(/^ret_/u) });
    expect(JSON.stringify(found.value.strategies)).toContain(FIX);

    const piped = await runJson(['match-error', ...project], {
      data,
      input: `stack:\n${MISSING_CLIENT}\n  at x`,
    });
    const given = await runJson(['match-error', MISSING_CLIENT, ...project], { data });
    expect(piped.value).toEqual(given.value);
    expect(given.value).toMatchObject({
      matches: [{ suggested_fix: expect.stringContaining(FIX), support: { worked: 6, tried: 6 } }],
    });
  });

  it('say when nothing is known', async () => {
    const empty = temporaryDirectory();
    expect(await runJson(['retrieve', 'Bake bread'], { data: empty })).toMatchObject({
      code: 0,
      value: { known: false, strategies: [] },
    });
    expect(await runJson(['match-error', 'E_NO_YEAST'], { data: empty })).toMatchObject({
      code: 0,
      value: { matches: [] },
    });
    expect(await runJson(['learn'], { data: empty })).toMatchObject({ code: 0, value: { ran: false } });
  });
});

describe('analyze', () => {
  const file = join(home, 'given.json');

  it('attributes a run in a file, sorted by step, and stores nothing', async () => {
    writeFileSync(file, JSON.stringify(solved(7, 7)));
    const store = join(temporaryDirectory(), 'none-yet');
    const { code, value } = await runJson<{
      attribution: { step: number; share: number; reason?: string }[];
      key_steps: number[];
      method: string;
    }>(['analyze', file], { data: store });
    expect(code).toBe(0);
    expect(value.method).toBe('simple');
    const steps = value.attribution.map(({ step }) => step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps[0]).toBe(0);
    expect(value.attribution.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    for (const key of value.key_steps) expect(steps).toContain(key);
    expect((await runJson(['status'], { data: store })).value).toMatchObject({ counts: { trajectories: 0 } });
    expect((await readdir(store)).filter((name) => name.endsWith('.lance'))).toEqual([]);
  });

  it('attributes a stored run by its id, the same way', async () => {
    writeFileSync(file, JSON.stringify(solved(0)));
    const { stdout } = await runCommand(['export', '--format', 'knowhow'], { data });
    const stored = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ session }) => session === solved(0).session);
    const byId = await runJson(['analyze', stored.id], { data });
    expect(byId).toEqual(await runJson(['analyze', file], { data }));
    expect(byId.value).toHaveProperty('attribution');
  });

  it('picks one of several runs, and says how many there are', async () => {
    expect((await runJson(['analyze', runs, '--index', '11'], { data })).code).toBe(0);
    const { code, value } = await runJson<Failure>(['analyze', runs, '--index', '12'], { data });
    expect(code).toBe(1);
    expect(value.error.message).toContain('12 runs');
  });
});

describe('export', () => {
  it('as ATIF is imported again without loss, into another store and into its own', async () => {
    const { code, stdout, stderr } = await runCommand(['export', '--format', 'atif'], { data });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const documents = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents).toHaveLength(12);
    for (const document of documents) expect(document.schema_version).toMatch(/^ATIF-v1\./u);

    const file = join(temporaryDirectory(), 'atif.jsonl');
    writeFileSync(file, stdout);
    const other = temporaryDirectory();
    expect((await runJson<Report>(['import', file], { data: other })).value).toMatchObject({
      files: [{ format: 'atif' }],
      totals: { trajectories: 12, steps: 66, added: 12, broken: 0, outcomes: { success: 6, failure: 6 } },
    });
    const told = async (store: string) => {
      const { stdout: lines } = await runCommand(['export', '--format', 'knowhow'], { data: store });
      return lines
        .trim()
        .split('\n')
        .map((line) => {
          const { task, steps, outcome, project, session } = JSON.parse(line);
          // A call without arguments has empty ones after the journey.
          const plain = steps.map(({ args = {}, ...step }: { args?: object }) => ({ ...step, args }));
          return { task, steps: plain, outcome, project, session };
        })
        .sort((a, b) => (a.session < b.session ? -1 : 1));
    };
    expect(await told(other)).toEqual(await told(data));
  });

  it('is narrowed by --project', async () => {
    const { code, stdout } = await runCommand(['export', '--project', 'nobody'], { data });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

describe('diff, undo, forget, prune and lineage', () => {
  const session = 'solved-1-1';
  const fresh = async () => {
    const store = temporaryDirectory();
    await runJson(['import', runs], { data: store });
    await runJson(['learn', '--min', '0'], { data: store });
    return store;
  };

  it('diff says what a session taught, in numbers and in words', async () => {
    const { code, value } = await runJson(['diff', '--session', session], { data });
    expect(code).toBe(0);
    expect(value).toMatchObject({ waiting: 0, runs: [{ success: true, judged_by: 'test' }] });
    expect(value.lessons).toContainEqual(
      expect.objectContaining({
        kind: 'error_pattern',
        effect: 'stronger',
        with: expect.objectContaining({ says: expect.stringContaining(FIX), worked: 6, tried: 6 }),
        without: expect.objectContaining({ worked: 5, tried: 5 }),
      }),
    );
    const { stdout } = await runCommand(['diff', '--session', session], { data });
    expect(stdout).toContain('More certain now');
    expect(stdout).toMatch(/worked 6 of 6.*without: .*worked 5 of 5/u);
  });

  it('show first and change nothing, then do what they showed', async () => {
    const store = await fresh();
    const all = async () => (await runCommand(['export', '--all', '-'], { data: store })).stdout;
    const before = await all();
    for (const command of ['undo', 'forget']) {
      const { code, stdout } = await runCommand([command, '--session', session], { data: store });
      expect(code).toBe(0);
      expect(stdout).toContain('Nothing was changed; --yes');
    }
    expect(await all()).toBe(before);

    expect((await runJson(['undo', '--session', session, '--yes'], { data: store })).value).toMatchObject({
      dry_run: false,
    });
    expect((await runJson(['diff', '--session', session], { data: store })).value.runs).toHaveLength(1);
    const woken = await runJson<{ runs: string[] }>(['undo', '--redo', '--session', session, '--yes'], {
      data: store,
    });
    expect(woken.value.runs).toHaveLength(1);
    expect((await runJson(['learn', '--min', '0'], { data: store })).value).toMatchObject({
      trajectories_processed: 1,
    });

    await runJson(['forget', ...woken.value.runs, '--yes'], { data: store });
    expect((await runJson(['status'], { data: store })).value).toMatchObject({
      counts: { trajectories: 11 },
    });
    expect(await all()).not.toContain(`"${session}"`);
  });

  it('forget nothing that was not named', async () => {
    for (const args of [
      ['forget', '--yes'],
      ['forget', '--project', 'billing-service', '--yes'],
    ]) {
      const { code, value } = await runJson<Failure>(args, { data });
      expect({ code, error: value.error.code }).toEqual({ code: 2, error: 'usage' });
    }
    expect((await runJson(['status'], { data })).value).toMatchObject({ counts: { trajectories: 12 } });
    const store = await fresh();
    await runJson(['forget', '--all', '--project', 'billing-service', '--yes'], { data: store });
    expect(
      (await runCommand(['export', '--all', '-'], { data: store })).stdout
        .trim()
        .split('\n')
        .slice(1)
        .filter((line) => !line.endsWith('"table":"batches"}')),
    ).toEqual([]);
  });

  it('prune archives what repeats itself and brings it back', async () => {
    const store = temporaryDirectory();
    const file = join(temporaryDirectory(), 'many.jsonl');
    writeFileSync(file, jsonl(Array.from({ length: 25 }, (_, i) => solved(0, i))));
    await runJson(['import', file], { data: store });
    const { value } = await runJson(['prune'], { data: store });
    expect(value).toMatchObject({ dry_run: true, looked_at: 25 });
    expect(value.runs).toHaveLength(5);
    expect((await runCommand(['prune', '--apply'], { data: store })).stdout).toContain(
      '5 runs of 25 archived',
    );
    expect((await runJson(['prune'], { data: store })).value).toMatchObject({ looked_at: 20, runs: [] });
    expect((await runCommand(['prune', '--restore', '--apply'], { data: store })).stdout).toContain(
      '5 runs brought back',
    );
  });

  it('lineage leads from a strategy to its runs', async () => {
    const found = await runJson<{ strategies: { id: string }[] }>(
      ['retrieve', 'Add the payout endpoint', '--project', 'billing-service'],
      { data },
    );
    const { code, value } = await runJson(['lineage', found.value.strategies[0]?.id ?? ''], { data });
    expect(code).toBe(0);
    expect(value).toMatchObject({ ancestors: { missing: [], circular: [], trust: 1 }, attempts: null });
    expect((await runCommand(['lineage', found.value.strategies[0]?.id ?? ''], { data })).stdout).toMatch(
      /traj_\w+ {2}trajectories/u,
    );
    expect((await runJson<Failure>(['lineage', 'strat_none'], { data })).value.error.code).toBe(
      'unknown_record',
    );
  });
});

describe('a whole memory', () => {
  it('goes into a file and comes back byte for byte', async () => {
    const file = join(temporaryDirectory(), 'memory.jsonl');
    expect((await runCommand(['export', '--all', file], { data })).stdout).toMatch(
      /^\d+ records written\.$/mu,
    );
    const store = temporaryDirectory();
    const { code, value } = await runJson<{ memories: { broken_count: number }[] }>(['import', file], {
      data: store,
    });
    expect({ code, broken: value.memories.map(({ broken_count }) => broken_count) }).toEqual({
      code: 0,
      broken: [0],
    });
    const { stdout } = await runCommand(['export', '--all', '-'], { data: store });
    expect(stdout).toBe(readFileSync(file, 'utf8'));
    expect((await runCommand(['import', file], { data: store })).stdout).toContain('nothing added');
  });

  it('of a newer version, or into a place that is none, fails with a hint', async () => {
    const file = join(temporaryDirectory(), 'newer.jsonl');
    writeFileSync(file, '{"format":"knowhow-memory","version":99}\n');
    for (const [args, error] of [
      [['import', file], 'newer_memory_file'],
      [['export', '--all', '/no/such/place/x'], 'unwritable_path'],
    ] as const) {
      const { code, value } = await runJson<Failure>([...args], { data });
      expect({ code, error: value.error.code }).toEqual({ code: 1, error });
      expect(value.error.hint).toMatch(/\S/u);
    }
  });
});

describe('status and doctor', () => {
  it('status counts what is there and shows how the store is doing', async () => {
    const { code, value, stderr } = await runJson(['status'], { data });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(value).toMatchObject({
      data,
      counts: {
        trajectories: 12,
        strategies: expect.any(Number),
        concepts: expect.any(Number),
        error_patterns: expect.any(Number),
      },
      outcomes: { success: 6, failure: 6, unknown: 0 },
      batch: { pending: 0, due: false },
      embedder: {
        name: expect.any(String),
        lexical: true,
        probe: { same_words: expect.any(Number), same_meaning: expect.any(Number) },
      },
      llm: null,
      store: {
        trajectories: {
          rows: 12,
          fragments: expect.any(Number),
          versions: expect.any(Number),
          bytes: expect.any(Number),
        },
      },
    });
  });

  it('doctor finds nothing in a sound store', async () => {
    const { code, value } = await runJson<{
      healthy: boolean;
      checks: { check: string; ok: boolean; detail: string }[];
    }>(['doctor'], { data });
    expect(code).toBe(0);
    expect(value.healthy).toBe(true);
    const names = value.checks.map(({ check }) => check);
    for (const check of ['node', 'store', 'embedder', 'llm', 'table trajectories'])
      expect(names).toContain(check);
  });
});

describe('what goes wrong', () => {
  const expectFailure = (value: Failure, code: RegExp) => {
    expect(Object.keys(value)).toEqual(['error']);
    expect(value.error.code).toMatch(code);
    expect(value.error.message).toMatch(/\S/u);
  };

  it.each([
    ['no such command', ['remember']],
    ['an unknown option', ['status', '--fast']],
    ['a missing argument', ['retrieve']],
    ['a word for a number', ['learn', '--min', 'many']],
    ['a number out of range', ['retrieve', 'x', '-k', '99']],
    ['no such export format', ['export', '--format', 'yaml']],
    ['no such port', ['serve', '--http', 'eighty']],
    ['no such import format', ['import', 'x', '--format', 'yaml']],
  ])('%s is wrong usage: exit code 2', async (_what, args) => {
    const { code, value } = await runJson<Failure>(args, { data });
    expect(code).toBe(2);
    expectFailure(value, /^(?:usage|unknown_format)$/u);
  });

  it('without --json goes to stderr, and stdout stays empty', async () => {
    for (const [args, code] of [
      [['status', '--fast'], 2],
      [['analyze', 'traj_nothing'], 1],
    ] as const) {
      const told = await runCli([...args], { data });
      expect({ code: told.code, stdout: told.stdout }).toEqual({ code, stdout: '' });
      expect(told.stderr).toMatch(/\S/u);
    }
  });

  it.each([
    ['no such file', ['import', '/no/such/file'], /^unreadable_path$/u],
    ['no such run', ['analyze', 'traj_nothing'], /^unknown_run$/u],
    ['no such outcomes', ['import', '.', '--outcomes', '/no/such/file'], /^bad_outcomes$/u],
  ])('%s fails: exit code 1, with a hint', async (_what, args, pattern) => {
    const { code, value } = await runJson<Failure>(args, { data, cwd: home });
    expect(code).toBe(1);
    expectFailure(value, pattern);
    expect(value.error.hint).toMatch(/\S/u);
  });

  it('names the setting that is wrong', async () => {
    const config = join(temporaryDirectory(), 'config.json');
    writeFileSync(config, JSON.stringify({ learning: { credit_strategy: 'magic' } }));
    const { code, value } = await runJson<Failure>(['status'], { data, env: { KNOWHOW_CONFIG: config } });
    expect(code).toBe(1);
    expectFailure(value, /^bad_config$/u);
    expect(value.error.message).toContain('credit_strategy');
  });
});

describe('help', () => {
  it('names every command, and each explains itself', async () => {
    const { code, stdout, stderr } = await runCli(['--help'], { data });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command}`);
    const each = await Promise.all(
      ['serve', 'import', 'doctor'].map((command) => runCommand([command, '--help'], { data })),
    );
    for (const help of each) {
      expect(help.code).toBe(0);
      expect(help.stdout).toContain('--json');
      expect(help.stdout).toContain('--data');
    }
  });

  it('leaves no store behind', async () => {
    const store = join(temporaryDirectory(), 'none');
    await runCommand(['--version'], { data: store });
    await runCommand(['retrieve', '--help'], { data: store });
    await expect(readdir(store)).rejects.toThrow();
  });
});

describe('without --json', () => {
  it.each([
    [['status'], /12/u],
    [['retrieve', 'Add the payout endpoint', '--project', 'billing-service'], /worked \d+ of \d+/u],
    [['match-error', MISSING_CLIENT, '--project', 'billing-service'], /worked 6 of 6/u],
    [['analyze', runs], /%/u],
    [['doctor'], /^ok /mu],
    [['import', runs], /0 added, 12 known before/u],
  ])('%j answers in words', async (args, says) => {
    const { code, stdout, stderr } = await runCli(args, { data });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(says);
  });
});
