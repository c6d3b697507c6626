/** What was acknowledged survives: the death of a process, a machine that went down, an older layout. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import { openStore, type StoreOptions } from '../../src/memory/store.ts';
import type { Table } from '../../src/memory/table.ts';
import { callTool, connectStdio } from '../support/clients.ts';
import { openStoreAt, ROOT, temporaryDirectory, whenOver } from '../support/store.ts';

const Note = z.object({ id: z.string(), at: z.string(), project: z.string(), text: z.string() });
type Note = z.infer<typeof Note>;

const note = (id: string, text = `note ${id}`): Note => ({
  id,
  at: '2026-01-01T00:00:00.000Z',
  project: 'p',
  text,
});
const notes = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => note(`n${from + i}`));

async function open(directory: string, options: StoreOptions = {}): Promise<Table<Note>> {
  const store = await openStore(directory, createHashingEmbedder(), { boot: 'first', ...options });
  whenOver(() => store.close());
  return store.table<Note>({ name: 'notes', schema: Note, text: ({ text }) => text });
}

/** Newest first, as LanceDB names them. */
const manifests = (directory: string) =>
  readdirSync(join(directory, 'notes.lance', '_versions'))
    .filter((name) => name.endsWith('.manifest'))
    .sort();

describe('a process that dies', () => {
  it('leaves what was acknowledged to the next one, which sees it at once', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put(notes(0, 5));
    // Nothing was closed: this is what the disk holds when a process is killed here.
    const after = temporaryDirectory();
    cpSync(directory, after, { recursive: true });
    const next = await open(after);
    expect(await next.count()).toBe(5);
    expect((await next.matching('n3', 2))[0]?.record.id).toBe('n3');
    await next.compact();
    expect((await next.ids()).sort()).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect((await next.figures()).waiting).toBe(0);
  });

  it('between the commit of waiting rows and their leaving the journal doubles none', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put(notes(0, 5));
    const before = temporaryDirectory();
    cpSync(join(directory, 'journal.db'), join(before, 'journal.db'));
    cpSync(join(directory, 'journal.db-wal'), join(before, 'journal.db-wal'));
    await table.compact();
    // The journal of before beside the table of after.
    const mixed = temporaryDirectory();
    cpSync(directory, mixed, { recursive: true });
    for (const file of ['journal.db', 'journal.db-wal']) cpSync(join(before, file), join(mixed, file));
    const next = await open(mixed);
    expect(await next.count()).toBe(5);
    expect((await next.list()).length).toBe(5);
    await next.compact();
    expect((await next.ids()).sort()).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
  });
});

describe('a table', () => {
  it('whose creation was cut short is created anew, without waiting for anything', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put(notes(0, 3));
    mkdirSync(join(directory, 'notes.lance', '_transactions'), { recursive: true });
    expect(await table.count()).toBe(3);
    await table.compact();
    expect((await table.ids()).sort()).toEqual(['n0', 'n1', 'n2']);
    expect((await table.figures()).waiting).toBe(0);
  });

  it('keeps nothing of removed and replaced rows on the disk once it is purged', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put([...notes(0, 150), note('gone', 'xylophone'), note('changed', 'zeppelin')]);
    await table.put([note('waiting', 'quagmire'), note('changed', 'balloon')]);
    await table.remove({ id: ['gone', 'waiting'] });
    mkdirSync(join(directory, 'notes.lance.cut-short-1'));
    writeFileSync(join(directory, 'notes.lance.cut-short-1', 'data'), 'xylophone');
    writeFileSync(join(directory, 'notes.lance', 'data', '.tmpAbc'), 'xylophone');
    await table.purge();
    const bytes = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('');
    for (const word of ['xylophone', 'zeppelin', 'quagmire']) expect(bytes).not.toContain(word);
    expect(await table.count()).toBe(151);
    expect((await table.matching('balloon', 1))[0]?.record.id).toBe('changed');
  });
});

