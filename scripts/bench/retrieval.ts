/** retrieve_strategies through a real client, against LanceDB doing the same searches over the same tables and indices. */
import type { Context } from '../../src/context.ts';
import { recall } from '../../src/memory/recall.ts';
import { projectOf, taskOf } from './corpus.ts';
import { inTurns, round } from './measure.ts';
import { noting, openRaw, type Search } from './replay.ts';
import type { Server } from './server.ts';

/** Every second question is about a task that is known, the others are about none. */
const questionOf = (i: number, runs: number) => {
  const task = (i * 7_919) % Math.ceil(runs / 4);
  return i % 2 === 0 ? taskOf(task) : taskOf(10_000_000 + i);
};

export async function measureRetrieval(ctx: Context, server: Server, runs: number, questions: number) {
  const asked = Array.from({ length: questions + 5 }, (_, i) => ({
    task: questionOf(i, runs),
    project: projectOf(i),
  }));
  const searches: Search[][] = [];
  for (const { task, project } of asked) {
    const seen: Search[] = [];
    await recall(noting(ctx.memory, seen), { task, project, k: 4 });
    searches.push(seen);
  }
  const raw = await openRaw(ctx.config.data, ctx.memory);
  const { one, other } = await inTurns(
    questions,
    (i) => raw.ask(searches[i] ?? []),
    (i) => server.call('retrieve_strategies', { ...asked[i] }),
  );
  raw.close();
  return {
    searches: searches[0]?.length ?? 0,
    lancedb: one,
    knowhow: other,
    p50_ratio: round(other.p50 / one.p50),
    p99_ratio: round(other.p99 / one.p99),
  };
}
