import { describe, expect, it } from 'vitest';
import type { Contest } from '../../../src/feedback/preferences/contests.ts';
import { fitContests, LEAST_TASKS } from '../../../src/feedback/preferences/fit.ts';
import { type Game, strengthsOf } from '../../../src/feedback/preferences/strengths.ts';
import { FEATURE_NAMES } from '../../../src/feedback/reward/features.ts';
import { createRandom, type Random } from '../../../src/learners/random.ts';

const DECIDES = FEATURE_NAMES.indexOf('share of actions done before, to the letter');

/** Pairs of random runs; the better one has less of one feature with this probability. */
function contests(tasks: number, each: number, certain: number, random: Random): Contest[] {
  const run = () => FEATURE_NAMES.map(() => random());
  return Array.from({ length: tasks * each }, (_, i) => {
    const [a, b] = [run(), run()];
    const less = (a[DECIDES] ?? 0) < (b[DECIDES] ?? 0) ? [a, b] : [b, a];
    const [better = [], worse = []] = random() < certain ? less : less.reverse();
    return { task_key: `t${i % tasks}`, better, worse, weight: 1 };
  });
}

describe('what the course of a run tells', () => {
  it('is found where it was planted, and named', () => {
    const fit = fitContests(contests(60, 5, 0.95, createRandom(1)));
    if (!fit.known) throw new Error(fit.why);
    expect(fit.accuracy.value).toBeGreaterThan(0.8);
    expect(fit.accuracy.value).toBeLessThan(0.97);
    expect(fit).toMatchObject({ pairs: 300, tasks: 60, verdict: 'better' });
    expect(fit.over_best.interval[0]).toBeGreaterThan(0.1);
    expect(fit.weights[0]?.feature).toBe(FEATURE_NAMES[DECIDES]);
    expect(fit.weights[0]?.weight).toBeLessThan(0);
  });

  it('is nothing where there is only noise, and that is said', () => {
    const fits = Array.from({ length: 4 }, (_, i) => fitContests(contests(50, 4, 0.5, createRandom(20 + i))));
    const values = fits.map((fit) => (fit.known ? fit.accuracy.value : Number.NaN));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    for (const fit of fits) expect(fit).not.toMatchObject({ verdict: 'better' });
  });

  it('is no mirror of the pairs: told the other way round it is as right', () => {
    const told = contests(30, 4, 0.9, createRandom(3));
    const mirrored = told.map((each) => ({ ...each, better: each.worse, worse: each.better }));
    const [one, other] = [fitContests(told), fitContests(mirrored)];
    expect(one).toMatchObject({
      accuracy: { value: (other as { accuracy: { value: number } }).accuracy.value },
    });
  });

  it('is not asked of few tasks', () => {
    const few = contests(LEAST_TASKS - 1, 10, 1, createRandom(4));
    expect(fitContests(few)).toMatchObject({ known: false, tasks: 19, why: expect.stringContaining('20') });
    expect(fitContests([])).toMatchObject({ known: false, pairs: 0 });
  });

  it('is bounded and defined where all runs are alike, or nothing of them is known', () => {
    for (const value of [0.5, null]) {
      const run = FEATURE_NAMES.map(() => value);
      const fit = fitContests(
        Array.from({ length: 40 }, (_, i) => ({ task_key: `t${i}`, better: run, worse: run, weight: 1 })),
      );
      expect(fit).toMatchObject({ accuracy: { value: 0.5 }, verdict: 'cannot tell', weights: [] });
    }
  });
});

describe('strengths', () => {
  /** How often each is preferred follows from planted log strengths. */
  const games = (strengths: Record<string, number>, tasks: number, random: Random): Game[] =>
    Array.from({ length: tasks }, (_, i) => {
      const names = Object.keys(strengths);
      const a = names[Math.floor(random() * names.length)] ?? '';
      const others = names.filter((name) => name !== a);
      const b = others[Math.floor(random() * others.length)] ?? '';
      const wins = random() < 1 / (1 + Math.exp((strengths[b] ?? 0) - (strengths[a] ?? 0)));
      return { task_key: `t${i}`, winner: wins ? a : b, loser: wins ? b : a, confidence: 1 };
    });

  it('are those that were planted, within their intervals', () => {
    const planted = { strong: 1.2, middling: 0, weak: -1.2 };
    const found = strengthsOf(games(planted, 400, createRandom(5)), { draws: 60 });
    expect(found.map(({ name }) => name)).toEqual(['strong', 'middling', 'weak']);
    for (const { name, interval } of found) {
      expect(interval?.[0]).toBeLessThan(planted[name as keyof typeof planted]);
      expect(interval?.[1]).toBeGreaterThan(planted[name as keyof typeof planted]);
    }
  });

  it('compare nobody with those they never met, directly or over others', () => {
    const met = (winner: string, loser: string) => ({
      task_key: winner + loser,
      winner,
      loser,
      confidence: 1,
    });
    const found = strengthsOf([met('a', 'b'), met('b', 'c'), met('x', 'y')]);
    expect(found.map(({ name, group }) => [name, group])).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['x', 2],
      ['y', 2],
    ]);
    expect(found.every(({ interval }) => interval === null)).toBe(true);
    expect(strengthsOf([])).toEqual([]);
  });
});
