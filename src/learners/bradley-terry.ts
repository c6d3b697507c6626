/**
 * Who is preferred to whom (Bradley & Terry 1952): P(a before b) = 1 / (1 + exp(s_b − s_a)), where the strength s is a
 * number of each contestant, or a weighted sum of its features. All pure.
 */
import { callerError } from '../errors.ts';
import { fitLogistic, type Logistic, likelihood } from './logistic.ts';
import { known } from './regression.ts';

/** Two that stood side by side, by their features. null: not known; such a feature tells nothing of the pair. */
export interface Pair {
  better: (number | null)[];
  worse: (number | null)[];
  /** How sure that is; default 1. */
  weight?: number;
}

/** Strength from features: logistic regression on differences. Each pair stands in both directions, so there is no bias. */
export function fitPreferences(pairs: Pair[], ridge = 1): Logistic {
  const width = pairs.reduce((most, { better, worse }) => Math.max(most, better.length, worse.length), 0);
  const rows = pairs.flatMap(({ better, worse, weight = 1 }) => {
    if (!(weight >= 0 && weight <= LARGEST)) throw badWeight();
    return [
      { x: difference(better, worse, width), y: true, weight: weight / 2 },
      { x: difference(worse, better, width), y: false, weight: weight / 2 },
    ];
  });
  const { weights, spreads, means } = fitLogistic(rows, ridge);
  // They are 0 but for rounding; exactly 0, both directions of a question sum to 1.
  return { bias: 0, weights, means: means.map(() => 0), spreads };
}

/** Probability that `a` is preferred to `b`, 0..1; 0.5 when nothing tells. */
export const preferenceOf = (model: Logistic, a: (number | null)[], b: (number | null)[]): number =>
  likelihood(model, difference(a, b, model.weights.length));

function difference(a: (number | null)[], b: (number | null)[], width: number): number[] {
  return Array.from({ length: width }, (_, f) => {
    const [left, right] = [known(a[f]), known(b[f])];
    return left === undefined || right === undefined ? 0 : left - right;
  });
}

const LARGEST = 1e100;

const badWeight = () =>
  callerError('bad_example', 'A comparison weighs less than 0.', 'Leave the comparison out.');

export interface Game {
  winner: string;
  loser: string;
  /** Default 1. */
  weight?: number;
}

const MOST_ROUNDS = 10_000;

/**
 * Log strengths with mean 0, by the MM algorithm (Hunter 2004). `prior` (default 0.1) is how often each is taken to have
 * both beaten and lost to one of strength 0, so that the unbeaten stay finite; with 0 they need not.
 */
export function fitStrengths(games: Game[], { prior = 0.1 }: { prior?: number } = {}): Map<string, number> {
  const placeOf = new Map<string, number>();
  const place = (name: string) => placeOf.get(name) ?? placeOf.set(name, placeOf.size).size - 1;
  const met = new Map<string, { a: number; b: number; weight: number }>();
  const wins: number[] = [];
  for (const { winner, loser, weight = 1 } of games) {
    if (!(weight >= 0 && weight <= LARGEST)) throw badWeight();
    if (winner === loser) continue;
    const [won, lost] = [place(winner), place(loser)];
    wins[won] = (wins[won] ?? 0) + weight;
    const [a, b] = won < lost ? [won, lost] : [lost, won];
    const between = met.get(`${a} ${b}`) ?? { a, b, weight: 0 };
    between.weight += weight;
    met.set(`${a} ${b}`, between);
  }
  const pairs = [...met.values()];
  const n = placeOf.size;
  let strength = new Float64Array(n).fill(1);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const shares = Float64Array.from(strength, (s) => (2 * prior) / (s + 1));
    for (const { a, b, weight } of pairs) {
      const share = weight / ((strength[a] ?? 1) + (strength[b] ?? 1));
      shares[a] = (shares[a] ?? 0) + share;
      shares[b] = (shares[b] ?? 0) + share;
    }
    const next = strength.map((_, i) => bounded(((wins[i] ?? 0) + prior) / (shares[i] ?? 1)));
    // Without a prior only ratios matter.
    const scale = prior > 0 ? 1 : Math.exp(next.reduce((sum, s) => sum + Math.log(s), 0) / n);
    let moved = 0;
    for (const [i, s] of next.entries()) {
      next[i] = bounded(s / scale);
      moved = Math.max(moved, Math.abs(Math.log((next[i] ?? 1) / (strength[i] ?? 1))));
    }
    strength = next;
    if (moved < 1e-10) break;
  }
  const logs = strength.map((s) => Math.log(s));
  const mean = logs.reduce((sum, log) => sum + log, 0) / Math.max(1, n);
  return new Map([...placeOf].map(([name, i]) => [name, (logs[i] ?? 0) - mean]));
}

/** A log strength of ±30 says it all. */
const bounded = (strength: number): number => (strength > 1e-13 ? Math.min(strength, 1e13) : 1e-13);
