/** What was said, at the door: checked, cleaned, redacted. Nothing is clamped, and nothing said is an error. */
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { cleanText, trimText } from '../../text.ts';
import { RATER_KINDS, RatingParts, SAID_MOST } from '../../types.ts';

/** Who rates where nobody says who. */
const SOMEBODY = { human: 'person', judge: 'judge', agent: 'agent' } as const;

const MOST_NAME = 200;

const Who = z.object({
  rater: z
    .string('must be a name')
    .max(MOST_NAME, `must be a name of at most ${MOST_NAME} characters`)
    .optional(),
  rater_kind: z.enum(RATER_KINDS, `must be one of ${RATER_KINDS.join(', ')}`),
});

/** The rater's name as it is kept. @throws KnowhowError `bad_feedback`. */
export function raterOf(ctx: Context, given: { rater?: string | undefined; rater_kind: string }) {
  const { rater, rater_kind } = parsed(Who, given);
  const name = shortened(tidied(ctx, rater ?? '').trim(), MOST_NAME);
  return { rater: name || SOMEBODY[rater_kind], rater_kind };
}

/**
 * What was said, as it is kept.
 * @throws KnowhowError `bad_feedback` naming the part and its range, `empty_feedback`.
 */
export function saidOf(ctx: Context, given: unknown): RatingParts {
  const { text, tags, ...scores } = parsed(RatingParts, given);
  // Redacted before it is cut: a cut first could leave half a key that nothing recognises.
  const kept = text === undefined ? '' : trimText(tidied(ctx, text).trim(), SAID_MOST.text - 100);
  const words = (tags ?? []).map((tag) => shortened(tidied(ctx, tag).trim(), SAID_MOST.tag));
  const labels = [...new Set(words)].filter((tag) => tag !== '');
  const said: RatingParts = {
    ...defined(scores),
    ...(kept ? { text: kept } : {}),
    ...(labels.length > 0 ? { tags: labels } : {}),
  };
  if (Object.keys(said).length === 0)
    throw callerError(
      'empty_feedback',
      'Nothing was said.',
      'Give at least one of cat, satisfaction, usefulness, novelty, quality, text, tags.',
    );
  return said;
}

/** Text without anything hidden or secret in it. */
export const tidied = (ctx: Context, text: string): string => ctx.redactor.redact(cleanText(text)).text;

/** At most so many units, cut where it breaks no character. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/u, '');

function parsed<T>(schema: z.ZodType<T>, given: unknown): T {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  const [first] = error.issues;
  const where = first?.path.join('.') ?? '';
  throw callerError(
    'bad_feedback',
    `${[where, first?.message ?? 'not as expected'].filter(Boolean).join(': ')}.`,
    'CAT scores and their dimensions are 1 to 10; satisfaction, usefulness, novelty and quality 0 to 1.',
  );
}

const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
