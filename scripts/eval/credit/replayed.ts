/** Credit `counterfactual` by replay on tasks with a planted decisive step, through a real store and the product's own strategy. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toTrajectory } from '../../../src/capture/recorder.ts';
import { openContext } from '../../../src/context.ts';
import { attributeSimple } from '../../../src/learning/credit/simple.ts';
import { CREDIT_STRATEGIES } from '../../../src/learning/credit/strategy.ts';
import { mean } from '../figures.ts';
import { plantedRuns } from './planted.ts';

export interface Replays {
  runs: number;
  /** Share of runs whose first guess decides, by method. */
  found: Record<'replay' | 'simple' | 'last' | 'random', number>;
  /** Runs that fell through to another method. */
  fell: number;
  executions: number;
  families: Record<string, number>;
}

export async function compareReplays(seed = 1, each = 13): Promise<Replays> {
  const data = await mkdtemp(join(tmpdir(), 'knowhow-eval-'));
  const settings = { data, log_level: 'silent' as const, learning: { replay: true } };
  const ctx = await openContext(settings, { llm: null, seed });
  const rows: { family: string; replay: boolean; simple: boolean; last: boolean; random: number }[] = [];
  let fell = 0;
  let executions = 0;
  try {
    for (const { family, task, steps, success, decisive } of plantedRuns(seed, each)) {
      const trajectory = toTrajectory(ctx, { task, steps, outcome: { success } });
      const { attribution, method, note } = await CREDIT_STRATEGIES.counterfactual(trajectory, ctx);
      if (method !== 'counterfactual') fell += 1;
      executions += Number(/(\d+) executions/u.exec(note ?? '')?.[1] ?? 0);
      rows.push({
        family,
        replay: decisive.has(firstGuess(attribution)),
        simple: decisive.has(firstGuess(attributeSimple(trajectory))),
        last: decisive.has(steps.length - 1),
        random: decisive.size / steps.length,
      });
    }
  } finally {
    await ctx.close();
    await rm(data, { recursive: true, force: true });
  }
  const share = (of: 'replay' | 'simple' | 'last' | 'random', among = rows) =>
    mean(among.map((row) => Number(row[of])));
  return {
    runs: rows.length,
    found: { replay: share('replay'), simple: share('simple'), last: share('last'), random: share('random') },
    fell,
    executions: executions / rows.length,
    families: Object.fromEntries(
      [...Map.groupBy(rows, ({ family }) => family)].map(([family, among]) => [
        family,
        share('replay', among),
      ]),
    ),
  };
}

const firstGuess = (attribution: [number, number][]): number =>
  attribution.reduce((best, pair) => (pair[1] > best[1] ? pair : best), [-1, -1])[0];
