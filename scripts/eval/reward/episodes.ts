/** ReAct's WebShop episodes as rated runs: through an importer and a store, with the score that each ended with. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featuresOf } from '../../../src/feedback/reward/features.ts';
import { ingest } from '../../../src/ingest/import.ts';
import type { Example } from '../../../src/learners/regression.ts';
import { taskKey } from '../../../src/memory/memory.ts';
import type { Trajectory } from '../../../src/types.ts';
import { withStore } from '../stores.ts';

export interface Episode {
  /** Its place in the log, from 0. */
  nth: number;
  run: Trajectory;
  /** 0..1; 0 where it was never finished, as its authors count. */
  score: number;
  finished: boolean;
}

/** Absent where the set is. */
export async function webShop(data: string): Promise<Episode[] | undefined> {
  const folder = join(data, 'react-webshop-fever', 'react-webshop-fever');
  const log = join(folder, 'webshop_react_500_episodes.txt');
  const scores = join(folder, 'webshop_trajectories.jsonl');
  if (!existsSync(log) || !existsSync(scores)) return undefined;
  const rows: { task: string; score: number; finished: boolean }[] = readFileSync(scores, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
  const known = new Map(rows.map(({ task, ...row }, nth) => [task.trim(), { nth, ...row }]));
  return withStore(async (ctx) => {
    await ingest(ctx, [log]);
    const runs = await ctx.memory.trajectories.list({ limit: rows.length });
    return runs
      .flatMap((run) => {
        const row = known.get(run.task.description.trim());
        return row ? [{ run, nth: row.nth, score: row.score, finished: row.finished }] : [];
      })
      .sort((a, b) => a.nth - b.nth);
  });
}

/** How much of an episode is looked at: at most half of its steps, half rounded up, or the first so many of each that has more. */
export type Cut = 'half' | 'half, rounded up' | number;

/** One example an episode; the instruction is the task, and no two episodes of one stand on both sides. */
export const examplesFrom = (episodes: Episode[], cut: Cut): (Example & { nth: number })[] =>
  episodes
    .filter(({ run }) => typeof cut === 'string' || run.steps.length > cut)
    .map(({ run, nth, score }) => ({
      nth,
      x: featuresOf(run, stepsOf(run.steps.length, cut)),
      y: score,
      group: taskKey(run.project, run.task),
    }));

const stepsOf = (steps: number, cut: Cut): number => {
  if (typeof cut === 'number') return cut;
  return cut === 'half' ? Math.max(1, Math.floor(steps / 2)) : Math.ceil(steps / 2);
};
