/** Requests for feedback: kept, asked once, answered by people. */
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../../src/capture/recorder.ts';
import type { Context } from '../../../src/context.ts';
import type { Told } from '../../../src/feedback/ratings/ask.ts';
import { requestAfterBatch } from '../../../src/feedback/ratings/foresee.ts';
import { giveFeedback, type Person } from '../../../src/feedback/ratings/give.ts';
import { requestPromising } from '../../../src/feedback/ratings/promising.ts';
import {
  declineRequest,
  pendingRequests,
  requestFeedback,
  withdrawRequest,
} from '../../../src/feedback/ratings/requests.ts';
import { submitRating } from '../../../src/feedback/ratings/submit.ts';
import { UNDONE } from '../../../src/memory/memory.ts';
import { type RaterKind, type Trajectory, TrajectoryInput } from '../../../src/types.ts';
import { solved, unsolved } from '../../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';

async function withRuns(drafts = [solved(0)]): Promise<{ ctx: Context; runs: string[]; directory: string }> {
  const directory = temporaryDirectory();
  const ctx = await openStoreAt(directory);
  const runs: string[] = [];
  for (const draft of drafts)
    runs.push((await recordTrajectory(ctx, TrajectoryInput.parse(draft))).trajectory.id);
  return { ctx, runs, directory };
}

const rate = (ctx: Context, workflow: string, rater_kind: RaterKind, request?: string) =>
  submitRating(ctx, { workflow, rater_kind, said: { quality: 0.5 }, request });

