import { describe, expect, it } from 'vitest';
import { commandSolver } from '../../../src/training/evaluate/solver-command.ts';
import { endpointSolver } from '../../../src/training/evaluate/solver-endpoint.ts';
import {
  broken,
  hang,
  rateLimited,
  reply,
  type Script,
  startOpenAiServer,
} from '../../support/openai-server.ts';

const ASKED = { prompt: 'Say yes.', task: 't', sample: 0, attempt: 1, seed: 77 };

async function serve(script: Script, timeoutMs = 20_000) {
  const server = await startOpenAiServer(script);
  const solver = endpointSolver({
    baseUrl: server.baseUrl,
    model: 'small',
    key: 'key-1',
    temperature: 0.7,
    maxTokens: 64,
    timeoutMs,
    redact: (text) => text.replaceAll('Say', 'Tell'),
  });
  return { server, solve: () => solver.solve({ ...ASKED, signal: new AbortController().signal }), solver };
}

describe('an endpoint', () => {
  it('is asked the prompt alone, redacted, with what was set', async () => {
    const { server, solve } = await serve(() => 'yes');
    expect(await solve()).toEqual({ answer: 'yes' });
    expect(server.requests[0]?.body).toEqual({
      model: 'small',
      messages: [{ role: 'user', content: 'Tell yes.' }],
      temperature: 0.7,
      seed: 77,
      max_tokens: 64,
    });
    expect(server.requests[0]?.authorization).toBe('Bearer key-1');
  });

  it('that does not take a setting is asked without it, and the report says so', async () => {
    const { server, solve, solver } = await serve(({ body }) => {
      const name = ['seed', 'temperature', 'max_tokens'].find((each) => each in body);
      return name ? reply({ status: 400, error: { message: `Unsupported: '${name}'`, param: name } }) : 'yes';
    });
    expect(await solve()).toEqual({ answer: 'yes' });
    await solve();
    expect(server.requests).toHaveLength(5);
    expect(server.requests[4]?.body).toMatchObject({ max_completion_tokens: 64 });
    expect(solver.remarks?.()).toHaveLength(2);
  });

  it('may be busy for a moment, and may be cut', async () => {
    const { solve } = await serve((_, index) =>
      index === 0 ? rateLimited() : reply({ text: 'y', finish: 'length' }),
    );
    expect(await solve()).toEqual({ answer: 'y', cut: true });
  });

  it('that says nothing gave no answer; one that is no model is not there', async () => {
    const text = (parts: Parameters<typeof reply>[0]) =>
      serve(() => reply(parts)).then(({ solve }) => solve());
    const silent = { trouble: 'unusable', reason: 'it answered without text' };
    expect(await text({ text: null, finish: 'tool_calls' })).toEqual(silent);
    const thinking = await text({ text: '', finish: 'length' });
    expect(thinking).toMatchObject({ trouble: 'unusable', reason: expect.stringContaining('longest') });
    expect(await text({ text: null, refusal: 'No.' })).toEqual({ answer: 'No.' });
    expect(await text({ error: { message: 'busy' } })).toMatchObject({ down: true });
  });

  it('that hangs, never ends or breaks off is a failed attempt; one that is not there is told apart', async () => {
    // All at once: what is waited for takes the time.
    const gone = await serve(() => 'yes');
    await gone.server.close();
    const asked: [solve: () => Promise<unknown>, said: Record<string, unknown>][] = [
      [gone.solve, { trouble: 'crashed', reason: 'the endpoint cannot be reached', down: true }],
      [(await serve(() => hang(), 200)).solve, { trouble: 'timeout' }],
      [(await serve(() => reply({ text: 'x', wire: 'endless' }))).solve, { trouble: 'output' }],
      [(await serve(() => reply({ text: 'x', wire: 'dripping' }), 200)).solve, { trouble: 'timeout' }],
      [(await serve(() => reply({ text: 'x', wire: 'closed' }))).solve, { trouble: 'crashed' }],
      [(await serve(() => broken(503))).solve, { down: true }],
    ];
    const said = await Promise.all(asked.map(([solve]) => solve()));
    expect(said).toMatchObject(asked.map(([, expected]) => expected));
    const refuses = await serve(() => reply({ status: 400, error: { message: 'context too long' } }));
    expect(await refuses.solve()).toEqual({ trouble: 'crashed', reason: 'the endpoint answered 400' });
    // Never in its words.
    const closed = await serve(() => reply({ status: 401, error: { message: 'key-1 is wrong' } }));
    const reason = 'the endpoint answered 401';
    expect(await closed.solve()).toEqual({ trouble: 'crashed', reason, down: true });
  });
});

describe('a command', () => {
  const solve = (command: string, timeoutMs = 20_000) =>
    commandSolver({
      command,
      name: command,
      startedIn: '/',
      timeoutMs,
      memoryMb: 500,
      temperature: 0.5,
      maxTokens: 9,
    }).solve({
      ...ASKED,
      signal: new AbortController().signal,
    });

  it('gets the prompt on stdin and answers on stdout', async () => {
    expect(await solve('cat; echo " $KNOWHOW_SEED $KNOWHOW_ATTEMPT $PWD"; echo log >&2')).toEqual({
      answer: 'Say yes. 77 1 /\n',
    });
  });

  it('that fails is a failed attempt; one that is not there is told apart', async () => {
    expect(await solve('exit 3')).toEqual({ trouble: 'crashed', reason: 'it ended with 3' });
    expect(await solve('sleep 60', 200)).toMatchObject({ trouble: 'timeout' });
    expect(await solve('yes')).toMatchObject({ trouble: 'output' });
    expect(await solve('no-such-solver')).toMatchObject({ down: true });
  });
});
