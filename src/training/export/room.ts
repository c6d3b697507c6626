/** How much room a row has: what is told is counted as the trainer will count it, the whole row with its answer. */
import type { LeftOut, Message } from './messages.ts';

/** What a consumer makes one sequence of: a conversation, or plain text. */
export type Said = Message[] | string;

/** Counts tokens: by a model's own tokenizer, or by an estimate. */
export interface Tokens {
  /** What it counts by, for the report. */
  by: string;
  /** The whole sequence, with what a chat template or the end of a text adds. */
  count(said: Said): number;
  /** About the same from counts of its parts that are kept: cheap when it is asked again with little changed. */
  about(said: Said): number;
  /** Whether the model would read a part of the text as a mark of its own. */
  marked(text: string): boolean;
}

export interface Room {
  /** Tokens that a row may have; without it there is room for all. */
  most?: number | undefined;
  tokens: Tokens;
}

/** A row as it fits; `tokens` of its longest sequence, where they were counted. */
export interface Fitted<T> {
  made: T;
  shortened: boolean;
  tokens?: number;
}

/**
 * The longest of `length` tellings that fits, where `make` gives them from the longest (0) to the shortest; left out where not even
 * that one does, and where the model would read a part of the whole as a mark of its own: prompts are escaped without knowing which
 * model they are for. `said` names the sequences of one, all of which must fit.
 */
export function fitted<T>(
  length: number,
  make: (i: number) => T,
  said: (made: T) => Said[],
  room: Room,
): Fitted<T> | { left_out: LeftOut } {
  const found = longest(length, make, said, room);
  if (!found) return { left_out: 'too_long' };
  const texts = said(found.made).flatMap((each) =>
    typeof each === 'string' ? [each] : each.map(({ content }) => content),
  );
  return texts.some(room.tokens.marked) ? { left_out: 'control_tokens_in_prompt' } : found;
}

function longest<T>(
  length: number,
  make: (i: number) => T,
  said: (made: T) => Said[],
  { most, tokens }: Room,
): Fitted<T> | undefined {
  if (most === undefined) return { made: make(0), shortened: false };
  const at = (i: number): Fitted<T> | undefined => {
    const made = make(i);
    const counted = Math.max(...said(made).map((each) => tokens.count(each)));
    return counted <= most ? { made, shortened: i > 0, tokens: counted } : undefined;
  };
  const whole = at(0);
  if (whole || length === 1) return whole;
  const least = at(length - 1);
  if (!least) return undefined;
  // Searched by what is about right, then looked at exactly, in ever longer strides.
  let [low, high] = [1, length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Math.max(...said(make(middle)).map((each) => tokens.about(each))) <= most) high = middle;
    else low = middle + 1;
  }
  for (let [i, stride] = [low, 1]; i < length - 1; i += stride, stride *= 2) {
    const found = at(i);
    if (found) return found;
  }
  return least;
}
