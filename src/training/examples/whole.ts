/** Whether a text may be learned from: all of it there, no orders to a model, no marks of a tokenizer. */
import { isInstructionLike } from '../../learners/instructions.ts';
import { escapeControlTokens } from './control-tokens.ts';

/** Specification and answer together, in characters. */
export const LONGEST = 1_000_000;

/** What trimText() of text.ts leaves where it took something out. */
const CUT = /\n\[… [\d,]{1,15} characters trimmed of [\d,]{1,15} …\]\n/u;

export const isCut = (text: string): boolean => text.includes('characters trimmed of') && CUT.test(text);

/** isInstructionLike() looks at the ends of what is longer than this. */
const WINDOW = 20_000;
const OVERLAP = 500;

/**
 * The same for texts of any length: nothing in the middle is passed over. A tokenizer's marks alone are no order here: in what is
 * asked and seen they are escaped, and an answer with one is left out for that.
 */
export function givesOrders(given: string): boolean {
  const text = escapeControlTokens(given);
  for (let from = 0; from === 0 || from < text.length - OVERLAP; from += WINDOW - OVERLAP)
    if (isInstructionLike(text.slice(from, from + WINDOW))) return true;
  return false;
}
