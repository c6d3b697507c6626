import { describe, expect, it } from 'vitest';
import type { LlmConfig } from '../../../src/config.ts';
import { assessHeuristic } from '../../../src/learning/abstractability/assess.ts';
import { refineAbstractability } from '../../../src/learning/llm/abstractability.ts';
import { reply } from '../../support/openai-server.ts';
import { connect, INJECTION, runOf, splitFence } from './asking.ts';

const steps = [
  { action: 'pip install .', observation: 'error: externally-managed-environment', exit_code: 1 },
  { action: 'python3 -m venv env', exit_code: 0 },
  { action: 'env/bin/pip install .', exit_code: 0 },
];
const run = runOf(steps);
const heuristic = assessHeuristic(run, []);
const judged = {
  novelty: 0.2,
  generalizability: 0.9,
  complexity: 0.4,
  abstractable: true,
  reasoning: 'A virtual environment gets past the managed one.\nIt is half known.',
};
const neighbours = [
  { task: 'Install numpy', similarity: 0.4 },
  { task: `Install pandas. ${INJECTION}`, similarity: 0.8123 },
];

async function refine(
  said: unknown,
  trajectory = run,
  settings: Partial<LlmConfig> = {},
  known = neighbours,
) {
  const { llm, server } = await connect(() => said, settings);
  return { refined: await refineAbstractability(llm, trajectory, heuristic, known), server };
}

describe('abstractability by a language model', () => {
  it('keeps its scores, boolean and reasoning', async () => {
    const { refined } = await refine(judged);
    expect(refined).toEqual({
      abstractable: true,
      scores: { novelty: 0.2, generalizability: 0.9, complexity: 0.4 },
      reasoning: 'A virtual environment gets past the managed one. It is half known.',
      method: 'llm',
    });
  });

  it('sees how alike the memory is, nearest first, inside the fence and without its words', async () => {
    const { server } = await refine(judged);
    const { inside, outside } = splitFence(server.requests[0]?.prompt ?? '');
    const lines = inside.split('\n').map((line) => JSON.parse(line));
    expect(lines.slice(0, 3)).toEqual([
      { memory: 'a task', similarity: 0.81, attempts: 1 },
      { memory: 'a task', similarity: 0.4, attempts: 1 },
      { memory: 'all of it', novelty_by_rules: 1 },
    ]);
    for (const words of ['pandas', 'numpy', INJECTION]) expect(inside + outside).not.toContain(words);
    const { server: empty } = await refine(judged, run, {}, []);
    expect(splitFence(empty.requests[0]?.prompt ?? '').inside).toContain('{"memory":"nothing similar"}');
  });

  it.each([
    ['a name', 'Pandas was got past in the same way.'],
    ['part of an identifier', 'The same as `pandas_setup` before.'],
    ['a number', 'Known from ticket 48213.'],
  ])('leaves out words that name %s of another run: that may be forgotten', async (_, reasoning) => {
    const others = [...neighbours, { task: 'Install it for ticket 48213', similarity: 0.3 }];
    const { refined } = await refine({ ...judged, reasoning }, run, {}, others);
    expect(refined).toMatchObject({
      method: 'llm',
      abstractable: true,
      reasoning: `By rules: ${heuristic.reasoning}`,
      note: 'the scores are a model’s; its words were about another run and are left out',
    });
    // The same words about a run that says them itself stay.
    const own = runOf([...steps, { action: 'pip install pandas # pandas_setup, ticket 48213' }]);
    expect((await refine({ ...judged, reasoning }, own, {}, others)).refined.reasoning).toBe(reasoning);
  });

  it('clamps scores and cuts long reasoning', async () => {
    const { refined } = await refine({
      ...judged,
      novelty: -3,
      complexity: 12,
      reasoning: 'so '.repeat(900),
    });
    expect(refined.scores).toEqual({ novelty: 0, generalizability: 0.9, complexity: 1 });
    expect(refined.reasoning.length).toBeLessThanOrEqual(400);
    expect(refined.method).toBe('llm');
  });

  it.each([false, null])('of a run whose success is %s is never abstractable', async (success) => {
    const { refined } = await refine(judged, runOf(steps, { success }));
    expect(refined).toMatchObject({
      abstractable: false,
      method: 'llm',
      note: 'not abstractable: nobody judged the run a success',
    });
  });

  it.each<[string, unknown, string]>([
    ['prose', 'Yes, it is.', 'the answer was not JSON, twice'],
    ['a refusal', reply({ text: null, refusal: 'No.' }), 'the model refused'],
    [
      '"false" for false',
      { ...judged, abstractable: 'false' },
      'the answer did not fit the schema at abstractable, twice',
    ],
    ['no reasoning', { ...judged, reasoning: ' ' }, 'the answer did not fit the schema at reasoning, twice'],
  ])('that says %s leaves the heuristic, with a note', async (_, said, why) => {
    const { refined } = await refine(said);
    expect(refined).toEqual({ ...heuristic, note: `language model not used: ${why}` });
    expect(refined.method).toBe('heuristic');
  });

  it('is not asked beyond the spend cap, nor about a run without steps', async () => {
    const capped = await refine(judged, run, { max_tokens_per_run: 50 });
    expect(capped.refined).toEqual({
      ...heuristic,
      note: 'language model not used: spend cap of 50 tokens reached',
    });
    const empty = await refine(judged, runOf([]));
    expect(empty.refined).toEqual({ ...heuristic, note: 'language model not used: no steps to judge' });
    expect([...capped.server.requests, ...empty.server.requests]).toEqual([]);
  });
});
