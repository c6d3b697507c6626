/** Requests for feedback: asked for once a workflow, kept until somebody answers, declines or takes them back. */
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { contentId } from '../../learners/content-id.ts';
import type { Rating, RatingRequest } from '../../types.ts';
import { shortened, tidied } from './said.ts';
import { findWorkflow, type Workflow } from './workflow.ts';

export interface Wish {
  /** A run's id, a session, or the workflow that runs carry. */
  workflow: string;
  /** Where a session or workflow of this name is looked for first; default: the project that is set. */
  project?: string | undefined;
  question?: string | undefined;
}

const MOST_QUESTION = 500;
const MOST_PENDING = 1_000;

/**
 * Asks for feedback on a workflow; one that is pending already is given back, with the new question if there is one.
 * @throws KnowhowError `unknown_workflow`, `forgotten_workflow`, `too_many_requests`.
 */
export async function requestFeedback(
  ctx: Context,
  { workflow, project, question }: Wish,
): Promise<RatingRequest> {
  const found = await findWorkflow(ctx, workflow, project);
  return openRequest(ctx, found, { reason: 'asked', ...asked(ctx, question) });
}

export async function openRequest(
  ctx: Context,
  { name, project, trajectories, trust }: Workflow,
  why: Pick<RatingRequest, 'reason' | 'predicted' | 'question'>,
): Promise<RatingRequest> {
  const { rating_requests } = ctx.memory;
  const earlier = (await rating_requests.list({ where: { workflow: name } })).filter(
    (request) => request.project === project,
  );
  const pending = earlier.find(({ state }) => state === 'pending');
  const same = pending && (why.question === undefined || why.question === pending.question);
  if (same) return pending;
  if (!pending && (await rating_requests.count({ state: 'pending' })) >= MOST_PENDING)
    throw callerError(
      'too_many_requests',
      `There are ${MOST_PENDING} pending requests already.`,
      'Answer or withdraw some: `knowhow feedback pending`.',
    );
  const now = ctx.now().toISOString();
  const request: RatingRequest = pending
    ? { ...pending, question: why.question }
    : {
        // Counted, so that two processes that ask at once ask once.
        id: contentId('ask', [project, name, earlier.length]),
        at: now,
        project,
        derived_from: trajectories,
        trust,
        workflow: name,
        trajectories,
        ...why,
        state: 'pending',
        state_at: now,
      };
  await rating_requests.put([request]);
  return request;
}

/** Pending requests, oldest first; of all projects unless one is named. */
export async function pendingRequests(
  ctx: Context,
  { project }: { project?: string | undefined } = {},
): Promise<RatingRequest[]> {
  const { rating_requests, ratings } = ctx.memory;
  const pending = await rating_requests.list({ where: { state: 'pending', project }, order: 'oldest' });
  if (pending.length === 0) return pending;
  // Whoever answered may have ended before the request was closed: the rating is the fact.
  const rows = await ratings.list({ where: { workflow: pending.map(({ workflow }) => workflow) } });
  const answered = pending.filter((request) =>
    rows.some((row) => row.at > request.at && answers(row, request)),
  );
  await put(ctx, answered, 'answered');
  const closed = new Set(answered.map(({ id }) => id));
  return pending.filter(({ id }) => !closed.has(id));
}

/** @throws KnowhowError `unknown_request`. */
export async function findRequest(ctx: Context, id: string): Promise<RatingRequest> {
  const request = await ctx.memory.rating_requests.get(id);
  if (request) return request;
  throw callerError('unknown_request', 'No request has this id.', 'See `knowhow feedback pending`.');
}

/** The person does not want to say. @throws KnowhowError `unknown_request`, `closed_request`. */
export const declineRequest = (ctx: Context, id: string): Promise<RatingRequest> =>
  close(ctx, id, 'declined');

/** Takes a request back. @throws KnowhowError `unknown_request`, `closed_request`. */
export const withdrawRequest = (ctx: Context, id: string): Promise<RatingRequest> =>
  close(ctx, id, 'withdrawn');

async function close(ctx: Context, id: string, state: 'declined' | 'withdrawn'): Promise<RatingRequest> {
  const request = await findRequest(ctx, id);
  if (request.state === state) return request;
  if (request.state !== 'pending')
    throw callerError('closed_request', `The request is not pending any more: it was ${request.state}.`);
  const [closed] = await put(ctx, [request], state);
  return closed as RatingRequest;
}

/** Closes what a rating answers. An agent's own opinion answers nobody who asked what people think. */
export async function answerRequests(ctx: Context, rating: Rating): Promise<void> {
  const { workflow, request } = rating;
  const pending = await ctx.memory.rating_requests.list({ where: { workflow, state: 'pending' } });
  const meant = pending.filter((each) => answers(rating, each) && (request ?? each.id) === each.id);
  await put(ctx, meant, 'answered');
}

const answers = (rating: Rating, { workflow, project }: RatingRequest): boolean =>
  rating.rater_kind !== 'agent' && rating.workflow === workflow && rating.project === project;

async function put(
  ctx: Context,
  requests: RatingRequest[],
  state: RatingRequest['state'],
): Promise<RatingRequest[]> {
  const state_at = ctx.now().toISOString();
  const changed = requests.map((request) => ({ ...request, state, state_at }));
  await ctx.memory.rating_requests.put(changed);
  return changed;
}

function asked(ctx: Context, question: string | undefined): { question?: string } {
  // The first cut only bounds the work: what it could break lies far behind the second.
  const kept = shortened(tidied(ctx, shortened(question ?? '', 40 * MOST_QUESTION)).trim(), MOST_QUESTION);
  return kept ? { question: kept } : {};
}
