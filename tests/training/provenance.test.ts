import { describe, expect, it } from 'vitest';
import { ingest } from '../../src/ingest/import.ts';
import { attemptedOf } from '../../src/learners/retry-links.ts';
import { itemsOf, type Met, MOST_ANCESTORS } from '../../src/training/provenance/chains.ts';
import { factsOf } from '../../src/training/provenance/facts.ts';
import { type Item, type TaskItems, taskItems } from '../../src/training/provenance/items.ts';
import { matches } from '../../src/training/rules/match.ts';
import { parseRule } from '../../src/training/rules/parse.ts';
import type { Trajectory } from '../../src/types.ts';
import { artifact } from '../capture/importers/fixtures-formats.ts';
import { folder } from '../capture/importers/reading.ts';
import { keyOf, openFresh, type RunFacts, runOf, say } from '../support/fixtures.ts';

const run = (id: string, success: boolean | null, more: Partial<Trajectory> = {}, facts: RunFacts = {}) => ({
  ...runOf([say(`answer of ${id}`)], { id, success, ...facts }),
  ...more,
});
const hour = (nth: number) => `2026-01-01T0${nth}:00:00Z`;

async function all<T>(given: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of given) found.push(each);
  return found;
}

async function tasksOf(runs: Trajectory[], projects: string[] = []): Promise<TaskItems[]> {
  const ctx = await openFresh();
  await ctx.memory.trajectories.put(runs);
  return all(taskItems(ctx, { projects }));
}

async function itemsBy(...runs: Trajectory[]): Promise<Map<string, Item>> {
  const tasks = await tasksOf(runs);
  return new Map(tasks.flatMap(({ items }) => items).map((item) => [item.id, item]));
}

/** Each as `id: those before it`, with how many of them were refused. */
const told = (items: Iterable<Item>): string[] =>
  [...items].map(
    ({ id, ancestors, retry_count }) =>
      `${id}: ${[...ancestors.map((each) => each.id), retry_count].join(' ')}`,
  );

