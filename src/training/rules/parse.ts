/** Data rules as people write them: `refinement and not (action_pair:g_test or recent:7)`, or the same as JSON. */
import type { DataRule } from '../../types.ts';
import { badRule, checkRule, MOST_DEPTH } from './check.ts';
import { NAMED_RULES, RECENT_DAYS, RETRIES, unknownRule } from './named.ts';
import { type Token, tokensOf } from './tokens.ts';

const MOST_CHARS = 200_000;

/**
 * `not` binds tighter than `and`, `and` tighter than `or`. Several values are joined by commas, odd ones stand in quotation
 * marks. @throws KnowhowError E7001 for an unknown name, E7002 for what cannot be read.
 */
export function parseRule(text: string): DataRule {
  if (text.length > MOST_CHARS) throw badRule(`It has more than ${MOST_CHARS} characters.`);
  if (text.trimStart().startsWith('{')) return checkRule(jsonOf(text));
  const tokens = tokensOf(text);
  let next = 0;

  const joined = (word: 'or' | 'and', depth: number): DataRule => {
    const part = () => (word === 'or' ? joined('and', depth) : one(depth));
    const of = [part()];
    while (isWord(tokens[next], word)) {
      next += 1;
      of.push(part());
    }
    const [first] = of;
    return of.length === 1 && first ? first : { rule: word, of };
  };

  const one = (depth: number): DataRule => {
    // Before anything is built: a text of nothing but parentheses must not get far.
    if (depth > MOST_DEPTH) throw badRule(`It is deeper than ${MOST_DEPTH}.`);
    const token = tokens[next];
    next += 1;
    if (token === undefined) throw badRule('It ends where a rule should stand.');
    if (token.kind === 'rule') return named(token.name, token.values);
    if (token.text === 'not') return { rule: 'not', of: one(depth + 1) };
    if (token.text !== '(') throw badRule(`A rule should stand where "${token.text}" stands.`);
    const inner = joined('or', depth + 1);
    if (!isWord(tokens[next], ')')) throw badRule('A parenthesis is not closed.');
    next += 1;
    return inner;
  };

  const rule = joined('or', 1);
  if (next < tokens.length) throw badRule('Between two rules stands "and" or "or".');
  return checkRule(rule);
}

const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'word' && token.text === text;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRule('It is no JSON.');
  }
}

/** The rule of this name with these values, to be checked still. */
function named(name: string, values: string[] | undefined): DataRule {
  const [value = ''] = values ?? [];
  const single = (): string => {
    if (values?.length !== 1) throw badRule(`${name} takes one value.`);
    return value;
  };
  switch (name) {
    case 'all':
    case 'refinement':
    case 'generator':
    case 'human':
      if (values !== undefined) throw badRule(`${name} takes no value.`);
      return { rule: name };
    case 'high_value':
      return { rule: name, retries: values === undefined ? RETRIES : numberOf(name, single()) };
    case 'recent':
      return { rule: name, days: values === undefined ? RECENT_DAYS : numberOf(name, single()) };
    case 'since':
      return { rule: 'time', from: single() };
    case 'until':
      return { rule: 'time', to: single() };
    case 'time': {
      const [from, to, ...more] = single().split('..');
      if (to === undefined || more.length > 0) throw badRule('time takes FROM..TO.');
      return { rule: 'time', from, to };
    }
    case 'status':
    case 'source':
    case 'action_pair':
    case 'workflow':
    case 'domain':
      if (values === undefined) throw badRule(`${name} takes a value, such as ${exampleOf(name)}.`);
      return { rule: name, is: values } as DataRule;
    default:
      return unknownRule(name);
  }
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,9}$/u.test(text)) throw badRule(`${name} takes a whole number.`);
  return Number(text);
}

const exampleOf = (name: string): string =>
  NAMED_RULES.find((rule) => rule.name.startsWith(`${name}:`))?.name ?? name;
