/** A store on object storage: as one on a disk, for several machines, or clearly refused. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import type { Embedder } from '../../src/llm/ports.ts';
import { arrow, lance } from '../../src/memory/lance/library.ts';
import { LEASE_MS, openLeases } from '../../src/memory/leases.ts';
import { openStore, type Store } from '../../src/memory/store.ts';
import type { Table } from '../../src/memory/table.ts';
import { callTool, connectStdio, environment, openPipe, runCli, runJson } from '../support/clients.ts';
import { solved, unsolved } from '../support/runs.ts';
import { type S3Options, type S3Server, startS3 } from '../support/s3-server.ts';
import { openStoreAt, ROOT, SAMPLES, temporaryDirectory, whenOver } from '../support/store.ts';

const Note = z.object({
  id: z.string(),
  at: z.string(),
  project: z.string(),
  kind: z.string(),
  text: z.string(),
});
type Note = z.infer<typeof Note>;

const note = (id: string, more: Partial<Note> = {}): Note => ({
  id,
  at: '2026-01-01T00:00:00.000Z',
  project: 'shop',
  kind: 'plain',
  text: `note ${id}`,
  ...more,
});

/** LanceDB reads where the storage is from the environment, in this process as in those it starts. */
async function storage(options?: S3Options): Promise<S3Server> {
  const s3 = await startS3(options);
  whenOver(s3.close);
  Object.assign(process.env, s3.environment);
  return s3;
}

async function openAt(uri: string, embedder: Embedder = createHashingEmbedder()): Promise<Store> {
  const store = await openStore(uri, embedder);
  whenOver(() => store.close());
  return store;
}

const tableOf = (store: Store): Table<Note> =>
  store.table<Note>({
    name: 'notes',
    schema: Note,
    columns: { kind: ({ kind }) => kind },
    text: ({ text }) => text,
  });

const open = async (uri: string, embedder?: Embedder) => tableOf(await openAt(uri, embedder));
const ids = (records: { id: string }[]) => records.map(({ id }) => id);
const vectorOf = async (text: string) =>
  (await createHashingEmbedder().embed([text]))[0] ?? new Float32Array();

const given = new Map<string, Promise<string>>();

beforeAll(async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  whenOver(() => silent.close());
  const { port } = silent.address() as { port: number };
  const s3 = await storage();
  const script = join(ROOT, 'tests', 'support', 'refused-store.ts');
  const refusedAt = async (at: number) => {
    const place = { AWS_ENDPOINT: `http://127.0.0.1:${at}`, AWS_ACCESS_KEY_ID: 'SOMEBODYELSE' };
    const env = environment(temporaryDirectory(), { ...s3.environment, ...place });
    return (await promisify(execFile)(process.execPath, [script, s3.uri('store')], { env })).stdout;
  };
  given.set('nobody answers', refusedAt(9));
  given.set('it takes the call and never answers', refusedAt(port));
});

