/** Ratings into the memory: nothing is lost, nothing is clamped, and nobody speaks for another. */
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../../src/capture/recorder.ts';
import { type Context, openContext } from '../../../src/context.ts';
import { compositeOf } from '../../../src/feedback/ratings/composite.ts';
import { ratingsOf } from '../../../src/feedback/ratings/read.ts';
import { MOST_RATINGS, type Submission, submitRating } from '../../../src/feedback/ratings/submit.ts';
import { voicesOf } from '../../../src/feedback/ratings/voices.ts';
import { TrajectoryInput } from '../../../src/types.ts';
import { forget } from '../../../src/upkeep/forget.ts';
import { solved } from '../../support/runs.ts';
import { openStoreAt, temporaryDirectory, whenOver } from '../../support/store.ts';

const record = async (ctx: Context, draft = solved(0)): Promise<string> =>
  (await recordTrajectory(ctx, TrajectoryInput.parse(draft))).trajectory.id;

async function withRun(): Promise<{ ctx: Context; run: string; directory: string }> {
  const directory = temporaryDirectory();
  const ctx = await openStoreAt(directory);
  return { ctx, run: await record(ctx), directory };
}

const human = (workflow: string, said: unknown, rater?: string): Submission => ({
  workflow,
  rater,
  rater_kind: 'human',
  said,
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: { code: string }) => error.code,
  );

