/** The text of a data rule, cut into words, parentheses and rules with their values; one pass, no backtracking. */
import { badRule, MOST_PARTS } from './check.ts';
import { PLAIN } from './told.ts';

export type Token = { kind: 'word'; text: string } | { kind: 'rule'; name: string; values?: string[] };

const WORDS = new Set(['and', 'or', 'not']);

const SPACE = /\s+/uy;
const SIGN = /[()]/uy;
const NAME = /[\p{L}\p{N}_-]+/uy;
const COLON = /:/uy;
const COMMA = /,/uy;
const QUOTED = /"(?:[^"\\]|\\.)*"/uy;
/** Times have colons. */
const VALUE = new RegExp(`[:${PLAIN}]+`, 'uy');

/** @throws KnowhowError E7002. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const value = (): string => {
    const plain = take(VALUE);
    if (plain !== undefined) return plain;
    const quoted = take(QUOTED);
    if (quoted === undefined) throw badRule('A value is missing, or should stand in quotation marks.');
    return unquoted(quoted);
  };

  for (take(SPACE); at < text.length; take(SPACE)) {
    if (tokens.length > 4 * MOST_PARTS) throw badRule(`It has more than ${MOST_PARTS} parts.`);
    const sign = take(SIGN);
    const name = sign ?? take(NAME);
    if (name === undefined) throw badRule('A rule should stand where another sign stands.');
    if (sign !== undefined) tokens.push({ kind: 'word', text: sign });
    else if (take(COLON) !== undefined) {
      const values = [value()];
      while (take(COMMA) !== undefined) values.push(value());
      tokens.push({ kind: 'rule', name, values });
    } else {
      const word = name.toLowerCase();
      tokens.push(WORDS.has(word) ? { kind: 'word', text: word } : { kind: 'rule', name });
    }
  }
  return tokens;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw badRule('What stands in quotation marks is no JSON text.');
  }
}
