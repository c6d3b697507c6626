import { expect, test } from 'vitest';
import { fitPreferences, fitStrengths, preferenceOf } from '../../src/learners/bradley-terry.ts';
import { createRandom } from '../../src/learners/random.ts';
import { gaussian } from './synthetic.ts';

/** American League East 1987 (Agresti, Categorical Data Analysis, 2002, table 10.10): wins of the row over the column. */
const TEAMS = ['Milwaukee', 'Detroit', 'Toronto', 'New York', 'Boston', 'Cleveland', 'Baltimore'];
const WINS = [
  [0, 7, 9, 7, 7, 9, 11],
  [6, 0, 7, 5, 11, 9, 9],
  [4, 6, 0, 7, 7, 8, 12],
  [6, 8, 6, 0, 6, 7, 10],
  [6, 2, 6, 7, 0, 7, 12],
  [4, 4, 5, 6, 6, 0, 6],
  [2, 4, 1, 3, 1, 7, 0],
];
const games = WINS.flatMap((row, w) =>
  row.flatMap((weight, l) => (weight > 0 ? [{ winner: TEAMS[w] ?? '', loser: TEAMS[l] ?? '', weight }] : [])),
);

test('strengths of the baseball teams are those of the book', () => {
  const strengths = fitStrengths(games, { prior: 0 });
  const over = (team: string) => (strengths.get(team) ?? 0) - (strengths.get('Baltimore') ?? 0);
  expect(TEAMS.map((team) => Number(over(team).toFixed(3)))).toEqual([
    1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0,
  ]);
  expect([...strengths.values()].reduce((sum, each) => sum + each, 0)).toBeCloseTo(0, 9);
});

test('the unbeaten and those who never met stay finite; weights count like repeated games', () => {
  const strengths = fitStrengths([
    { winner: 'a', loser: 'b', weight: 3 },
    { winner: 'c', loser: 'd' },
  ]);
  const of = (name: string) => strengths.get(name) ?? Number.NaN;
  expect([...strengths.values()].every(Number.isFinite)).toBe(true);
  expect(of('a')).toBeGreaterThan(of('c'));
  expect(of('c')).toBeGreaterThan(of('d'));
  const repeated = fitStrengths([...Array(3).fill({ winner: 'a', loser: 'b' }), { winner: 'c', loser: 'd' }]);
  expect(repeated.get('a')).toBeCloseTo(of('a'), 6);
  const bare = fitStrengths([{ winner: 'a', loser: 'b' }], { prior: 0 });
  expect([...bare.values()].every(Number.isFinite)).toBe(true);
  expect(fitStrengths([]).size).toBe(0);
  expect(fitStrengths([{ winner: 'a', loser: 'a' }]).size).toBe(0);
});

test('weights of features are found again, and both directions of a question sum to 1', () => {
  const random = createRandom(4);
  const truth = [1.5, -1, 0];
  const draw = () => truth.map(() => gaussian(random));
  const pairs = Array.from({ length: 3_000 }, () => {
    const [a, b] = [draw(), draw()];
    const difference = truth.reduce((sum, weight, f) => sum + weight * ((a[f] ?? 0) - (b[f] ?? 0)), 0);
    return random() < 1 / (1 + Math.exp(-difference)) ? { better: a, worse: b } : { better: b, worse: a };
  });
  const model = fitPreferences(pairs);
  const slopes = model.weights.map((weight, f) => weight / (model.spreads[f] ?? 1));
  for (const [f, weight] of truth.entries()) expect(Math.abs((slopes[f] ?? 0) - weight)).toBeLessThan(0.15);
  const [a, b] = [draw(), draw()];
  expect(preferenceOf(model, a, b) + preferenceOf(model, b, a)).toBeCloseTo(1, 12);
  expect(preferenceOf(model, a, a)).toBe(0.5);
});

test('what is not known of one of the two tells nothing; no pairs, equal pairs and confidence', () => {
  const sure = fitPreferences([{ better: [1, null], worse: [0, 5] }]);
  expect(preferenceOf(sure, [1, null], [0, 5])).toBeGreaterThan(0.5);
  expect(sure.weights[1]).toBe(0);
  expect(preferenceOf(sure, [null, 1], [0, 2])).toBe(0.5);
  expect(preferenceOf(fitPreferences([]), [], [])).toBe(0.5);
  const torn = [
    { better: [1], worse: [0], weight: 3 },
    { better: [0], worse: [1], weight: 1 },
  ];
  expect(preferenceOf(fitPreferences(torn, 1e-6), [1], [0])).toBeCloseTo(0.75, 3);
  expect(() => fitPreferences([{ better: [1], worse: [0], weight: -1 }])).toThrow(
    expect.objectContaining({ code: 'bad_example' }),
  );
});