describe('a rating', () => {
  it('keeps each rater, each kind and the whole history', async () => {
    const { ctx, run } = await withRun();
    await submitRating(ctx, human(run, { cat: { score: 8 } }, 'Ann'));
    const { voice } = await submitRating(ctx, human(run, { satisfaction: 0.5 }, 'Ann'));
    expect(voice.said).toEqual({ cat: { score: 8 }, satisfaction: 0.5 });
    await submitRating(ctx, human(run, { cat: { score: 2 } }, 'Bob'));
    await submitRating(ctx, human(run, { cat: { score: 3 } }));
    await submitRating(ctx, { ...human(run, { cat: { score: 10 } }, 'Ann'), rater_kind: 'agent' });
    const rows = await ratingsOf(ctx);
    expect(rows).toHaveLength(5);
    expect(voicesOf(rows).map(({ rater, rater_kind, said }) => [rater, rater_kind, said.cat?.score])).toEqual(
      [
        ['Ann', 'human', 8],
        ['Bob', 'human', 2],
        ['person', 'human', 3],
        ['Ann', 'agent', 10],
      ],
    );
    expect(rows.map(({ trust }) => trust)).toEqual([0.8, 0.8, 0.8, 0.8, 0.3]);
    for (const row of rows) expect(row.derived_from).toEqual([run]);
  });

  it('said again adds nothing; said again after something else it counts', async () => {
    const { ctx, run } = await withRun();
    const first = await submitRating(ctx, human(run, { quality: 0.2 }));
    const again = await submitRating(ctx, human(run, { quality: 0.2 }));
    expect([first.stored, again.stored, again.rating.id]).toEqual([true, false, first.rating.id]);
    await submitRating(ctx, human(run, { quality: 0.9 }));
    const back = await submitRating(ctx, human(run, { quality: 0.2 }));
    expect([back.stored, compositeOf(back.voice.said)]).toEqual([true, 0.2]);
    expect(await ctx.memory.ratings.count()).toBe(3);
  });

  it('counts in the order it was said in, though the clock stands still or goes back', async () => {
    const directory = temporaryDirectory();
    let now = Date.UTC(2026, 5, 1);
    const ctx = await openContext(
      { data: directory, log_level: 'silent' },
      { llm: null, now: () => new Date(now) },
    );
    whenOver(() => ctx.close());
    const run = await record(ctx);
    for (const quality of [0.1, 0.2, 0.3, 0.4]) {
      const { voice } = await submitRating(ctx, human(run, { quality }));
      expect(voice.said.quality).toBe(quality);
      now -= 1_000;
    }
    expect(voicesOf(await ratingsOf(ctx))[0]?.said.quality).toBe(0.4);
  });

  it('names what it is about by run, session or workflow, and one run by one name', async () => {
    const { ctx, run } = await withRun();
    const bySession = await submitRating(ctx, human('solved-0-0', { quality: 1 }));
    expect(bySession.rating.workflow).toBe(run);
    expect((await submitRating(ctx, human(` ${run} `, { quality: 1 }))).stored).toBe(false);
    const others = [
      await record(ctx, { ...solved(1), workflow: 'nightly' }),
      await record(ctx, { ...solved(2), workflow: 'nightly' }),
    ];
    const { rating } = await submitRating(ctx, human('nightly', { quality: 1 }));
    expect(rating.workflow).toBe('nightly');
    expect(rating.trajectories.toSorted()).toEqual(others.toSorted());
  });

  it('of several attempts in one session is about all of them', async () => {
    const { ctx } = await withRun();
    const session = 'one-session';
    const runs = [
      await record(ctx, { ...solved(1), session }),
      await record(ctx, { ...solved(1, 5), session, steps: solved(2).steps }),
    ];
    expect(new Set(runs).size).toBe(2);
    const { rating } = await submitRating(ctx, human(session, { quality: 1 }));
    expect([rating.workflow, rating.trajectories.toSorted()]).toEqual([session, runs.toSorted()]);
  });

  it('keeps no secret and nothing hidden', async () => {
    const { ctx, run } = await withRun();
    const key = 'AKIAIOSFODNN7EXAMPLE';
    const { rating } = await submitRating(
      ctx,
      human(
        run,
        { text: ` good\u200b \u001b[31mwork ${key}`, tags: ['a', ' a ', key, '\u200b'] },
        `Ann ${key}`,
      ),
    );
    expect(JSON.stringify(rating)).not.toContain(key);
    expect(rating.said.text).toMatch(/^good work \[redacted/u);
    expect(rating.said.tags).toHaveLength(2);
    // A text at the limit stays readable, whatever redaction makes of it.
    const long = `${key} `.repeat(952);
    await submitRating(ctx, human(run, { text: long }, 'Cid'));
    expect(await ratingsOf(ctx)).toHaveLength(2);
  });
});

describe('what is refused', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['a CAT score of 11', { cat: { score: 11 } }, 'bad_feedback', /cat\.score.*1 to 10/u],
    ['a CAT score of 0', { cat: { score: 0 } }, 'bad_feedback', /cat\.score.*1 to 10/u],
    [
      'a dimension of 12',
      { cat: { score: 5, dimensions: { quality: 12 } } },
      'bad_feedback',
      /quality.*1 to 10/u,
    ],
    [
      'an unknown dimension',
      { cat: { score: 5, dimensions: { charm: 5 } } },
      'bad_feedback',
      /creativity, usefulness, novelty, quality/u,
    ],
    ['a CAT score without a score', { cat: { dimensions: { quality: 5 } } }, 'bad_feedback', /cat\.score/u],
    ['a share of 1.01', { satisfaction: 1.01 }, 'bad_feedback', /satisfaction.*0 to 1/u],
    ['a share below 0', { novelty: -0.1 }, 'bad_feedback', /novelty.*0 to 1/u],
    ['no number', { quality: Number.NaN }, 'bad_feedback', /quality.*0 to 1/u],
    ['endless praise', { usefulness: Number.POSITIVE_INFINITY }, 'bad_feedback', /usefulness.*0 to 1/u],
    ['a word for a number', { satisfaction: 'high' }, 'bad_feedback', /satisfaction.*0 to 1/u],
    ['an unknown part', { charm: 1 }, 'bad_feedback', /cat, satisfaction, usefulness, novelty, quality/u],
    ['a text of a megabyte', { text: 'word '.repeat(200_000) }, 'bad_feedback', /text.*20000/u],
    ['no object', 'good', 'bad_feedback', /object/u],
    ['nothing', {}, 'empty_feedback', /Nothing/u],
    ['text in which nothing is seen', { text: ' \u200b', tags: [] }, 'empty_feedback', /Nothing/u],
  ])('%s', async (_what, said, code, message) => {
    const { ctx, run } = await withRun();
    await expect(submitRating(ctx, human(run, said))).rejects.toMatchObject({ code, message });
    expect(await ctx.memory.ratings.count()).toBe(0);
  });

  it('feedback on what was never there, and on what was forgotten', async () => {
    const { ctx, run } = await withRun();
    for (const workflow of [
      'traj_0123456789abcdef01234567',
      'no such session',
      '',
      "' OR 1=1 --",
      'x'.repeat(1e6),
    ])
      expect(await codeOf(submitRating(ctx, human(workflow, { quality: 1 })))).toBe('unknown_workflow');
    await forget(ctx, { ids: [run] });
    expect(await codeOf(submitRating(ctx, human(run, { quality: 1 })))).toBe('forgotten_workflow');
    expect(await ctx.memory.ratings.count()).toBe(0);
  });

  it('a flood of one rater, while others are still heard', async () => {
    const { ctx, run } = await withRun();
    for (let i = 0; i < MOST_RATINGS.a_day; i += 1)
      await submitRating(ctx, { ...human(run, { quality: i / 1000 }, `bot ${i % 50}`), rater_kind: 'agent' });
    const more = (rater: string, rater_kind: Submission['rater_kind']) =>
      codeOf(submitRating(ctx, { ...human(run, { quality: 0.99 }, rater), rater_kind }));
    // A new name is no new voice for an agent.
    expect(await more('bot 1', 'agent')).toBe('too_much_feedback');
    expect(await more('bot 999', 'agent')).toBe('too_much_feedback');
    expect(await more('bot 1', 'human')).toBe('nothing');
  });
});

describe('two at once', () => {
  it('lose nothing', async () => {
    const { ctx, run, directory } = await withRun();
    const other = await openStoreAt(directory);
    const all = Array.from({ length: 24 }, (_, i) => i);
    await Promise.all(
      all.map((i) => submitRating(i % 2 ? ctx : other, human(run, { quality: i / 24 }, `rater ${i % 4}`))),
    );
    for (const reader of [ctx, other]) {
      const rows = await ratingsOf(reader);
      expect(rows.map(({ said }) => Math.round((said.quality ?? 0) * 24)).sort((a, b) => a - b)).toEqual(all);
      expect(voicesOf(rows)).toHaveLength(4);
    }
  });
});
