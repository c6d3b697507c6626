import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { createWindow, LEAST_BROKEN, WINDOW } from '../../src/training/examples/window.ts';
import { type ExtractOptions, extract } from '../../src/training/extract.ts';
import { parseRule } from '../../src/training/rules/parse.ts';
import type { TrainingExample, Trajectory } from '../../src/types.ts';
import { openFresh, type RunFacts, runOf, say } from '../support/fixtures.ts';

const run = (id: string, success: boolean | null, parent?: string, facts: RunFacts = {}): Trajectory => ({
  ...runOf([say(`answer of ${id}`)], { id, success, task: `Task ${id[0]}`, ...facts }),
  ...(parent ? { parent } : {}),
});

async function taken(ctx: Context, rule: string, options: Partial<ExtractOptions> = {}) {
  const examples: TrainingExample[] = [];
  const seen = new Map<string, string>();
  const counts = await extract(
    ctx,
    { projects: [], rule: parseRule(rule), negatives: false, ...options },
    async (found) => {
      examples.push(...found.examples);
      for (const [id, revision] of found.seen) seen.set(id, revision);
    },
  );
  return { counts, seen, examples, ids: examples.map(({ item_id }) => item_id).sort() };
}

describe('extraction', () => {
  it('makes examples of what the rule selects, and of what was refused at the same tasks where that is wanted', async () => {
    const ctx = await openFresh();
    await ctx.memory.trajectories.put([
      run('a1', false),
      run('a2', true, 'a1'),
      run('a3', null, 'a2'),
      run('b1', true),
      run('b2', false),
      run('c1', false),
    ]);
    const refined = await taken(ctx, 'refinement', { negatives: true });
    expect(refined.ids).toEqual(['a1', 'a2']);
    expect(refined.examples.map(({ label, retry_count }) => [label, retry_count])).toEqual([
      [true, 1],
      [false, 0],
    ]);
    expect(refined.examples[0]?.attempts).toMatchObject([{ item_id: 'a1', answer: 'answer of a1' }]);
    expect(refined.counts).toEqual({
      runs: 6,
      tasks: 3,
      selected: 1,
      examples: 2,
      negatives: 1,
      left_out: {},
      broken: {},
    });
    expect([...refined.seen.keys()].sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1']);
    expect((await taken(ctx, 'all')).ids).toEqual(['a2', 'b1']);
    const all = await taken(ctx, 'not status:accepted or status:pending');
    expect([all.ids, all.counts.left_out]).toEqual([['a1', 'b2', 'c1'], { not_judged: 1 }]);
    expect((await taken(ctx, 'all', { projects: ['nobody’s'] })).counts.runs).toBe(0);
  });

  it('comes again to what is new: late, judged anew, or with an attempt before it that nobody knew', async () => {
    const ctx = await openFresh();
    const { trajectories } = ctx.memory;
    await trajectories.put([run('a2', true, 'a1'), run('b1', false), run('c1', true), run('d1', false)]);
    const first = await taken(ctx, 'refinement', { negatives: true });
    expect(first.ids).toEqual([]);
    expect((await taken(ctx, 'refinement', { seen: first.seen })).counts.runs).toBe(0);

    // Stored late, and long ago by their own clock: the one that was retried, and the retry of what was refused.
    const early = { at: '2020-01-01T00:00:00.000Z' };
    await trajectories.put([
      run('a1', false, undefined, early),
      run('b2', true, 'b1'),
      run('d1', true, undefined, { source: 'test' }),
    ]);
    const second = await taken(ctx, 'refinement', { negatives: true, seen: first.seen });
    expect(second.ids).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(second.examples.find(({ item_id }) => item_id === 'a2')?.chain_incomplete).toBeUndefined();
    expect(second.counts).toMatchObject({ tasks: 3, runs: 5, selected: 2, negatives: 2 });
    expect(second.seen.get('d1')).not.toBe(first.seen.get('d1'));

    // What was refused comes once, not each time.
    const seen = new Map([...first.seen, ...second.seen]);
    await trajectories.put([run('b3', true, 'b2')]);
    expect((await taken(ctx, 'refinement', { negatives: true, seen })).ids).toEqual(['b3']);
  });

  it('skips what it knows without reading a run', async () => {
    const ctx = await openFresh();
    await ctx.memory.trajectories.put([run('a1', true), run('b1', true)]);
    const { seen } = await taken(ctx, 'all');
    let read = 0;
    const { trajectories } = ctx.memory;
    const counted = {
      ...trajectories,
      list: (page = {}) => {
        read += 1;
        return trajectories.list(page);
      },
    };
    const watched = { ...ctx, memory: { ...ctx.memory, trajectories: counted } };
    const progress: number[][] = [];
    await taken(watched, 'all', { seen, progress: (done, total) => progress.push([done, total]) });
    expect([read, progress]).toEqual([0, [[2, 2]]]);
    await trajectories.put([run('b2', true)]);
    expect((await taken(watched, 'all', { seen })).ids).toEqual(['b2']);
    expect(read).toBeGreaterThan(0);
  });

  it('counts what cannot be an example, and goes on', async () => {
    const ctx = await openFresh();
    await ctx.memory.trajectories.put([
      run('a1', true, 'a2'),
      run('a2', true, 'a1'),
      run('b1', true),
      { ...run('c1', true), steps: 'none' } as unknown as Trajectory,
    ]);
    const { ids, counts } = await taken(ctx, 'all');
    expect(ids).toEqual(['b1']);
    expect(counts.broken).toEqual({ circular_attempts: 2, unreadable_run: 1 });
  });

  it('stops where too much is broken, and ends when it is told to', async () => {
    const ctx = await openFresh();
    const round = (nth: number) => run(`r${nth}`, true, `r${nth}`);
    await ctx.memory.trajectories.put(Array.from({ length: LEAST_BROKEN }, (_, nth) => round(nth)));
    await expect(taken(ctx, 'all')).rejects.toMatchObject({
      code: 'E7000',
      message: expect.stringContaining(`circular_attempts ${LEAST_BROKEN}`),
    });
    await expect(taken(ctx, 'all', { signal: AbortSignal.abort() })).rejects.toThrow(/abort/u);
    const full = new Error('disk full');
    const refuse = () => Promise.reject(full);
    await expect(
      extract(ctx, { projects: [], rule: { rule: 'human' }, negatives: false }, refuse),
    ).rejects.toBe(full);
  });
});

describe('the window of what was looked at last', () => {
  const through = (reasons: (string | undefined)[]): number => {
    const note = createWindow();
    let nth = 0;
    try {
      for (const reason of reasons) {
        note(reason);
        nth += 1;
      }
    } catch {
      return nth;
    }
    return -1;
  };

  it('lets a few through, and as many as there may be, however long it goes on', () => {
    const every = (of: number) =>
      Array.from({ length: 5_000 }, (_, nth) => (nth % of === of - 1 ? 'bad' : undefined));
    expect(through(every(5))).toBe(-1);
    expect(through(every(4))).toBeGreaterThan(0);
    expect(through(Array(LEAST_BROKEN - 1).fill('bad'))).toBe(-1);
  });

  it('sees what goes wrong after much that was right', () => {
    const fine = Array(100_000).fill(undefined);
    expect(through([...fine, ...Array(WINDOW).fill('bad')])).toBe(100_000 + WINDOW / 5);
  });
});
