import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LlmConfig } from '../../src/config.ts';
import { createOpenAiLlm } from '../../src/llm/openai.ts';
import type { LlmRequest } from '../../src/llm/ports.ts';
import type { Log } from '../../src/log.ts';
import { createRedactor } from '../../src/redact.ts';
import {
  broken,
  hang,
  type OpenAiServer,
  rateLimited,
  refuseFormats,
  reply,
  type Script,
  startOpenAiServer,
} from '../support/openai-server.ts';

const Credit = z.object({ steps: z.array(z.object({ step: z.int(), share: z.number().min(0).max(1) })) });
const right = { steps: [{ step: 2, share: 1 }] };
const wrong = { steps: [{ step: 2, share: 7 }] };
const question = { name: 'credit', system: 'You judge steps.', prompt: 'Which step?', schema: Credit };

function connect(server: OpenAiServer, settings: Partial<LlmConfig> = {}, now = () => new Date(0)) {
  const lines: string[] = [];
  const write = (message: string, facts?: Record<string, unknown>) => {
    lines.push(JSON.stringify({ message, ...facts }));
  };
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const { redact } = createRedactor();
  const config = LlmConfig.parse({ base_url: server.baseUrl, model: 'small', ...settings });
  return { llm: createOpenAiLlm(config, { log, redact: (text) => redact(text).text, now }), lines };
}

async function ask(
  script: Script,
  settings: Partial<LlmConfig> = {},
  request: LlmRequest<unknown> = question,
) {
  const server = await startOpenAiServer(script);
  const { llm, lines } = connect(server, settings);
  return { answer: await llm.ask(request), llm, lines, server };
}

describe('an answer', () => {
  it('of the right shape comes back checked, its tokens counted', async () => {
    const { answer, llm, server } = await ask(() =>
      reply({ text: JSON.stringify(right), usage: { prompt_tokens: 30, completion_tokens: 12 } }),
    );
    expect(answer).toEqual({ ok: true, value: right });
    expect(llm.usage).toEqual({ calls: 1, input_tokens: 30, output_tokens: 12, cached: 0, failures: 0 });
    expect(server.requests[0]).toMatchObject({
      system: 'You judge steps.',
      prompt: 'Which step?',
      format: 'json_schema',
      authorization: 'Bearer none',
      body: {
        model: 'small',
        response_format: {
          json_schema: { name: 'credit', schema: { type: 'object', additionalProperties: false } },
        },
      },
    });
  });

  it('is counted by its length where the endpoint does not say', async () => {
    const { llm } = await ask(() => reply({ text: JSON.stringify(right), usage: null }));
    expect(llm.usage.output_tokens).toBe(Math.ceil(JSON.stringify(right).length / 4));
    expect(llm.usage.input_tokens).toBeGreaterThan(5);
  });

  it.each([
    ['a code fence', `Sure!\n\`\`\`json\n${JSON.stringify(right)}\n\`\`\``],
    ['words around it', `The answer is ${JSON.stringify(right)}. Anything else?`],
    ['reasoning before it', `<think>maybe {"steps": []}</think>\n${JSON.stringify(right)}`],
  ])('with %s is read at once', async (_, text) => {
    const { answer, llm } = await ask(() => text);
    expect(answer).toEqual({ ok: true, value: right });
    expect(llm.usage.calls).toBe(1);
  });

  it('gets one repair turn that names the failing place', async () => {
    const { answer, server } = await ask((_, index) => (index === 0 ? wrong : right));
    expect(answer).toEqual({ ok: true, value: right });
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
    ]);
    expect(server.requests[1]?.prompt).toContain('at steps.0.share:');
  });

  it.each<[string, unknown, string]>([
    ['prose', 'I would rather not say.', 'the answer was not JSON, twice'],
    ['broken JSON', '{"steps": [', 'the answer was not JSON, twice'],
    ['nothing', reply({ text: null }), 'the answer was not JSON, twice'],
    ['a wrong shape', wrong, 'the answer did not fit the schema at steps.0.share, twice'],
    ['a refusal', reply({ text: null, refusal: 'No.' }), 'the model refused'],
  ])('that stays %s is a failure', async (_, said, failure) => {
    const { answer, lines } = await ask(() => said);
    expect(answer).toEqual({ ok: false, failure });
    expect(lines.join()).toContain(failure);
  });

  it('of a schema that OpenAI takes strictly is asked for strictly', async () => {
    const strict = z.object({ keep: z.boolean(), why: z.string().nullable() });
    const loose = strict.extend({ more: z.record(z.string(), z.string()).optional() });
    for (const [schema, expected] of [
      [strict, true],
      [loose, false],
    ] as const) {
      const { server } = await ask(() => ({ keep: true, why: null }), {}, { ...question, schema });
      expect(server.requests[0]?.body).toMatchObject({
        response_format: { json_schema: { strict: expected } },
      });
    }
  });

  it('that is a list is asked for in words', async () => {
    const list = { ...question, schema: z.array(z.int()) };
    const { answer, server } = await ask(() => [1, 2], {}, list);
    expect(answer).toEqual({ ok: true, value: [1, 2] });
    expect(server.requests[0]?.format).toBeUndefined();
    expect(server.requests[0]?.system).toContain('"type":"array"');
  });
});

