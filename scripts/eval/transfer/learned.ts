/** What is learned from some attempts, and what of it is handed to other tasks: through a real store and recall(). */
import type { Context } from '../../../src/context.ts';
import { createExtractor } from '../../../src/learning/extractor.ts';
import { settleStrategies } from '../../../src/learning/strategies/settle.ts';
import { recall } from '../../../src/memory/recall.ts';
import type { Attempt, Strategy } from '../../../src/types.ts';
import { PROJECT, withStore } from '../stores.ts';

/** How many are handed over at most. */
export const SHOWN = 5;

export interface HandedOver {
  /** Held-out task, by key: what it would be shown. */
  shown: Map<string, Strategy[]>;
  strategies: number;
  active: number;
}

/** Learns from `known` and asks for each of `tasks`, by its whole description. */
export const handOver = (known: Attempt[], tasks: { key: string; asked: string }[]): Promise<HandedOver> =>
  withStore(async (ctx: Context) => {
    const told = await createExtractor(ctx).tellStrategies(known);
    await settleStrategies(ctx, PROJECT, told, { attempts: known, complete: true });
    const all = await ctx.memory.strategies.list({ where: { status: ['active', 'candidate'] } });
    const shown = new Map<string, Strategy[]>();
    for (const { key, asked } of tasks) {
      const found = await recall(ctx.memory, {
        task: asked,
        project: PROJECT,
        k: SHOWN,
        now: ctx.now(),
      });
      shown.set(
        key,
        found.strategies.map(({ strategy }) => strategy),
      );
    }
    return { shown, strategies: all.length, active: all.filter(({ status }) => status === 'active').length };
  });

/** The same attempts with their outcomes dealt out anew: what is then learned is chance. */
export function shuffled(attempts: Attempt[], random: () => number, withinTasks: boolean): Attempt[] {
  const groups = withinTasks ? [...Map.groupBy(attempts, ({ task_key }) => task_key).values()] : [attempts];
  return groups.flatMap((same) => {
    const outcomes = same.map(({ success }) => success);
    for (let i = outcomes.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [outcomes[i], outcomes[j]] = [outcomes[j] ?? null, outcomes[i] ?? null];
    }
    return same.map((attempt, i) => ({ ...attempt, success: outcomes[i] ?? null }));
  });
}
