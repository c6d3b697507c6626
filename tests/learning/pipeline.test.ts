import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { createAnalyzer } from '../../src/learning/analyzer.ts';
import { createExtractor } from '../../src/learning/extractor.ts';
import { createHindsight } from '../../src/learning/hindsight/learner.ts';
import { createPipeline, type PipelineParts } from '../../src/learning/pipeline.ts';
import { experienceId } from '../../src/memory/memory.ts';
import type { Step } from '../../src/types.ts';
import { bash, edit, failing, inputOf, openFresh, type RunFacts, runOf } from '../support/fixtures.ts';

const route = [
  failing('python3 report.py', "ModuleNotFoundError: No module named 'polars'"),
  bash('uv sync --extra frames'),
  bash('uv pip install polars'),
  bash('python3 report.py', 'ok'),
];

async function process(ctx: Context, steps: Step[], facts: RunFacts = {}, parts: PipelineParts = {}) {
  const { trajectory } = await recordTrajectory(ctx, inputOf(steps, { source: 'test', ...facts }));
  return createPipeline(ctx, parts).processTrajectory(trajectory);
}

describe('given a run, when learned', () => {
  it('it is analysed, judged, and a candidate strategy and an error pattern are there at once', async () => {
    const ctx = await openFresh();
    const result = await process(ctx, route);
    expect(result).toMatchObject({ stored: true, abstractable: true, strategies_extracted: 1, notes: [] });
    expect(result.analysis?.key_steps).toContain(3);
    const [strategy] = await ctx.memory.strategies.list();
    expect(strategy).toMatchObject({
      status: 'candidate',
      kind: 'route',
      derived_from: [result.trajectory_id],
    });
    const [pattern] = await ctx.memory.error_patterns.list();
    expect(pattern).toMatchObject({ frequency: 1, derived_from: [result.trajectory_id] });
    const experience = await ctx.memory.experiences.get(experienceId(result.trajectory_id));
    expect(experience?.analysis).toEqual(result.analysis);
    expect(experience?.derived_from).toEqual([result.trajectory_id]);
    expect(await createPipeline(ctx).accumulatedCount()).toBe(1);
  });

  it('twice, nothing is there twice', async () => {
    const ctx = await openFresh();
    await process(ctx, route);
    await process(ctx, route);
    const { trajectories, experiences, strategies, error_patterns, occurrences } = ctx.memory;
    for (const table of [trajectories, experiences, strategies, error_patterns, occurrences])
      expect(await table.count()).toBe(1);
  });

  it('a failure teaches its error but no strategy', async () => {
    const ctx = await openFresh();
    const result = await process(ctx, route, { success: false });
    expect(result).toMatchObject({ abstractable: false, strategies_extracted: 0 });
    expect(await ctx.memory.strategies.count()).toBe(0);
    expect(await ctx.memory.error_patterns.count()).toBe(1);
  });

  it('without steps it is stored all the same', async () => {
    const ctx = await openFresh();
    const result = await process(ctx, []);
    expect(result).toMatchObject({ stored: true, abstractable: false, notes: [] });
    expect(await ctx.memory.trajectories.count()).toBe(1);
  });

  it('grown, it is analysed anew, in the same record', async () => {
    const ctx = await openFresh();
    const first = await process(ctx, route.slice(0, 2), { session: 's' });
    const second = await process(ctx, route, { session: 's' });
    expect(second.trajectory_id).toBe(first.trajectory_id);
    const [experience, ...more] = await ctx.memory.experiences.list();
    expect(more).toEqual([]);
    expect(experience?.analysis.step_attribution).toHaveLength(4);
    expect(await ctx.memory.error_patterns.list()).toMatchObject([
      { frequency: 1, support: { worked: 1, tried: 1 } },
    ]);
  });

  it('that the recorder never saw is stored by the pipeline', async () => {
    const ctx = await openFresh();
    const run = runOf(route);
    await createPipeline(ctx).processTrajectory(run);
    expect(await ctx.memory.trajectories.get(run.id)).toEqual(run);
  });
});

