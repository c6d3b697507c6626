/**
 * Feedback at /feedback. POST takes a rating as `submit_feedback` does, from a person unless `rater_kind` says otherwise: 201
 * where it was stored, 200 where nothing new was said. GET gives the statistics, `?pending` the requests that wait.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { KnowhowError } from '../errors.ts';
import { learnFromRating } from '../feedback/ratings/foresee.ts';
import { giveFeedback } from '../feedback/ratings/give.ts';
import { pendingRequests } from '../feedback/ratings/requests.ts';
import { feedbackStatistics } from '../feedback/ratings/statistics.ts';
import { RATER_KINDS } from '../types.ts';
import { jsonOf } from './bodies.ts';
import { createIntake } from './intake.ts';
import { answerJson, mediaType, Refusal, type Route, refusePlainly } from './route.ts';

/** Who rates and what; the parts that are said are checked where all doors meet. */
const Body = z.looseObject({
  workflow: z.string().optional(),
  rater: z.string().optional(),
  rater_kind: z.enum(RATER_KINDS).default('human'),
  ask: z.boolean().optional(),
});

const STATUS: Record<string, number> = {
  unknown_workflow: 404,
  nothing_pending: 404,
  forgotten_workflow: 410,
  too_much_feedback: 429,
  too_many_requests: 429,
};

export function feedbackRoute(ctx: Context): Route {
  const intake = createIntake({
    bytes: 256 * 1024,
    hint: 'A text may have 20,000 characters.',
    requests: 64,
    waiting_bytes: 8 * 1024 * 1024,
    at_once: 4,
  });
  return {
    path: '/feedback',
    methods: ['GET', 'POST'],
    refuse: refusePlainly,
    async serve(request, response) {
      if (request.method === 'GET') {
        answerJson(response, 200, await told(ctx, request));
        return;
      }
      // Not among the types that a page may send elsewhere without being asked first.
      if (mediaType(request) !== 'application/json')
        throw new Refusal(415, 'not_json', 'Feedback is taken as application/json.');
      const answer = await intake(request, (text) => taken(ctx, jsonOf(text)));
      answerJson(response, answer.stored ? 201 : 200, answer);
      learnFromRating(ctx, answer);
    },
  };
}

async function told(ctx: Context, request: IncomingMessage): Promise<unknown> {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const project = searchParams.get('project') ?? undefined;
  return searchParams.has('pending')
    ? { requests: await pendingRequests(ctx, { project }) }
    : feedbackStatistics(ctx, { project });
}

/** @throws Refusal that says which part is wrong and what there is. */
async function taken(ctx: Context, body: unknown) {
  const { data, error } = Body.safeParse(body);
  if (!data) throw new Refusal(400, 'bad_feedback', z.prettifyError(error).slice(0, 500));
  const { workflow, rater, rater_kind, ask, ...said } = data;
  try {
    return await giveFeedback(ctx, { workflow, rater, ask, said }, rater_kind);
  } catch (error) {
    if (!(error instanceof KnowhowError) || error.kind !== 'caller') throw error;
    const message = [error.message, error.hint].filter(Boolean).join(' ');
    throw new Refusal(STATUS[error.code] ?? 400, error.code, message);
  }
}