describe('a request', () => {
  it('is one while it is pending, seen by every process, and takes a new question', async () => {
    const { ctx, runs, directory } = await withRuns();
    const workflow = runs[0] as string;
    const other = await openStoreAt(directory);
    const [a, b] = await Promise.all([
      requestFeedback(ctx, { workflow }),
      requestFeedback(other, { workflow: 'solved-0-0', question: 'Neat? AKIAIOSFODNN7EXAMPLE' }),
    ]);
    expect(a.id).toBe(b.id);
    await requestFeedback(ctx, { workflow, question: 'Neat? AKIAIOSFODNN7EXAMPLE' });
    const pending = await pendingRequests(other);
    expect(pending).toMatchObject([{ id: a.id, workflow, state: 'pending', reason: 'asked' }]);
    expect(pending[0]?.question).toMatch(/^Neat\? \[redacted/u);
  });

  it('is answered by a person or a judge, never by an agent', async () => {
    const { ctx, runs } = await withRuns();
    const workflow = runs[0] as string;
    const first = await requestFeedback(ctx, { workflow });
    await rate(ctx, workflow, 'agent');
    expect(await pendingRequests(ctx)).toHaveLength(1);
    await expect(rate(ctx, workflow, 'agent', first.id)).rejects.toMatchObject({ code: 'bad_feedback' });
    await rate(ctx, workflow, 'judge');
    expect(await pendingRequests(ctx)).toEqual([]);
    const second = await requestFeedback(ctx, { workflow });
    expect(second.id).not.toBe(first.id);
    await rate(ctx, workflow, 'human', second.id);
    expect(await ctx.memory.rating_requests.tally('state')).toEqual(new Map([['answered', 2]]));
    await expect(rate(ctx, workflow, 'human', 'ask_0')).rejects.toMatchObject({ code: 'unknown_request' });
  });

  it('whose answer was stored by a process that then died counts as answered', async () => {
    const { ctx, runs } = await withRuns();
    const request = await requestFeedback(ctx, { workflow: runs[0] as string });
    await rate(ctx, runs[0] as string, 'human');
    await ctx.memory.rating_requests.put([request]);
    const later = { ...request, at: '2020-01-01T00:00:00.000Z' };
    await ctx.memory.rating_requests.put([later]);
    expect(await pendingRequests(ctx)).toEqual([]);
    expect((await ctx.memory.rating_requests.get(request.id))?.state).toBe('answered');
  });

  it('is declined or withdrawn once, and stays so', async () => {
    const { ctx, runs } = await withRuns([solved(0), solved(1)]);
    const [a, b] = await Promise.all(runs.map((workflow) => requestFeedback(ctx, { workflow })));
    await declineRequest(ctx, a?.id ?? '');
    await withdrawRequest(ctx, b?.id ?? '');
    expect((await withdrawRequest(ctx, b?.id ?? '')).state).toBe('withdrawn');
    await expect(withdrawRequest(ctx, a?.id ?? '')).rejects.toMatchObject({ code: 'closed_request' });
    await expect(declineRequest(ctx, 'ask_0')).rejects.toMatchObject({ code: 'unknown_request' });
    expect(await pendingRequests(ctx)).toEqual([]);
  });

  it('that was closed while the person was filling in its form loses nothing of what they say', async () => {
    const { ctx, runs } = await withRuns([solved(0), solved(1)]);
    const [a, b] = await Promise.all(runs.map((workflow) => requestFeedback(ctx, { workflow })));
    const person = (told: Told): Person => ({
      answers: new Map([[a?.id ?? '', told]]),
      ask: () => {
        throw new Error('asked again');
      },
    });
    const given = { workflow: runs[0], said: {} };
    await declineRequest(ctx, a?.id ?? '');
    const accepted = person({ action: 'accept', content: { score: 3 } });
    expect(await giveFeedback(ctx, given, 'agent', accepted)).toMatchObject({
      asked: 'answered',
      stored: true,
    });
    await rate(ctx, runs[1] as string, 'human');
    const declined = {
      ...person({ action: 'decline' }),
      answers: new Map([[b?.id ?? '', { action: 'decline' } as const]]),
    };
    expect(await giveFeedback(ctx, { workflow: runs[1], said: {} }, 'agent', declined)).toMatchObject({
      asked: 'declined',
    });
    expect((await ctx.memory.rating_requests.get(b?.id ?? ''))?.state).toBe('answered');
  });
});

describe('promising runs', () => {
  it('are those that did not fail, are foreseen to be rated well, and nobody was asked about', async () => {
    const { ctx, runs } = await withRuns([solved(0), solved(1), solved(2), unsolved(0), solved(0, 1)]);
    const foreseen = new Map(runs.map((id, i) => [id, [0.95, 0.9, 0.79, 1, 0.85][i] as number]));
    const seen: string[] = [];
    const predict = async (asked: Trajectory[]) => {
      seen.push(...asked.map(({ id }) => id));
      return foreseen;
    };
    await rate(ctx, runs[1] as string, 'human');
    await ctx.memory.trajectories.mark({ id: runs[2] }, { status: UNDONE });
    const made = await requestPromising(ctx, { predict });
    expect(seen).not.toContain(runs[1]);
    expect(seen).not.toContain(runs[2]);
    expect(seen).not.toContain(runs[3]);
    // One of two attempts at the same task, the newer.
    expect(made).toMatchObject([
      { workflow: runs[4], reason: 'promising', predicted: 0.85, state: 'pending' },
    ]);
    await withdrawRequest(ctx, made[0]?.id ?? '');
    expect(await requestPromising(ctx, { predict, limit: 0 })).toEqual([]);
    expect((await requestPromising(ctx, { predict })).map(({ workflow }) => workflow)).toEqual([runs[0]]);
    expect(await requestPromising(ctx, { predict })).toEqual([]);
  });

  it('are looked for while a batch runs, and not after every run', async () => {
    const { ctx } = await withRuns();
    expect(requestAfterBatch(ctx)).toBe(false);
    ctx.background.start('batch', async () => undefined);
    expect(requestAfterBatch(ctx)).toBe(true);
    await ctx.background.idle();
  });

  it('are none where nothing can be foreseen', async () => {
    const { ctx } = await withRuns();
    expect(await requestPromising(ctx, { predict: async () => new Map() })).toEqual([]);
    expect(
      await requestPromising(ctx, { predict: async (all) => new Map(all.map(({ id }) => [id, Number.NaN])) }),
    ).toEqual([]);
  });
});
