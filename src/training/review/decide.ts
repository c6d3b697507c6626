/** Decisions on examples that wait for review: who may take which, and that none is lost or taken back unnoticed. */
import type { Context } from '../../context.ts';
import { cleanText } from '../../text.ts';
import type { ExampleReview } from '../../types.ts';
import { trainingError } from '../codes.ts';
import { alone, withoutForgotten } from './alone.ts';

export interface Decision {
  state: ExampleReview['state'];
  /** `person`, `person:NAME`, `agent` or `agent:NAME`; any other name is a person's. Left out: a person. */
  by?: string | undefined;
  note?: string | undefined;
  /** Take it though a person decided otherwise before. */
  again?: boolean | undefined;
}

const AT_ONCE = 500;
const MOST_NAME = 100;
const MOST_NOTE = 1_000;

/** Whether an agent decided, not a person. */
export const isAgents = (decided_by: string | undefined): boolean => /^agent(?::|$)/u.test(decided_by ?? '');

/** The review of this id, which is its example's. @throws KnowhowError `E7101`. */
export async function reviewOf(ctx: Context, id: string): Promise<ExampleReview> {
  const review = await ctx.memory.example_reviews.get(id);
  if (review) return review;
  throw trainingError('E7101');
}

/**
 * Takes a decision, or with `pending` takes one back. Of two people who decide differently at once, the second is told so. The
 * same decision twice changes nothing, unless a person confirms what an agent decided: then it is the person's.
 *
 * An agent alone may keep an example out, and take back what agents decided. It lets none in, since it may have written the
 * answer itself, and changes nothing that a person decided. A person overrules agents at once.
 * @throws KnowhowError `E7101`, `E7102` without `again`, `E7103`.
 */
export const decide = (ctx: Context, id: string, decision: Decision): Promise<ExampleReview> =>
  alone(ctx, async () => {
    const review = await reviewOf(ctx, id);
    const decided = decidedAs(ctx, review, decision);
    if (decided === review) return review;
    await ctx.memory.example_reviews.put([decided]);
    if ((await withoutForgotten(ctx, [decided])).size > 0)
      throw trainingError('E7101', 'Its run was forgotten meanwhile.');
    return decided;
  });

/** Accepts or rejects all that waits of a dataset. Some hundred at a time, so a killed one has done a part of it. @returns how many. */
export async function decideAll(
  ctx: Context,
  where: { dataset: string; project?: string | undefined },
  decision: Decision & { state: 'accepted' | 'rejected' },
): Promise<number> {
  const { example_reviews } = ctx.memory;
  let decided = 0;
  for (let last = -1; last !== decided; ) {
    last = decided;
    decided += await alone(ctx, async () => {
      const page = await example_reviews.list({
        where: { ...where, state: 'pending' },
        order: 'oldest',
        limit: AT_ONCE,
      });
      const changed = page.map((review) => decidedAs(ctx, review, decision));
      if (changed.length > 0) await example_reviews.put(changed);
      return changed.length - (await withoutForgotten(ctx, changed)).size;
    });
  }
  return decided;
}

function decidedAs(
  ctx: Context,
  review: ExampleReview,
  { state, by, note, again = false }: Decision,
): ExampleReview {
  const who = nameOf(ctx, by);
  const words = tidied(ctx, note ?? '', MOST_NOTE);
  const byPerson = review.state !== 'pending' && !isAgents(review.decided_by);
  const confirms = review.state !== 'pending' && !byPerson && !isAgents(who);
  if (isAgents(who) && (state === 'accepted' || byPerson)) throw trainingError('E7103');
  if (state === review.state && words === '' && !confirms) return review;
  if (byPerson && state !== 'pending' && state !== review.state && !again)
    throw trainingError('E7102', `It was ${review.state} on ${review.state_at.slice(0, 10)}.`);
  const { decided_by: _, note: before, ...rest } = review;
  const kept = words || (state === review.state ? before : undefined);
  return {
    ...rest,
    state,
    state_at: state === review.state && !confirms ? review.state_at : ctx.now().toISOString(),
    ...(state === 'pending' ? {} : { decided_by: who }),
    ...(kept ? { note: kept } : {}),
  };
}

/** Names say what they are the name of, so that an agent's word is never taken for a person's. */
function nameOf(ctx: Context, by = ''): string {
  const name = tidied(ctx, by, MOST_NAME).replace(/\s+/gu, ' ');
  if (/^(?:person|agent)(?::|$)/u.test(name)) return name.replace(/:\s*$/u, '');
  return name === '' ? 'person' : `person:${name}`;
}

/** Without anything hidden or secret in it; cut where it breaks no character. */
function tidied(ctx: Context, text: string, most: number): string {
  // The first cut only bounds the work: what it could break lies far behind the second.
  const kept = ctx.redactor.redact(cleanText(text.slice(0, 20 * most))).text.trim();
  return kept.length <= most ? kept : kept.slice(0, most).replace(/[\ud800-\udbff]$/u, '');
}
