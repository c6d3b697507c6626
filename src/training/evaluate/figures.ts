/** The figures of a report, from its samples. Pure. */
import { meanWithin } from '../../learners/paired-bootstrap.ts';
import { createRandom } from '../../learners/random.ts';
import type { EvaluationReport, SampleRecord } from './report.ts';

export type Figures = Pick<
  EvaluationReport,
  'e_retries' | 'censored' | 'first_pass' | 'distribution' | 'troubles' | 'by_task' | 'finished'
>;

/** Every task counts the same, however many of its samples came to an end; intervals are by tasks. */
export function figuresOf(samples: SampleRecord[], cap: number, seed: number): Figures {
  const by_task = [...Map.groupBy(samples, ({ task }) => task)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, own]) => ({
      id,
      e_retries: meanOf(own, ({ retries }) => retries),
      censored: meanOf(own, ({ accepted }) => Number(!accepted)),
      first_pass: meanOf(own, ({ accepted, retries }) => Number(accepted && retries === 0)),
      samples: own.sort((a, b) => a.sample - b.sample),
    }));
  const over = (value: (task: (typeof by_task)[number]) => number, most: number) => {
    const { mean, interval } = meanWithin(by_task.map(value), [0, most], { random: createRandom(seed) });
    return { mean, interval };
  };
  return {
    finished: samples.length,
    e_retries: over((task) => task.e_retries, cap + 1),
    censored: over((task) => task.censored, 1),
    first_pass: over((task) => task.first_pass, 1),
    distribution: Array.from({ length: cap + 2 }, (_, nth) =>
      meanOf(by_task, (task) =>
        meanOf(task.samples, ({ accepted, retries }) => Number(nth === (accepted ? retries : cap + 1))),
      ),
    ),
    troubles: troublesOf(samples),
    by_task,
  };
}

function troublesOf(samples: SampleRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { trouble } of samples.flatMap(({ attempts }) => attempts)) {
    if (!trouble) continue;
    const name = `${trouble.by}_${trouble.what}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** 0 of nothing: a sum over no tasks. */
const meanOf = <T>(items: T[], value: (item: T) => number): number =>
  items.length === 0 ? 0 : items.reduce((sum, item) => sum + value(item), 0) / items.length;
