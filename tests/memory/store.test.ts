import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import type { Embedder } from '../../src/llm/ports.ts';
import { openStore } from '../../src/memory/store.ts';
import type { Table } from '../../src/memory/table.ts';
import { AT, temporaryDirectory } from '../support/fixtures.ts';

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
  at: AT,
  project: 'shop',
  kind: 'plain',
  text: `note ${id}`,
  ...more,
});

async function open(directory: string, embedder: Embedder = createHashingEmbedder()): Promise<Table<Note>> {
  const store = await openStore(directory, embedder);
  onTestFinished(() => store.close());
  return store.table<Note>({
    name: 'notes',
    schema: Note,
    columns: { kind: ({ kind }) => kind },
    text: ({ text }) => text,
  });
}

const fresh = async () => open(await temporaryDirectory());
const ids = (records: { id: string }[]) => records.map(({ id }) => id);
const vectorOf = async (text: string) =>
  (await createHashingEmbedder().embed([text]))[0] ?? new Float32Array();

describe('a table that nobody has written to', () => {
  it('is empty in every way of asking', async () => {
    const table = await fresh();
    expect(await table.list()).toEqual([]);
    expect(await table.get('x')).toBeUndefined();
    expect(await table.getMany(['x', 'y'])).toEqual([]);
    expect(await table.count()).toBe(0);
    expect(await table.nearest(await vectorOf('x'), 5)).toEqual([]);
    expect(await table.matching('x', 5)).toEqual([]);
    expect((await table.tally('kind')).size).toBe(0);
    await table.mark({ id: 'x' }, { kind: 'y' });
    await table.remove({ id: 'x' });
    await table.compact();
    await table.put([]);
    expect((await table.figures()).rows).toBe(0);
  });
});

describe('writing', () => {
  it('the same id again replaces the record, and its words and meaning with it', async () => {
    const table = await fresh();
    await table.put([note('a', { text: 'purple elephants' })]);
    await table.put([note('a', { text: 'green tortoises' })]);
    expect(await table.count()).toBe(1);
    expect((await table.get('a'))?.text).toBe('green tortoises');
    expect(await table.matching('elephants', 5)).toEqual([]);
    expect(ids((await table.matching('tortoises', 5)).map(({ record }) => record))).toEqual(['a']);
    const [hit] = await table.nearest(await vectorOf('green tortoises'), 5);
    expect(hit?.score).toBeCloseTo(1, 4);
  });

  it('the same ids at once, from four openings of one directory, leaves one row each, none lost', async () => {
    const directory = await temporaryDirectory();
    const tables = await Promise.all(Array.from({ length: 4 }, () => open(directory)));
    await Promise.all(
      Array.from({ length: 96 }, (_, i) =>
        tables[i % 4]?.put([note(`n${i % 16}`, { text: `version ${i}` })]),
      ),
    );
    for (const table of tables) {
      expect(await table.count()).toBe(16);
      expect(new Set(await table.ids()).size).toBe(16);
    }
  });

  it('the very first rows at once, from four openings of a new directory, loses none', async () => {
    const rounds = Array.from({ length: 60 }, async () => {
      const directory = await temporaryDirectory();
      const tables = await Promise.all(Array.from({ length: 4 }, () => open(directory)));
      await Promise.all(tables.map((table, i) => table.put([note(`n${i}`)])));
      return (await tables[0]?.ids())?.sort();
    });
    for (const found of await Promise.all(rounds)) expect(found).toEqual(['n0', 'n1', 'n2', 'n3']);
  });

  it('different ids at once loses none', async () => {
    const directory = await temporaryDirectory();
    const tables = await Promise.all(Array.from({ length: 3 }, () => open(directory)));
    await Promise.all(Array.from({ length: 90 }, (_, i) => tables[i % 3]?.put([note(`n${i}`)])));
    expect(new Set(await tables[0]?.ids()).size).toBe(90);
  });

  it('the last of two in one call counts', async () => {
    const table = await fresh();
    await table.put([note('a', { text: 'old' }), note('a', { text: 'new' })]);
    expect((await table.list()).map(({ text }) => text)).toEqual(['new']);
  });
});

