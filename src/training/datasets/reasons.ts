/** Why something did not come in, in words that stand after a count, for people and cards alike. */
import { cleanText } from '../../text.ts';

const ANY: Record<string, string> = {
  no_consent: 'whose consent says no',
  nothing_asked: 'without a word of what was asked',
  nothing_worked: 'of which no step worked',
  no_steps: 'without a step',
  steps_left_out: 'of which not all steps were stored',
  empty_answer: 'with an empty answer',
  cut_answer: 'with an answer that was cut',
  cut_specification: 'with a specification that was cut',
  control_tokens_in_answer: "with a tokenizer's own marks in the answer",
  orders_in_specification: 'asked in words that read like orders to a model',
  orders_in_answer: 'answered in words that read like orders to a model',
  too_long: 'over a million characters long',
};

const EXAMPLES: Record<string, string> = {
  ...ANY,
  rejected: 'not good enough',
  waiting: 'waiting for review',
  near_duplicates: 'nearly the same as one that is in',
  near_duplicate: 'nearly the same as another',
  sampled_down: 'more of a task or a kind than are taken',
  evaluation_task: 'of a task that is evaluated on',
  like_held_out: 'too near to what is held out',
  not_judged: 'judged by nobody',
  contradictory_outcome: 'with an outcome that contradicts itself',
  answered_as_rejected: 'accepted with an answer that was rejected before',
  forgotten: 'forgotten',
  quoted_a_forgotten_run: 'told of a run that was forgotten',
  judged_anew: 'judged anew, or after an attempt that was',
  rejected_in_review: 'rejected in review',
  broken_circular_attempts: 'with attempts that lead back to themselves',
  broken_unreadable_run: 'that cannot be read',
};

const PAIRS: Record<string, string> = {
  ...ANY,
  of_a_run_left_out: 'of a run that is not in',
  asked_otherwise: 'asked in other words',
  identical: 'with the same answer twice',
  other_kind: 'one answered at once, the other in steps',
  conversation: 'of conversations',
  chosen_was_rejected: 'preferring what was rejected before',
  like_held_out: 'too near to what is held out',
  not_stored: 'of a run that is not stored',
  not_one_task: 'of two tasks',
};

const PAIR = 'pair_';
/** Reasons of pairs and those of examples are counted together in a manifest. */
const isOfPairs = (reason: string): boolean => reason.startsWith(PAIR);

export function reasonText(reason: string): string {
  const [words, bare] = isOfPairs(reason) ? [PAIRS, reason.slice(PAIR.length)] : [EXAMPLES, reason];
  return words[bare] ?? cleanText(bare.replaceAll('_', ' '));
}

/** Of a tally those that are, or are not, of pairs; the most frequent first. */
export const reasonsOf = (
  left_out: Record<string, number>,
  ofPairs: boolean,
): [reason: string, count: number][] =>
  Object.entries(left_out)
    .filter(([reason, count]) => count > 0 && isOfPairs(reason) === ofPairs)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
