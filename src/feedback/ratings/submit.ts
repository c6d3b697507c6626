/** A rating into the memory: one row for each time that something new was said, none ever changed. */
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { canonicalJson, contentId } from '../../learners/content-id.ts';
import { type RaterKind, type Rating, VERDICT_TRUST } from '../../types.ts';
import { answerRequests, findRequest } from './requests.ts';
import { raterOf, saidOf } from './said.ts';
import { byTime, type Voice, voicesOf } from './voices.ts';
import { findWorkflow, type Workflow } from './workflow.ts';

export interface Submission {
  /** A run's id, a session, or the workflow that runs carry. */
  workflow: string;
  /** Where a session or workflow of this name is looked for first; default: the project that is set. */
  project?: string | undefined;
  /** Left out: nobody in particular. */
  rater?: string | undefined;
  rater_kind: RaterKind;
  /** `RatingParts`, not checked yet. */
  said: unknown;
  /** The request that it answers; without it, a pending one on the same workflow is answered. */
  request?: string | undefined;
}

export interface Submitted {
  rating: Rating;
  /** false: the rater's newest words are the same, so nothing was added. */
  stored: boolean;
  /** All that this rater said of the workflow, this included. */
  voice: Voice;
}

/** How far a rating is believed: as a verdict from the same source. */
export const RATER_TRUST: Record<RaterKind, number> = {
  human: VERDICT_TRUST.human,
  judge: VERDICT_TRUST.llm_judge,
  agent: VERDICT_TRUST.agent,
};

/** Rows of one voice on one workflow: in 24 hours, and in all. */
export const MOST_RATINGS = { a_day: 200, in_all: 1_000 };
const DAY_MS = 86_400_000;

/**
 * Stores what a rater said of a workflow, and answers a pending request for it. Resolves when it is safe.
 * @throws KnowhowError `unknown_workflow`, `forgotten_workflow`, `bad_feedback`, `empty_feedback`,
 * `too_much_feedback`, `unknown_request`.
 */
export async function submitRating(ctx: Context, submission: Submission): Promise<Submitted> {
  const who = raterOf(ctx, submission);
  const said = saidOf(ctx, submission.said);
  const workflow = await findWorkflow(ctx, submission.workflow, submission.project);
  if (submission.request !== undefined)
    await assertAnswers(ctx, submission.request, workflow, who.rater_kind);
  const before = (await ctx.memory.ratings.list({ where: { workflow: workflow.name } }))
    .filter(({ project }) => project === workflow.project)
    .sort(byTime);
  const own = before.filter(({ rater, rater_kind }) => rater === who.rater && rater_kind === who.rater_kind);
  const newest = own.at(-1);
  if (newest && canonicalJson(newest.said) === canonicalJson(said)) {
    await answerRequests(ctx, newest);
    return { rating: newest, stored: false, voice: voiceOf(own) };
  }
  // What an agent calls itself costs it nothing: all of them together are held to what one may say.
  const crowd = who.rater_kind === 'agent' ? before.filter(({ rater_kind }) => rater_kind === 'agent') : own;
  assertFew(crowd, ctx.now());
  const at = timeAfter(newest, ctx.now());
  const rating: Rating = {
    id: contentId('rate', [workflow.project, workflow.name, who, said, at]),
    at,
    project: workflow.project,
    derived_from: workflow.trajectories,
    trust: RATER_TRUST[who.rater_kind],
    workflow: workflow.name,
    trajectories: workflow.trajectories,
    task_key: workflow.task_key,
    ...who,
    said,
    ...(submission.request === undefined ? {} : { request: submission.request }),
  };
  await ctx.memory.ratings.put([rating]);
  await assertStillThere(ctx, rating);
  await answerRequests(ctx, rating);
  return { rating, stored: true, voice: voiceOf([...own, rating]) };
}

const voiceOf = (rows: Rating[]): Voice => voicesOf(rows)[0] as Voice;

/** The order of a voice's rows decides what counts, whatever the clock does. */
function timeAfter(newest: Rating | undefined, now: Date): string {
  const after = newest ? Date.parse(newest.at) + 1 : 0;
  return new Date(Math.max(now.getTime(), after)).toISOString();
}

function assertFew(rows: Rating[], now: Date): void {
  const today = rows.filter(({ at }) => now.getTime() - Date.parse(at) < DAY_MS).length;
  if (today < MOST_RATINGS.a_day && rows.length < MOST_RATINGS.in_all) return;
  throw callerError(
    'too_much_feedback',
    `One rater may say ${MOST_RATINGS.a_day} things of one workflow in 24 hours, and ${MOST_RATINGS.in_all} in all.`,
    'The newest counts as one voice; come again tomorrow if something changed.',
  );
}

async function assertAnswers(ctx: Context, id: string, { name }: Workflow, kind: RaterKind): Promise<void> {
  const request = await findRequest(ctx, id);
  if (request.workflow !== name)
    throw callerError(
      'bad_feedback',
      'request: asks for another workflow.',
      'Leave it out, or rate that one.',
    );
  if (kind === 'agent')
    throw callerError('bad_feedback', 'request: is for people and judges, not for agents.', 'Leave it out.');
}

/** Its runs may have been forgotten meanwhile: then what was said of them goes, too. */
async function assertStillThere(ctx: Context, { id, trajectories }: Rating): Promise<void> {
  const there = await ctx.memory.trajectories.ids({ where: { id: trajectories } });
  if (there.length > 0) return;
  await ctx.memory.ratings.remove({ id });
  throw callerError('forgotten_workflow', 'The run was forgotten meanwhile.', 'Nothing was stored.');
}
