/** How often the interval of a difference of means holds the truth, on values as skewed as token counts. */
import { meanEffect, tokensOf } from '../../../src/feedback/uplift/means.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { type Row, seedOf, share } from './rows.ts';
import { normal, plantedTasks } from './tasks.ts';

/** Log-normal, standard deviation of the logarithm 1: the mean is 1.65 times the median, and one run in forty takes over seven medians. */
const MEAN = Math.exp(0.5);

export function meanCoverage(times: number, tasks = [100, 400]): Row[] {
  return tasks.flatMap((count) =>
    [0.5, 0.1].flatMap((holdout) =>
      [1, 0.8].map((saving) => {
        const name = `${count} tasks, ${holdout} held out, tokens times ${saving}`;
        const random = createRandom(seedOf(name));
        const truth = (saving - 1) * MEAN;
        const planted = {
          tasks: count,
          effect: 0,
          base: 0.5,
          holdout,
          runs: 'one' as const,
          tokens: (draw: () => number, shown: boolean) => (shown ? saving : 1) * Math.exp(normal(draw)),
        };
        const seen = Array.from({ length: times }, () =>
          meanEffect(plantedTasks(planted, random), tokensOf, { random, draws: 300 }),
        ).flatMap((effect) => effect ?? []);
        return {
          check: 'coverage of the difference of tokens',
          case: name,
          measured: share(seen.map(({ interval: [low, high] }) => low <= truth && truth <= high)),
          wanted: [0.93, 0.97] as [number, number],
          told: {
            without_covered: share(
              seen.map(({ without: { interval } }) => interval[0] <= MEAN && MEAN <= interval[1]),
            ),
          },
        };
      }),
    ),
  );
}
