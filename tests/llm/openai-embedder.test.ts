import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EmbedderConfig, loadConfig } from '../../src/config.ts';
import { cosine } from '../../src/learners/statistics.ts';
import { createOpenAiEmbedder, isEmbedderDown } from '../../src/llm/openai-embedder.ts';
import type { Embedder } from '../../src/llm/ports.ts';
import { createRedactor } from '../../src/redact.ts';
import {
  broken,
  type EmbeddingScript,
  hang,
  rateLimited,
  reply,
  startEmbeddingServer,
  vectorOf,
} from '../support/openai-server.ts';
import { temporaryDirectory } from '../support/store.ts';

const redactor = createRedactor();
const redact = (text: string) => redactor.redact(text).text;

async function opened(script?: EmbeddingScript, settings: object = {}, size = 64) {
  const server = await startEmbeddingServer(script, size);
  const config = EmbedderConfig.parse({
    kind: 'openai',
    model: 'words-1',
    base_url: server.baseUrl,
    ...settings,
  });
  const open = () => createOpenAiEmbedder(config, { redact });
  return { server, open };
}

const failure = async (embedder: Promise<unknown>) =>
  embedder.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as { code: string; kind: string; message: string; hint: string },
  );

const unit = (vector: number[]) => vector.map((value) => value / Math.hypot(...vector));

