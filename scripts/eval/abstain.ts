/** Abstention: what is asked about things nobody recorded gets nothing, and what is known is not withheld for it. */
import type { Context } from '../../src/context.ts';
import { askKnowhow, type Question } from './ask.ts';
import { mean } from './figures.ts';
import { learn } from './stores.ts';

export interface Abstention {
  name: string;
  /** Share of foreign questions that get nothing at all, and from which set they came. */
  foreign: number;
  by: Record<string, number>;
  foreign_asked: number;
  /** Share of own questions whose hit is among the first five, with the floor and without. */
  recall: number;
  recall_without: number;
}

/** How many questions of each foreign set are asked, and of the own one. */
const ASKED = { foreign: 40, own: 120 };

/** Measured on a store that has learned too, so that strategies, concepts and error patterns could answer as well. */
export async function abstention(
  ctx: Context,
  name: string,
  own: Question[],
  foreign: Map<string, string[]>,
): Promise<Abstention> {
  const asked = spread(own, ASKED.own);
  const hits = async (floor: boolean) => {
    const found = [];
    for (const { text, rank } of asked) {
      const at = rank(await askKnowhow(ctx, text, floor));
      found.push(Number(at >= 1 && at <= 5));
    }
    return mean(found);
  };
  const recall = await hits(true);
  const recall_without = await hits(false);
  await learn(ctx);
  const by: Record<string, number> = {};
  const all: number[] = [];
  for (const [set, questions] of foreign) {
    const silent: number[] = [];
    for (const text of spread(questions, ASKED.foreign)) {
      const { strategies, error_patterns, concepts, experiences } = await askKnowhow(ctx, text, true);
      const shown = strategies.length + error_patterns.length + concepts.length + experiences.length;
      silent.push(Number(shown === 0));
    }
    by[set] = mean(silent);
    all.push(...silent);
  }
  return { name, foreign: mean(all), by, foreign_asked: all.length, recall, recall_without };
}

/** At most so many, evenly over the whole. */
export function spread<T>(items: T[], most: number): T[] {
  const stride = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(most, items.length) }, (_, i) => items[Math.floor(i * stride)] as T);
}
