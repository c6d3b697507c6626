/** What every door does with feedback: keep what was said, and ask the person for what was not. */
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { type RaterKind, RatingParts, type RatingRequest } from '../../types.ts';
import { type Form, filledIn, formOf, type Told } from './ask.ts';
import { compositeOf } from './composite.ts';
import { declineRequest, findRequest, pendingRequests, requestFeedback } from './requests.ts';
import { type Submitted, submitRating } from './submit.ts';
import { findWorkflow } from './workflow.ts';

/** Someone who can be asked right now. */
export interface Person {
  /** What was answered to what this very call asked, by key, when it comes again. */
  answers: ReadonlyMap<string, Told>;
  /** Asks. The call ends here and comes again with the answer: what it did before must bear being done twice. */
  ask(key: string, form: Form): never;
}

export interface Given {
  /** Left out: that of the oldest pending request. */
  workflow?: string | undefined;
  rater?: string | undefined;
  /** Ask the person, too; without any score they are asked in any case. */
  ask?: boolean | undefined;
  /** `RatingParts`, not checked yet. */
  said: Record<string, unknown>;
}

export const FeedbackAnswer = z.object({
  rating_id: z.string().optional(),
  workflow: z.string(),
  composite: z.number().optional(),
  stored: z.boolean(),
  asked: z.enum(['answered', 'declined', 'cancelled', 'listed']).optional(),
  pending: z.number(),
});
export type FeedbackAnswer = z.infer<typeof FeedbackAnswer>;

/**
 * Stores what was said, if anything was. Where no score was said, or `ask` is true, the person is asked, or where nobody can be
 * asked now a request is kept until somebody answers.
 * @throws what `submitRating` and `requestFeedback` throw, and KnowhowError `nothing_pending`.
 */
export async function giveFeedback(
  ctx: Context,
  { workflow, rater, ask, said }: Given,
  rater_kind: RaterKind,
  person?: Person,
): Promise<FeedbackAnswer> {
  const open = await requestAsked(ctx, person);
  const target: Target = workflow === undefined ? (open ?? (await oldestPending(ctx))) : { workflow };
  const words = Object.values(said).some((value) => value !== undefined);
  const submitted = words
    ? await submitRating(ctx, { ...nameOf(target), rater, rater_kind, said })
    : undefined;
  if (!(ask ?? !hasScore(said))) return answerOf(ctx, target.workflow, submitted);
  const request = open ?? (await requestFor(ctx, target));
  const told = person?.answers.get(request.id);
  // What a person did say is kept, whoever declined or answered meanwhile.
  if (request.state === 'declined' && told?.action !== 'accept')
    return answerOf(ctx, request.workflow, submitted, 'declined');
  if (person && !told) person.ask(request.id, await formFor(ctx, request));
  if (!told) return answerOf(ctx, request.workflow, submitted, 'listed');
  if (told.action === 'decline' && request.state === 'pending') await declineRequest(ctx, request.id);
  if (told.action !== 'accept') {
    const how = told.action === 'decline' ? 'declined' : 'cancelled';
    return answerOf(ctx, request.workflow, submitted, how);
  }
  const { said: theirs, rater: name } = filledIn(told.content);
  if (Object.keys(theirs).length === 0) return answerOf(ctx, request.workflow, submitted, 'cancelled');
  const answered = await submitRating(ctx, {
    ...nameOf(request),
    rater: name,
    rater_kind: 'human',
    said: theirs,
    request: request.id,
  });
  return answerOf(ctx, request.workflow, answered, 'answered');
}

interface Target {
  workflow: string;
  project?: string | undefined;
}

const nameOf = ({ workflow, project }: Target): Target => ({ workflow, project });

/** The request whose answer this call brings, when it comes again. */
async function requestAsked(ctx: Context, person: Person | undefined): Promise<RatingRequest | undefined> {
  const [id] = person?.answers.keys() ?? [];
  return id === undefined ? undefined : findRequest(ctx, id);
}

/** Whoever declined once is not asked again by an agent; people may ask again by `requestFeedback`. */
async function requestFor(ctx: Context, target: Target): Promise<RatingRequest> {
  const { name, project } = await findWorkflow(ctx, target.workflow, target.project);
  const where = { workflow: name, project, state: 'declined' };
  const [declined] = await ctx.memory.rating_requests.list({ where, order: 'newest', limit: 1 });
  return declined ?? requestFeedback(ctx, nameOf(target));
}

const formFor = async (ctx: Context, request: RatingRequest): Promise<Form> =>
  formOf(request, (await findWorkflow(ctx, request.workflow, request.project)).task);

async function oldestPending(ctx: Context): Promise<RatingRequest> {
  const [oldest] = await pendingRequests(ctx);
  if (oldest) return oldest;
  throw callerError(
    'nothing_pending',
    'No workflow was named, and no request for feedback is pending.',
    'Name one: the trajectory_id that record_trajectory returned.',
  );
}

const hasScore = (said: Record<string, unknown>): boolean =>
  Object.keys(RatingParts.shape).some(
    (part) => part !== 'text' && part !== 'tags' && said[part] !== undefined,
  );

async function answerOf(
  ctx: Context,
  workflow: string,
  submitted: Submitted | undefined,
  asked?: FeedbackAnswer['asked'],
): Promise<FeedbackAnswer> {
  const composite = submitted && compositeOf(submitted.voice.said);
  return {
    ...(submitted ? { rating_id: submitted.rating.id } : {}),
    workflow: submitted?.rating.workflow ?? workflow,
    ...(composite === undefined ? {} : { composite }),
    stored: submitted?.stored ?? false,
    ...(asked ? { asked } : {}),
    pending: (await pendingRequests(ctx)).length,
  };
}
