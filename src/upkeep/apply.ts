/** Consequences carried out: derived records first and the runs last, so that a killed one is found and done again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hooksPlace } from '../config/glance.ts';
import type { Context } from '../context.ts';
import { unavailableError } from '../errors.ts';
import { clearHints } from '../ingest/hints-file.ts';
import { countPatterns } from '../learning/errors/learn.ts';
import { settleConcepts, settleStrategies } from '../learning/strategies/settle.ts';
import { type Memory, TABLES } from '../memory/memory.ts';
import { isRemote } from '../memory/remote-errors.ts';
import type { Consequences } from './consequences.ts';
import { anyTable, eachRecord, pages, type TableName } from './records.ts';

const PAUSE_MS = 200;
/** 90 seconds: a batch called by a tool keeps others waiting for about a minute at most. */
const MOST_PAUSES = 450;

/** Runs `work` while no batch runs: it would write again what is being taken back. @throws KnowhowError `batch_running`. */
export async function betweenBatches<R>(ctx: Context, work: () => Promise<R>): Promise<R> {
  for (let pauses = 0; pauses < MOST_PAUSES; pauses += 1) {
    const locked = await ctx.memory.exclusive('batch', work);
    if (locked.held) return locked.value;
    await sleep(PAUSE_MS);
  }
  throw unavailableError('batch_running', 'A batch is running on this store.', 'Try again when it is done.');
}

/** Writes and removes what the plan says. Done twice it changes nothing more. */
export async function apply(ctx: Context, plan: Consequences): Promise<void> {
  const { memory } = ctx;
  const remove = async (table: TableName) => {
    for (const id of pages([...plan.remove[table]])) await memory[table].remove({ id });
  };
  // A pattern is found by its occurrences, so it is seen to before they go; strategies that go must not take in others.
  await memory.error_patterns.put([...plan.recount.values()]);
  await remove('error_patterns');
  await remove('occurrences');
  await remove('uses');
  // What was asked about a run that does not name it is found by the exposure.
  await remove('retrievals');
  await remove('strategies');
  for (const table of TABLES) await anyTable(memory, table).put([...plan.rewrite[table].values()]);
  for (const [project, { strategies, concepts, left }] of plan.retold) {
    await settleStrategies(ctx, project, strategies, { attempts: left, complete: false });
    await settleConcepts(ctx, project, concepts, new Set());
  }
  await countPatterns(ctx, plan.recount.keys());
  // The runs last of all: as long as they are there, what follows from them can be found again.
  for (const table of TABLES.toReversed()) await remove(table);
  // What hooks tell is a copy; the next hook makes it anew. For a store on object storage there is none.
  if (!isRemote(ctx.config.data)) clearHints(hooksPlace(ctx.config.data, true));
}

/** The pieces that these runs were made from: spans and events that came by themselves. */
export async function removeArrivals({ arrivals }: Memory, runs: Iterable<string>): Promise<void> {
  const wanted = new Set(runs);
  const gone: string[] = [];
  for await (const { id, derived_from } of eachRecord(arrivals, { state: 'joined' }))
    if (derived_from.some((run) => wanted.has(run))) gone.push(id);
  for (const id of pages(gone)) await arrivals.remove({ id });
}

/** Rewrites the tables, so that what was removed is gone from the disk as well. */
export async function purgeAll(memory: Memory): Promise<void> {
  for (const table of TABLES) await memory[table].purge();
  // Also where a killed forget had removed them already.
  await memory.arrivals.purge();
}