describe('a table on object storage', () => {
  it('is empty in every way of asking before anybody has written', async () => {
    const s3 = await storage();
    const table = await open(s3.uri('a/b'));
    expect(await table.list()).toEqual([]);
    expect(await table.get('x')).toBeUndefined();
    expect(await table.count()).toBe(0);
    expect(await table.nearest(await vectorOf('x'), 5)).toEqual([]);
    expect(await table.matching('x', 5)).toEqual([]);
    await table.mark({ id: 'x' }, { kind: 'y' });
    await table.remove({ id: 'x' });
    await table.compact();
    expect((await table.figures()).rows).toBe(0);
  });

  it('puts, replaces, finds, counts, marks, removes and folds as one on a disk', async () => {
    const s3 = await storage();
    const table = await open(s3.uri('store'));
    await table.put([note('a', { text: 'purple elephants' }), note('a', { text: 'green tortoises' })]);
    for (let i = 0; i < 30; i += 1)
      await table.put([note(`n${i}`, { text: `note about topic${i}`, kind: i % 2 ? 'odd' : 'even' })]);
    await table.mark({ id: ['n1', 'n2'] }, { kind: 'archived' });
    await table.remove({ id: 'n3' });
    const check = async () => {
      expect(await table.count()).toBe(30);
      expect((await table.get('a'))?.text).toBe('green tortoises');
      expect(await table.matching('elephants', 5)).toEqual([]);
      expect(ids((await table.matching('topic17', 3)).map(({ record }) => record))).toEqual(['n17']);
      const [near] = await table.nearest(await vectorOf('note about topic17'), 1);
      expect(near?.record.id).toBe('n17');
      expect(Object.fromEntries(await table.tally('kind'))).toEqual({
        plain: 1,
        even: 14,
        odd: 13,
        archived: 2,
      });
      expect(ids(await table.getMany(['n9', 'nobody', 'n4']))).toEqual(['n9', 'n4']);
      expect(await table.ids({ order: 'oldest', limit: 2, offset: 1 })).toEqual(['n0', 'n1']);
    };
    await check();
    const before = await table.figures();
    await table.compact();
    await check();
    const after = await table.figures();
    expect(after.fragments).toBeLessThan(before.fragments);
    expect(after.versions).toBeLessThan(before.versions);
  });

  it('gives hostile ids and values back as they were, and finds their own rows only', async () => {
    const s3 = await storage();
    const table = await open(s3.uri('store'));
    const hostile = [
      "x' OR '1'='1",
      "'; DROP TABLE notes; --",
      '"',
      '`',
      '\\',
      '%',
      '\n',
      '\u0000',
      '',
      '🔑',
    ];
    await table.put(hostile.map((value, i) => note(`${i}:${value}`, { project: value, kind: value })));
    for (const [i, value] of hostile.entries()) {
      expect(ids(await table.list({ where: { project: value } }))).toEqual([`${i}:${value}`]);
      expect((await table.get(`${i}:${value}`))?.kind).toBe(value);
    }
    await table.remove({ kind: "x' OR '1'='1" });
    expect(await table.count()).toBe(hostile.length - 1);
  });

  it('loses and doubles nothing when four openings begin it at once', async () => {
    const s3 = await storage();
    for (let round = 0; round < 2; round += 1) {
      const uri = s3.uri(`round-${round}`);
      const tables = await Promise.all(Array.from({ length: 4 }, () => open(uri)));
      await Promise.all(
        Array.from({ length: 24 }, (_, i) =>
          tables[i % 4]?.put([note(`n${i % 8}`, { text: `version ${i}` }), note(`own${i}`)]),
        ),
      );
      for (const table of tables) {
        const found = await table.ids();
        expect(found).toHaveLength(8 + 24);
        expect(new Set(found).size).toBe(8 + 24);
      }
    }
  });

  it('takes a second embedder, and finds by it what the first one wrote', async () => {
    const s3 = await storage();
    const first = await open(s3.uri('store'));
    await first.put([note('a', { text: 'green tortoises' })]);
    const plain = createHashingEmbedder();
    const other = await open(s3.uri('store'), { ...plain, name: 'another' });
    await other.put([note('b', { text: 'red foxes' })]);
    await other.embedMissing();
    const [hit] = await other.nearest(await vectorOf('green tortoises'), 1);
    expect(hit?.record.id).toBe('a');
    await first.put([note('c', { text: 'blue whales' })]);
    expect((await other.ids()).sort()).toEqual(['a', 'b', 'c']);
    expect((await other.figures()).unembedded).toBe(1);
  });

  it('purged of a record, holds it in no object any more', async () => {
    const s3 = await storage();
    const table = await open(s3.uri('store'));
    await table.put([note('a', { text: 'unforgettable' }), note('b')]);
    expect(s3.holding('unforgettable')).not.toEqual([]);
    await table.remove({ id: 'a' });
    await table.purge();
    expect(s3.holding('unforgettable')).toEqual([]);
    expect(await table.ids()).toEqual(['b']);
  });
});

