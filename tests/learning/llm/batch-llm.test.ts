/** A batch asks about a bounded number of runs, the most telling first, writes whole results only, and says what is left. */
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { createAnalyzer } from '../../../src/learning/analyzer.ts';
import { experienceOf } from '../../../src/learning/experience.ts';
import { createExtractor } from '../../../src/learning/extractor.ts';
import { llmNotes, openLlmRun, refineTelling } from '../../../src/learning/llm/batch-llm.ts';
import { keepAnalysis } from '../../../src/learning/llm/keep-analysis.ts';
import { mostTelling, tellingOf } from '../../../src/learning/llm/telling.ts';
import { experienceId } from '../../../src/memory/memory.ts';
import type { Trajectory } from '../../../src/types.ts';
import { bash, failing, openFresh, runOf } from '../../support/fixtures.ts';
import { hang, reply, type Script, startOpenAiServer } from '../../support/openai-server.ts';

const red = failing('npm test', 'Error: regions table is out of date');
const solved = (task: string, id: string) =>
  runOf([red, bash('node tools/gen.mjs'), bash('npm test', 'ok')], { task, id });
const lost = (task: string, id: string) => runOf([red, bash('ls'), red, red], { task, id, success: false });
const plain = (task: string, id: string) => runOf([bash('ls'), bash('cat a')], { task, id });
const unknown = (task: string, id: string) => runOf([red, red, red], { task, id, success: null });

const judgement = {
  abstractable: true,
  novelty: 0.9,
  generalizability: 0.9,
  complexity: 0.5,
  reasoning: 'The table is generated.',
};
const good: Script = ({ prompt }) =>
  prompt.includes('Which steps made')
    ? { key_steps: [{ step: 1, score: 1, reason: 'generated' }] }
    : judgement;

async function batchOver(runs: Trajectory[], script: Script, settings: object = {}, data?: Context) {
  const server = await startOpenAiServer(script);
  const ctx =
    data ?? (await openFresh({ llm: { base_url: server.baseUrl, ...settings } }, { llm: undefined }));
  await ctx.memory.trajectories.put(runs);
  const alone = { ...ctx, llm: undefined };
  for (const run of runs) {
    const [analysis, abstractability] = await Promise.all([
      createAnalyzer(alone).analyze(run),
      createExtractor(alone).isAbstractable(run),
    ]);
    await ctx.memory.experiences.put([experienceOf(ctx, run, analysis, abstractability)]);
  }
  const again = async (isOver?: () => boolean, anew = false) => {
    const run = openLlmRun(ctx, 'batch');
    const asking = { analyzer: createAnalyzer(run.ctx), extractor: createExtractor(run.ctx) };
    const refined = await refineTelling(run, asking, runs.map(tellingOf), {
      anew,
      ...(isOver ? { isOver } : {}),
    });
    return { refined, notes: llmNotes(run, refined) };
  };
  const methods = async () =>
    Object.fromEntries(
      (await ctx.memory.experiences.list()).map((each) => [
        each.trajectory,
        `${each.analysis.method} ${each.abstractability.method}`,
      ]),
    );
  return { ctx, server, again, methods };
}

describe('the most telling runs', () => {
  const runs = [
    plain('One', 'traj_a'),
    solved('Two', 'traj_b'),
    unknown('Two', 'traj_c'),
    solved('Three', 'traj_d'),
    lost('Three', 'traj_e'),
    solved('Three', 'traj_f'),
    runOf([bash('ls')], { task: 'Four', id: 'traj_g' }),
  ].map(tellingOf);

  it('are judged ones that met errors, both sides of a task before seconds; nothing of one step', () => {
    expect(mostTelling(runs, 9)).toEqual(['traj_e', 'traj_d', 'traj_b', 'traj_a', 'traj_f']);
    expect(mostTelling(runs, 2)).toEqual(['traj_e', 'traj_d']);
    expect(mostTelling(runs.toReversed(), 9)).toEqual(mostTelling(runs, 9));
    expect(mostTelling(runs, 0)).toEqual([]);
  });
});

