/** Answers kept by what was asked: shared, bounded, without a secret, and gone when they are told to go. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LlmConfig } from '../../src/config.ts';
import { answerFigures, answerKey, clearAnswers, openAnswerCache } from '../../src/llm/answer-cache.ts';
import { createOpenAiLlm } from '../../src/llm/openai.ts';
import type { Log } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import { type OpenAiServer, type Script, startOpenAiServer } from '../support/openai-server.ts';
import { temporaryDirectory } from '../support/store.ts';

const ignore = () => undefined;
const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const schema = z.object({ why: z.string() });
const question = { name: 'q', system: 'Judge.', prompt: 'Why?', schema };
let time = Date.UTC(2026, 0, 1);
/** Each look is a second later. */
const now = () => {
  time += 1_000;
  return new Date(time);
};

function process(server: OpenAiServer, data: string, settings: Partial<LlmConfig> = {}) {
  const { redact } = createRedactor();
  const config = LlmConfig.parse({ base_url: server.baseUrl, ...settings });
  const cache = openAnswerCache(data, config.cache_mb * 1e6, now);
  return createOpenAiLlm(config, { log, redact: (text) => redact(text).text, cache });
}

async function open(script: Script) {
  const data = temporaryDirectory();
  const server = await startOpenAiServer(script);
  return { data, server, llm: process(server, data) };
}

const everything = (data: string): string =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name} ${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
    .join('\n');

describe('an answer', () => {
  it('is given again without a call, also by the next process, and costs nothing', async () => {
    const { data, server, llm } = await open(() => ({ why: 'so' }));
    await llm.ask(question);
    expect(await llm.ask(question)).toEqual({ ok: true, value: { why: 'so' } });
    const next = process(server, data, { max_tokens_per_process: 0 });
    expect(await next.ask(question)).toEqual({ ok: true, value: { why: 'so' } });
    expect(next.usage).toEqual({ calls: 0, input_tokens: 0, output_tokens: 0, cached: 1, failures: 0 });
    expect(server.requests).toHaveLength(1);
  });

  it('is another for another model, schema, system or prompt', async () => {
    const { data, server, llm } = await open(() => ({ why: 'so', more: 'x' }));
    await llm.ask(question);
    await llm.ask({ ...question, prompt: 'Why not?' });
    await llm.ask({ ...question, system: 'Judge well.' });
    await llm.ask({ ...question, schema: z.object({ why: z.string(), more: z.string() }) });
    await process(server, data, { model: 'other' }).ask(question);
    expect(server.requests).toHaveLength(5);
  });

  it('that could not be used is not kept', async () => {
    const { data, server, llm } = await open((_, index) => (index < 2 ? 'prose' : { why: 'so' }));
    expect((await llm.ask(question)).ok).toBe(false);
    expect(await answerFigures(data)).toMatchObject({ answers: 0 });
    expect((await llm.ask(question)).ok).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  it('is kept without the secrets that its escapes hide', async () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
    const escaped = [...secret]
      .map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
    const { data, llm } = await open(() => `{"why":"token ${escaped}"}`);
    await llm.ask(question);
    expect(everything(data)).toContain('{"why":"token [redacted:github_token]"}');
  });

  it('that was damaged on the disk is asked for anew', async () => {
    const { data, server, llm } = await open(() => ({ why: 'so' }));
    await llm.ask(question);
    const [file = ''] = readdirSync(join(data, 'llm-answers', 'generation-1'));
    writeFileSync(join(data, 'llm-answers', 'generation-1', file), '{"why": 3');
    expect(await llm.ask(question)).toEqual({ ok: true, value: { why: 'so' } });
    expect(server.requests).toHaveLength(2);
  });

  it('holds nothing of the question and no secret', async () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
    const { data, llm } = await open(() => ({ why: `because of ${secret}` }));
    await llm.ask({ ...question, prompt: `A telling prompt with ${secret}` });
    const kept = everything(data);
    expect(kept).toContain('because of [redacted:github_token]');
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain('telling');
    // The key is that of the redacted question: it tells nothing of the secret either.
    await llm.ask({ ...question, prompt: `A telling prompt with ghp_${'f6G7h8I9j0'.repeat(4)}` });
    expect(llm.usage.cached).toBe(1);
  });

  it('written by many at once is whole', async () => {
    const { data, server } = await open((request) => ({ why: request.prompt.repeat(200) }));
    const many = Array.from({ length: 8 }, () => process(server, data));
    const asked = many.flatMap((llm) =>
      Array.from({ length: 10 }, (_, i) => llm.ask({ ...question, prompt: `number ${i}` })),
    );
    for (const answer of await Promise.all(asked)) expect(answer.ok).toBe(true);
    expect((await answerFigures(data)).answers).toBe(10);
    const fresh = process(server, data);
    for (let i = 0; i < 10; i += 1)
      expect(await fresh.ask({ ...question, prompt: `number ${i}` })).toEqual({
        ok: true,
        value: { why: `number ${i}`.repeat(200) },
      });
    expect(fresh.usage.cached).toBe(10);
  });
});

describe('the folder', () => {
  it('stays within its size, and loses what was not used for longest', async () => {
    const data = temporaryDirectory();
    const cache = openAnswerCache(data, 20_000, now);
    const used = await cache.place(answerKey(['used']));
    for (let i = 0; i < 110; i += 1) {
      const place = await cache.place(answerKey([i]));
      await place.write('x'.repeat(1_000));
      if (i === 0) await used.write('kept');
      await used.read();
    }
    expect((await answerFigures(data)).bytes).toBeLessThan(70_000);
    expect(await used.read()).toBe('kept');
    expect(await (await cache.place(answerKey([1]))).read()).toBeUndefined();
  });

  it('is empty after a clearing, also of what was under way', async () => {
    const asked = Promise.withResolvers<void>();
    const cleared = Promise.withResolvers<void>();
    const { data, server, llm } = await open(async (_, index) => {
      if (index === 1) {
        asked.resolve();
        await cleared.promise;
      }
      return { why: 'what the forgotten run said' };
    });
    await llm.ask(question);
    const late = llm.ask({ ...question, prompt: 'Late?' });
    await asked.promise;
    await clearAnswers(data);
    cleared.resolve();
    expect((await late).ok).toBe(true);
    expect(everything(data)).toBe('');
    await llm.ask(question);
    expect(server.requests).toHaveLength(3);
    await Promise.all([clearAnswers(data), clearAnswers(data)]);
    expect(everything(data)).toBe('');
    await clearAnswers(join(data, 'nothing'));
  });

  it('that cannot be made keeps nobody from an answer', async () => {
    const { data, server } = await open(() => ({ why: 'so' }));
    writeFileSync(join(data, 'llm-answers'), 'a file in the way');
    const llm = process(server, data);
    expect((await llm.ask(question)).ok).toBe(true);
    await clearAnswers(data);
  });
});
