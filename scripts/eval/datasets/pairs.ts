/** The preference pairs of a set, as a dataset would hold them. */
import type { Context } from '../../../src/context.ts';
import { type PreferenceCounts, preferencesOf } from '../../../src/feedback/preferences/preferences.ts';
import { preferenceExamples } from '../../../src/training/examples/pairs.ts';
import { taskItems } from '../../../src/training/provenance/items.ts';
import type { PreferenceExample } from '../../../src/types.ts';

export interface PairFigures {
  set: string;
  runs: number;
  tasks: number;
  /** Of two runs, before their texts are looked at. */
  given: Pick<PreferenceCounts, 'pairs' | 'tasks' | 'by_source' | 'left_out'>;
  examples: number;
  by_source: Record<string, number>;
  /** Those whose prompt tells of earlier attempts. */
  with_history: number;
  left_out: Record<string, number>;
  seconds: number;
}

export async function pairsOfSet(
  ctx: Context,
  set: string,
): Promise<{ figures: PairFigures; examples: PreferenceExample[] }> {
  const began = performance.now();
  const examples: PreferenceExample[] = [];
  const left_out: Record<string, number> = {};
  const given = await preferencesOf(ctx, {}, async (pairs) => {
    const [first] = pairs;
    if (!first) return;
    for await (const { items } of taskItems(ctx, { projects: [], tasks: new Set([first.task_key]) })) {
      const made = await preferenceExamples(ctx, pairs, new Map(items.map((item) => [item.id, item])));
      examples.push(...made.examples);
      for (const [why, count] of Object.entries(made.left_out)) left_out[why] = (left_out[why] ?? 0) + count;
    }
  });
  const keys = await ctx.memory.trajectories.cells('task_key');
  const tasks = new Set(keys.values()).size;
  const by_source: Record<string, number> = {};
  for (const { source } of examples) by_source[source] = (by_source[source] ?? 0) + 1;
  const { pairs, tasks: paired, by_source: sources, left_out: unpaired } = given;
  return {
    examples,
    figures: {
      set,
      runs: keys.size,
      tasks,
      given: { pairs, tasks: paired, by_source: sources, left_out: unpaired },
      examples: examples.length,
      by_source,
      with_history: examples.filter(({ attempts }) => attempts.length > 0).length,
      left_out,
      seconds: (performance.now() - began) / 1_000,
    },
  };
}
