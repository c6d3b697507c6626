/** Feedback over HTTP: what a page of a person sends, and what it may read. */
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import { requestFeedback } from '../../src/feedback/ratings/requests.ts';
import { TrajectoryInput } from '../../src/types.ts';
import { forget } from '../../src/upkeep/forget.ts';
import { solved } from '../support/runs.ts';
import { post, type Served, serve } from './serving.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

async function withRun(token?: string): Promise<Served & { run: string; url: string }> {
  const served = await serve(token);
  const { trajectory } = await recordTrajectory(served.ctx, TrajectoryInput.parse(solved(0)));
  return { ...served, run: trajectory.id, url: served.endpoint.routes.feedback };
}

const send = (url: string, body: unknown) => post(url, JSON.stringify(body), JSON_TYPE);
const read = async (url: string) => (await (await fetch(url)).json()) as Record<string, never>;

describe('POST /feedback', () => {
  it('takes a rating from a person, answers a request, and says when nothing is new', async () => {
    const { ctx, run, url } = await withRun();
    await requestFeedback(ctx, { workflow: run });
    const said = {
      workflow: run,
      cat: { score: 9, dimensions: { quality: 8 } },
      tags: ['web'],
      rater: 'Ann',
    };
    const first = await send(url, said);
    expect([first.status, await first.json()]).toEqual([
      201,
      {
        rating_id: expect.stringMatching(/^rate_/u),
        workflow: run,
        composite: expect.closeTo(8 / 9, 9),
        stored: true,
        pending: 0,
      },
    ]);
    expect((await send(url, said)).status).toBe(200);
    expect(await ctx.memory.ratings.list()).toMatchObject([{ rater: 'Ann', rater_kind: 'human' }]);
    expect((await send(url, { ...said, rater_kind: 'judge' })).status).toBe(201);
    const listed = await send(url, { workflow: run, ask: true });
    expect(await listed.json()).toMatchObject({ asked: 'listed', stored: false, pending: 1 });
  });

  it('says what is wrong', async () => {
    const { ctx, run, url } = await withRun();
    const refused = async (body: unknown): Promise<[number, string]> => {
      const answer = await send(url, body);
      const { error } = (await answer.json()) as { error: { code: string; message: string } };
      return [answer.status, `${error.code}: ${error.message}`];
    };
    const of = (said: object) => ({ workflow: run, ...said });
    expect(await refused(of({ cat: { score: 0 } }))).toEqual([
      400,
      expect.stringMatching(/cat\.score.*1 to 10/u),
    ]);
    expect(await refused(of({ charm: 1 }))).toEqual([
      400,
      expect.stringMatching(/there are cat, satisfaction/u),
    ]);
    expect(await refused(of({ quality: 1, rater_kind: 'god' }))).toEqual([
      400,
      expect.stringMatching(/rater_kind/u),
    ]);
    expect(await refused([])).toEqual([400, expect.stringMatching(/^bad_feedback/u)]);
    expect(await refused({ quality: 1, workflow: 'x' })).toEqual([
      404,
      expect.stringMatching(/^unknown_workflow/u),
    ]);
    expect(await refused({ quality: 1 })).toEqual([404, expect.stringMatching(/^nothing_pending/u)]);
    await forget(ctx, { ids: [run] });
    expect(await refused(of({ quality: 1 }))).toEqual([410, expect.stringMatching(/^forgotten_workflow/u)]);
    expect((await post(url, '{', JSON_TYPE)).status).toBe(400);
    expect((await post(url, 'x'.repeat(300_000), JSON_TYPE)).status).toBe(413);
    expect(await ctx.memory.ratings.count()).toBe(0);
  });

  it('is closed to forms of other pages, other origins and whoever has no token', async () => {
    const { run, url } = await withRun('secret');
    const body = JSON.stringify({ workflow: run, quality: 1 });
    const token = { authorization: 'Bearer secret' };
    expect((await post(url, body, JSON_TYPE)).status).toBe(401);
    expect((await post(url, body, { ...token, 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(url, body, { ...token, ...JSON_TYPE, origin: 'https://evil.example' })).status).toBe(
      403,
    );
    expect((await post(url, body, { ...token, ...JSON_TYPE })).status).toBe(201);
    expect((await fetch(url, { method: 'PUT', headers: token })).status).toBe(405);
  });
});

describe('GET /feedback', () => {
  it('tells the statistics, and what is pending', async () => {
    const { ctx, run, url } = await withRun();
    expect(await read(url)).toMatchObject({ ratings: 0, workflows: 0, kinds: {} });
    const { id } = await requestFeedback(ctx, { workflow: run, question: 'Good?' });
    expect(await read(`${url}?pending`)).toMatchObject({
      requests: [{ id, workflow: run, question: 'Good?' }],
    });
    await send(url, { workflow: run, satisfaction: 0.5 });
    expect(await read(`${url}?pending`)).toEqual({ requests: [] });
    expect(await read(`${url}?project=billing-service`)).toMatchObject({
      ratings: 1,
      requests: { pending: 0, answered: 1 },
      kinds: { human: { measures: { composite: { n: 1, mean: 0.5, low: null, high: null } } } },
    });
    expect(await read(`${url}?project=other`)).toMatchObject({ ratings: 0 });
  });
});
