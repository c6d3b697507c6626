/** Figures of lessons, and how sure they are: whole tasks are drawn with replacement (Efron & Tibshirani 1993). */
import { createRandom } from '../../../src/learners/random.ts';

export interface Figure {
  value: number;
  low: number;
  high: number;
}

const DRAWS = 1_000;

/**
 * A figure of weighted lessons with its 95 % interval. `of` gets a weight for each lesson: 1 for the value itself, in a draw
 * as often as its cluster was drawn; NaN where it says nothing, as without both kinds.
 */
export function figureOf(clusters: string[], of: (weights: number[]) => number, seed = 11): Figure {
  const random = createRandom(seed);
  const names = [...new Set(clusters)];
  const draws: number[] = [];
  for (let i = 0; i < DRAWS; i += 1) {
    const times = new Map<string, number>();
    for (let k = 0; k < names.length; k += 1) {
      const name = names[Math.floor(random() * names.length)] ?? '';
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    const drawn = of(clusters.map((cluster) => times.get(cluster) ?? 0));
    if (!Number.isNaN(drawn)) draws.push(drawn);
  }
  draws.sort((a, b) => a - b);
  const at = (share: number) =>
    draws[Math.min(draws.length - 1, Math.floor(share * draws.length))] ?? Number.NaN;
  return { value: of(clusters.map(() => 1)), low: at(0.025), high: at(0.975) };
}

/** The chance that a lesson of the first kind scores above one of the second, ties half; for many weightings of the same. */
export function aucOf(scores: number[], isFirst: boolean[]): (weights: number[]) => number {
  const order = scores.map((_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  return (weights) => {
    let below = 0;
    let won = 0;
    let first = 0;
    for (let i = 0; i < order.length; ) {
      let tiedFirst = 0;
      let tiedSecond = 0;
      const score = scores[order[i] ?? 0];
      for (; i < order.length && scores[order[i] ?? 0] === score; i += 1) {
        const weight = weights[order[i] ?? 0] ?? 0;
        if (isFirst[order[i] ?? 0]) tiedFirst += weight;
        else tiedSecond += weight;
      }
      won += tiedFirst * (below + tiedSecond / 2);
      below += tiedSecond;
      first += tiedFirst;
    }
    return won / (first * below);
  };
}

/** Mean of those that are `inside` less the mean of the others. */
export const gapOf =
  (values: number[], inside: boolean[]) =>
  (weights: number[]): number => {
    const mean = (which: boolean) => {
      let sum = 0;
      let all = 0;
      for (const [i, value] of values.entries()) {
        if (inside[i] !== which) continue;
        sum += (weights[i] ?? 0) * value;
        all += weights[i] ?? 0;
      }
      return sum / all;
    };
    return mean(true) - mean(false);
  };