describe('reading', () => {
  it('in pages, by time and then id, without gaps or repetitions', async () => {
    const table = await fresh();
    const notes = Array.from({ length: 25 }, (_, i) =>
      note(`n${String(i).padStart(2, '0')}`, { at: `2026-01-0${1 + (i % 3)}T00:00:00.000Z` }),
    );
    await table.put(notes);
    const pages = [];
    for (let offset = 0; offset < 25; offset += 10)
      pages.push(...(await table.list({ order: 'newest', limit: 10, offset })));
    const byTime = notes.toSorted((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at > b.at ? -1 : 1));
    expect(ids(pages)).toEqual(ids(byTime));
    expect((await table.ids({ order: 'oldest', limit: 1 }))[0]).toBe('n00');
  });

  it('many ids in the order they were asked for, those that are not there left out', async () => {
    const table = await fresh();
    const all = Array.from({ length: 1_100 }, (_, i) => `n${i}`);
    await table.put(all.map((id) => note(id)));
    const asked = [...all.toReversed(), 'nobody'];
    expect(ids(await table.getMany(asked))).toEqual(all.toReversed());
  });

  it('by columns: one value, several, none, and never by what is no column', async () => {
    const table = await fresh();
    await table.put([note('a', { kind: 'x' }), note('b', { kind: 'y' }), note('c', { kind: 'z' })]);
    const found = async (kind: string | string[] | undefined) =>
      ids(await table.list({ where: { kind }, order: 'oldest' }));
    expect(await found('x')).toEqual(['a']);
    expect(await found(['x', 'z'])).toEqual(['a', 'c']);
    expect(await found([])).toEqual([]);
    expect(await found(undefined)).toEqual(['a', 'b', 'c']);
    await expect(table.list({ where: { 'kind = kind OR kind': 'x' } })).rejects.toThrow(TypeError);
    await expect(table.tally('record')).rejects.toThrow(TypeError);
    await expect(table.mark({ id: 'a' }, { nothing: 'x' })).rejects.toThrow(TypeError);
  });
});

describe('hostile values', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      "'",
      "''",
      "x' OR '1'='1",
      "'; DROP TABLE notes; --",
      '"',
      '`',
      '\\',
      "\\'",
      '%',
      '_',
      ';',
      '--',
      '/*',
      '\n',
      '\u0000',
      '',
      'null',
      '🔑',
      '{}',
    ),
  );

  it('any id, project and kind comes back as it was, and finds its own rows only', async () => {
    const table = await fresh();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(hostile, { minLength: 2, maxLength: 12 }), async (values) => {
        round += 1;
        await table.remove({});
        await table.put(
          values.map((value, i) => note(`${round}:${i}:${value}`, { project: value, kind: value })),
        );
        for (const [i, value] of values.entries()) {
          const id = `${round}:${i}:${value}`;
          expect(ids(await table.list({ where: { project: value } }))).toEqual([id]);
          expect(await table.count({ kind: value, id })).toBe(1);
          expect((await table.get(id))?.project).toBe(value);
        }
        expect(await table.count({ kind: values })).toBe(values.length);
      }),
      { seed: 81, numRuns: 15 },
    );
  });

  it('removing and marking touch no other row', async () => {
    const table = await fresh();
    await table.put([note("a' OR 'x'='x"), note('b'), note('c')]);
    await table.mark({ id: "a' OR 'x'='x" }, { kind: "it's" });
    expect(await table.count({ kind: "it's" })).toBe(1);
    await table.remove({ id: "a' OR 'x'='x" });
    expect(await table.ids({ order: 'oldest' })).toEqual(['b', 'c']);
  });

  it('any words may be searched for', async () => {
    const table = await fresh();
    await table.put([note('a', { text: 'fix the parser' })]);
    await fc.assert(
      fc.asyncProperty(hostile, async (query) => {
        expect((await table.matching(query, 3)).length).toBeLessThanOrEqual(1);
      }),
      { seed: 82, numRuns: 60 },
    );
    for (const query of ['"fix', 'parser AND', '+fix -parser', 'text:fix', 'fix*', '(fix', 'fix~', '^parser'])
      expect(ids((await table.matching(query, 3)).map(({ record }) => record))).toEqual(['a']);
  });
});