describe('an endpoint', () => {
  it('that refuses a response format is asked in the next one, and not bothered again', async () => {
    const server = await startOpenAiServer(refuseFormats(['json_schema', 'json_object'], () => right));
    const { llm } = connect(server);
    expect(await llm.ask(question)).toEqual({ ok: true, value: right });
    expect(await llm.ask(question)).toEqual({ ok: true, value: right });
    expect(server.requests.map(({ format }) => format)).toEqual([
      'json_schema',
      'json_object',
      undefined,
      undefined,
    ]);
    expect(server.requests[0]?.system).not.toContain('JSON Schema');
    expect(server.requests[1]?.system).toContain('"share"');
    expect(server.requests[3]?.system).toContain('"share"');
  });

  it('that dislikes one schema keeps its best format for the others', async () => {
    const server = await startOpenAiServer((_, index) =>
      index === 0
        ? reply({ status: 400, error: { message: "Invalid schema for response_format 'credit'" } })
        : right,
    );
    const { llm } = connect(server);
    expect(await llm.ask(question)).toEqual({ ok: true, value: right });
    expect(await llm.ask(question)).toEqual({ ok: true, value: right });
    expect(server.requests.map(({ format }) => format)).toEqual([
      'json_schema',
      'json_object',
      'json_schema',
    ]);
  });

  it('that is busy or broken for a moment is asked again', async () => {
    const { answer, llm, server } = await ask((_, index) => [rateLimited(), broken(), right][index]);
    expect(answer).toEqual({ ok: true, value: right });
    expect(server.requests).toHaveLength(3);
    expect(llm.usage.calls).toBe(1);
  });

  it('that stays broken is a failure after two retries', async () => {
    const { answer, server } = await ask(() => broken(503));
    expect(answer).toEqual({ ok: false, failure: 'the endpoint answered 503' });
    expect(server.requests).toHaveLength(3);
  });

  it('that hangs is a failure after the time limit', async () => {
    const { answer } = await ask(() => hang(), { timeout_ms: 50 });
    expect(answer).toEqual({ ok: false, failure: 'no answer within 50 ms' });
  });

  it('that hangs costs no more than the cap, is given up after three questions, and tried again after a minute', async () => {
    let time = 0;
    const server = await startOpenAiServer((_, index) => (index < 4 ? hang() : right));
    const settings = { timeout_ms: 40, max_output_tokens: 4_000, max_tokens_per_process: 30_000 };
    const { llm } = connect(server, settings, () => new Date(time));
    const ask = async () => {
      const answer = await llm.ask(question);
      return answer.ok ? 'answered' : answer.failure;
    };
    const down = 'the endpoint gave no answer 3 times in a row in this process';
    const late = 'no answer within 40 ms';
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([late, late, late, down]);
    expect(llm.usage).toMatchObject({ calls: 3, output_tokens: 12_000 });
    time += 59_999;
    expect(await ask()).toBe(down);
    time += 1;
    // One question goes out; it hangs as well, and another minute passes.
    expect((await Promise.all([ask(), ask()])).sort()).toEqual([late, down]);
    time += 60_000;
    expect([await ask(), await ask()]).toEqual(['answered', 'answered']);
    expect(server.requests).toHaveLength(6);
  });

  it('that is not there, or refuses the key, is a failure that repeats neither key nor prompt', async () => {
    const server = await startOpenAiServer(() => right);
    await server.close();
    const { llm } = connect(server);
    expect(await llm.ask(question)).toEqual({ ok: false, failure: 'the endpoint cannot be reached' });

    const key = ['made', 'up', 'key'].join('-');
    const refused = { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key' };
    const denied = await ask(() => reply({ status: 401, error: refused }), { api_key: key });
    expect(denied.server.requests[0]?.authorization).toBe(`Bearer ${key}`);
    expect(denied.answer).toEqual({ ok: false, failure: 'the endpoint answered 401 (invalid_api_key)' });
    expect(denied.lines.join()).not.toContain(key);
  });
});

describe('an answer that does not end', () => {
  const cutShort = reply({ text: '{"steps": [', finish: 'length' });
  it.each<[string, unknown, string, number]>([
    ['cut by the endpoint', cutShort, 'the answer did not end within 400 tokens', 1],
    [
      'longer than asked for',
      reply({ text: 'again and '.repeat(20_000) }),
      'the answer was far longer than asked for',
      1,
    ],
    ['endless', reply({ wire: 'endless' }), 'the answer was far longer than asked for', 1],
    ['a byte at a time', reply({ wire: 'dripping' }), 'no answer within 150 ms', 1],
    ['broken off', reply({ wire: 'closed', text: 'I' }), 'the endpoint broke off its answer', 1],
    ['given up by a gateway', broken(504), 'no answer within 150 ms', 1],
  ])('is given up: %s', async (_, said, failure, requests) => {
    const { answer, server, llm } = await ask(() => said, { timeout_ms: 150, max_output_tokens: 400 });
    expect(answer).toEqual({ ok: false, failure });
    expect(server.requests).toHaveLength(requests);
    // It was worked on, so it is paid for: all that it might have said, where the endpoint does not tell.
    expect(llm.usage.input_tokens).toBeGreaterThan(0);
    expect(llm.usage.output_tokens).toBe(said === cutShort ? 3 : 400);
  });

  it('is asked for within the limit that the endpoint knows by either name', async () => {
    const server = await startOpenAiServer(({ body }) =>
      'max_tokens' in body
        ? reply({ status: 400, error: { message: "'max_tokens' is not supported", param: 'max_tokens' } })
        : right,
    );
    const { llm } = connect(server, { max_output_tokens: 700 });
    expect(await llm.ask(question)).toEqual({ ok: true, value: right });
    expect(await llm.ask(question)).toEqual({ ok: true, value: right });
    expect(server.requests.map(({ body }) => body.max_tokens ?? body.max_completion_tokens)).toEqual([
      700, 700, 700,
    ]);
  });

  it.each([
    ['a negative count', { prompt_tokens: -5_000, completion_tokens: 1 }],
    ['no number', { prompt_tokens: 'none', completion_tokens: null } as never],
  ])('is not made cheaper by %s', async (_, usage) => {
    const { llm } = await ask(() => reply({ text: JSON.stringify(right), usage }));
    expect(llm.usage.input_tokens).toBeGreaterThan(5);
    expect(llm.usage.output_tokens).toBeGreaterThan(0);
  });
});

describe('a busy endpoint', () => {
  it('is asked again when it says so, not before', async () => {
    const seen: number[] = [];
    const start = performance.now();
    const { answer } = await ask((_, index) => {
      seen.push(performance.now() - start);
      return index === 0
        ? reply({ status: 429, error: { message: 'later' }, headers: { 'retry-after': '1' } })
        : right;
    });
    expect(answer.ok).toBe(true);
    // The package's own wait would end after at most half a second.
    expect((seen[1] ?? 0) - (seen[0] ?? 0)).toBeGreaterThan(950);
  });
});

describe('limits', () => {
  it('stop asking when the tokens are spent, without a call', async () => {
    const server = await startOpenAiServer(() =>
      reply({ text: JSON.stringify(right), usage: { prompt_tokens: 900, completion_tokens: 60 } }),
    );
    const { llm } = connect(server, { max_tokens_per_process: 1_000 });
    expect((await llm.ask(question)).ok).toBe(true);
    const capped = { ok: false, failure: 'spend cap of 1000 tokens reached' };
    expect(await llm.ask({ ...question, prompt: 'x'.repeat(400) })).toEqual(capped);
    expect(server.requests).toHaveLength(1);
    const { answer, server: untouched } = await ask(() => right, { max_tokens_per_process: 0 });
    expect(answer).toEqual({ ok: false, failure: 'spend cap of 0 tokens reached' });
    expect(untouched.requests).toHaveLength(0);
  });

  it('hold for the repair turn too', async () => {
    const said = reply({ text: 'no', usage: { prompt_tokens: 700, completion_tokens: 100 } });
    const { answer, server } = await ask(() => said, { max_tokens_per_process: 1_000 });
    expect(answer).toEqual({ ok: false, failure: 'spend cap of 1000 tokens reached' });
    expect(server.requests).toHaveLength(1);
  });

  it('let two questions through at a time, and all of them in the end', async () => {
    const bothThere = Promise.withResolvers<void>();
    const server = await startOpenAiServer(async (_, index) => {
      if (index === 1) bothThere.resolve();
      await bothThere.promise;
      await setTimeout(50); // Time for a third to arrive, if it is let through.
      return right;
    });
    const { llm } = connect(server);
    const answers = await Promise.all(Array.from({ length: 7 }, () => llm.ask(question)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(server.mostAtOnce).toBe(2);
    expect(llm.usage.calls).toBe(7);
  });

  it('nothing secret leaves: not in the prompt, not in what a model said', async () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
    const { server } = await ask(
      () => `My token is ${secret}`,
      {},
      {
        ...question,
        system: `system ${secret}`,
        prompt: `prompt ${secret}`,
      },
    );
    expect(server.requests).toHaveLength(2);
    const sent = JSON.stringify(server.requests.map(({ body }) => body));
    expect(sent).not.toContain(secret);
    expect(sent.match(/\[redacted:github_token\]/g)).toHaveLength(5);
  });

  it('let as many questions through as are configured', async () => {
    const all = Promise.withResolvers<void>();
    const server = await startOpenAiServer(async (_, index) => {
      if (index === 4) all.resolve();
      await all.promise;
      return right;
    });
    const { llm } = connect(server, { concurrency: 5 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => llm.ask(question)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(server.mostAtOnce).toBe(5);
  });

  it('take a secret out of what a model says', async () => {
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
    const open = z.object({ why: z.string() });
    const escaped = [...secret]
      .map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
    for (const said of [secret, escaped, `${secret.slice(0, 6)}\\u200b${secret.slice(6)}`]) {
      const { answer } = await ask(() => `{"why":"token ${said}"}`, {}, { ...question, schema: open });
      expect(answer).toEqual({ ok: true, value: { why: 'token [redacted:github_token]' } });
    }
  });
});

describe('an aborted signal', () => {
  it('throws its reason: before, while asking, and while waiting for a place', async () => {
    const arrived = Promise.withResolvers<void>();
    const server = await startOpenAiServer((_, index) => {
      if (index === 1) arrived.resolve();
      return hang();
    });
    const { llm } = connect(server);
    await expect(llm.ask({ ...question, signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow(
      'never',
    );

    const asking = new AbortController();
    const waiting = new AbortController();
    const open = [1, 2].map(() => llm.ask({ ...question, signal: asking.signal }));
    const queued = llm.ask({ ...question, signal: waiting.signal });
    const outcomes = Promise.allSettled([...open, queued]);
    await arrived.promise;
    waiting.abort(new Error('waited long enough'));
    await expect(queued).rejects.toThrow('waited long enough');
    asking.abort(new Error('stopped'));
    expect(await outcomes).toMatchObject([
      { reason: { message: 'stopped' } },
      { reason: { message: 'stopped' } },
      { reason: { message: 'waited long enough' } },
    ]);
    expect(server.requests).toHaveLength(2);
    // Both were under way, and the one that waited was not.
    expect(llm.usage).toMatchObject({ calls: 2, output_tokens: 2 * 8_000 });
  });
});
