/** What the memory holds and how the store is doing: for `knowhow://stats`, `knowhow status` and `doctor`. */
import type { Context } from '../context.ts';
import { describeError } from '../errors.ts';
import { eventFigures } from '../ingest/events/listing.ts';
import { createHindsight } from '../learning/hindsight/learner.ts';
import { answerFigures } from '../llm/answer-cache.ts';
import { probeEmbedder } from '../llm/probe.ts';
import { TABLES } from '../memory/memory.ts';
import { isRemote } from '../memory/remote-errors.ts';

export async function stats(ctx: Context) {
  const { memory, embedder, config } = ctx;
  const [
    trajectories,
    strategies,
    concepts,
    error_patterns,
    active,
    outcomes,
    projects,
    batch,
    [lastBatch],
    probe,
    { waiting, joined, dead },
  ] = await Promise.all([
    memory.trajectories.count(),
    memory.strategies.count({ status: ['candidate', 'active', 'stale'] }),
    memory.concepts.count(),
    memory.error_patterns.count(),
    memory.strategies.count({ status: 'active' }),
    memory.trajectories.tally('success'),
    memory.trajectories.tally('project'),
    createHindsight(ctx).shouldRunBatch(),
    memory.batches.list({ order: 'newest', limit: 1 }),
    probeEmbedder(embedder),
    eventFigures(ctx),
  ]);
  const store = Object.fromEntries(
    await Promise.all(TABLES.map(async (name) => [name, await memory[name].figures()] as const)),
  );
  const { error: unanswered, ...probed } = probe;
  return {
    data: config.data,
    project: config.project,
    /** Share of tasks that are shown nothing. */
    holdout: config.holdout,
    counts: { trajectories, strategies, concepts, error_patterns },
    active_strategies: active,
    outcomes: {
      success: outcomes.get('true') ?? 0,
      failure: outcomes.get('false') ?? 0,
      unknown: outcomes.get('unknown') ?? 0,
    },
    projects: Object.fromEntries([...projects].sort()),
    events: { waiting, joined, dead },
    batch,
    last_batch: lastBatch ? { at: lastBatch.at, ...lastBatch.result } : null,
    embedder: {
      ...probed,
      ...(embedder.usage ? { usage: { ...embedder.usage } } : {}),
      ...(unanswered === undefined ? {} : { error: describeError(unanswered) }),
    },
    llm: ctx.llm
      ? {
          model: ctx.llm.model,
          ...ctx.llm.usage,
          max_tokens: config.llm?.max_tokens_per_process ?? null,
          answers_kept: isRemote(config.data) ? null : await answerFigures(config.data),
        }
      : null,
    store,
  };
}