describe('a failing stage', () => {
  const failing = () => Promise.reject(new Error('out of order'));

  it('of the analyzer is noted; the run is kept, judged and waits for a batch', async () => {
    const ctx = await openFresh();
    const analyzer = { ...createAnalyzer(ctx), analyze: failing };
    const result = await process(ctx, route, {}, { analyzer });
    expect(result).toMatchObject({ stored: true, analysis: null, abstractable: true });
    expect(result.notes).toHaveLength(1);
    expect(result.notes[0]).toMatch(/^analysis failed/u);
    expect(result.notes[0]).not.toContain('out of order');
    expect(await ctx.memory.trajectories.count({ batch: 'pending' })).toBe(1);
    // A batch with an analyzer that works comes back to it.
    await createPipeline(ctx).runBatchLearning({ min_trajectories: 1 });
    expect(await ctx.memory.experiences.count()).toBe(1);
  });

  it('of the extractor is noted as well', async () => {
    const ctx = await openFresh();
    const extractor = { ...createExtractor(ctx), isAbstractable: failing };
    const result = await process(ctx, route, {}, { extractor });
    expect(result).toMatchObject({ stored: true, abstractability: null, abstractable: false });
    expect(result.analysis?.success).toBe(true);
    expect(result.notes).toHaveLength(1);
  });

  it('is told from a call that was taken back', async () => {
    const ctx = await openFresh();
    const abort = new AbortController();
    const analyzer = {
      ...createAnalyzer(ctx),
      analyze: () => {
        abort.abort(new Error('enough'));
        return failing();
      },
    };
    await expect(
      createPipeline(ctx, { analyzer }).processTrajectory(runOf(route), abort.signal),
    ).rejects.toThrow('enough');
    expect(await ctx.memory.trajectories.count()).toBe(1);
  });
});

describe('every part is replaceable', () => {
  it('analyzer, extractor and hindsight of the caller are the ones that work', async () => {
    const ctx = await openFresh();
    const asked: string[] = [];
    const own = createHindsight(ctx);
    const pipeline = createPipeline(ctx, {
      analyzer: {
        ...createAnalyzer(ctx),
        analyze: async ({ outcome }) => {
          asked.push('analyze');
          return {
            success: outcome.success,
            key_steps: [0],
            step_attribution: [[0, 1]],
            method: 'llm',
            error_patterns: [],
          };
        },
      },
      extractor: {
        ...createExtractor(ctx),
        isAbstractable: async () => {
          asked.push('isAbstractable');
          return {
            abstractable: false,
            scores: { novelty: 0, generalizability: 0, complexity: 0 },
            reasoning: 'No.',
            method: 'llm',
          };
        },
      },
      hindsight: {
        ...own,
        shouldRunBatch: async () => {
          asked.push('shouldRunBatch');
          return { pending: 7, due: false, reasons: ['Never on Sundays'] };
        },
      },
    });
    const result = await pipeline.processTrajectory(runOf(route));
    expect(result.analysis).toMatchObject({ method: 'llm', key_steps: [0] });
    expect(result.abstractability?.reasoning).toBe('No.');
    expect(await pipeline.runBatchLearning()).toMatchObject({
      ran: false,
      reason: 'Never on Sundays',
      remaining: 7,
    });
    expect(asked.sort()).toEqual(['analyze', 'isAbstractable', 'shouldRunBatch']);
  });
});

describe('confirmation', () => {
  it('a second judged run of the same way makes the candidate active; an agent who says so does not', async () => {
    const steps = (round: number) => [
      bash('uv sync --extra frames'),
      edit(`n${round}.md`, 'a', 'b'),
      ...route.slice(2),
    ];
    const status = async (source: 'test' | 'agent') => {
      const ctx = await openFresh();
      for (let round = 0; round < 2; round += 1) await process(ctx, route, { source, session: `s${round}` });
      await process(ctx, steps(3), { source, task: 'Something else' });
      await createPipeline(ctx).runBatchLearning({ min_trajectories: 1 });
      const found = await ctx.memory.strategies.list({ where: { kind: 'route' } });
      return found.find(({ evidence }) => evidence.tried >= 2)?.status;
    };
    expect(await status('test')).toBe('active');
    expect(await status('agent')).toBe('candidate');
  });
});
