import { expect, test } from 'vitest';
import { halfWidth } from '../../src/learners/conformal.ts';
import { crossValidate } from '../../src/learners/grouped-folds.ts';
import { createRandom, type Random } from '../../src/learners/random.ts';
import type { Example } from '../../src/learners/regression.ts';
import { ridgeRegressor } from '../../src/learners/ridge.ts';
import { gaussian } from './synthetic.ts';

/** Tasks with a level of their own, one to six rows each, noise that is skewed and grows with x. */
function tasks(count: number, random: Random, name = ''): Example[] {
  return Array.from({ length: count }, (_, task) => {
    const level = gaussian(random);
    return Array.from({ length: 1 + Math.floor(6 * random()) }, () => {
      const x = random();
      return { x: [x], y: 3 * x + level - (0.5 + x) * Math.log(1 - random()), group: `${name}${task}` };
    });
  }).flat();
}

test('intervals hold rows of new tasks as often as they say', () => {
  const random = createRandom(2);
  const level = 0.9;
  const regressor = ridgeRegressor({ ridge: 1 });
  let [held, asked] = [0, 0];
  for (let run = 0; run < 20; run += 1) {
    const rows = tasks(40, random);
    const whole = regressor.fit(rows, random);
    const [judged] = crossValidate(rows, [regressor], { folds: 5, random });
    const { half } = halfWidth(rows, judged?.predictions ?? [], { level });
    for (const own of Map.groupBy(tasks(80, random, 'new '), ({ group }) => group).values()) {
      // Of each new task one row: tasks are what is exchangeable.
      const row = own[0] as Example;
      held += Number(Math.abs(row.y - regressor.predict(whole, row.x)) <= half);
      asked += 1;
    }
  }
  expect(held / asked).toBeGreaterThan(level - 0.02);
  expect(held / asked).toBeLessThan(level + 0.05);
});

test('a large task counts as one witness', () => {
  const rows: Example[] = [
    ...Array.from({ length: 100 }, () => ({ x: [], y: 5, group: 'large' })),
    ...Array.from({ length: 19 }, (_, i) => ({ x: [], y: 1, group: `${i}` })),
  ];
  const { half, covers, level } = halfWidth(
    rows,
    rows.map(() => 0),
    { level: 0.8 },
  );
  expect(half).toBe(1);
  expect(covers).toBeCloseTo(0.95, 9);
  expect(level).toBe(0.8);
});

test('too few tasks for the level: the largest error, and no more is claimed than it holds', () => {
  const rows = [1, 2, 4].map((y) => ({ x: [], y, group: `${y}` }));
  expect(halfWidth(rows, [0, 0, 0], { level: 0.9 })).toEqual({
    half: 4,
    covers: expect.closeTo(1, 9),
    level: 0.75,
  });
});
