/** What may be spent: never overdrawn by questions under way at once, refused in words, counted. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LlmConfig } from '../../src/config.ts';
import { charging, openBudget, reserve, spendingText, spentOf } from '../../src/llm/budget.ts';
import { createOpenAiLlm } from '../../src/llm/openai.ts';
import type { Llm } from '../../src/llm/ports.ts';
import type { Log } from '../../src/log.ts';
import { broken, reply, type Script, startOpenAiServer } from '../support/openai-server.ts';

const ignore = () => undefined;
const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const question = { name: 'q', system: 'Judge.', prompt: 'Which?', schema: z.object({ n: z.number() }) };

async function connect(script: Script, settings: Partial<LlmConfig> = {}, now = () => new Date(0)) {
  const server = await startOpenAiServer(script);
  const config = LlmConfig.parse({ base_url: server.baseUrl, ...settings });
  return { llm: createOpenAiLlm(config, { log, redact: (text) => text, now }), server };
}

describe('a budget', () => {
  it('is never overdrawn, whatever is under way at once, and what comes back is spent', async () => {
    const ask = fc.record({
      input: fc.nat(900),
      output: fc.nat(2_000),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(ask), fc.integer({ min: 0, max: 5_000 }), async (asks, cap) => {
        const budget = openBudget('this run', { cap });
        const answers = await Promise.all(
          asks.map(async ({ input, output, used }) => {
            const reservation = await reserve([budget], input, output + 200);
            if (typeof reservation === 'string') return { input, refused: true };
            await nextTurn();
            const output_tokens = Math.floor(reservation.most_output * used);
            reservation.settle({ input_tokens: input, output_tokens });
            return { input, refused: false };
          }),
        );
        expect(spentOf(budget)).toBeLessThanOrEqual(cap);
        expect([budget.reserved, budget.open, budget.waiting]).toEqual([0, 0, []]);
        // Nobody was refused who could have been paid for in the end.
        for (const { input } of answers.filter(({ refused }) => refused))
          expect(cap - spentOf(budget)).toBeLessThan(input + 200);
      }),
      { seed: 3 },
    );
  });

  it('of one run ends its questions and no others', async () => {
    const { llm, server } = await connect(() =>
      reply({ text: '{"n":1}', usage: { prompt_tokens: 700, completion_tokens: 100 } }),
    );
    const first = openBudget('this run', { cap: 1_000 });
    const second = openBudget('this run', { cap: 1_000 });
    const one = charging(llm, first);
    expect(await one.ask(question)).toEqual({ ok: true, value: { n: 1 } });
    expect(await one.ask(question)).toEqual({ ok: false, failure: 'spend cap of 1000 tokens reached' });
    expect(await charging(llm, second).ask(question)).toEqual({ ok: true, value: { n: 1 } });
    expect(server.requests).toHaveLength(2);
    expect([first.unasked, second.unasked]).toEqual([1, 0]);
    expect(llm.usage).toMatchObject({ calls: 2, input_tokens: 1_400, output_tokens: 200 });
    expect(spendingText(first)).toBe(
      'language model: 1 call, 0 answered from the cache, 700 input and 100 output tokens (800 of 1000 tokens for this run), 0 without a usable answer, 1 not asked, heuristics stand',
    );
  });

  it('that is set aside for what is under way is waited for', async () => {
    const { llm, server } = await connect(
      () => reply({ text: '{"n":1}', usage: { prompt_tokens: 60, completion_tokens: 10 } }),
      { concurrency: 4, max_output_tokens: 8_000 },
    );
    // The first answer could take all that is left; it takes little, and so all four are asked.
    const limited = charging(llm, openBudget('this run', { cap: 1_000 }));
    const answers = await Promise.all(Array.from({ length: 4 }, () => limited.ask(question)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(server.requests.map(({ body }) => Number(body.max_tokens) <= 1_000)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('that is waited for is waited for no longer than its signal says', async () => {
    const budget = openBudget('this process', { cap: 10_000 });
    const first = await reserve([budget], 100, 9_900);
    const stop = new AbortController();
    const waiting = reserve([budget], 500, 500, stop.signal);
    await nextTurn();
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect(budget.waiting).toEqual([]);
    if (typeof first === 'string') throw new Error(first);
    first.settle({ input_tokens: 1, output_tokens: 1 });
    expect(await reserve([budget], 500, 500)).toMatchObject({ most_output: 500 });
  });

  it('of calls is kept to although they go out together', async () => {
    const { llm, server } = await connect(() => ({ n: 1 }), { concurrency: 8 });
    const limited = charging(llm, openBudget('this batch', { most_calls: 3 }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => limited.ask(question)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
    expect(server.requests).toHaveLength(3);
    expect(answers.at(-1)).toEqual({ ok: false, failure: '3 calls were made in this batch' });
  });

  it('gives an endpoint up that answered nothing three times, until the next run a minute later', async () => {
    let time = 0;
    const { llm, server } = await connect(
      () => broken(401),
      {},
      () => new Date(time),
    );
    const budget = openBudget('this batch');
    const answers = [];
    for (let i = 0; i < 5; i += 1) answers.push(await charging(llm, budget).ask(question));
    expect(server.requests).toHaveLength(3);
    expect(answers.at(-1)).toEqual({
      ok: false,
      failure: 'the endpoint gave no answer 3 times in a row in this process',
    });
    expect(budget.unasked).toBe(2);
    time += 60_000;
    expect(await charging(llm, budget).ask(question)).toEqual({
      ok: false,
      failure: 'the endpoint gave no answer 3 times in a row in this batch',
    });
    await charging(llm, openBudget('this batch')).ask(question);
    expect(server.requests).toHaveLength(4);
  });

  it('holds for a model of the caller’s own, which counts nothing', async () => {
    let asked = 0;
    const mine: Llm = {
      model: 'mine',
      usage: { calls: 0, input_tokens: 0, output_tokens: 0 },
      async ask({ schema }) {
        asked += 1;
        return { ok: true, value: schema.parse({ n: 1 }) };
      },
    };
    const limited = charging(mine, openBudget('this run', { cap: 1_000 }));
    const long = { ...question, prompt: 'x'.repeat(1_600) };
    expect((await limited.ask(long)).ok).toBe(true);
    expect((await limited.ask(long)).ok).toBe(false);
    expect(asked).toBe(1);
  });
});