describe('a machine that went down', () => {
  it('takes back versions that were not safe on disk, however torn, and keeps all that was acknowledged', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put(notes(0, 200));
    await table.put(notes(200, 205));
    const down = temporaryDirectory();
    cpSync(directory, down, { recursive: true });
    // What a commit after the last sync leaves when the power goes: names without contents.
    const [newest = ''] = manifests(down);
    const number = BigInt(newest.replace('.manifest', ''));
    writeFileSync(join(down, 'notes.lance', '_versions', `${number - 1n}.manifest`), '');
    const data = join(down, 'notes.lance', 'data');
    writeFileSync(join(data, 'torn.lance'), '');
    await expect(open(down).then((torn) => torn.count())).rejects.toMatchObject({ code: 'store_corrupt' });
    const next = await open(down, { boot: 'second' });
    expect(await next.count()).toBe(205);
    await next.put([note('n205')]);
    await next.compact();
    expect((await next.ids()).length).toBe(206);
  });

  it('a table whose creation was cut short is set aside; its rows come from the journal', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put(notes(0, 3));
    const down = temporaryDirectory();
    cpSync(directory, down, { recursive: true });
    const other = await open(directory);
    await other.compact();
    cpSync(join(directory, 'notes.lance'), join(down, 'notes.lance'), { recursive: true });
    for (const name of manifests(down)) truncateSync(join(down, 'notes.lance', '_versions', name), 0);
    const next = await open(down, { boot: 'second' });
    expect((await next.ids()).sort()).toEqual(['n0', 'n1', 'n2']);
    await next.compact();
    expect(await next.count()).toBe(3);
    expect(readdirSync(down)).toContain('notes.lance.cut-short-1');
  });

  it('makes safe what a killed process had committed and not synced, before it commits on top of it', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put(notes(0, 200));
    // As if the process had been killed between its commit and what says that it is safe.
    const journal = new DatabaseSync(join(directory, 'journal.db'));
    journal.exec("UPDATE settled SET version = version - 1 WHERE tbl = 'notes'");
    const data = join(directory, 'notes.lance', 'data');
    const long = new Date('2026-01-01T00:00:00Z');
    for (const file of readdirSync(data)) utimesSync(join(data, file), long, long);
    await table.put(notes(200, 400));
    const settled = journal.prepare("SELECT version FROM settled WHERE tbl = 'notes'").get();
    journal.close();
    const again = await open(directory, { boot: 'second' });
    expect(await again.count()).toBe(400);
    expect(Number(settled?.version)).toBeGreaterThan(0);
  });

  it('keeps a store that never had a journal, and one whose journal was lost', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.put(notes(0, 200));
    const lost = temporaryDirectory();
    cpSync(directory, lost, { recursive: true });
    for (const end of ['', '-wal', '-shm']) rmSync(join(lost, `journal.db${end}`), { force: true });
    expect(await (await open(lost)).count()).toBe(200);
    expect(await (await open(lost, { boot: 'second' })).count()).toBe(200);
    expect(await (await open(lost, { boot: 'third' })).count()).toBe(200);
  });

  it('a second process after the same start takes nothing back', async () => {
    const directory = temporaryDirectory();
    const first = await open(directory);
    await first.put(notes(0, 200));
    const again = await open(directory, { boot: 'second' });
    await again.put(notes(200, 400));
    // A commit that is on its way to being safe while a third process opens.
    const journal = new DatabaseSync(join(directory, 'journal.db'));
    journal.exec("UPDATE settled SET version = version - 1 WHERE tbl = 'notes'");
    journal.close();
    const third = await open(directory, { boot: 'second' });
    expect(await third.count()).toBe(400);
    expect(await first.count()).toBe(400);
  });
});

describe('an older layout', () => {
  const unpack = () => {
    const directory = temporaryDirectory();
    execFileSync('tar', ['-xzf', join(ROOT, 'tests', 'fixtures', 'layout-1.tar.gz'), '-C', directory]);
    const store = join(directory, 'store');
    renameSync(join(directory, 'l1'), store);
    return store;
  };
  const layoutOf = (store: string) => JSON.parse(readFileSync(join(store, 'knowhow.json'), 'utf8'));

  it('is migrated in place: every record is there, found by words and by meaning, and new ones are added', async () => {
    const store = unpack();
    expect(layoutOf(store).layout).toBe(1);
    const ctx = await openStoreAt(store);
    expect(layoutOf(store)).toMatchObject({ layout: 2, created_at: '2026-11-21T14:45:44.507Z' });
    expect(await ctx.memory.trajectories.count()).toBe(12);
    const [run] = await ctx.memory.trajectories.list({ order: 'oldest', limit: 1 });
    const words = await ctx.memory.trajectories.matching(run?.task.description ?? '', 3);
    expect(words.map(({ record }) => record.task.description)).toContain(run?.task.description);
    const [vector = new Float32Array()] = await ctx.embedder.embed([run?.task.description ?? '']);
    expect((await ctx.memory.trajectories.nearest(vector, 1))[0]?.score).toBeGreaterThan(0.9);
    expect(await ctx.memory.strategies.count()).toBe(4);
    const { client } = await connectStdio(store);
    const answer = await callTool<{ known: boolean }>(client, 'retrieve_strategies', {
      task: run?.task.description ?? '',
      project: run?.project,
    });
    expect(answer.known).toBe(true);
  });

  it('migrated, is still there after the machine went down', async () => {
    const store = unpack();
    await (await openStoreAt(store)).close();
    const journal = new DatabaseSync(join(store, 'journal.db'));
    journal.exec("UPDATE notes SET fact = 'an earlier start' WHERE name = 'boot'");
    journal.close();
    const { memory } = await openStoreAt(store);
    expect(await memory.trajectories.count()).toBe(12);
    expect(await memory.strategies.count()).toBe(4);
  });

  it('whose migration was cut short is migrated by the next that opens it, and by several at once', async () => {
    const store = unpack();
    await openStoreAt(store);
    // Cut short: some tables have the new column, the layout file does not say so yet.
    writeFileSync(
      join(store, 'knowhow.json'),
      JSON.stringify({ ...layoutOf(store), layout: 1, embedder: 'hashing-512-v1' }),
    );
    const several = await Promise.all(Array.from({ length: 4 }, () => openStoreAt(store)));
    for (const { memory } of several) expect(await memory.trajectories.count()).toBe(12);
    expect(layoutOf(store).layout).toBe(2);
  });

  it('a newer one is refused', async () => {
    const store = unpack();
    writeFileSync(join(store, 'knowhow.json'), JSON.stringify({ ...layoutOf(store), layout: 99 }));
    await expect(openStoreAt(store)).rejects.toMatchObject({ code: 'store_newer' });
  });
});
