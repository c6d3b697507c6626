/**
 * Signs of a message in a conversation between agents that may tell where a failed one went wrong. Nothing here knows a
 * framework: results are known by how programs report, facts by where they first appear.
 * Bounded: long messages are read at both ends, and the more messages the less of each.
 */
import { words } from '../../learners/words.ts';
import type { Step } from '../../types.ts';

/** Those of one run are compared with each other only. Counts are taken as log(1 + n). */
export const SIGNS = [
  /** Where it stands, 0..1. How many went before is none: what 10 messages teach of that does not hold for 130. */
  'place',
  /** What a program printed, not what somebody said; or a message with code. */
  'result',
  'code',
  'length',
  /** Tells the whole task on and shows no code; and the share of its words that its speaker has said before. */
  'passes_on',
  'repeats',
  /** The next message is the result of a program, which failed or ran; the one before shows a failure. */
  'failed_next',
  'ran_next',
  'after_failure',
  /** Words for supposing, for what is lacking, agreeing, mending, asking, ending. */
  'supposes',
  'lacks',
  'agrees',
  'corrects',
  'asks',
  'ends',
  /** Words and numbers that first appear here; of these, what stands at the end still, and how often all come again. */
  'new_words',
  'new_numbers',
  'words_stay',
  'numbers_stay',
  'used_later',
] as const;
export type Sign = (typeof SIGNS)[number];
export type Signs = Record<Sign, number>;

/** Those that say where a step stands and nothing of what it says. */
export const PLACES: readonly Sign[] = ['place'];

