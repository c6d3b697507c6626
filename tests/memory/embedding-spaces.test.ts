/** Vectors of two embedders never mix; a change of embedder is caught up with in the background, and can be cut short. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import type { Embedder } from '../../src/llm/ports.ts';
import { openStore } from '../../src/memory/store.ts';
import type { Table } from '../../src/memory/table.ts';
import { temporaryDirectory, whenOver } from '../support/store.ts';

const Note = z.object({ id: z.string(), at: z.string(), project: z.string(), text: z.string() });
type Note = z.infer<typeof Note>;

const note = (id: string, text: string): Note => ({ id, at: '2026-01-01T00:00:00.000Z', project: 'p', text });

/** A space where a text's place depends on its first letter only. */
const letters: Embedder = {
  name: 'letters:26',
  dimensions: 26,
  lexical: false,
  embed: async (texts) =>
    texts.map((text) => {
      const vector = new Float32Array(26);
      vector[text.toLowerCase().charCodeAt(0) - 97] = 1;
      return vector;
    }),
};

async function open(directory: string, embedder: Embedder, begin = false) {
  const store = await openStore(directory, embedder);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= store.close();
    return closed;
  };
  whenOver(close);
  const table: Table<Note> = store.table<Note>({ name: 'notes', schema: Note, text: ({ text }) => text });
  if (begin) store.begin();
  return { table, close };
}

const found = async (table: Table<Note>, embedder: Embedder, text: string) => {
  const [vector = new Float32Array()] = await embedder.embed([text]);
  return (await table.nearest(vector, 3)).map(({ record, score }) => `${record.id} ${score.toFixed(2)}`);
};

describe('another embedder', () => {
  it('finds by words until its vectors are there, then by its own meaning, with another size', async () => {
    const directory = temporaryDirectory();
    const before = await open(directory, createHashingEmbedder());
    await before.table.put(Array.from({ length: 300 }, (_, i) => note(`n${i}`, `zebra number ${i}`)));
    await before.table.put([note('q', 'quokka')]);
    await before.close();
    const after = await open(directory, letters);
    expect(await found(after.table, letters, 'zoo')).toEqual([]);
    expect((await after.table.matching('quokka', 1))[0]?.record.id).toBe('q');
    expect(await after.table.embedMissing()).toBe(301);
    expect(await found(after.table, letters, 'quiet')).toEqual(['q 1.00', 'n0 0.00', 'n1 0.00']);
    expect((await after.table.figures()).unembedded).toBe(0);
  });

  it('is caught up with in the background, from where it was cut short', async () => {
    const directory = temporaryDirectory();
    const before = await open(directory, createHashingEmbedder());
    await before.table.put(Array.from({ length: 600 }, (_, i) => note(`n${i}`, `apple ${i}`)));
    await before.close();
    let calls = 0;
    const slow: Embedder = {
      ...letters,
      embed: async (texts) => {
        calls += 1;
        await sleep(30);
        return letters.embed(texts);
      },
    };
    const first = await open(directory, slow, true);
    while (calls < 1) await sleep(5);
    await first.close();
    const second = await open(directory, letters);
    const { unembedded } = await second.table.figures();
    expect(unembedded).toBeGreaterThan(0);
    expect(unembedded).toBeLessThan(600);
    await second.close();
    const third = await open(directory, letters, true);
    while ((await third.table.figures()).unembedded > 0) await sleep(10);
    expect((await found(third.table, letters, 'avocado'))[0]).toMatch(/ 1\.00$/u);
  });

  it('whose space a record was rewritten in leaves no vector of the older text in the other', async () => {
    const directory = temporaryDirectory();
    const one = await open(directory, letters);
    await one.table.put([note('a', 'apple')]);
    await one.table.compact();
    const other = await open(directory, createHashingEmbedder());
    await other.table.put([note('a', 'banana')]);
    await other.table.compact();
    expect(await found(one.table, letters, 'apple')).toEqual([]);
    await one.table.embedMissing();
    expect(await found(one.table, letters, 'bread')).toEqual(['a 1.00']);
  });

  it('that is away loses nothing: words find the record, and its vector comes when it is back', async () => {
    const directory = temporaryDirectory();
    let away = true;
    const moody: Embedder = {
      ...letters,
      embed: (texts) => (away ? Promise.reject(new Error('connection refused')) : letters.embed(texts)),
    };
    const { table } = await open(directory, moody);
    await table.put([note('a', 'apple')]);
    expect((await table.matching('apple', 1))[0]?.record.id).toBe('a');
    await table.compact();
    expect((await table.figures()).unembedded).toBe(1);
    await expect(table.embedMissing()).rejects.toThrow('connection refused');
    away = false;
    expect(await table.embedMissing()).toBe(1);
    expect(await found(table, letters, 'avocado')).toEqual(['a 1.00']);
  });

  it('with the name of one that gave vectors of another size is refused', async () => {
    const directory = temporaryDirectory();
    const one = await open(directory, letters);
    await one.table.put([note('a', 'apple')]);
    await one.table.compact();
    const wider: Embedder = {
      ...letters,
      dimensions: 30,
      embed: async (t) => t.map(() => new Float32Array(30)),
    };
    const other = await open(directory, wider);
    await expect(other.table.count()).rejects.toMatchObject({ code: 'store_embedder' });
  });
});