describe('leases', () => {
  const at = (ms: number) => () => new Date(Date.UTC(2026, 0, 1) + ms);
  async function leasesAt(uri: string, now: () => Date) {
    const connection = await lance().connect(uri, { readConsistencyInterval: 0 });
    whenOver(() => connection.close());
    return openLeases(uri, async () => connection, now);
  }

  it('go to one of all who ask at once, also the first time', async () => {
    const s3 = await storage();
    for (let round = 0; round < 3; round += 1) {
      const all = await Promise.all(
        Array.from({ length: 5 }, () => leasesAt(s3.uri(`round-${round}`), at(0))),
      );
      let inside = 0;
      let most = 0;
      const work = async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 50));
        inside -= 1;
      };
      const taken = await Promise.all(all.map((leases) => leases.withLease('batch', work)));
      expect(most).toBe(1);
      expect(taken.filter(({ held }) => held).length).toBeGreaterThan(0);
      // Given back, it can be had again, by each in turn.
      most = 0;
      await Promise.all(all.slice(0, 3).map((leases) => leases.whenFree('batch', work)));
      expect(most).toBe(1);
    }
  });

  it('of a holder that is gone run out, and not before', async () => {
    const s3 = await storage();
    const gone = await leasesAt(s3.uri('store'), at(0));
    await new Promise<void>((resolve) => {
      void gone.withLease('batch', () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    const take = async (ms: number) =>
      (await leasesAt(s3.uri('store'), at(ms))).withLease('batch', async () => 1);
    expect(await take(LEASE_MS - 1)).toEqual({ held: false });
    expect(await take(LEASE_MS)).toEqual({ held: true, value: 1 });
  });

  it('are given back when the work fails, and the error passes', async () => {
    const s3 = await storage();
    const leases = await leasesAt(s3.uri('store'), at(0));
    await expect(leases.withLease('x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await leases.withLease('x', async () => 2)).toEqual({ held: true, value: 2 });
  });

  it('do not grow with every use', async () => {
    const s3 = await storage();
    const leases = await leasesAt(s3.uri('store'), () => new Date());
    for (let i = 0; i < 40; i += 1) await leases.withLease('x', async () => i);
    const used = s3.keys().length;
    const late = await leasesAt(s3.uri('store'), () => new Date(Date.now() + 10 * LEASE_MS));
    for (let i = 0; i < 40; i += 1) await late.withLease('x', async () => i);
    expect(s3.keys().length).toBeLessThan(used + 40);
  });

  it('let one replica at a time do what is exclusive', async () => {
    const s3 = await storage();
    const [one, other] = [await openAt(s3.uri('store')), await openAt(s3.uri('store'))];
    const outer = await one.exclusive('batch', () => other.exclusive('batch', async () => 'twice'));
    expect(outer).toEqual({ held: true, value: { held: false } });
    expect(await other.exclusive('batch', async () => 'again')).toEqual({ held: true, value: 'again' });
  });

  it('fold a table while others write and fold it, and nothing is lost', async () => {
    const s3 = await storage();
    const [one, other] = [await open(s3.uri('store')), await open(s3.uri('store'))];
    await one.put([note('first')]);
    const writes = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other).put([note(`n${i}`)]));
    await Promise.all([...writes, one.compact(), other.compact(), one.compact()]);
    expect(new Set(await other.ids()).size).toBe(21);
    expect(await one.count()).toBe(21);
  });
});

interface Recorded {
  trajectory_id: string;
}

async function expectSound(uri: string, expected: Set<string>): Promise<void> {
  const { memory } = await openStoreAt(uri);
  const stored = await memory.trajectories.ids();
  expect(new Set(stored).size).toBe(stored.length);
  expect(stored).toEqual(expect.arrayContaining([...expected]));
  for (const table of [memory.experiences, memory.occurrences, memory.error_patterns]) {
    const found = await table.ids();
    expect(new Set(found).size).toBe(found.length);
    expect(await table.list()).toHaveLength(found.length);
  }
}

describe('two replicas on one bucket', () => {
  const EACH = 14;
  const SHARED = 6;

  it('lose nothing, double nothing, see each other, and learn one at a time', async () => {
    const s3 = await storage();
    const data = s3.uri('team');
    const env = { ...s3.environment, KNOWHOW_DATA: data };
    const home = temporaryDirectory();
    const replicas = await Promise.all([connectStdio(home, { env }), connectStdio(home, { env })]);
    const answers = await Promise.all(
      replicas.map(({ client }, own) =>
        Promise.all(
          Array.from({ length: EACH }, (_, i) => {
            const variant = i < SHARED ? i : 1_000 * (own + 1) + i;
            const run = i % 2 ? solved(i, variant) : unsolved(i, variant);
            return callTool<Recorded>(client, 'record_trajectory', run);
          }),
        ),
      ),
    );
    const expected = new Set(answers.flat().map(({ trajectory_id }) => trajectory_id));
    expect(expected.size).toBe(2 * EACH - SHARED);
    for (const [i, { client }] of replicas.entries()) {
      const [theirs] = (answers[1 - i] ?? []).slice(-1);
      const { contents } = await client.readResource({
        uri: `knowhow://trajectories/${theirs?.trajectory_id}`,
      });
      expect(contents).not.toEqual([]);
    }
    await expectSound(data, expected);
    const batches = await Promise.all(
      replicas.map(({ client }) =>
        callTool<{ ran: boolean; trajectories_processed: number }>(client, 'run_batch_learning', {
          min_trajectories: 0,
        }),
      ),
    );
    const ran = batches.filter((batch) => batch.ran).map((batch) => batch.trajectories_processed);
    expect(ran).toEqual([expected.size]);
  }, 180_000);

  it('one killed in the middle takes nothing along that it had answered', async () => {
    const s3 = await storage();
    const data = s3.uri('team');
    const env = { ...s3.environment, KNOWHOW_DATA: data };
    const home = temporaryDirectory();
    const pipe = openPipe(home, { env });
    const survivor = await connectStdio(home, { env });
    await pipe.ask('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bare', version: '0' },
    });
    const answered = new Set<string>();
    const asked = Array.from({ length: 10 }, async (_, i) => {
      const run = { name: 'record_trajectory', arguments: solved(i, i) };
      const { result } = await pipe.ask('tools/call', run);
      const recorded = result?.structuredContent as Recorded | undefined;
      if (recorded) answered.add(recorded.trajectory_id);
    });
    const others = Array.from({ length: 10 }, (_, i) =>
      callTool<Recorded>(survivor.client, 'record_trajectory', solved(i, 500 + i)),
    );
    await Promise.race(asked);
    pipe.child.kill('SIGKILL');
    await Promise.allSettled(asked);
    for (const { trajectory_id } of await Promise.all(others)) answered.add(trajectory_id);
    expect(answered.size).toBeGreaterThan(10);
    await expectSound(data, answered);
  }, 180_000);
});

