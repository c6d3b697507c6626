/** Made-up data with a known truth, for the learners' tests. */
import { createRandom, type Random } from '../../src/learners/random.ts';
import type { Example, Regressor } from '../../src/learners/regression.ts';

/** Standard normal (Box & Muller). */
export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Friedman #1 (1991): ten uniform features of which five count, noise 1; each row a group of its own. */
export function friedman(n: number, seed: number): Example[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, (_, i) => {
    const x = Array.from({ length: 10 }, () => random());
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = x;
    const y = 10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e + gaussian(random);
    return { x, y, group: `g${i}` };
  });
}

/** y = 1 + 2a − 3b + noise, and a third feature that counts for nothing; four rows a group. */
export function linear(n: number, seed: number, noise = 0.5): Example[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, (_, i) => {
    const x = Array.from({ length: 3 }, () => gaussian(random));
    const [a = 0, b = 0] = x;
    return { x, y: 1 + 2 * a - 3 * b + noise * gaussian(random), group: `g${Math.floor(i / 4)}` };
  });
}

/** R² of a fit on other rows. */
export function r2On(regressor: Regressor, fitted: unknown, rows: Example[]): number {
  const mean = rows.reduce((sum, { y }) => sum + y, 0) / rows.length;
  const wrong = rows.reduce((sum, { x, y }) => sum + (y - regressor.predict(fitted, x)) ** 2, 0);
  return 1 - wrong / rows.reduce((sum, { y }) => sum + (y - mean) ** 2, 0);
}