describe('searching', () => {
  const texts = {
    tests: 'Make the failing unit tests of the parser pass',
    flight: 'Change a flight reservation to an earlier date',
    report: 'Write the nightly sales report to a CSV file',
    camel: 'getUserName returns undefined for new accounts',
  };

  async function filled(): Promise<Table<Note>> {
    const table = await fresh();
    await table.put(
      Object.entries(texts).map(([id, text]) => note(id, { text, project: id === 'tests' ? 'a' : 'b' })),
    );
    return table;
  }

  it('by meaning: nearest first, scores fall and stay within -1..1', async () => {
    const table = await filled();
    const hits = await table.nearest(await vectorOf('the unit tests of my parser fail'), 4);
    expect(hits[0]?.record.id).toBe('tests');
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((x, y) => y - x));
    expect(scores.every((score) => score >= -1.0001 && score <= 1.0001)).toBe(true);
  });

  it('by words, also by the parts of an identifier', async () => {
    const table = await filled();
    const first = async (query: string) => (await table.matching(query, 2))[0]?.record.id;
    expect(await first('reservation')).toBe('flight');
    expect(await first('user name')).toBe('camel');
    expect(await first('getUserName')).toBe('camel');
    expect(await first('csv')).toBe('report');
    expect(await table.matching('the of a', 5)).toEqual([]);
    expect(await table.matching('zebra', 5)).toEqual([]);
  });

  it('only among the rows of a filter', async () => {
    const table = await filled();
    const near = await table.nearest(await vectorOf('unit tests of the parser'), 5, { project: 'b' });
    expect(near).toHaveLength(3);
    expect(await table.matching('parser', 5, { project: 'b' })).toEqual([]);
    expect(await table.nearest(await vectorOf('x'), 0)).toEqual([]);
  });
});

describe('vectors', () => {
  const bad: [string, (dimensions: number) => Float32Array][] = [
    ['too short', (n) => new Float32Array(n - 1).fill(0.1)],
    ['too long', (n) => new Float32Array(n + 1).fill(0.1)],
    ['infinite', (n) => new Float32Array(n).fill(Number.POSITIVE_INFINITY)],
    ['not numbers', (n) => new Float32Array(n).fill(Number.NaN)],
  ];

  it.each(bad)(
    'that are %s are refused in writing and in asking, and nothing is stored',
    async (_what, make) => {
      const directory = await temporaryDirectory();
      const sound = createHashingEmbedder();
      const broken: Embedder = { ...sound, embed: async (all) => all.map(() => make(sound.dimensions)) };
      await expect((await open(directory, broken)).put([note('a')])).rejects.toMatchObject({
        code: 'bad_vector',
      });
      const table = await open(directory);
      expect(await table.count()).toBe(0);
      await table.put([note('b')]);
      await expect(table.nearest(make(sound.dimensions), 3)).rejects.toMatchObject({ code: 'bad_vector' });
    },
  );

  it('one refused write takes no other down with it', async () => {
    const sound = createHashingEmbedder();
    const picky: Embedder = {
      ...sound,
      embed: async (all) =>
        Promise.all(
          all.map(async (text) =>
            text.includes('poison')
              ? new Float32Array(3)
              : ((await sound.embed([text]))[0] ?? new Float32Array()),
          ),
        ),
    };
    const table = await open(await temporaryDirectory(), picky);
    await table.put([note('first')]);
    const settled = await Promise.allSettled([
      table.put([note('a')]),
      table.put([note('b', { text: 'poison' })]),
      table.put([note('c')]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await table.ids()).sort()).toEqual(['a', 'c', 'first']);
  });
});

describe('compaction', () => {
  it('keeps every row and every way to find it, and folds the fragments', async () => {
    const table = await fresh();
    for (let i = 0; i < 30; i += 1) await table.put([note(`n${i}`, { text: `note about topic${i}` })]);
    await table.mark({ id: ['n1', 'n2'] }, { kind: 'archived' });
    await table.remove({ id: 'n3' });
    const before = await table.figures();
    const listed = await table.list({ order: 'oldest' });
    await table.compact();
    const after = await table.figures();
    expect(after.rows).toBe(29);
    expect(after.fragments).toBeLessThan(before.fragments);
    expect(after.versions).toBeLessThan(before.versions);
    expect(await table.list({ order: 'oldest' })).toEqual(listed);
    expect(ids((await table.matching('topic17', 3)).map(({ record }) => record))).toEqual(['n17']);
    expect((await table.nearest(await vectorOf('note about topic17'), 1))[0]?.record.id).toBe('n17');
    expect(await table.count({ kind: 'archived' })).toBe(2);
    await table.put([note('n1', { text: 'rewritten' })]);
    expect(await table.count()).toBe(29);
  });

  it('while others write and read loses nothing and breaks nobody', async () => {
    const directory = await temporaryDirectory();
    const [one, other] = await Promise.all([open(directory), open(directory)]);
    await one.put([note('first')]);
    const writes = Array.from({ length: 40 }, (_, i) => (i % 2 ? one : other).put([note(`n${i}`)]));
    const reads = Array.from({ length: 10 }, async () => other.matching('note', 5));
    const compactions = [one.compact(), other.compact(), one.compact()];
    await Promise.all([...writes, ...reads, ...compactions]);
    expect(new Set(await other.ids()).size).toBe(41);
    expect(await one.count()).toBe(41);
  });
});