describe('an embedder over an OpenAI-compatible endpoint', () => {
  it('asks once how long its vectors are, and is named by model and length', async () => {
    const { server, open } = await opened();
    const embedder = await open();
    expect(embedder).toMatchObject({ name: 'openai:words-1:64', dimensions: 64, lexical: false });
    expect(server.requests).toHaveLength(1);
    expect(embedder.name).not.toContain('127.0.0.1');
  });

  it('asks nobody where the length is given or is known', async () => {
    const { server, open } = await opened(undefined, { dimensions: 64 });
    expect((await open()).name).toBe('openai:words-1:64');
    const known = await opened(undefined, { model: 'text-embedding-3-large' });
    expect((await known.open()).dimensions).toBe(3_072);
    expect([...server.requests, ...known.server.requests]).toEqual([]);
  });

  it('gives unit vectors in the order of the texts, whatever the order of the answer', async () => {
    const { open } = await opened(
      ({ input }) => input.map((text, index) => ({ index, embedding: vectorOf(text, 64) })).reverse(),
      { dimensions: 64 },
    );
    const texts = ['build the app', 'paint a wall', 'delete the branch'];
    const vectors = await (await open()).embed(texts);
    for (const [i, text] of texts.entries()) {
      expect(Math.hypot(...(vectors[i] ?? []))).toBeCloseTo(1, 5);
      expect(cosine(vectors[i] as Float32Array, Float32Array.from(unit(vectorOf(text, 64))))).toBeCloseTo(
        1,
        5,
      );
    }
  });

  it('sends at most 256 texts or about 200,000 characters at a time, and each text once', async () => {
    const { server, open } = await opened(undefined, { dimensions: 64 });
    const embedder = await open();
    const short = Array.from({ length: 600 }, (_, i) => `text number ${i}`);
    expect(await embedder.embed([...short, ...short])).toHaveLength(1_200);
    expect(server.requests.map(({ input }) => input.length)).toEqual([256, 256, 88]);
    const long = Array.from({ length: 60 }, (_, i) => `${i} ${'long '.repeat(2_000)}`);
    await embedder.embed(long);
    for (const { input } of server.requests.slice(3)) {
      expect(input.join('').length).toBeLessThanOrEqual(200_000);
      for (const text of input) expect(text.length).toBeLessThanOrEqual(8_000);
    }
    const asked = server.requests.length;
    await embedder.embed(short.slice(0, 10));
    expect(server.requests).toHaveLength(asked);
    expect(embedder.usage).toEqual({ calls: asked, texts: 660, tokens: 660 });
  });

  it('gives zeros for a blank text and sends nothing', async () => {
    const { server, open } = await opened(undefined, { dimensions: 64 });
    const [vector] = await (await open()).embed(['  \n']);
    expect(vector).toEqual(new Float32Array(64));
    expect(await (await open()).embed([])).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it('sends no secret, and the key only as the key', async () => {
    const { server, open } = await opened(undefined, { dimensions: 64, api_key: 'sk-own-key' });
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    await (await open()).embed([`${'x '.repeat(3_990)} token ${secret}`, `push with ${secret}`]);
    const sent = JSON.stringify(server.requests.map(({ body }) => body));
    expect(sent).not.toContain(secret.slice(0, 12));
    expect(sent).not.toContain('sk-own-key');
    expect(server.requests[0]?.authorization).toBe('Bearer sk-own-key');
    expect(server.requests[0]?.body).toMatchObject({
      model: 'words-1',
      encoding_format: 'float',
      dimensions: 64,
    });
  });

  it('asks for a length only where the endpoint lets it', async () => {
    const { server, open } = await opened(
      ({ body }) =>
        body.dimensions === undefined
          ? undefined
          : reply({ status: 400, error: { message: 'This model does not support specifying dimensions.' } }),
      { dimensions: 64 },
    );
    const embedder = await open();
    expect(await embedder.embed(['one'])).toHaveLength(1);
    await embedder.embed(['two']);
    expect(server.requests.map(({ body }) => body.dimensions)).toEqual([64, undefined, undefined]);
  });

  it.each([
    ['429', rateLimited],
    ['500', broken],
    ['503', () => broken(503)],
  ])('tries again after a %s', async (_status, fails) => {
    const { server, open } = await opened((_request, i) => (i < 2 ? fails() : undefined), { dimensions: 64 });
    expect(await (await open()).embed(['again'])).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
  });

  it('remembers copies: changing a vector changes nothing for the next caller', async () => {
    const { open } = await opened(undefined, { dimensions: 64 });
    const embedder = await open();
    const [first] = await embedder.embed(['the same']);
    first?.fill(7);
    const [second] = await embedder.embed(['the same']);
    expect(Math.max(...(second ?? []))).toBeLessThanOrEqual(1);
  });
});

describe('an endpoint that gives no usable vectors', () => {
  const vectors =
    (change: (vector: number[]) => unknown): EmbeddingScript =>
    ({ input }) =>
      input.map((text, index) => ({ index, embedding: change(vectorOf(text, 64)) }));

  const overflowing = (input: string[]) =>
    JSON.stringify({ data: input.map((text, index) => ({ index, embedding: vectorOf(text, 64) })) }).replace(
      '0.01',
      '1e999',
    );

  it.each<[string, EmbeddingScript, RegExp, RegExp]>([
    ['keeps failing', () => broken(), /answered 500/u, /hashing/u],
    ['keeps limiting', () => rateLimited(), /answered 429/u, /Try again/u],
    [
      'refuses the key',
      () => reply({ status: 401, error: { message: 'bad key sk-own-key' } }),
      /answered 401/u,
      /API_KEY/u,
    ],
    [
      'does not know the model',
      () => reply({ status: 404, error: { message: 'no' } }),
      /answered 404/u,
      /MODEL/u,
    ],
    [
      'gives another length',
      vectors((vector) => vector.slice(1)),
      /63 numbers, 64 are expected/u,
      /dimensions/u,
    ],
    ['gives null for a number', vectors((vector) => [null, ...vector.slice(1)]), /finite/u, /MODEL/u],
    ['gives text for a number', vectors((vector) => ['NaN', ...vector.slice(1)]), /finite/u, /MODEL/u],
    ['gives infinity', ({ input }) => overflowing(input), /finite/u, /MODEL/u],
    ['gives zeros', vectors((vector) => vector.map(() => 0)), /zeros/u, /MODEL/u],
    ['gives no numbers', vectors(() => 'AAAA'), /no numbers/u, /MODEL/u],
    ['gives too few', () => [], /0 vectors for 2 texts/u, /MODEL/u],
    [
      'gives one index twice',
      ({ input }) => input.map((text) => ({ index: 0, embedding: vectorOf(text, 64) })),
      /which vector/u,
      /MODEL/u,
    ],
    [
      'gives an index of nothing',
      ({ input }) => input.map((text, i) => ({ index: i + 9, embedding: vectorOf(text, 64) })),
      /which vector/u,
      /MODEL/u,
    ],
    ['speaks something else', () => '<html>hello</html>', /vectors/u, /./u],
  ])('that %s says so', async (_name, script, why, hint) => {
    const { open } = await opened(script, { dimensions: 64, api_key: 'sk-own-key' });
    const embedder = await open();
    const error = await failure(embedder.embed(['our private text', 'another']));
    expect(isEmbedderDown(error)).toBe(true);
    expect(error).toMatchObject({ code: 'embedder_down', kind: 'operator' });
    expect(error.message).toMatch(why);
    expect(error.hint).toMatch(hint);
    expect(`${error.message} ${error.hint}`).not.toMatch(/private|sk-own-key|127\.0\.0\.1/u);
  });

  it('that hangs is given up, by time and by close', async () => {
    const slow = await opened(() => hang(), { dimensions: 64, timeout_ms: 60 });
    expect((await failure((await slow.open()).embed(['x']))).message).toMatch(/within 60 ms/u);
    const { server, open } = await opened(() => hang(), { dimensions: 64 });
    const embedder: Embedder = await open();
    const waiting = failure(embedder.embed(['x']));
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    embedder.close?.();
    expect(await waiting).toMatchObject({ code: 'embedder_down', message: expect.stringMatching(/closed/u) });
    expect(await failure(embedder.embed(['y']))).toMatchObject({ code: 'embedder_down' });
  });

  it('that is not there says so, also when it is asked how long its vectors are', async () => {
    const { server, open } = await opened();
    await server.close();
    const error = await failure(open());
    expect(error).toMatchObject({ code: 'embedder_down', hint: expect.stringMatching(/BASE_URL/u) });
  });

  it('never makes it give a wrong number of vectors, whatever it answers', async () => {
    const { open } = await opened(({ input }) => JSON.parse(input[0] ?? '') as unknown, { dimensions: 2 });
    const embedder = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ index: fc.jsonValue(), embedding: fc.jsonValue() }), { maxLength: 2 }),
        async (data) => {
          const text = JSON.stringify(data);
          const found = await embedder.embed([text]).catch((error: unknown) => {
            expect(isEmbedderDown(error)).toBe(true);
            return [new Float32Array(2)];
          });
          expect(found.map(({ length }) => length)).toEqual([2]);
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe('the choice of an embedder', () => {
  const data = temporaryDirectory();
  const chosen = (env: Record<string, string>, embedder?: object) =>
    loadConfig({ data, embedder }, env).embedder;

  it('is the offline one, also where a key of OpenAI lies about', () => {
    const env = {
      OPENAI_API_KEY: 'sk-a',
      OPENAI_BASE_URL: 'http://localhost:1/v1',
      KNOWHOW_EMBEDDING_MODEL: 'm',
    };
    expect(chosen(env)).toMatchObject({ kind: 'hashing' });
    expect(chosen(env).api_key).toBeUndefined();
    expect(chosen({})).toMatchObject({ kind: 'hashing' });
  });

  it('falls back to the settings of OpenAI once it is made', () => {
    const env = { OPENAI_API_KEY: 'sk-a', OPENAI_BASE_URL: 'http://localhost:1/v1' };
    const same = { kind: 'openai', api_key: 'sk-a', base_url: 'http://localhost:1/v1' };
    expect(chosen({ ...env, KNOWHOW_EMBEDDER: 'openai' })).toMatchObject(same);
    expect(chosen(env, { kind: 'openai' })).toMatchObject(same);
    expect(chosen({ OPENAI_API_KEY: 'sk-a' }, { kind: 'openai' })).toMatchObject({ api_key: 'sk-a' });
  });

  it('has settings of its own, and never takes the key of OpenAI elsewhere', () => {
    const env = {
      OPENAI_API_KEY: 'sk-a',
      KNOWHOW_EMBEDDER: 'openai',
      KNOWHOW_EMBEDDING_MODEL: 'nomic-embed-text',
      KNOWHOW_EMBEDDING_BASE_URL: 'http://localhost:11434/v1',
    };
    expect(chosen(env)).toMatchObject({ model: 'nomic-embed-text', base_url: 'http://localhost:11434/v1' });
    expect(chosen(env).api_key).toBeUndefined();
    expect(chosen({ ...env, KNOWHOW_EMBEDDING_API_KEY: 'own' })).toMatchObject({ api_key: 'own' });
  });

  it('must be one that there is', () => {
    expect(() => chosen({ KNOWHOW_EMBEDDER: 'magic' })).toThrow(
      expect.objectContaining({ code: 'bad_config' }),
    );
  });
});
