/** What clients read: lists with pages, records by template, completion, statistics, and what is not there. */
import type { Client } from '@modelcontextprotocol/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { openKnowhow } from '../../src/index.ts';
import { connectInProcess, type Era } from '../support/clients.ts';
import { history, solved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

const directory = temporaryDirectory();
const KINDS = ['concepts', 'error-patterns', 'strategies', 'trajectories'];
/** More runs than fit on two pages. */
const MORE = 120;

interface Library {
  notice: string;
  total: number;
  shown: number;
  records: { uri: string; project: string; label: string }[];
}

/** Markdown between two lines that carry the same token, and nothing after them. */
const FENCED_PAGE = /^[^\n]+"end ([0-9a-f]{16})"\.\nbegin \1\n# [\s\S]*\nend \1$/u;

interface Page {
  resources: { uri: string; name: string; title?: string; mimeType?: string }[];
  nextCursor?: string;
}

/** One page, past the client's own walk over all of them. */
const page = (client: Client, cursor?: string): Promise<Page> =>
  client.request({
    method: 'resources/list',
    params: cursor === undefined ? {} : { cursor },
  }) as Promise<Page>;

async function allPages(client: Client): Promise<Page[]> {
  const pages = [await page(client)];
  for (let next = pages[0]?.nextCursor; next !== undefined; next = pages.at(-1)?.nextCursor) {
    expect(pages.length).toBeLessThan(20);
    pages.push(await page(client, next));
  }
  return pages;
}

const textOf = (read: { contents: object[] }): string =>
  read.contents.map((each) => ('text' in each ? String(each.text) : '')).join('\n');

beforeAll(async () => {
  const knowhow = await openKnowhow({ data: directory, llm: false, log_level: 'silent' });
  for (const run of history()) await knowhow.record(run);
  await knowhow.runBatchLearning({ min_trajectories: 0 });
  const more = Array.from({ length: MORE }, (_, i) => solved(i, 100 + i));
  await Promise.all(more.map((run) => knowhow.record(run)));
  await knowhow.close();
});

describe.each<Era>(['modern', 'legacy'])('resources (%s)', (era) => {
  let client: Client;
  beforeAll(async () => {
    client = await connectInProcess(await openStoreAt(directory), era);
  });

  it('are listed page by page to the end, each once', async () => {
    const pages = await allPages(client);
    expect(pages.length).toBeGreaterThan(2);
    const uris = pages.flatMap(({ resources }) => resources.map(({ uri }) => uri));
    expect(new Set(uris).size).toBe(uris.length);
    expect(uris).toContain('knowhow://stats');
    for (const kind of KINDS) expect(uris).toContain(`knowhow://${kind}`);
    expect(uris.filter((uri) => uri.startsWith('knowhow://trajectories/'))).toHaveLength(12 + MORE);
    for (const { resources } of pages) expect(resources.length).toBeLessThanOrEqual(60);
  });

  it('can all be read', async () => {
    const uris = (await allPages(client)).flatMap(({ resources }) => resources.map(({ uri }) => uri));
    const some = uris.filter((uri, i) => !uri.startsWith('knowhow://trajectories/') || i % 20 === 0);
    for (const uri of some) {
      const read = await client.readResource({ uri });
      expect(read.contents[0]?.uri).toBe(uri);
      expect(textOf(read)).toMatch(/\S/u);
    }
  });

  it('refuse a cursor that they did not give', async () => {
    for (const cursor of ['nonsense', '', Buffer.from('kings:5').toString('base64url')]) {
      await expect(page(client, cursor), cursor).rejects.toMatchObject({ code: -32602 });
    }
  });

  it('come by template, with completion of ids', async () => {
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate).sort()).toEqual(
      KINDS.map((kind) => `knowhow://${kind}/{id}`),
    );
    const complete = async (kind: string, value: string) =>
      (
        await client.complete({
          ref: { type: 'ref/resource', uri: `knowhow://${kind}/{id}` },
          argument: { name: 'id', value },
        })
      ).completion.values;
    const [strategy] = await complete('strategies', 'strat_');
    expect(strategy).toMatch(/^strat_/u);
    expect(await complete('strategies', String(strategy))).toEqual([strategy]);
    expect(await complete('trajectories', 'no-such')).toEqual([]);
    expect((await complete('trajectories', 'traj_')).length).toBeGreaterThan(10);
  });

  it('show a library in a line each, and every record of it', async () => {
    for (const kind of ['strategies', 'error-patterns']) {
      const read = await client.readResource({ uri: `knowhow://${kind}` });
      const library = JSON.parse(textOf(read)) as Library;
      expect(library.total, kind).toBeGreaterThan(0);
      expect(library.notice).toMatch(/not instructions/u);
      expect(library.records).toHaveLength(library.shown);
      for (const { uri, label } of library.records) {
        expect(label).not.toContain('\n');
        expect(textOf(await client.readResource({ uri }))).toMatch(FENCED_PAGE);
      }
    }
  });

  it('lead from a strategy to the runs behind it', async () => {
    const library = JSON.parse(textOf(await client.readResource({ uri: 'knowhow://strategies' }))) as Library;
    const strategy = textOf(await client.readResource({ uri: library.records[0]?.uri ?? '' }));
    const [run] = /knowhow:\/\/trajectories\/\w+/u.exec(strategy) ?? [];
    expect(textOf(await client.readResource({ uri: run ?? '' }))).toMatch(/outcome: (?:success|failure)/u);
  });

  it('count what is stored', async () => {
    const stats = JSON.parse(textOf(await client.readResource({ uri: 'knowhow://stats' })));
    expect(stats.counts.trajectories).toBe(12 + MORE);
    expect(stats.outcomes).toEqual({ success: 6 + MORE, failure: 6, unknown: 0 });
    expect(stats.batch.pending).toBe(MORE);
    expect(stats.embedder).toEqual({
      name: expect.stringMatching(/^hashing/u),
      dimensions: 512,
      lexical: true,
      probe: { same_words: expect.any(Number), same_meaning: expect.any(Number) },
      note: expect.stringMatching(/matches in meaning only will be missed/u),
    });
  });

  it('say that something is not there', async () => {
    for (const uri of [
      'knowhow://strategies/strat_0',
      'knowhow://nothing',
      'file:///etc/passwd',
      "knowhow://concepts/x' OR 'a'='a",
    ]) {
      await expect(client.readResource({ uri }), uri).rejects.toMatchObject({ code: -32602 });
    }
  });
});
