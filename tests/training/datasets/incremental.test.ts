/** Additions: what is new by what was looked at, not by the clock; nothing lost, nothing moved, nothing half there. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pairsFrom } from '../../../src/tools/training-pairs.ts';
import { buildDataset } from '../../../src/training/datasets/build.ts';
import { datasetVersion, listDatasets, pairsIn, rowsOf } from '../../../src/training/datasets/read.ts';
import { workroomsOf } from '../../../src/training/datasets/spool.ts';
import type { PairsOf } from '../../../src/training/examples/pairs.ts';
import { openPlace } from '../../../src/training/places/open.ts';
import { decide } from '../../../src/training/review/decide.ts';
import { listReviews } from '../../../src/training/review/queue.ts';
import { SPLITS } from '../../../src/types.ts';
import { forget } from '../../../src/upkeep/forget.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { add, attempt, attempts, builtFrom, contentOf, type Opened } from './build-runs.ts';

describe('an addition', () => {
  it('keeps every row where it is and puts new attempts where their task is', async () => {
    const { ctx, first } = await builtFrom(attempts(12));
    const before = await contentOf(ctx, 'poems');
    const again = Array.from({ length: 12 }, (_, task) => attempt({ task, nth: 2 }));
    await ctx.memory.trajectories.put([...again, ...attempts(6, 40)]);
    const { version, adds_to, counts } = await add(ctx);
    expect(adds_to).toBe(first?.version);
    expect(version).toMatchObject({
      version: '1.0.1',
      parent: { version: '1.0.0', content_hash: first?.content_hash },
      changes: { added: 24, removed: 0, kept: 24 },
    });
    // Only tasks with something new were looked at.
    expect(counts.tasks).toBe(18);
    const after = await contentOf(ctx, 'poems');
    for (const split of SPLITS) {
      expect(after[split].slice(0, before[split].length)).toEqual(before[split]);
      for (const [task, { id }] of again.entries())
        expect(after[split].includes(id)).toBe(before[split].includes(attempt({ task, nth: 1 }).id));
    }
  });

  it('waits for ten new examples; what came meanwhile, late or judged later, is not lost', async () => {
    const pending = attempt({ task: 30, success: null, minute: 1 });
    const { ctx, first } = await builtFrom([...attempts(5), pending]);
    expect(first?.cursor).toEqual({
      created_at: attempt({ task: 4, nth: 1 }).at,
      id: attempt({ task: 4, nth: 1 }).id,
    });
    const late = attempt({ task: 31, minute: -100_000 });
    await ctx.memory.trajectories.put([
      late,
      { ...pending, outcome: { success: true, verdict: { source: 'test' } } },
    ]);
    const few = await add(ctx);
    expect(few).toMatchObject({
      built: false,
      reason: 'too_few_new',
      counts: { accepted: 2 },
      version: first,
    });
    await ctx.memory.trajectories.put(attempts(4, 50));
    const { version, counts } = await add(ctx);
    expect(counts).toMatchObject({ accepted: 10, kept: 10 });
    const rows = Object.values(await contentOf(ctx, 'poems')).flat();
    expect(rows).toEqual(expect.arrayContaining([late.id, pending.id]));
    expect(version?.cursor).toEqual({
      created_at: attempt({ task: 53, nth: 1 }).at,
      id: attempt({ task: 53, nth: 1 }).id,
    });
    expect(await add(ctx)).toMatchObject({
      built: false,
      reason: 'too_few_new',
      counts: { runs: 0, accepted: 0 },
    });
  });

  it('takes the row out of a run that was judged anew, and makes those again that were told of it', async () => {
    const { ctx, first } = await builtFrom(attempts(8));
    const wrong = attempt({ task: 3, nth: 0, success: false });
    const content = await contentOf(ctx, 'poems');
    const split = SPLITS.find((each) => content[each].includes(wrong.id));
    await ctx.memory.trajectories.put([
      { ...wrong, outcome: { success: true, verdict: { source: 'test' } } },
    ]);
    const { version, dropped, counts } = await add(ctx);
    expect(dropped).toEqual({ judged_anew: 2 });
    expect(counts).toMatchObject({ kept: 14, accepted: 2 });
    expect(version?.version).toBe(split === 'test' ? '2.0.0' : '1.1.0');
    // Both are accepted now: nothing is left to prefer.
    expect([first?.statistics.pairs, version?.statistics.pairs]).toEqual([8, 7]);
    for await (const { example } of rowsOf(ctx, await datasetVersion(ctx, 'poems'), split ?? 'train'))
      if (example.item_id === attempt({ task: 3, nth: 1 }).id) expect(example.attempts).toEqual([]);
    // The old version is what it was.
    expect(await contentOf(ctx, 'poems@1.0.0')).toEqual(content);
  });

  it('never tells a run that was forgotten, nor what quoted it, and drops them for good', async () => {
    const { ctx } = await builtFrom(attempts(8));
    const wrong = attempt({ task: 3, nth: 0, success: false });
    mkdirSync(join(workroomsOf(ctx), 'dead'), { recursive: true });
    writeFileSync(join(workroomsOf(ctx), 'dead.lock'), '');
    const { datasets } = await forget(ctx, { ids: [wrong.id] });
    expect(datasets).toEqual({ versions: ['poems@1.0.0'], unread: [] });
    expect(readdirSync(workroomsOf(ctx))).toEqual([]);
    const version = await datasetVersion(ctx, 'poems');
    const left: string[] = [];
    const told: string[] = [];
    for (const split of SPLITS)
      for await (const { example } of rowsOf(ctx, version, split, { leftOut: (id) => left.push(id) }))
        told.push(JSON.stringify(example));
    expect(left).toHaveLength(2);
    expect(told.join()).not.toContain(wrong.steps[0]?.action);
    const { dropped, counts } = await add(ctx);
    expect(dropped).toEqual({ forgotten: 1, quoted_a_forgotten_run: 1 });
    expect(counts).toMatchObject({ kept: 14, accepted: 1 });
    const { seen, pairs } = await datasetVersion(ctx, 'poems');
    expect(seen.lines).toBe(15);
    expect(pairs.train.lines + pairs.validation.lines + pairs.test.lines).toBe(7);
  });

  it('takes back what it asked about a run that has grown since, and asks about what it is now', async () => {
    const doubtful = attempt({ task: 60, score: 0.6 });
    const decided = attempt({ task: 61, score: 0.6 });
    const { ctx } = await builtFrom([...attempts(4), doubtful, decided]);
    const before = await listReviews(ctx);
    const kept = before.find(({ item_id }) => item_id === decided.id)?.id ?? '';
    await decide(ctx, kept, { state: 'rejected' });
    await ctx.memory.trajectories.put(
      [doubtful, decided].map((run) => ({ ...run, steps: [...run.steps, ...attempt({ task: 62 }).steps] })),
    );
    expect((await add(ctx)).review).toEqual({ queued: 2, waiting: 2, outdated: 1 });
    const after = await listReviews(ctx);
    expect(after.filter(({ state }) => state === 'rejected').map(({ id }) => id)).toEqual([kept]);
    const pending = after.filter(({ state }) => state === 'pending');
    expect(pending.map(({ item_id }) => item_id).sort()).toEqual([doubtful.id, decided.id].sort());
    expect(pending.map(({ id }) => id)).not.toContain(before.find(({ id }) => id !== kept)?.id);
  });

  it('holds no pair both ways round when people have come to prefer the other answer', async () => {
    const ctx = await openStoreAt(temporaryDirectory());
    const runs = [0, 1, 2].map((nth) => attempt({ task: 1, nth }));
    await ctx.memory.trajectories.put(runs);
    const [a = '', b = ''] = await ctx.memory.trajectories.ids();
    const prefer =
      (chosen: string, rejected: string): PairsOf =>
      async (_, take, tasks) => {
        const pair = { id: `${chosen}${rejected}`, project: 'ops', source: 'feedback', strength: 1 } as const;
        for (const task_key of tasks ?? [])
          await take([{ ...pair, task_key, chosen, rejected, confidence: 1 }]);
      };
    await buildDataset(ctx, { name: 'poems' }, prefer(a, b));
    await ctx.memory.trajectories.put([attempt({ task: 1, nth: 3 })]);
    const { version } = await buildDataset(ctx, { name: 'poems', least: 1 }, prefer(b, a));
    if (!version) throw new Error('a version is built');
    const pairs: string[] = [];
    for await (const { chosen_item } of pairsIn(ctx, version, 'train')) pairs.push(chosen_item);
    expect(pairs).toEqual([b]);
  });

  it('with other settings selects anew and leaves every known task in its split', async () => {
    const { ctx } = await builtFrom(attempts(10));
    const before = await contentOf(ctx, 'poems');
    const { version } = await add(ctx, { negatives: false, seed: 7 });
    expect(version).toMatchObject({
      version: expect.stringMatching(/^[12]\./u),
      changes: { added: 0, removed: 10, kept: 10 },
    });
    const after = await contentOf(ctx, 'poems');
    for (const split of SPLITS) expect(before[split]).toEqual(expect.arrayContaining(after[split]));
  });
});

describe('builds that meet', () => {
  it('somebody who removes the place meanwhile make no version without its files', async () => {
    const ctx = await openStoreAt(temporaryDirectory());
    await ctx.memory.trajectories.put(attempts(4));
    const open: typeof openPlace = async (of) => {
      const place = await openPlace(of);
      const create: typeof place.create = async (key, text) => {
        rmSync(place.uri, { recursive: true });
        return place.create(key, text);
      };
      return { ...place, create };
    };
    await expect(buildDataset(ctx, { name: 'poems' }, undefined, open)).rejects.toMatchObject({
      code: 'E7206',
    });
    expect(await listDatasets(ctx)).toEqual([]);
  });

  it('of one store: one writes the version, the other says so and then builds on it', async () => {
    const { ctx } = await builtFrom(attempts(5));
    const other = await openStoreAt(ctx.memory.directory);
    await ctx.memory.trajectories.put(attempts(10, 20));
    const both = await Promise.allSettled([add(ctx), add(other)]);
    const won = both.filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'E7203' } });
    expect((await listDatasets(ctx)).map(({ version }) => version)).toEqual(['1.0.0', '1.0.1']);
    expect(await add(other)).toMatchObject({ built: false, reason: 'too_few_new', adds_to: '1.0.1' });
  });

  it('of two stores in one place: never two of a number, never one beside the other', async () => {
    const training = { datasets: temporaryDirectory() };
    const stores = [];
    for (const from of [0, 20]) {
      const ctx = await openStoreAt(temporaryDirectory(), { training });
      await ctx.memory.trajectories.put(attempts(6, from));
      stores.push(ctx);
    }
    const both = await Promise.allSettled(stores.map((ctx) => add(ctx)));
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const loser = stores[both.findIndex(({ status }) => status === 'rejected')] as Opened;
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'E7203' } });
    expect(await add(loser)).toMatchObject({ built: true, counts: { kept: 12, accepted: 12 } });
  });

  it('leave nothing behind when a write fails, whichever, and then give what they would have given', async () => {
    const runs = attempts(6);
    const { first } = await builtFrom(runs);
    const ctx = await openStoreAt(temporaryDirectory());
    await ctx.memory.trajectories.put(runs);
    // Eight files, then the manifest; the tenth write never comes.
    for (const fails of [1, 5, 9, 10]) {
      let writes = 0;
      const open: typeof openPlace = async (of) => {
        const place = await openPlace(of);
        const counted =
          <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
          (...args: A) => {
            writes += 1;
            if (writes === fails) throw new Error('the power went');
            return write(...args);
          };
        return { ...place, putFile: counted(place.putFile), create: counted(place.create) };
      };
      const build = buildDataset(ctx, { name: 'poems' }, pairsFrom(ctx), open);
      if (fails === 10) {
        expect((await build).version?.content_hash).toBe(first?.content_hash);
        break;
      }
      await expect(build).rejects.toThrow('the power went');
      expect(await listDatasets(ctx)).toEqual([]);
      expect(readdirSync(workroomsOf(ctx))).toEqual([]);
    }
    const files = readdirSync(join(ctx.memory.directory, 'datasets', 'poems', 'files'));
    expect(files).toHaveLength(
      new Set(
        ['splits', 'pairs'].flatMap((kind) =>
          Object.values(first?.[kind as 'splits'] ?? {}).map(({ sha256 }) => sha256),
        ),
      ).size + 2,
    );
  });
});
