/** A run as the next attempt is told of it: its answer and what was said of it, both short, nothing in them an order. */
import { contentId } from '../../learners/content-id.ts';
import { LEFT_OUT } from '../../learners/instructions.ts';
import { cleanText } from '../../text.ts';
import type { EarlierAttempt, Trajectory } from '../../types.ts';
import { type Acted, actsOf } from './acts.ts';
import { LONGEST_ANSWER, LONGEST_FEEDBACK } from './prompt.ts';
import { shortened } from './shortened.ts';
import { givesOrders } from './whole.ts';

/** Of a run of many steps its beginning and its end are told. */
const FIRST_ACTS = 3;
const LAST_ACTS = 4;
const LONGEST_ACT = 100;

/** The answer in at most 500 characters, what was said of it in at most 2,000. */
export const toldOf = (run: Trajectory): Omit<EarlierAttempt, 'item_id'> =>
  toldAs(answerInShort(run), saidOf(run));

/** The same of an answer that no run holds: an evaluation asks again in the words that training was asked in. */
export const toldAs = (answer: string, feedback: string): Omit<EarlierAttempt, 'item_id'> => ({
  answer: withoutOrders(shortened(cleanText(answer).trim(), LONGEST_ANSWER)),
  feedback: withoutOrders(shortened(cleanText(feedback).trim(), LONGEST_FEEDBACK)),
});

const withoutOrders = (text: string): string => (givesOrders(text) ? LEFT_OUT : text);

/** Equal for runs that did the same, whatever blanks stand between its words. */
export const answerKey = (run: Acted): string =>
  contentId('answer', actsOf(run).join('\n').replace(/\s+/gu, ' ').trim());

function answerInShort(run: Trajectory): string {
  const { steps } = run;
  const gone = steps.length - FIRST_ACTS - LAST_ACTS;
  if (gone <= 0) return shortened(actsOf(run).join('\n').trim(), LONGEST_ANSWER);
  const short = (from: number, to?: number) =>
    actsOf({ ...run, steps: steps.slice(from, to) }).map((act) => shortened(act, LONGEST_ACT));
  const whole = steps.length <= 40 ? actsOf(run).join('\n').trim() : undefined;
  if (whole !== undefined && whole.length <= LONGEST_ANSWER) return whole;
  return shortened(
    [...short(0, FIRST_ACTS), `[… ${gone} more …]`, ...short(steps.length - LAST_ACTS)].join('\n').trim(),
    LONGEST_ANSWER,
  );
}

/** Why it was refused, then what people and guards said; without either, the verdict's own words. */
function saidOf({ outcome, feedback = [] }: Trajectory): string {
  const said: string[] = [];
  for (const text of [outcome.error, ...feedback.map(({ text }) => text)]) {
    const trimmed = text?.trim() ?? '';
    if (trimmed !== '' && !said.some((other) => other.includes(trimmed))) said.push(trimmed);
  }
  if (said.length > 0) return said.join('\n');
  const detail = outcome.verdict?.detail?.trim() ?? '';
  // The bare name of a guard says nothing of what is wrong, and an evaluation does not tell it either.
  return /\s/u.test(detail) ? detail : '';
}
