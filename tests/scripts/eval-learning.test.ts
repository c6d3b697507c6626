/** One family of eval:learning for real, so that the script does not rot: two tasks learned from, one asked about. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandsIn, filled } from '../../scripts/eval/learning/advice.ts';
import { learningChart } from '../../scripts/eval/learning/chart.ts';
import { curve, families } from '../../scripts/eval/learning/curve.ts';
import { openPlace } from '../../scripts/eval/learning/place.ts';
import { study } from '../../scripts/eval/learning/study.ts';
import { testTasks, trainTasks } from '../../scripts/eval/learning/tasks.ts';
import { whenOver } from '../support/store.ts';

test('an agent that met a quirk before gets past it sooner, and nothing is left behind', async () => {
  const place = openPlace();
  whenOver(() => place.close());
  const ofFamily = ({ family }: { family: string }) => family === 'stale-lock';
  const observed = await study({
    place,
    train: trainTasks().filter(ofFamily).slice(0, 2),
    test: testTasks().filter(ofFamily).slice(0, 1),
    seeds: 1,
    checkpoints: [0, 2],
    most: 2,
  });
  const at = (arm: string, experience: number) =>
    observed.find((each) => each.arm === arm && each.experience === experience);
  // Nothing recorded, nothing known: the very same attempt.
  expect(at('knowhow', 0)).toMatchObject({ followed: 0, retries: at('none', 0)?.retries });
  expect(at('knowhow', 2)).toMatchObject({ success: true, retries: 1, followed: 1 });
  expect(at('none', 2)?.retries).toBe(at('none', 0)?.retries);
  const [first, last] = curve(observed);
  expect(first?.over.none.retries.value).toBe(0);
  expect(last?.over.none.retries.value).toBeLessThanOrEqual(0);
  expect(families(observed)).toMatchObject([{ family: 'stale-lock', pairs: { attempts: 1, lost: 0 } }]);
  expect(learningChart(curve(observed))).toMatch(/^<svg [\s\S]*<\/svg>\n$/u);
  place.close();
  expect(existsSync(place.directory('store-11'))).toBe(false);
}, 60_000);

test('the tasks asked about are none of those learned from', () => {
  const known = new Set(trainTasks().flatMap(({ id, ask }) => [id, ask]));
  expect(testTasks().filter(({ id, ask }) => known.has(id) || known.has(ask))).toEqual([]);
});

test('only commands are taken from advice, with parameters that can be filled', () => {
  const text =
    'What worked: change `a=1` to `a=2` in `{file}`, then `rm -f x`, then run `make` instead of `ninja`.';
  expect(commandsIn(text)).toEqual(['rm -f x', 'make']);
  expect(filled('git update-index --chmod=+x {file}', ['ci/a'])).toBe('git update-index --chmod=+x ci/a');
  expect(filled('pip install {module}', ['a.py'])).toBeUndefined();
});