describe('a batch with a model', () => {
  const many = Array.from({ length: 30 }, (_, i) =>
    i % 3 === 0 ? solved(`Task ${i}`, `traj_${i}`) : plain(`Task ${i}`, `traj_${i}`),
  );

  it('asks as often as it may, about what says most, and says what is left', async () => {
    const { server, again, methods } = await batchOver(many, good, { max_calls_per_batch: 12 });
    const { refined, notes } = await again();
    expect(refined).toEqual({ refined: 4, left: 26 });
    expect(server.requests).toHaveLength(8);
    const told = Object.entries(await methods()).filter(([, method]) => method === 'llm llm');
    expect(told).toHaveLength(4);
    for (const [id] of told) expect(Number(id.replace('traj_', '')) % 3).toBe(0);
    expect(notes[0]).toBe('language model: 4 runs refined, 26 left to heuristics');
    expect(notes[1]).toMatch(
      /^language model: 8 calls, 0 answered from the cache, \d+ input and \d+ output tokens/u,
    );
    // Done again, nothing is asked twice.
    expect((await again()).refined).toEqual({ refined: 4, left: 26 });
    expect(server.requests).toHaveLength(8);
    // Unless all is wanted anew.
    const anew = await again(undefined, true);
    expect(anew.refined).toEqual({ refined: 4, left: 26 });
    expect(anew.notes[1]).toMatch(/^language model: 0 calls, 8 answered from the cache/u);
  });

  it('stops at its cap with whole results only', async () => {
    const costly: Script = (request, index) =>
      reply({
        text: JSON.stringify(good(request, index)),
        usage: { prompt_tokens: 900, completion_tokens: 100 },
      });
    const { server, again, methods } = await batchOver(many.slice(0, 9), costly, {
      max_tokens_per_run: 6_500,
      max_output_tokens: 400,
      concurrency: 1,
    });
    const { refined, notes } = await again();
    expect(refined.left).toBeGreaterThan(0);
    expect(refined.refined + refined.left).toBe(9);
    expect(server.requests.length).toBeLessThanOrEqual(6);
    for (const method of Object.values(await methods()))
      expect(['llm llm', 'llm heuristic', 'simple heuristic']).toContain(method);
    expect(notes.join()).toMatch(/not asked, heuristics stand/u);
  });

  it('keeps what rules found where nothing usable comes, and gives a dead endpoint up', async () => {
    const { server, again, methods, ctx } = await batchOver(many.slice(0, 12), () => hang(), {
      timeout_ms: 20,
    });
    const before = await ctx.memory.experiences.list();
    const { refined } = await again();
    expect(refined).toEqual({ refined: 0, left: 12 });
    // One page of questions, none of them twice, and no more.
    expect(server.requests.length).toBeLessThanOrEqual(4);
    expect(new Set(Object.values(await methods()))).toEqual(new Set(['simple heuristic']));
    expect(await ctx.memory.experiences.list()).toEqual(before);
  });

  it('ends when its time is over', async () => {
    const { server, again } = await batchOver(many.slice(0, 9), good);
    expect((await again(() => true)).refined).toEqual({ refined: 0, left: 9 });
    expect(server.requests).toHaveLength(0);
  });

  it('asks nothing and says nothing where none is configured', async () => {
    const ctx = await openFresh();
    const run = openLlmRun(ctx, 'batch');
    const asking = { analyzer: createAnalyzer(ctx), extractor: createExtractor(ctx) };
    const refined = await refineTelling(run, asking, many.map(tellingOf));
    expect(llmNotes(run, refined)).toEqual([]);
  });
});

it('what a model found is kept when rules look at the same run again, and not when it has grown', async () => {
  const run = solved('Task', 'traj_k');
  const { ctx, again } = await batchOver([run], good);
  const rules = await ctx.memory.experiences.get(experienceId(run.id));
  await again();
  const refined = await ctx.memory.experiences.get(experienceId(run.id));
  if (!rules || !refined) throw new Error('no experience');
  expect(keepAnalysis(rules, refined)).toMatchObject({
    analysis: { method: 'llm', key_steps: [1] },
    abstractability: { method: 'llm' },
  });
  const step_attribution = [...rules.analysis.step_attribution, [3, 0] as [number, number]];
  const grown = { ...rules, analysis: { ...rules.analysis, step_attribution } };
  expect(keepAnalysis(grown, refined)).toBe(grown);
});