describe('the command line', () => {
  it('imports, learns, tells and exports at a URI', async () => {
    const s3 = await storage();
    const cli = { data: temporaryDirectory(), env: s3.environment };
    const at = ['--data', s3.uri('mine')];
    const imported = await runJson<{ imported: number }>([...at, 'import', `${SAMPLES}/shell.jsonl`], cli);
    expect(imported.code).toBe(0);
    expect((await runJson([...at, 'learn', '--min', '0'], cli)).value).toMatchObject({ ran: true });
    const status = await runJson<{ data: string; counts: { trajectories: number } }>([...at, 'status'], cli);
    expect(status.value.data).toBe(s3.uri('mine'));
    const { stdout } = await runCli([...at, 'export'], cli);
    expect(stdout.trim().split('\n')).toHaveLength(status.value.counts.trajectories);
    expect(status.value.counts.trajectories).toBeGreaterThan(0);
  }, 180_000);
});

describe('storage that will not do', () => {
  const SECRETS = /SOMEBODYELSE|not-a-secret/u;
  const refused = async (uri: string) => {
    const error: unknown = await openStore(uri, createHashingEmbedder()).then(
      (store) => store.close(),
      (thrown: unknown) => thrown,
    );
    return error as { code: string; message: string; hint: string; kind: string };
  };

  it('because it replaces what it was told not to is refused, and left as it was', async () => {
    const s3 = await storage({ conditional: 'ignored' });
    const error = await refused(s3.uri('store'));
    expect(error).toMatchObject({ code: 'store_unsafe', kind: 'operator' });
    expect(error.message).toContain('If-None-Match');
    expect(s3.keys()).toEqual([]);
  });

  it('because it refuses conditional writes is refused likewise', async () => {
    const s3 = await storage({ conditional: 'refused' });
    expect(await refused(s3.uri('store'))).toMatchObject({ code: 'store_unsafe', kind: 'operator' });
  });

  it('because its layout is a newer one is refused', async () => {
    const s3 = await storage();
    await (await openStore(s3.uri('store'), createHashingEmbedder())).close();
    const connection = await lance().connect(s3.uri('store'));
    const { Schema, Field, Utf8 } = arrow();
    await connection.createEmptyTable('layout_99', new Schema([new Field('id', new Utf8(), false)]));
    connection.close();
    expect(await refused(s3.uri('store'))).toMatchObject({ code: 'store_newer' });
  });

  it('because the credentials are wrong or the bucket is missing is said, without the credentials', async () => {
    const s3 = await storage();
    expect(await refused('s3://no-such-bucket/store')).toMatchObject({ code: 'store_no_bucket' });
    process.env.AWS_ACCESS_KEY_ID = 'SOMEBODYELSE';
    const denied = await refused(s3.uri('store'));
    expect(denied).toMatchObject({ code: 'store_denied', kind: 'operator' });
    expect(`${denied.message} ${denied.hint} ${(denied as { cause?: unknown }).cause}`).not.toMatch(SECRETS);
  });

  // LanceDB tries for so long that these begin with the file, in processes of their own.
  it.each(['nobody answers', 'it takes the call and never answers'])(
    'because %s is given up',
    async (why) => {
      const away = JSON.parse((await given.get(why)) ?? '');
      expect(away).toMatchObject({ code: 'store_unreachable' });
      expect(JSON.stringify(away)).not.toMatch(SECRETS);
    },
  );

  it.each(['ftp://host/store', 's3://key:secret@bucket/store', 's3://bucket/store?token=secret', 's3://'])(
    'because %s is no place for a store is refused without repeating it',
    async (uri) => {
      const error = await refused(uri);
      expect(error).toMatchObject({ code: 'store_scheme' });
      expect(error.message).not.toContain('secret');
    },
  );
});
