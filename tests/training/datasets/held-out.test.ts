/** What is held out stays so: for good, from every side, and what is evaluated on beside it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/store.ts';
import { add, attempt, attempts, builtFrom, contentOf } from './build-runs.ts';

describe('what is tested on', () => {
  it('stays held out when all rows of a task go and come back', async () => {
    const { ctx } = await builtFrom(attempts(10));
    await add(ctx, { fresh: true, ratios: { train: 0.4, validation: 0.1, test: 0.5 } });
    const { test } = await contentOf(ctx, 'poems');
    expect(test).toHaveLength(10);
    const runs = await ctx.memory.trajectories.getMany(test);
    await ctx.memory.trajectories.put(
      runs.map((run) => ({ ...run, outcome: { success: null, verdict: { source: 'test' } } })),
    );
    expect((await add(ctx)).version).toMatchObject({ splits: { test: { lines: 0 } } });
    await ctx.memory.trajectories.put([...runs, ...attempts(12, 40)]);
    const { version } = await add(ctx);
    expect((await contentOf(ctx, 'poems')).test).toEqual(expect.arrayContaining(test));
    // Only from anew is it drawn otherwise.
    expect((await add(ctx, { fresh: true, seed: 5 })).version?.tasks).not.toEqual(version?.tasks);
  });

  it('is told by no row and no pair of what is trained on, whatever names it as its parent', async () => {
    const { ctx } = await builtFrom(attempts(10));
    const { test } = await contentOf(ctx, 'poems');
    const held =
      (await ctx.memory.trajectories.getMany(test)).find(({ outcome }) => !outcome.success)?.id ?? '';
    // New: with the task whose attempt it tells of. Known and trained on: its row stays out.
    const { train } = await contentOf(ctx, 'poems');
    const [known] = await ctx.memory.trajectories.getMany(train.slice(0, 1));
    const number = Number(known?.task.id?.slice('task-'.length));
    const wrong = attempt({ task: 90, success: false, parent: held });
    const runs = [
      wrong,
      attempt({ task: 90, nth: 1, parent: wrong.id }),
      attempt({ task: number, nth: 8, success: false, parent: held }),
      attempt({ task: number, nth: 9, parent: attempt({ task: number, nth: 8 }).id }),
    ];
    await ctx.memory.trajectories.put(runs);
    const { left_out } = await add(ctx, { least: 1 });
    const after = await contentOf(ctx, 'poems');
    expect(after.test).toEqual([...test, runs[0]?.id, runs[1]?.id]);
    expect(left_out).toMatchObject({ like_held_out: 2, pair_of_a_run_left_out: expect.any(Number) });
    expect(after.train).toEqual(train);
  });

  it('beside it, what is evaluated on is remembered: a later addition leaves it out, too', async () => {
    const { ctx, first } = await builtFrom(attempts(6));
    const exclude = join(temporaryDirectory(), 'evaluated.txt');
    writeFileSync(exclude, `${attempt({ task: 70 }).task.description}\n`);
    // Nothing is like it yet, and it is another version all the same.
    const { version } = await add(ctx, { exclude });
    expect(version).toMatchObject({
      version: '1.0.1',
      excluded: { lines: 1 },
      changes: { kept: 12, added: 0 },
    });
    expect(version?.content_hash).not.toBe(first?.content_hash);
    await ctx.memory.trajectories.put(attempts(8, 65));
    expect(await add(ctx)).toMatchObject({
      left_out: { evaluation_task: 2 },
      version: { excluded: version?.excluded },
    });
    expect((await add(ctx, { fresh: true })).version).toMatchObject({ excluded: version?.excluded });
  });
});