const MACHINE = /^(?:tool|environment|system)$|terminal|executor/iu;
const RESULT =
  /^\W{0,8}(?:exit ?code|code output|output|stdout|stderr|execution (?:result|output)|traceback \(most|there is no code|the (?:script|code|command) (?:ran|was executed))/iu;
const FAILED = /exit ?code:? ?[1-9-]|execution failed|traceback \(most recent|[a-z]error: |\btimed? ?out\b/iu;
const SUPPOSES =
  /\b(?:assum\w+|suppos\w+|hypothetic\w*|simulat\w+|placeholders?|dummy|mock|fictional|sample data|for illustration|let'?s say|likely|probably|presumabl\w+|approximat\w+|estimat\w+|general(?:ly)? (?:knowledge|speaking)|manual(?:ly)?)\b/giu;
const LACKS =
  /\b(?:cannot|can'?t|could not|couldn'?t|unable|unavailable|not (?:available|accessible|found|provided|possible)|no (?:results?|data|access|information)|missing|fail(?:s|ed|ure)?|do(?:es)? not (?:have|exist|contain)|don'?t have|none of)\b/giu;
const AGREES =
  /\b(?:agree[ds]?|verified|confirm(?:s|ed)?|correct(?:ly)?|satisf\w+|validated|accurate(?:ly)?|consistent|looks? good)\b/giu;
const CORRECTS =
  /\b(?:apolog\w+|sorry|mistake|issue|it (?:appears|seems|looks like)|incorrect|instead|revis\w+|try again|retry|alternativ\w+|fix(?:ed)?|adjust\w*)\b/giu;
const ASKS = /\bplease\b|\b(?:could|can|will|would) you\b|\bonce (?:you|we|i) (?:have|get)\b/giu;
const ENDS = /\bTERMINATE\b|\b(?:conclude|final answer|task is complete|request satisfied|terminated?)\b/iu;
/** A block of code begins a line; told of inside a sentence it is none. */
const CODE = /^[ \t]*```/mu;
const NUMBER = /\d+(?:[.,]\d+)*/gu;

/** Of all messages together about so many characters are read. */
const MOST_READ = 1_000_000;
/** The last message of at least this length that is no program's says how it ended. */
const LEAST_ENDING = 60;

interface Message {
  text: string;
  words: Set<string>;
  numbers: Set<string>;
  result: boolean;
  failed: boolean;
}

export function signsOf(task: string, steps: readonly Step[]): Signs[] {
  const each = Math.max(200, Math.min(8_000, Math.floor(MOST_READ / Math.max(1, steps.length))));
  const asked = read(task, 8_000);
  const messages = steps.map(({ action, agent }) => read(action, each, agent));
  const ending = messages.findLast(({ text, result }) => !result && text.length > LEAST_ENDING);
  const spoken = new Map<string, Set<string>>();
  const repeats = messages.map((message, i) => {
    const agent = steps[i]?.agent ?? '';
    const own = spoken.get(agent) ?? new Set<string>();
    const share = overlap(message.words, own);
    for (const word of message.words) own.add(word);
    spoken.set(agent, own);
    return share;
  });
  const met = new Map<string, { first: number; times: number }>();
  for (const [i, message] of messages.entries()) {
    for (const word of [...message.words, ...message.numbers]) {
      const seen = met.get(word);
      if (seen) seen.times += 1;
      else met.set(word, { first: i, times: 1 });
    }
  }
  return messages.map((message, i) => {
    const before = messages[i - 1];
    const next = messages[i + 1];
    const { text, result } = message;
    const isNew = (word: string) =>
      met.get(word)?.first === i && !asked.words.has(word) && !asked.numbers.has(word);
    const fresh = [...message.words].filter(isNew);
    const figures = [...message.numbers].filter(isNew);
    return {
      place: i / Math.max(1, steps.length - 1),
      result: Number(result),
      code: Number(CODE.test(text)),
      length: Math.log1p(text.length),
      passes_on: Number(!CODE.test(text) && overlap(asked.words, message.words) >= 0.9),
      repeats: repeats[i] ?? 0,
      failed_next: Number(next?.result === true && next.failed),
      ran_next: Number(next?.result === true && !next.failed),
      after_failure: Number(before?.failed ?? false),
      supposes: count(text, SUPPOSES),
      lacks: count(text, LACKS),
      agrees: count(text, AGREES),
      corrects: count(text, CORRECTS),
      asks: count(text, ASKS),
      ends: Number(ENDS.test(text)),
      new_words: Math.log1p(fresh.length),
      new_numbers: Math.log1p(figures.length),
      words_stay: Math.log1p(fresh.filter((word) => ending?.words.has(word)).length),
      numbers_stay: Math.log1p(figures.filter((number) => ending?.numbers.has(number)).length),
      used_later: Math.log1p(fresh.reduce((sum, word) => sum + (met.get(word)?.times ?? 1) - 1, 0)),
    };
  });
}

/** True for a message that only tells the task again: nobody's mistake. */
export function tellsTask(task: string, { action }: Step): boolean {
  const asked = new Set(words(task.slice(0, 8_000)));
  const told = new Set(words(action.slice(0, 8_000)));
  return told.size >= 0.8 * asked.size && asked.size > 0 && overlap(told, asked) === 1;
}

function read(text: string, most: number, agent = ''): Message {
  const half = Math.floor(most / 2);
  const whole = text.length <= most ? text : `${text.slice(0, half)}\n${text.slice(-half)}`;
  const numbers = [...whole.matchAll(NUMBER)].map(([number]) => number.replaceAll(',', ''));
  return {
    text: whole,
    words: new Set(words(whole).filter((word) => !/^\d/u.test(word))),
    // A single digit says nothing: lists are numbered with them.
    numbers: new Set(numbers.filter((number) => number.length > 1)),
    result: MACHINE.test(agent) || RESULT.test(whole.slice(0, 200)),
    failed: FAILED.test(whole),
  };
}

/** The share of words that stand in others as well; 0 without any. */
function overlap(of: Set<string>, at: Set<string>): number {
  let shared = 0;
  for (const word of of) if (at.has(word)) shared += 1;
  return shared / Math.max(1, of.size);
}

const count = (text: string, pattern: RegExp): number => Math.log1p([...text.matchAll(pattern)].length);
