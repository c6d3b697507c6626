/** Chances without the normal curve: small and lopsided arms have tails that it does not. All pure. */
import { betaShare } from './beta.ts';
import { endChances, saddleTails } from './saddlepoint.ts';

/** Values (0..1) of the units of two arms that were drawn by lot from one pot. */
export interface Lot {
  with: number[];
  without: number[];
}

/** Chances of at most, and of at least, what was seen. */
export type Tails = [below: number, above: number];

/**
 * Two-sided p of "the lot alone decided": twice the smaller tail of the sum over the units with, given how many each lot put
 * there. Exact (Fisher 1935) where every value is 0 or 1; by saddlepoint where some reached something between.
 */
export function lotP(lots: Lot[]): number {
  const told = lots.filter((lot) => lot.with.length > 0 && lot.without.length > 0);
  if (told.length === 0) return 1;
  const binary = told.every((lot) => lot.with.every(isBinary) && lot.without.every(isBinary));
  const [below, above] = binary ? exactTails(told) : saddleTails(told);
  return Math.min(1, 2 * Math.min(below, above));
}

/** The smallest p that lots of these sizes and values could have given: known before anybody knows who did well. */
export function leastP(lots: Lot[]): number {
  return Math.min(
    1,
    2 * Math.min(...endChances(lots.filter((lot) => lot.with.length > 0 && lot.without.length > 0))),
  );
}

/** Tails of the sum over strata of hypergeometric counts. */
function exactTails(lots: Lot[]): Tails {
  let chances = [1];
  let seen = 0;
  for (const lot of lots) {
    const worked = sumOf(lot.with);
    const { least, shares } = hypergeometric(
      lot.with.length,
      lot.without.length,
      worked + sumOf(lot.without),
    );
    seen += worked - least;
    chances = convolved(chances, shares);
  }
  const [below, above] = [sumOf(chances.slice(0, seen + 1)), sumOf(chances.slice(seen))];
  return [Math.min(1, below), Math.min(1, above)];
}

/** Chances of each number of successes among `drawn`, from `least` on, by ratios outward from the first that is likely. */
function hypergeometric(drawn: number, rest: number, successes: number): { least: number; shares: number[] } {
  const least = Math.max(0, successes - rest);
  const most = Math.min(drawn, successes);
  const mode = Math.floor(((drawn + 1) * (successes + 1)) / (drawn + rest + 2));
  const shares = new Array<number>(most - least + 1).fill(0);
  const middle = Math.min(most, Math.max(least, mode));
  shares[middle - least] = 1;
  for (let k = middle; k < most; k += 1)
    shares[k + 1 - least] =
      ((shares[k - least] ?? 0) * ((drawn - k) * (successes - k))) / ((k + 1) * (rest - successes + k + 1));
  for (let k = middle; k > least; k -= 1)
    shares[k - 1 - least] =
      ((shares[k - least] ?? 0) * (k * (rest - successes + k))) / ((drawn - k + 1) * (successes - k + 1));
  const all = sumOf(shares);
  return { least, shares: shares.map((share) => share / all) };
}

function convolved(a: number[], b: number[]): number[] {
  if (a.length === 1) return b;
  const sums = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, x] of a.entries())
    for (const [j, y] of b.entries()) sums[i + j] = (sums[i + j] ?? 0) + x * y;
  return sums;
}

/** Two-sided p of `worked` of `tried` at a chance that is known: twice the smaller tail, at most 1. */
export function binomialP(worked: number, tried: number, chance: number): number {
  const below = worked >= tried ? 1 : 1 - betaShare(chance, worked + 1, tried - worked);
  const above = worked <= 0 ? 1 : betaShare(chance, worked, tried - worked + 1);
  return Math.min(1, 2 * Math.min(below, above));
}

const isBinary = (value: number): boolean => value === 0 || value === 1;
const sumOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
