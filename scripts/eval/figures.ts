/** Figures of rankings, and how sure they are. */
import { createRandom } from '../../src/learners/random.ts';

/** How far down a ranking is looked. */
export const DEPTH = 20;

/** One question put to every ranker: the rank at which the first hit came, 0 for none; and what it belongs to. */
export interface Asked<Name extends string = string> {
  /** Questions of one cluster are drawn together: the same task asked several times is one witness. */
  cluster: string;
  ranks: Record<Name, number>;
}

export interface Figures {
  hit1: number;
  hit5: number;
  mrr: number;
}

/** The rank of the first that hits, 1-based; 0 where none of the first DEPTH does. */
export const rankOf = <T>(ranked: T[], hits: (item: T) => boolean): number =>
  ranked.slice(0, DEPTH).findIndex(hits) + 1;

export const figuresOf = (ranks: number[]): Figures => ({
  hit1: mean(ranks.map((rank) => Number(rank === 1))),
  hit5: mean(ranks.map((rank) => Number(rank >= 1 && rank <= 5))),
  mrr: mean(ranks.map(reciprocal)),
});

export interface Difference {
  /** Relative to the other: 0.05 is five per cent better. */
  relative: number;
  low: number;
  high: number;
}

/**
 * The paired relative difference of two rankers' mean MRR over groups of questions (each group counts the same), with
 * a 95 % bootstrap interval: clusters are drawn with replacement within each group (Efron & Tibshirani 1993).
 */
export function relativeDifference(groups: Asked[][], of: string, than: string, seed = 7): Difference {
  const random = createRandom(seed);
  const clustered = groups.map((group) => {
    const clusters = new Map<string, [number, number, number]>();
    for (const { cluster, ranks } of group) {
      const sums = clusters.get(cluster) ?? [0, 0, 0];
      sums[0] += reciprocal(ranks[of] ?? 0);
      sums[1] += reciprocal(ranks[than] ?? 0);
      sums[2] += 1;
      clusters.set(cluster, sums);
    }
    return [...clusters.values()];
  });
  const relative = (pick: (clusters: [number, number, number][]) => [number, number, number][]) => {
    const [ours, theirs] = clustered.reduce(
      ([a, b], clusters) => {
        const drawn = pick(clusters);
        const count = drawn.reduce((sum, each) => sum + each[2], 0);
        return [
          a + drawn.reduce((sum, each) => sum + each[0], 0) / count,
          b + drawn.reduce((sum, each) => sum + each[1], 0) / count,
        ];
      },
      [0, 0],
    );
    return (ours ?? 0) / Math.max(1e-9, theirs ?? 0) - 1;
  };
  const draws = Array.from({ length: 2_000 }, () =>
    relative((clusters) =>
      clusters.map(() => clusters[Math.floor(random() * clusters.length)] as [number, number, number]),
    ),
  ).sort((a, b) => a - b);
  return { relative: relative((all) => all), low: draws[49] ?? 0, high: draws[1949] ?? 0 };
}

const reciprocal = (rank: number): number => (rank > 0 ? 1 / rank : 0);
export const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
/** The value below which a share of the values lies. */
export const quantile = (values: number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};
