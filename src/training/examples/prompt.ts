/**
 * How a task is put to a model, in training and in evaluation alike: what is asked, then the last attempts at it that were
 * rejected, each with what was said of it (definition 24 of seed 004: the answer, given specification and history). Without
 * attempts the prompt is the specification alone. Control tokens are escaped in all of it.
 */
import type { EarlierAttempt } from '../../types.ts';
import { escapeControlTokens } from './control-tokens.ts';
import { shortened } from './shortened.ts';

export interface Asked {
  specification: string;
  /** Oldest first. */
  attempts: EarlierAttempt[];
}

/** None: what it would say, a trained model has to know anyway, and every chat template puts it somewhere else. */
export const SYSTEM_PROMPT: string | undefined = undefined;

export const MOST_ATTEMPTS = 3;
export const LONGEST_ANSWER = 500;
export const LONGEST_FEEDBACK = 2_000;
const MOST_FEEDBACKS = 2;

interface Room {
  attempts: number;
  answer: number;
  feedback: number;
}

const FULL: Room = { attempts: MOST_ATTEMPTS, answer: LONGEST_ANSWER, feedback: LONGEST_FEEDBACK };
/** The newest attempt says most, and what was wrong with it more than how it read. */
const LESS: Room[] = [
  { attempts: 3, answer: 250, feedback: 1_000 },
  { attempts: 2, answer: 250, feedback: 1_000 },
  { attempts: 2, answer: 120, feedback: 400 },
  { attempts: 1, answer: 120, feedback: 400 },
  { attempts: 1, answer: 0, feedback: 200 },
  { attempts: 0, answer: 0, feedback: 0 },
];

/** Specification, and the last three attempts, at most 500 characters of each, with their feedback. */
export const promptOf = (asked: Asked): string => told(asked, FULL);

/**
 * The prompt, then the same with less and less of the attempts, down to the specification alone, of which nothing is ever
 * taken: whoever has a budget of tokens takes the first that fits.
 */
export function* shorterPrompts(asked: Asked): Iterable<string> {
  let last: string | undefined;
  for (const room of [FULL, ...LESS]) {
    const prompt = told(asked, room);
    if (prompt !== last) yield prompt;
    last = prompt;
  }
}

/** As Alpaca's columns: `input` holds the last two feedbacks. */
export const alpacaOf = ({ specification, attempts }: Asked): { instruction: string; input: string } => ({
  instruction: escapeControlTokens(specification.trim()),
  input: attempts
    .map(({ feedback }) => said(feedback, LONGEST_FEEDBACK))
    .filter((feedback) => feedback !== '')
    .slice(-MOST_FEEDBACKS)
    .join('\n\n'),
});

function told({ specification, attempts }: Asked, room: Room): string {
  const shown = attempts.slice(attempts.length - Math.min(attempts.length, room.attempts));
  const asked = escapeControlTokens(specification.trim());
  if (shown.length === 0) return asked;
  return [
    asked,
    '---',
    shown.length === 1
      ? 'An earlier attempt at this was rejected.'
      : 'Earlier attempts at this were rejected, the last one last.',
    ...shown.map((attempt) => attemptTold(attempt, room)),
    `Answer anew, without what was wrong with ${shown.length === 1 ? 'it' : 'them'}.`,
  ].join('\n\n');
}

function attemptTold(attempt: EarlierAttempt, room: Room): string {
  const answer = said(attempt.answer, room.answer);
  const feedback = said(attempt.feedback, room.feedback);
  return [
    answer === '' ? 'Attempt: (not shown)' : `Attempt:\n${fenced(answer)}`,
    feedback === '' ? 'Rejected, without a word why.' : `Rejected:\n${quoted(feedback)}`,
  ].join('\n\n');
}

/** Escaped first, since that makes it longer; shortened before that, since a text may have megabytes. */
const said = (text: string, most: number): string =>
  most === 0 ? '' : shortened(escapeControlTokens(shortened(text.trim(), most)), most);

/** A fence longer than any in the text, so that nothing in it ends it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

const quoted = (text: string): string => text.replace(/^/gmu, '> ');
