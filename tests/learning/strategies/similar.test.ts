import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topics } from '../../../src/learners/words.ts';
import { similarTasks } from '../../../src/learning/strategies/similar.ts';

const told = (descriptions: string[]) =>
  descriptions.map((description) => ({ key: description, topics: [...topics(description)] }));

const TASKS = [
  'Put a clean mug in the cabinet',
  'Put a clean plate in the cabinet',
  'Clean some cup and put it in the cabinet',
  'Cancel my flight to Boston and refund it',
  'I want to cancel a flight to Chicago',
  'Count the lines of all php files',
];

describe('tasks that are alike', () => {
  it('are one cluster, others are not in it', () => {
    const cluster = similarTasks(told(TASKS));
    const [mug, plate, cup, boston, chicago, lines] = TASKS.map((task) => cluster.get(task));
    expect(plate).toBe(mug);
    expect(cup).toBe(mug);
    expect(chicago).toBe(boston);
    expect(new Set([mug, boston, lines]).size).toBe(3);
  });

  it('are the same whatever order they come in, and however often', () => {
    const grouped = (tasks: string[]) => [...similarTasks(told(tasks))].sort();
    fc.assert(
      fc.property(fc.shuffledSubarray(TASKS, { minLength: TASKS.length }), (order) => {
        expect(grouped([...order, ...order])).toEqual(grouped(TASKS));
      }),
      { seed: 51 },
    );
  });

  it('are each alone where they say nothing', () => {
    const cluster = similarTasks([
      { key: 'a', topics: [] },
      { key: 'b', topics: [] },
    ]);
    expect(cluster.get('a')).toBe('a');
    expect(cluster.get('b')).toBe('b');
  });

  it('are found among very many with the same words', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      key: `t${i}`,
      topics: ['need', 'price', 'lower', 'dollar', `a${i % 7_000}`, `b${i % 5_000}`, `c${i % 3_000}`],
    }));
    const cluster = similarTasks(many);
    expect(cluster.size).toBe(20_000);
    // The same three rare words come again every 105,000 tasks at the earliest; two of three every 15,000.
    expect(cluster.get('t15000')).toBe(cluster.get('t0'));
  });
});
