/** submit_feedback as clients meet it: what an agent says is its own, and the person is asked by elicitation, in both eras. */
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import type { Told } from '../../src/feedback/ratings/ask.ts';
import { ratingsOf } from '../../src/feedback/ratings/read.ts';
import { requestFeedback } from '../../src/feedback/ratings/requests.ts';
import { TrajectoryInput } from '../../src/types.ts';
import { callTool, connectInProcess, type Era, toolAnswer } from '../support/clients.ts';
import { personAt } from '../support/people.ts';
import { solved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

interface Answer {
  rating_id?: string;
  workflow: string;
  composite?: number;
  stored: boolean;
  asked?: string;
  pending: number;
}

async function withRun(): Promise<{ ctx: Context; run: string }> {
  const ctx = await openStoreAt(temporaryDirectory());
  const { trajectory } = await recordTrajectory(ctx, TrajectoryInput.parse(solved(0)));
  return { ctx, run: trajectory.id };
}

const submit = (client: Client, args: object) => callTool<Answer>(client, 'submit_feedback', args);
const stateOf = async (ctx: Context) => (await ctx.memory.rating_requests.list()).map(({ state }) => state);

describe('an agent', () => {
  it('speaks for itself, whatever name it gives', async () => {
    const { ctx, run } = await withRun();
    const client = await connectInProcess(ctx);
    const answer = await submit(client, { workflow: run, cat: { score: 10 }, rater: 'the user' });
    expect(answer).toMatchObject({ workflow: run, composite: 1, stored: true, pending: 0 });
    expect(await submit(client, { workflow: run, cat: { score: 10 }, rater: 'the user' })).toMatchObject({
      stored: false,
      rating_id: answer.rating_id,
    });
    const [row] = await ratingsOf(ctx);
    expect(row).toMatchObject({ rater: 'the user', rater_kind: 'agent', trust: 0.3 });
  });

  it('answers no request that was meant for people', async () => {
    const { ctx, run } = await withRun();
    await requestFeedback(ctx, { workflow: run });
    const client = await connectInProcess(ctx);
    expect(await submit(client, { quality: 0.9 })).toMatchObject({ workflow: run, stored: true, pending: 1 });
  });

  it.each([
    ['a score of 11', { cat: { score: 11 } }, /bad_feedback: cat\.score: must be a number from 1 to 10/u],
    [
      'an unknown dimension',
      { cat: { score: 5, dimensions: { charm: 3 } } },
      /there are creativity, usefulness/u,
    ],
    ['a share of 2', { satisfaction: 2 }, /satisfaction: must be a number from 0 to 1/u],
    ['an unknown part', { charm: 3 }, /charm/u],
    ['a word for a score', { quality: 'fine' }, /quality/u],
  ])('is told what is wrong with %s', async (_what, said, message) => {
    const { ctx, run } = await withRun();
    const answer = await toolAnswer(await connectInProcess(ctx), 'submit_feedback', {
      workflow: run,
      ...said,
    });
    expect(answer.isError).toBe(true);
    expect(answer.content[0]?.text).toMatch(message);
    expect(await ratingsOf(ctx)).toEqual([]);
  });

  it('that names nothing is told so where nothing is asked for', async () => {
    const { ctx } = await withRun();
    const answer = await toolAnswer(await connectInProcess(ctx), 'submit_feedback', {});
    expect(answer.content[0]?.text).toMatch(/^nothing_pending: .*trajectory_id/u);
  });
});

describe.each<Era>(['modern', 'legacy'])('the person, asked by a client of the %s protocol', (era) => {
  it('who answers is heard as a person, and the request is answered', async () => {
    const { ctx, run } = await withRun();
    const content = { score: 8, satisfaction: 0.5, text: 'neat', usefulness: '' };
    const { client, asked } = await personAt(ctx, era, { action: 'accept', content });
    const answer = await submit(client, { workflow: run });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.message).toContain('Add the invoice export endpoint');
    expect(Object.keys(asked[0]?.requestedSchema.properties ?? {})).toContain('score');
    expect(asked[0]?.requestedSchema.required).toBeUndefined();
    expect(answer).toMatchObject({ workflow: run, asked: 'answered', stored: true, pending: 0 });
    expect(answer.composite).toBeCloseTo((0.4 * (7 / 9) + 0.2 * 0.5) / 0.6, 12);
    expect(await ratingsOf(ctx)).toMatchObject([
      { rater: 'person', rater_kind: 'human', said: { cat: { score: 8 }, satisfaction: 0.5, text: 'neat' } },
    ]);
    expect(await stateOf(ctx)).toEqual(['answered']);
  });

  it('is asked about the oldest request where no workflow is named, with its own question', async () => {
    const { ctx, run } = await withRun();
    await requestFeedback(ctx, { workflow: run, question: 'Was the report what you wanted?' });
    const { client, asked } = await personAt(ctx, era, {
      action: 'accept',
      content: { quality: 1, name: 'Ann' },
    });
    expect(await submit(client, {})).toMatchObject({ workflow: run, asked: 'answered', pending: 0 });
    expect(asked[0]?.message).toContain('Was the report what you wanted?');
    expect((await ratingsOf(ctx))[0]).toMatchObject({ rater: 'Ann', rater_kind: 'human' });
  });

  it('who declines is not asked again, and nothing is stored', async () => {
    const { ctx, run } = await withRun();
    const { client, asked } = await personAt(ctx, era, { action: 'decline' });
    expect(await submit(client, { workflow: run })).toMatchObject({
      stored: false,
      asked: 'declined',
      pending: 0,
    });
    expect(await submit(client, { workflow: run, ask: true })).toMatchObject({ asked: 'declined' });
    expect(asked).toHaveLength(1);
    expect([await ratingsOf(ctx), await stateOf(ctx)]).toEqual([[], ['declined']]);
  });

  it.each<[string, Told]>([
    ['looks away', { action: 'cancel' }],
    ['fills in nothing', { action: 'accept', content: { text: '' } }],
  ])('who %s may still answer later', async (_what, told) => {
    const { ctx, run } = await withRun();
    const { client } = await personAt(ctx, era, told);
    expect(await submit(client, { workflow: run })).toMatchObject({
      stored: false,
      asked: 'cancelled',
      pending: 1,
    });
    expect([await ratingsOf(ctx), await stateOf(ctx)]).toEqual([[], ['pending']]);
  });

  it('is heard beside the agent that asks, and neither twice', async () => {
    const { ctx, run } = await withRun();
    const { client } = await personAt(ctx, era, { action: 'accept', content: { score: 2 } });
    const answer = await submit(client, { workflow: run, cat: { score: 10 }, ask: true });
    expect(answer.asked).toBe('answered');
    expect(answer.composite).toBeCloseTo(1 / 9, 9);
    const said = (await ratingsOf(ctx)).map(({ rater_kind, said: { cat } }) => [rater_kind, cat?.score]);
    expect(said).toEqual([
      ['agent', 10],
      ['human', 2],
    ]);
  });

  it('whose answer is out of range is not heard as something else', async () => {
    const { ctx, run } = await withRun();
    const { client } = await personAt(ctx, era, { action: 'accept', content: { score: 99 } });
    const answer = await toolAnswer(client, 'submit_feedback', { workflow: run });
    expect(answer.isError).toBe(true);
    expect([await ratingsOf(ctx), await stateOf(ctx)]).toEqual([[], ['pending']]);
  });

  it('behind a client without forms finds the request listed', async () => {
    const { ctx, run } = await withRun();
    const client = await connectInProcess(ctx, era);
    for (const args of [{ workflow: run }, { workflow: run, ask: true }, {}])
      expect(await submit(client, args)).toMatchObject({
        workflow: run,
        asked: 'listed',
        stored: false,
        pending: 1,
      });
    expect(await submit(client, { workflow: run, text: 'went well' })).toMatchObject({
      asked: 'listed',
      stored: true,
      pending: 1,
    });
  });
});
