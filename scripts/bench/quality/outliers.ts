/** How many of clean examples are taken for outliers, and how many planted ones are found, by kind. */
import { outliersOf } from '../../../src/training/quality/outliers.ts';
import { CLEAN, PLANTED, sketchesOf } from './kinds.ts';

export interface OutlierFigures {
  clean: string;
  examples: number;
  /** Shares, mean over seeds; and of the worst seed. */
  lost: number;
  lost_at_worst: number;
  found: Record<string, number>;
  found_in_all: number;
  found_at_worst: number;
  /** The same where all of the twentieth are of this one kind, so that each hides among its like. */
  found_alone: Record<string, number>;
  /** Shares of clean examples that are lost where there are outliers too. */
  lost_beside: number;
}

const KINDS = Object.keys(PLANTED);
/** The forest of the paper, for comparison. */
export const PLAIN = { trees: 100, sample: 256, favour: 0 };

export function measureOutliers(seeds: number[], examples: number, forest?: typeof PLAIN): OutlierFigures[] {
  return Object.keys(CLEAN).map((clean) => {
    const runs = seeds.map((seed) => {
      const lost = flagged(sketchesOf(clean, examples, seed, []), seed, forest);
      const mixed = sketchesOf(clean, examples, seed + 500_000, KINDS);
      const flags = flagged(mixed, seed, forest);
      const alone = KINDS.map((kind) => {
        const one = sketchesOf(clean, examples, seed + 700_000, [kind]);
        return [kind, share(flagged(one, seed, forest).filter((_, i) => one[i]?.planted))] as const;
      });
      const of = (wanted: (planted: string | undefined) => boolean) =>
        share(flags.filter((_, i) => wanted(mixed[i]?.planted)));
      return {
        lost: share(lost),
        found: Object.fromEntries(KINDS.map((kind) => [kind, of((is) => is === kind)])),
        alone: Object.fromEntries(alone),
        all: of((is) => is !== undefined),
        beside: of((is) => is === undefined),
      };
    });
    return {
      clean,
      examples,
      lost: mean(runs.map(({ lost }) => lost)),
      lost_at_worst: Math.max(...runs.map(({ lost }) => lost)),
      found: meanOf(runs.map(({ found }) => found)),
      found_alone: meanOf(runs.map(({ alone }) => alone)),
      found_in_all: mean(runs.map(({ all }) => all)),
      found_at_worst: Math.min(...runs.map(({ all }) => all)),
      lost_beside: mean(runs.map(({ beside }) => beside)),
    };
  });
}

function flagged(made: ReturnType<typeof sketchesOf>, seed: number, forest?: typeof PLAIN): boolean[] {
  const outliers = outliersOf(
    made.map(({ sketch }) => sketch),
    seed,
    forest,
  );
  return made.map((_, i) => outliers?.odd[i] === true);
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (flags: boolean[]): number => mean(flags.map(Number));

function meanOf(runs: Record<string, number>[]): Record<string, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, mean(runs.map((run) => run[kind] ?? 0))]));
}
