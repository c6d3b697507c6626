/** Many runs and a model: a bounded number is asked about, the rest is left to rules, and better words last as they should. */
import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { prepareReflection, submitReflection } from '../../src/learning/reflection/reflect.ts';
import { answerFigures } from '../../src/llm/answer-cache.ts';
import { PENDING } from '../../src/memory/memory.ts';
import { TrajectoryInput } from '../../src/types.ts';
import { forget } from '../../src/upkeep/forget.ts';
import { openFresh } from '../support/fixtures.ts';
import { type Script, startOpenAiServer } from '../support/openai-server.ts';
import { history, solved, unsolved } from '../support/runs.ts';

const good: Script = ({ prompt }) => {
  if (prompt.includes('Which steps made'))
    return { key_steps: [{ step: 2, score: 1, reason: 'met the error' }] };
  if (prompt.includes('Judge the run'))
    return {
      abstractable: true,
      novelty: 0.9,
      generalizability: 0.9,
      complexity: 0.5,
      reasoning: 'The client is generated.',
    };
  return 'prose';
};

const many = [0, 1, 2, 3, 4].flatMap((variant) =>
  [0, 1, 2].flatMap((nth) => [solved(nth, variant), unsolved(nth, variant)]),
);
const record = (ctx: Context, runs = many) =>
  recordAll(
    ctx,
    runs.map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
const learn = (ctx: Context) => createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });

describe('a batch with a model', () => {
  it('asks a bounded number of times, and says what it asked and what was left', async () => {
    const server = await startOpenAiServer(good);
    const llm = { base_url: server.baseUrl, max_calls_per_batch: 12 };
    const ctx = await openFresh({ llm }, { llm: undefined });
    await record(ctx);
    const { notes, trajectories_processed } = await learn(ctx);
    expect(trajectories_processed).toBe(30);
    expect(server.requests.length).toBeLessThanOrEqual(12);
    expect(notes).toEqual([
      'language model: 4 runs refined, 26 left to heuristics',
      expect.stringMatching(/^language model: \d+ calls, .* of 200000 tokens for this batch\)/u),
    ]);
    const methods = Map.groupBy(await ctx.memory.experiences.list(), ({ analysis }) => analysis.method);
    expect(methods.get('llm')).toHaveLength(4);
    expect(methods.get('simple')).toHaveLength(26);
  });

  it('learns the same by rules where the model is of no use', async () => {
    const server = await startOpenAiServer(() => 'I would rather not.');
    const ctx = await openFresh({ llm: { base_url: server.baseUrl } }, { llm: undefined });
    const alone = await openFresh();
    for (const each of [ctx, alone]) await record(each, history());
    const [one, other] = [await learn(ctx), await learn(alone)];
    expect({ ...one, notes: [] }).toEqual({ ...other, notes: [] });
    const told = async ({ memory }: Context) =>
      (await memory.strategies.list()).map(({ suggestion }) => suggestion).sort();
    expect(await told(ctx)).toEqual(await told(alone));
  });
});

describe('better words', () => {
  const reworded = async (ctx: Context) => {
    await record(ctx, history());
    await learn(ctx);
    const { reflection_id } = await prepareReflection(ctx, { kind: 'strategy', project: 'billing-service' });
    const [, id = ''] = /(strat_\w+)$/u.exec(reflection_id ?? '') ?? [];
    const strategy = await ctx.memory.strategies.get(id);
    const acts = strategy?.suggestion.match(/`[^`]+`/gu) ?? [];
    const suggestion = `The client is generated: run ${acts.join(', then ')} first.`;
    const answer = {
      situation: 'In node work, when a test fails with `Cannot find module`',
      suggestion,
      pitfalls: [],
    };
    await submitReflection(ctx, { reflection_id: reflection_id ?? '', answer });
    return { id, answer, before: strategy?.suggestion };
  };
  const again = async (ctx: Context) => {
    await ctx.memory.trajectories.mark({ project: 'billing-service' }, { batch: PENDING });
    await learn(ctx);
  };

  it('of an agent outlast the next batch, which weighs them by their runs', async () => {
    const ctx = await openFresh();
    const { id, answer } = await reworded(ctx);
    expect(await ctx.memory.strategies.get(id)).toMatchObject({
      status: 'candidate',
      suggestion: answer.suggestion,
    });
    await again(ctx);
    expect(await ctx.memory.strategies.get(id)).toMatchObject({
      status: 'active',
      method: 'llm',
      situation: answer.situation,
      suggestion: answer.suggestion,
    });
  });

  it('go when a run behind them is forgotten, and so do the answers that are kept', async () => {
    const server = await startOpenAiServer(good);
    const ctx = await openFresh({ llm: { base_url: server.baseUrl } }, { llm: undefined });
    const { id, answer, before } = await reworded(ctx);
    expect((await answerFigures(ctx.config.data)).answers).toBeGreaterThan(0);
    const [run = ''] = (await ctx.memory.strategies.get(id))?.derived_from ?? [];
    await forget(ctx, { ids: [run] });
    expect((await answerFigures(ctx.config.data)).answers).toBe(0);
    const after = await ctx.memory.strategies.get(id);
    expect(after?.situation).not.toBe(answer.situation);
    expect(after?.suggestion).toBe(before);
  });
});
