/** Tails of a sum over units drawn by lot, when the values are not just 0 and 1. All pure. */
import { logGamma } from './beta.ts';
import type { Lot, Tails } from './exact.ts';
import { upperTail } from './stratified.ts';

/** One lot's distinct values, how often each is there, and how many units were drawn. */
interface Pot {
  values: [value: number, count: number][];
  drawn: number;
  size: number;
  mean: number;
}

/** Beyond this tilt the sum is at its end for every value that tasks with fewer than a hundred runs can have. */
const STEEPEST = 4_000;

/**
 * Double saddlepoint (Skovgaard 1987; Robinson 1982 for permutations): the sum over drawn units, given how many are drawn from
 * each pot, with one tilt per pot. At the very ends the chance is counted out. Without continuity correction: a mid-p.
 */
export function saddleTails(lots: Lot[]): Tails {
  const pots = lots.map(potOf);
  const seen = lots.reduce((sum, lot) => sum + sumOf(lot.with), 0);
  const [least, most] = [endOf(pots, 1), endOf(pots, -1)];
  if (most.sum - least.sum < 1e-9) return [1, 1];
  if (seen >= most.sum - 1e-9) return [1, most.chance];
  if (seen <= least.sum + 1e-9) return [least.chance, 1];
  const even = tilted(pots, 0);
  if (Math.abs(seen - even.sum) < 1e-9) return [0.5, 0.5];
  const tilt = rootOf(
    (at) => {
      const { sum, spread } = tilted(pots, at);
      return [sum - seen, spread];
    },
    [seen > even.sum ? 0 : -STEEPEST, seen > even.sum ? STEEPEST : 0],
    (seen - even.sum) / even.spread,
  );
  const at = tilted(pots, tilt);
  const w = Math.sign(tilt) * Math.sqrt(Math.max(0, 2 * (tilt * seen - at.log + even.log)));
  const u = tilt * Math.exp((at.logVolume + Math.log(at.spread) - even.logVolume) / 2);
  if (Math.abs(w) < 1e-3 || Math.abs(u) < 1e-3) return [0.5, 0.5];
  const above = upperTail(w) + (Math.exp((-w * w) / 2) / Math.sqrt(2 * Math.PI)) * (1 / u - 1 / w);
  const clamped = Math.min(1, Math.max(0, above));
  return [1 - clamped, clamped];
}

interface Tilted {
  /** What the drawn units sum to on average. */
  sum: number;
  /** Log of the generating function, less the tilt of each pot times its draws. */
  log: number;
  /** Log of the product over pots of the variance of the number drawn. */
  logVolume: number;
  /** Variance of the sum, given the numbers drawn. */
  spread: number;
}

function tilted(pots: Pot[], tilt: number): Tilted {
  const all: Tilted = { sum: 0, log: 0, logVolume: 0, spread: 0 };
  for (const pot of pots) {
    const shift = shiftOf(pot, tilt);
    let [volume, cross, square] = [0, 0, 0];
    for (const [value, count] of pot.values) {
      const exponent = shift + tilt * value;
      const chance = sigmoid(exponent);
      const variance = count * chance * sigmoid(-exponent);
      all.sum += count * chance * value;
      all.log += count * (exponent > 30 ? exponent : Math.log1p(Math.exp(exponent)));
      volume += variance;
      cross += variance * value;
      square += variance * value * value;
    }
    all.log -= shift * pot.drawn;
    all.logVolume += Math.log(volume);
    all.spread += Math.max(0, square - (cross * cross) / volume);
  }
  return all;
}

/** The shift at which as many units are drawn from the pot as were, on average. It lies between the values' own. */
function shiftOf(pot: Pot, tilt: number): number {
  const even = Math.log(pot.drawn / (pot.size - pot.drawn));
  const ends = pot.values.map(([value]) => even - tilt * value);
  return rootOf(
    (shift) => {
      let [drawn, slope] = [-pot.drawn, 0];
      for (const [value, count] of pot.values) {
        const chance = sigmoid(shift + tilt * value);
        drawn += count * chance;
        slope += count * chance * (1 - chance);
      }
      return [drawn, slope];
    },
    [Math.min(...ends), Math.max(...ends)],
    even - tilt * pot.mean,
  );
}

/** Where a rising function is 0: Newton's steps, halved intervals where they would leave the bracket. */
function rootOf(
  f: (x: number) => [value: number, slope: number],
  bracket: [number, number],
  start: number,
): number {
  let [low, high] = bracket;
  let x = start;
  for (let i = 0; i < 100 && high - low > 1e-12; i += 1) {
    if (!(x > low && x < high)) x = (low + high) / 2;
    const [value, slope] = f(x);
    if (value < 0) low = x;
    else high = x;
    const step = value / slope;
    if (Math.abs(step) < 1e-11) return x;
    x -= step;
  }
  return (low + high) / 2;
}

/** Chances of the smallest and of the largest sum that could be drawn. */
export function endChances(lots: Lot[]): Tails {
  const pots = lots.map(potOf);
  return [endOf(pots, 1).chance, endOf(pots, -1).chance];
}

/** The largest (`order` −1) or smallest (1) sum that could be drawn, and its chance. */
function endOf(pots: Pot[], order: 1 | -1): { sum: number; chance: number } {
  let [sum, log] = [0, 0];
  for (const { values, drawn, size } of pots) {
    let left = drawn;
    for (const [value, count] of [...values].sort(([a], [b]) => order * (a - b))) {
      const taken = Math.min(left, count);
      if (taken > 0) log += logChoose(count, taken);
      sum += taken * value;
      left -= taken;
    }
    log -= logChoose(size, drawn);
  }
  return { sum, chance: Math.min(1, Math.exp(log)) };
}

function potOf(lot: Lot): Pot {
  const counts = new Map<number, number>();
  for (const value of [...lot.with, ...lot.without]) counts.set(value, (counts.get(value) ?? 0) + 1);
  return {
    values: [...counts].sort(([a], [b]) => a - b),
    drawn: lot.with.length,
    size: lot.with.length + lot.without.length,
    mean: (sumOf(lot.with) + sumOf(lot.without)) / (lot.with.length + lot.without.length),
  };
}

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const sumOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