describe('the attempts before an attempt', () => {
  it('count as retries where they were refused, not where they are merely earlier', async () => {
    const items = await itemsBy(
      run('a', false, { started_at: hour(1), feedback: [{ text: 'no units', from: 'guard' }] }),
      run('b', null, { started_at: hour(2), parent: 'a' }),
      run('c', true, { started_at: hour(3), parent: 'b' }),
      run('d', true, { started_at: hour(4), parent: 'c' }),
      run('e', true, { started_at: hour(5), parent: 'f' }),
      run('f', true, { started_at: hour(4) }),
    );
    expect(told(items.values())).toEqual(['a: 0', 'b: a 1', 'c: a b 1', 'd: a b c 1', 'f: 0', 'e: f 0']);
    const refined = [...items.values()].filter((item) => matches(parseRule('refinement'), item, new Date()));
    expect(refined.map(({ id }) => id)).toEqual(['c', 'd']);
    expect(items.get('c')?.ancestors[0]).toMatchObject({
      status: 'rejected',
      passed: false,
      told: { answer: 'answer of a', feedback: 'no units' },
    });
  });

  it('stand in order of instants, whatever zones they are told in', async () => {
    const session = { session: 's' };
    const items = await itemsBy(
      run('second', false, { ...session, started_at: '2026-01-01T12:00:00Z' }),
      run('third', true, { ...session, started_at: '2026-01-01T10:00:00-03:00' }),
      run('first', false, { ...session, started_at: '2026-01-01T13:30:00+02:00' }),
    );
    expect(told(items.values())).toEqual(['first: 0', 'second: first 1', 'third: first second 2']);
  });

  it('are known to be incomplete where a parent is not stored, was undone, or is another project’s', async () => {
    const ctx = await openFresh();
    const pair = { workflow: 'w', action_pair: 'fix' };
    await ctx.memory.trajectories.put([
      run('a', false, { ...pair, started_at: hour(1) }),
      run('b', false, { ...pair, started_at: hour(2), parent: 'gone' }),
      run('c', true, { ...pair, started_at: hour(3), parent: 'undone' }),
      run('undone', false, { started_at: hour(2) }),
      run('d', true, { parent: 'foreign' }, { task: 'another' }),
      run('foreign', false, {}, { project: 'elsewhere' }),
    ]);
    await ctx.memory.trajectories.mark({ id: 'undone' }, { status: 'undone' });
    const tasks = await all(taskItems(ctx, { projects: [] }));
    const items = tasks.flatMap((task) => task.items).sort((a, b) => (a.id < b.id ? -1 : 1));
    // What is alike is still counted: the gap is told, and shortens nothing.
    expect(told(items)).toEqual(['a: 0', 'b: a 1', 'c: a b 2', 'd: 0', 'foreign: 0']);
    expect(items.map(({ incomplete }) => incomplete)).toEqual([false, true, true, true, false]);
    const scoped = await all(taskItems(ctx, { projects: ['elsewhere'] }));
    expect(scoped.flatMap((task) => task.items).map(({ id }) => id)).toEqual(['foreign']);
  });

  it('may lie in other tasks of the project, and are followed there', async () => {
    const amended = { task: 'As asked at first' };
    const items = await itemsBy(
      run('c', true, { parent: 'b' }, { task: 'As asked then' }),
      run('b', false, { session: 's', started_at: hour(2) }, amended),
      run('a', false, { session: 's', started_at: hour(1) }, amended),
    );
    expect(items.get('c')).toMatchObject({ retry_count: 2, incomplete: false });
    expect(items.get('c')?.ancestors.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('end where they lead round, and that is told of all that lead there', async () => {
    const items = await itemsBy(
      run('a', false, { parent: 'c' }),
      run('b', false, { parent: 'a' }),
      run('c', true, { parent: 'b' }),
      run('d', true, { parent: 'c' }),
      run('own', true, { parent: 'own' }),
      run('free', true),
    );
    const circular = [...items.values()].filter((item) => item.circular).map(({ id }) => id);
    expect(circular.sort()).toEqual(['a', 'b', 'c', 'd', 'own']);
    const counts = ['a', 'b', 'c', 'd', 'own'].map((id) => items.get(id)?.retry_count);
    expect(counts).toEqual([1, 1, 2, 2, 0]);
  });

  it('are all counted and the nearest listed, of ten thousand', () => {
    const one = run('one', false, { session: 's' });
    const task_key = keyOf(one);
    const facts = factsOf(one, { answer: '', feedback: '' }, task_key, '');
    const met = new Map<string, Met>();
    for (let number = 0; number < 10_000; number += 1) {
      const id = `run ${number}`;
      met.set(id, { ...attemptedOf(one, task_key), id, number, facts: { ...facts, id } });
    }
    const last = itemsOf(task_key, met).at(-1);
    expect(last).toMatchObject({ id: 'run 9999', retry_count: 9_999, circular: false });
    expect(last?.ancestors).toHaveLength(MOST_ANCESTORS);
    expect(last?.ancestors.at(-1)?.id).toBe('run 9998');
    expect(last?.incomplete).toBe(false);
    for (const each of met.values()) each.cut = each.number === 0;
    expect(itemsOf(task_key, met).at(-1)?.incomplete).toBe(true);
  });
});

describe('what became of an attempt', () => {
  it('is what its guard said, and what took its place; what was superseded was refused all the same', async () => {
    const ctx = await openFresh();
    const passed = { passed: true, feedback: 'fine', guard_name: 'TestGuard' };
    const files = [
      artifact(1, { status: 'superseded' }),
      artifact(2, { guard_result: passed, status: 'superseded', source: 'human' }),
      artifact(3, { guard_result: null, status: 'pending' }),
      artifact(4, { guard_result: passed, status: 'accepted', source: 'imported' }),
    ];
    const texts = Object.fromEntries(files.map((file, nth) => [`${nth}.json`, JSON.stringify(file)]));
    await ingest(ctx, [await folder(texts)], { project: 'shop' });
    const [task] = await all(taskItems(ctx, { projects: ['shop'] }));
    expect(
      task?.items.map(({ status, passed, source, retry_count }) => [status, passed, source, retry_count]),
    ).toEqual([
      ['superseded', false, 'generated', 0],
      ['superseded', true, 'human', 1],
      ['pending', null, 'generated', 1],
      ['accepted', true, 'imported', 1],
    ]);
    expect(task?.pass).toEqual({ tried: 3, accepted: 2 });
  });

  it('is told task after task, of those asked for', async () => {
    const runs = ['x', 'y', 'z'].flatMap((task) =>
      [1, 2].map((nth) => run(`${task}${nth}`, true, {}, { task })),
    );
    const tasks = await tasksOf(runs);
    expect(tasks.map(({ items }) => items.length)).toEqual([2, 2, 2]);
    expect(tasks.map(({ task_key }) => task_key)).toEqual(tasks.map(({ task_key }) => task_key).sort());
    const ctx = await openFresh();
    await ctx.memory.trajectories.put(runs);
    const one = tasks[1]?.task_key ?? '';
    const found = await all(taskItems(ctx, { projects: [], tasks: new Set([one]) }));
    expect(found.map(({ task_key }) => task_key)).toEqual([one]);
  });
});
