/** One memory in use: tasks ask what is known through the tool, runs are recorded through the tool, one strategy hurts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContext } from '../../src/context.ts';
import { createRandom } from '../../src/learners/random.ts';
import { examined } from '../../src/learners/votes.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { recordTrajectoryTool } from '../../src/tools/record.ts';
import { retrieveStrategiesTool } from '../../src/tools/retrieve.ts';
import type { Strategy } from '../../src/types.ts';

export interface Store {
  tasks: number;
  /** Share of tasks held out. */
  holdout: number;
  /** Share of retrievals that try something. */
  exploration: number;
  seed: number;
}

export interface Lived {
  effect: number;
  status: Strategy['status'];
  why: string;
  /** Tasks until it had the status that it has. */
  runs: number;
  shown: number;
  explored: number;
}

const BASE = 0.5;
const K = 3;
/** What reading each of them in the first place adds; further down less, as the server takes it. */
const EFFECTS = [0, 0, 0, 0.2, 0, -0.4];
const ACTS = [
  'skip the migration and edit the table by hand',
  'rotate the client certificate before the export',
  'lower the batch size of the writer',
  'reopen the pool and then the ledger',
  'run vacuum on the archive first',
  'pin the clock of the scheduler',
];
const START = Date.parse('2026-01-01T00:00:00.000Z');

export async function storeHistory({
  tasks,
  holdout,
  exploration,
  seed,
}: Store): Promise<{ strategies: Lived[] }> {
  const data = await mkdtemp(join(tmpdir(), 'knowhow-use-'));
  let minutes = 0;
  const now = () => new Date(START + minutes * 60_000);
  const learning = { exploration, auto_batch: false };
  const config = { data, project: 'shop', holdout, learning, log_level: 'silent' as const };
  const ctx = await openContext(config, { llm: null, seed, now });
  try {
    await ctx.memory.strategies.put(EFFECTS.map((_, nth) => strategyOf(nth)));
    const { signal } = new AbortController();
    const call = { ctx, pipeline: createPipeline(ctx), signal, progress: () => {} };
    const random = createRandom(seed);
    const lives = EFFECTS.map((effect) => ({
      effect,
      runs: 0,
      shown: 0,
      explored: 0,
      status: 'active',
      why: '',
    }));
    for (let nth = 0; nth < tasks; nth += 1) {
      minutes += 1;
      const task = `The nightly export to the ledger of depot ${nth} stalls`;
      const found = await retrieveStrategiesTool.run(
        { task, task_id: `depot-${nth}`, project: 'shop', k: K, max_tokens: 20_000 },
        call,
      );
      let rate = BASE;
      for (const [at, { id, explored }] of found.strategies.entries()) {
        const life = lives[Number(id.slice('strat_'.length))];
        if (!life) continue;
        rate += life.effect * examined(at + 1);
        life.shown += 1;
        life.explored += Number(explored ?? false);
      }
      minutes += 1;
      const success = random() < rate;
      await recordTrajectoryTool.run(
        {
          task: { description: task, id: `depot-${nth}` },
          project: 'shop',
          session: `run-${nth}`,
          retrieval_id: found.retrieval_id,
          steps: [{ action: 'ledger export', observation: '' }],
          outcome: { success, verdict: { source: 'test' } },
        },
        call,
      );
      for (const { id, status, status_why = '' } of await ctx.memory.strategies.list({
        where: { kind: 'given' },
      })) {
        const life = lives[Number(id.slice('strat_'.length))];
        if (life && life.status !== status) Object.assign(life, { status, runs: nth + 1 });
        if (life) life.why = status_why;
      }
    }
    return { strategies: lives as Lived[] };
  } finally {
    await ctx.close();
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

const strategyOf = (nth: number): Strategy => ({
  id: `strat_${nth}`,
  at: new Date(START).toISOString(),
  project: 'shop',
  derived_from: [],
  trust: 1,
  kind: 'given',
  situation: 'When the nightly export to the ledger stalls',
  abstractable: true,
  suggestion: ACTS[nth] ?? '',
  seen_at: [],
  pitfalls: [],
  parameters: [],
  // What hurts comes with the best name, or ranking alone would soon show it to nobody.
  evidence: {
    ...((EFFECTS[nth] ?? 0) < 0 ? { worked: 60, tried: 60 } : { worked: 3, tried: 3 }),
    from: [],
    tasks: 2,
  },
  status: 'active',
  method: 'heuristic',
});
