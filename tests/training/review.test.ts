/** The review queue: nothing leaves it but by a decision, and decisions stand. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { decide } from '../../src/training/review/decide.ts';
import { countReviews, decisions, listReviews, queueReviews } from '../../src/training/review/queue.ts';
import { TrajectoryInput } from '../../src/types.ts';
import { forget } from '../../src/upkeep/forget.ts';
import { importMemory } from '../../src/upkeep/import-memory.ts';
import { exportMemory } from '../../src/upkeep/transfer.ts';
import { clockAt, openAt, openFresh, temporaryDirectory } from '../support/fixtures.ts';
import { waitingOf } from '../support/reviews.ts';
import { solved, unsolved } from '../support/runs.ts';

/** A store with two runs, and an example of each that nobody can decide on but a person. */
async function withTwo(now?: () => Date) {
  const ctx = await openFresh({}, now ? { now } : {});
  const runs = await recordAll(
    ctx,
    [solved(0), unsolved(1)].map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
  const [one, other] = runs.map(({ trajectory }) => waitingOf(trajectory));
  if (!one || !other) throw new Error('two runs are recorded');
  return { ctx, one, other };
}

const statesOf = async (ctx: Context) => (await listReviews(ctx)).map(({ state }) => state);

describe('the queue', () => {
  it('asks once, whatever asks how often, and answers in the order of asking', async () => {
    const clock = clockAt('2026-03-01T10:00:00Z');
    const { ctx, one, other } = await withTwo(clock.now);
    const again = await openAt(ctx.config.data, {}, { now: clock.now });
    const both = await Promise.all([
      queueReviews(ctx, 'mine', [other, other]),
      queueReviews(again, 'yours', [other]),
    ]);
    expect(both.map(({ queued }) => queued).sort()).toEqual([0, 1]);
    clock.wait(1_000);
    expect(await queueReviews(ctx, 'mine', [one, other])).toEqual({ queued: 1 });
    const listed = await listReviews(ctx, { state: 'pending' });
    expect(listed.map(({ id }) => id)).toEqual([other.example.id, one.example.id]);
    expect(listed[1]).toMatchObject({
      dataset: 'mine',
      item_id: one.example.item_id,
      label: true,
      trust: 1,
      judgement: one.judgement,
      asked: one.example.specification,
    });
    expect(await countReviews(ctx)).toEqual({ pending: 2, accepted: 0, rejected: 0 });
  });

  it('asks anew for an example that has changed, and keeps of long ones a part without anything hidden', async () => {
    const { ctx, one } = await withTwo();
    await queueReviews(ctx, 'mine', [one]);
    await decide(ctx, one.example.id, { state: 'accepted' });
    const output = `\u001b[31m${'grown '.repeat(2_000)}\u202eend`;
    const grown = { ...one, example: { ...one.example, id: `${one.example.id}2`, output } };
    expect(await queueReviews(ctx, 'mine', [one, grown])).toEqual({ queued: 1 });
    const [review] = await listReviews(ctx, { state: 'pending' });
    expect(review?.id).toBe(grown.example.id);
    expect(review?.answered).toMatch(/^grown [\s\S]*characters trimmed[\s\S]*grown end$/u);
    expect(review?.answered.length).toBeLessThan(3_100);
  });
});

describe('a decision', () => {
  it('stands for later builds and other processes, and can be taken back', async () => {
    const { ctx, one, other } = await withTwo();
    await queueReviews(ctx, 'mine', [one, other]);
    await decide(ctx, one.example.id, { state: 'accepted', by: 'Ann\u001b[2J', note: 'right: see the test' });
    await decide(ctx, other.example.id, { state: 'rejected' });
    // A later build asks again for both.
    expect(await queueReviews(ctx, 'mine', [one, other])).toEqual({ queued: 0 });
    const elsewhere = await openAt(ctx.config.data);
    const known = new Map([
      [one.example.id, 'accepted'],
      [other.example.id, 'rejected'],
    ]);
    expect(await decisions(elsewhere)).toEqual(known);
    expect(await decisions(elsewhere, [other.example.id, 'ex_none'])).toEqual(
      new Map([[other.example.id, 'rejected']]),
    );
    expect(await listReviews(ctx, { state: 'accepted' })).toMatchObject([
      { decided_by: 'person:Ann', note: 'right: see the test' },
    ]);
    const back = await decide(ctx, one.example.id, { state: 'pending' });
    expect([back.state, back.decided_by, back.note]).toEqual(['pending', undefined, undefined]);
    expect(await decisions(ctx)).toEqual(new Map([[other.example.id, 'rejected']]));
  });

  it('is refused where nothing waits, and where a person decided otherwise, unless again', async () => {
    const { ctx, one } = await withTwo();
    await queueReviews(ctx, 'mine', [one]);
    const { id } = one.example;
    await expect(decide(ctx, 'ex_none', { state: 'accepted' })).rejects.toMatchObject({ code: 'E7101' });
    const first = await decide(ctx, id, { state: 'accepted', by: 'Ann' });
    expect(await decide(ctx, id, { state: 'accepted', by: 'Ben' })).toEqual(first);
    await expect(decide(ctx, id, { state: 'rejected', by: 'Ben' })).rejects.toMatchObject({ code: 'E7102' });
    expect(await decide(ctx, id, { state: 'rejected', by: 'Ben', again: true })).toMatchObject({
      state: 'rejected',
      decided_by: 'person:Ben',
    });
  });

  it('of two that differ is one, and the other is told so', async () => {
    const { ctx, one } = await withTwo();
    await queueReviews(ctx, 'mine', [one]);
    const other = await openAt(ctx.config.data);
    const told = await Promise.allSettled([
      decide(ctx, one.example.id, { state: 'accepted', by: 'Ann' }),
      decide(other, one.example.id, { state: 'rejected', by: 'Ben' }),
    ]);
    const taken = told.flatMap((each) => (each.status === 'fulfilled' ? each.value.state : []));
    const refused = told.flatMap((each) => (each.status === 'rejected' ? each.reason.code : []));
    expect(refused).toEqual(['E7102']);
    expect(await statesOf(ctx)).toEqual(taken);
  });

  it('of an agent keeps out at most, gives way to people and never undoes theirs', async () => {
    const { ctx, one } = await withTwo();
    await queueReviews(ctx, 'mine', [one]);
    const { id } = one.example;
    const by = 'agent:coder';
    await expect(decide(ctx, id, { state: 'accepted', by })).rejects.toMatchObject({ code: 'E7103' });
    expect(await decide(ctx, id, { state: 'rejected', by })).toMatchObject({ decided_by: by });
    expect(await decide(ctx, id, { state: 'pending', by })).toMatchObject({ state: 'pending' });
    await decide(ctx, id, { state: 'rejected', by });
    expect(await decide(ctx, id, { state: 'rejected' })).toMatchObject({ decided_by: 'person' });
    for (const state of ['pending', 'accepted'] as const)
      await expect(decide(ctx, id, { state, by, again: true })).rejects.toMatchObject({ code: 'E7103' });
    await decide(ctx, id, { state: 'pending' });
    await decide(ctx, id, { state: 'rejected', by });
    expect(await decide(ctx, id, { state: 'accepted' })).toMatchObject({ decided_by: 'person' });
  });
});

describe('reviews', () => {
  it('go with the memory, decisions and all', async () => {
    const { ctx, one, other } = await withTwo();
    await queueReviews(ctx, 'mine', [one, other]);
    await decide(ctx, one.example.id, { state: 'accepted', by: 'Ann', note: 'fine' });
    const path = join(await temporaryDirectory(), 'memory.jsonl');
    await writeFile(path, exportMemory(ctx));
    const elsewhere = await openFresh();
    expect((await importMemory(elsewhere, path)).added.example_reviews).toBe(2);
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect((await listReviews(elsewhere)).sort(byId)).toEqual((await listReviews(ctx)).sort(byId));
    expect(await decisions(elsewhere)).toEqual(new Map([[one.example.id, 'accepted']]));
    // Into a store where one waits, and the other was decided: what was decided stays, what waits is answered.
    await decide(ctx, one.example.id, { state: 'pending' });
    await decide(ctx, other.example.id, { state: 'rejected' });
    expect((await importMemory(ctx, path)).added.example_reviews).toBe(1);
    expect(await decisions(ctx)).toEqual(
      new Map([
        [one.example.id, 'accepted'],
        [other.example.id, 'rejected'],
      ]),
    );
  });

  it('are forgotten with their run, decided or not, and none comes after it', async () => {
    const { ctx, one, other } = await withTwo();
    await queueReviews(ctx, 'mine', [one, other]);
    await decide(ctx, one.example.id, { state: 'accepted' });
    const { removed } = await forget(ctx, { session: 'solved-0-0' });
    expect(removed.example_reviews).toEqual([one.example.id]);
    expect((await listReviews(ctx)).map(({ id }) => id)).toEqual([other.example.id]);
    expect(await decisions(ctx, [one.example.id])).toEqual(new Map());
    // A build that had read the run before.
    expect(await queueReviews(ctx, 'mine', [one])).toEqual({ queued: 0 });
    expect((await listReviews(ctx)).map(({ id }) => id)).toEqual([other.example.id]);
  });
});
