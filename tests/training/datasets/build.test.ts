/** A build: of every run that was selected one fate, whole versions or none, nothing lost on the way. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pairsFrom } from '../../../src/tools/training-pairs.ts';
import { buildDataset } from '../../../src/training/datasets/build.ts';
import { datasetVersion, listDatasets, pairsIn, rowsOf } from '../../../src/training/datasets/read.ts';
import { removeDataset } from '../../../src/training/datasets/remove.ts';
import { workroomsOf } from '../../../src/training/datasets/spool.ts';
import { decide } from '../../../src/training/review/decide.ts';
import { SPLITS } from '../../../src/types.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { attempt, attempts, contentOf, words } from './build-runs.ts';

const storeWith = async (runs: ReturnType<typeof attempts>) => {
  const ctx = await openStoreAt(temporaryDirectory());
  await ctx.memory.trajectories.put(runs);
  return ctx;
};

const [one, other] = [attempt({ task: 1, nth: 0 }), attempt({ task: 1, nth: 1 })];
const circular = [
  { ...one, parent: other.id },
  { ...other, parent: one.id },
];

describe('a first build', () => {
  it('gives every selected run one fate, and the counts add up', async () => {
    const twice = words(7, 60);
    const ctx = await storeWith([
      ...attempts(12),
      attempt({ task: 20, score: 0.6 }),
      attempt({ task: 21, score: 0.1 }),
      attempt({ task: 22, nth: 1, answer: twice }),
      attempt({ task: 22, nth: 2, answer: twice }),
      ...Array.from({ length: 5 }, (_, nth) => attempt({ task: 23, nth })),
      attempt({ task: 24, success: null }),
      attempt({ task: 25, metadata: { consent: 'no' } }),
    ]);
    const { built, counts, review, left_out, version } = await buildDataset(
      ctx,
      { name: 'poems', most_per_task: 3 },
      pairsFrom(ctx),
    );
    expect(built).toBe(true);
    const { accepted, waiting, rejected, near_duplicates, sampled_down } = counts;
    expect({ accepted, waiting, rejected, near_duplicates, sampled_down, left_out: counts.left_out }).toEqual(
      {
        accepted: 12 * 2 + 1 + 3,
        waiting: 1,
        rejected: 1,
        near_duplicates: 1,
        sampled_down: 2,
        left_out: 1,
      },
    );
    expect(counts.selected).toBe(
      accepted + waiting + rejected + near_duplicates + sampled_down + counts.left_out,
    );
    expect(left_out.no_consent).toBe(1);
    expect(review).toEqual({ queued: 1, waiting: 1, outdated: 0 });
    expect(version?.version).toBe('1.0.0');
    expect(version?.changes).toEqual({ added: accepted, removed: 0, kept: 0 });
    const content = await contentOf(ctx, 'poems');
    expect(Object.values(content).flat()).toHaveLength(accepted);
    // One task is in one split, its pairs too, and no split is empty.
    const splitOf = new Map<string, string>();
    for (const split of SPLITS) {
      expect(content[split].length).toBeGreaterThan(0);
      for await (const { example } of rowsOf(ctx, await datasetVersion(ctx, 'poems'), split)) {
        expect(splitOf.get(example.task_key) ?? split).toBe(split);
        splitOf.set(example.task_key, split);
      }
      for await (const pair of pairsIn(ctx, await datasetVersion(ctx, 'poems'), split)) {
        expect(splitOf.get(pair.task_key)).toBe(split);
      }
    }
    expect(version?.statistics.pairs).toBe(12);
    const given: string[] = [];
    const take = async (pairs: { task_key: string }[]) =>
      void given.push(...pairs.map((pair) => pair.task_key));
    const [task = ''] = splitOf.keys();
    await pairsFrom(ctx)([], take, new Set([task]));
    expect(new Set(given)).toEqual(new Set([task]));
    expect(readdirSync(workroomsOf(ctx))).toEqual([]);
  });

  it('gives the same content from the same runs, under whatever name, in whatever order they came', async () => {
    const runs = [...attempts(9), attempt({ task: 30, score: 0.6 })];
    const one = await storeWith(runs);
    const other = await storeWith(runs.toReversed());
    const a = await buildDataset(one, { name: 'a' }, pairsFrom(one));
    const b = await buildDataset(other, { name: 'b' }, pairsFrom(other));
    expect(b.version?.content_hash).toBe(a.version?.content_hash);
    // Built again it is the same, so nothing is written.
    const again = await buildDataset(one, { name: 'a', fresh: true }, pairsFrom(one));
    expect(again).toMatchObject({ built: false, reason: 'same_content', version: { version: '1.0.0' } });
    expect(await listDatasets(one)).toHaveLength(1);
  });

  it('leaves out tasks that are evaluated on, their pairs too, and writes nothing on a dry run', async () => {
    const ctx = await storeWith(attempts(6));
    const exclude = join(temporaryDirectory(), 'evaluated.txt');
    writeFileSync(exclude, `Write a poem of ${words(3, 40)}\n`);
    const dry = await buildDataset(ctx, { name: 'poems', exclude, dry_run: true }, pairsFrom(ctx));
    expect(dry).toMatchObject({ built: false, reason: 'dry_run', version: { version: '1.0.0' } });
    expect(await listDatasets(ctx)).toEqual([]);
    const { left_out, version } = await buildDataset(ctx, { name: 'poems', exclude }, pairsFrom(ctx));
    expect(left_out.evaluation_task).toBe(2);
    expect(version?.statistics).toMatchObject({ examples: 10, pairs: 5, tasks: 5 });
    expect(version?.content_hash).toBe(dry.version?.content_hash);
  });

  it.each([
    ['an empty store', [], {}, 'E7003'],
    ['a rule that selects nothing', attempts(2), { rule: { rule: 'human' } as const }, 'E7004'],
    ['nothing but what waits', [attempt({ task: 1, score: 0.6 })], {}, 'E7100'],
    ['attempts that lead back to themselves', circular, {}, 'E7100'],
    ['a name that leaves its folder', [], { name: '../up' }, 'E7202'],
    ['shares that do not sum to 1', [], { ratios: { train: 0.8, validation: 0.1, test: 0.2 } }, 'E7500'],
    ['thresholds the wrong way round', [], { accept: 0.5, review: 0.6 }, 'E7500'],
    ['a share above 1', [], { accept: 70 }, 'E7500'],
    ['room for nothing', [], { most_examples: 0 }, 'E7500'],
  ])('refuses %s', async (_, runs, options, code) => {
    const ctx = await storeWith(runs);
    await expect(buildDataset(ctx, { name: 'poems', ...options })).rejects.toMatchObject({ code });
    expect(existsSync(join(ctx.memory.directory, 'datasets'))).toBe(false);
  });

  it('builds from one task alone, without a test; what waits comes in when somebody lets it', async () => {
    const wrong = attempt({ task: 1, nth: 0, success: false });
    const doubtful = attempt({ task: 2, score: 0.6 });
    const ctx = await storeWith([wrong, attempt({ task: 1, nth: 1, parent: wrong.id }), doubtful]);
    const { version } = await buildDataset(ctx, { name: 'poems' });
    expect(version?.statistics.by_split).toEqual({ train: 2, validation: 0, test: 0 });
    const [waits] = await ctx.memory.example_reviews.list();
    await decide(ctx, waits?.id ?? '', { state: 'accepted' });
    const added = await buildDataset(ctx, { name: 'poems', least: 1 });
    expect(added).toMatchObject({ built: true, adds_to: '1.0.0', counts: { kept: 2, accepted: 1 } });
    expect(Object.values(await contentOf(ctx, 'poems')).flat()).toContain(doubtful.id);
    await decide(ctx, waits?.id ?? '', { state: 'rejected', again: true });
    const less = await buildDataset(ctx, { name: 'poems' });
    expect(less).toMatchObject({ built: true, dropped: { rejected_in_review: 1 }, counts: { kept: 2 } });
  });
});

describe('removing', () => {
  it('takes a version and the files that no other names, and the whole dataset', async () => {
    const ctx = await storeWith(attempts(4));
    await buildDataset(ctx, { name: 'poems' });
    await ctx.memory.trajectories.put(attempts(8, 10));
    await buildDataset(ctx, { name: 'poems' });
    const shown = await removeDataset(ctx, 'poems@1.0.0', { dry_run: true });
    expect(await listDatasets(ctx)).toHaveLength(2);
    const removed = await removeDataset(ctx, 'poems@1.0.0');
    expect(removed).toEqual({ ...shown, dry_run: false });
    expect(removed.files).toBeGreaterThan(0);
    expect(Object.values(await contentOf(ctx, 'poems')).flat()).toHaveLength(24);
    await expect(datasetVersion(ctx, 'poems@1.0.0')).rejects.toMatchObject({ code: 'E7201' });
    await removeDataset(ctx, 'poems');
    await expect(datasetVersion(ctx, 'poems')).rejects.toMatchObject({ code: 'E7200' });
    expect(readdirSync(join(ctx.memory.directory, 'datasets', 'poems', 'files'))).toEqual([]);
  });
});
