/** Evaluations by the library: solvers that are commands and functions, compared. */
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { openKnowhow, type SolveFunction } from '../../src/index.ts';
import { temporaryDirectory } from '../support/store.ts';

it('compares a function with a command, each with limits of its own accord', async () => {
  const { evaluation, close } = await openKnowhow({ data: temporaryDirectory(), llm: false });
  const tasks = ['a', 'b'].map((id) => ({ id, specification: `Say yes to ${id}.`, guards: [] }));
  const guards = [async (answer: string) => ({ passed: answer === 'yes', feedback: 'Only yes will do.' })];
  const slow: SolveFunction = async ({ prompt }) => (prompt.includes('Only yes will do.') ? 'yes' : 'no');
  const asked = { tasks, guards, samples: 1 };
  const before = await evaluation.run({ ...asked, solver: slow });
  const after = await evaluation.run({
    ...asked,
    solver: evaluation.command('API_KEY=sk-proj-Zx83hT0aQ9vLm2Ks7RfPw4Yc1Nb6Ud5Ej printf yes'),
  });
  expect([before.e_retries.mean, after.e_retries.mean]).toEqual([1, 0]);
  expect(evaluation.compare(before, after).changed).toEqual({ better: 2, same: 0, worse: 0 });
  expect(after.solver.settings).toMatchObject({ temperature: 0.7, max_tokens: 1_024, timeout_ms: 120_000 });
  expect(JSON.stringify(after)).not.toContain('Zx83hT0aQ9');
  await close();
});

it('sends the configured key to the configured endpoint alone', async () => {
  const sent: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    sent.push(request.headers.authorization);
    request
      .resume()
      .on('end', () =>
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ choices: [{ message: { content: 'yes' }, finish_reason: 'stop' }] })),
      );
  });
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open));
  const address = server.address() as { port: number };
  const mine = `http://127.0.0.1:${address.port}/v1`;
  const { evaluation, close } = await openKnowhow({
    data: temporaryDirectory(),
    llm: { base_url: mine, api_key: 'configured', model: 'm' },
  });
  const tasks = [{ id: 'a', specification: 'Say yes.', guards: [] }];
  const guards = [async () => ({ passed: true, feedback: '' })];
  for (const solver of [
    evaluation.model('m'),
    evaluation.model('m', { baseUrl: `http://localhost:${address.port}/v1` }),
    evaluation.model('m', { baseUrl: `http://localhost:${address.port}/v1`, key: 'given' }),
  ])
    await evaluation.run({ tasks, guards, samples: 1, solver });
  expect(sent).toEqual(['Bearer configured', 'Bearer none', 'Bearer given']);
  await close();
  await new Promise((closed) => server.close(closed));
});
