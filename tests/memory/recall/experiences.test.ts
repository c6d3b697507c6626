/** Which earlier runs come first, in real stores. */
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { FLOOR, recall } from '../../../src/memory/recall.ts';
import { bash, openFresh, type RunFacts, runOf } from '../../support/fixtures.ts';

const steps = [bash('make'), bash('make check')];
const store = (ctx: Context, runs: RunFacts[]) =>
  ctx.memory.trajectories.put(runs.map((facts) => runOf(steps, facts)));

async function tasksFor(runs: RunFacts[], task: string, k = 5): Promise<(string | undefined)[]> {
  const ctx = await openFresh();
  await store(ctx, runs);
  const { experiences } = await recall(ctx.memory, { task, project: 'shop', k });
  return experiences.map(({ trajectory }) => trajectory.task.id);
}

describe('attempts at one task', () => {
  const told = (task_id: string, ...tasks: string[]): RunFacts[] => tasks.map((task) => ({ task_id, task }));

  it('vouch for each other: the task that all attempts are near wins over one lucky wording', async () => {
    const runs = [
      ...told(
        'refund',
        'Refund my flight to Oslo, the meeting is off',
        'Give back the money of the Oslo flight',
        'Refund the Oslo trip',
      ),
      ...told(
        'upgrade',
        'Refund or upgrade my flight, whatever',
        'Put me into business class to Madrid',
        'A better seat to Madrid',
      ),
    ];
    expect((await tasksFor(runs, 'Refund my flight'))[0]).toBe('refund');
  });

  it('do not win by number', async () => {
    const many = Array.from({ length: 12 }, (_, i) => `Rename the files of folder ${i}`);
    const runs = [...told('rename', ...many), ...told('sort', 'Sort the files of the folder by date')];
    expect((await tasksFor(runs, 'Sort files by date'))[0]).toBe('sort');
  });

  it('in nearly the asker’s words are meant, whatever other attempts were called', async () => {
    const runs = [
      ...told('a', 'Rotate the signing key of staging', 'Keys again', 'The thing from last week'),
      ...told('b', 'Rotate the signing certificate of production'),
    ];
    expect((await tasksFor(runs, 'Rotate the signing key of staging'))[0]).toBe('a');
  });

  it('decide between tasks in the same words by how often each was attempted', async () => {
    const task = 'Put a clean cup on the shelf';
    const often = Array.from({ length: 8 }, () => task);
    expect((await tasksFor([...told('rare', task), ...told('usual', ...often)], task))[0]).toBe('usual');
    expect((await tasksFor([...told('usual', ...often), ...told('rare', task)], task))[0]).toBe('usual');
  });
});

describe('the runs shown', () => {
  it('are of different tasks first, then of one task those that ended otherwise', async () => {
    const runs = [true, false, true, false].flatMap((success): RunFacts[] => [
      { task_id: 'a', task: 'Export the invoices of March', success },
      { task_id: 'b', task: 'Export the invoices of April', success },
    ]);
    const ctx = await openFresh();
    await store(ctx, runs);
    const { experiences } = await recall(ctx.memory, { task: 'Export the invoices', project: 'shop', k: 5 });
    const shown = experiences.map(({ trajectory }) => [trajectory.task.id, trajectory.outcome.success]);
    expect(
      shown
        .slice(0, 2)
        .map(([id]) => id)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(shown.slice(0, 2).map(([, success]) => success)).toEqual([true, true]);
    expect(shown.slice(2).map(([, success]) => success)).toEqual([false, false]);
  });

  it('show how the very task asked for ended otherwise before a task only somewhat like it', async () => {
    const ctx = await openFresh();
    const task = 'Export the invoices of March to the ledger';
    await store(ctx, [
      { task_id: 'a', task, success: true },
      { task_id: 'a', task, success: false },
      { task_id: 'b', task: 'Count the invoices of March that are open' },
    ]);
    const { experiences } = await recall(ctx.memory, { task, project: 'shop', k: 5 });
    expect(experiences.map(({ trajectory }) => trajectory.task.id)).toEqual(['a', 'a', 'b']);
  });

  it('leave out what is much farther off than the best', async () => {
    const runs = [
      { task_id: 'near', task: 'Migrate the orders table to the new cluster' },
      { task_id: 'far', task: 'Paint the new fence' },
    ];
    expect(await tasksFor(runs, 'Migrate the orders table to the new cluster')).toEqual(['near']);
  });
});

describe('an abstention', () => {
  it('says how near the nearest was and what is needed', async () => {
    const ctx = await openFresh();
    await store(ctx, [{ task: 'Migrate the orders table of the shop to the new cluster over night' }]);
    const found = await recall(ctx.memory, {
      task: 'Bake bread and cake over a fire for forty guests',
      project: 'shop',
      k: 4,
    });
    expect(found.experiences).toEqual([]);
    expect(found.best).toBeLessThan(FLOOR.single);
    expect(found.why).toMatch(/nearest of what is recorded covers \d+ % .* an earlier run needs \d+ %/u);
  });

  it('is not said when something is known', async () => {
    const ctx = await openFresh();
    await store(ctx, [{ task: 'Migrate the orders table' }]);
    const found = await recall(ctx.memory, { task: 'Migrate the orders table', project: 'shop', k: 4 });
    expect(found).not.toHaveProperty('why');
  });

  it('can be switched off to see what is nearest however far', async () => {
    const ctx = await openFresh();
    await store(ctx, [{ task: 'Migrate the orders table of the shop to the new cluster over night' }]);
    const task = 'Bake bread and cake over a fire for forty guests';
    const { experiences } = await recall(ctx.memory, { task, project: 'shop', k: 4, floor: false });
    expect(experiences).toHaveLength(1);
  });
});
