/** Advice as the agent can follow it: commands in code marks, with the parameters that they name filled in. */
import type { Knowhow } from '../../../src/index.ts';

type Retrieved = Awaited<ReturnType<Knowhow['retrieve']>>;
type Matched = Awaited<ReturnType<Knowhow['matchError']>>['matches'];

export interface Advice {
  /** Commands to try, the best first; those of one piece of advice belong together. */
  moves: string[][];
  /** Commands that are known not to help. */
  avoid: string[];
}

export const NOTHING: Advice = { moves: [], avoid: [] };

/** What `retrieve_strategies` answers: what active strategies suggest, the fixes of errors, then what candidates say. */
export function adviceOf({ strategies, error_patterns }: Retrieved): Advice {
  const proven = strategies.filter(({ status }) => status === 'active');
  const rest = strategies.filter(({ status }) => status !== 'active');
  const fixes = fixesOf(error_patterns);
  return {
    moves: distinct([
      ...proven.map(({ suggestion }) => commandsIn(suggestion)),
      ...fixes.moves,
      ...rest.map(({ suggestion }) => commandsIn(suggestion)),
    ]),
    avoid: [...strategies.flatMap(({ pitfalls }) => pitfalls.flatMap(commandsIn)), ...fixes.avoid],
  };
}

/** What `match_error` answers: fixes that got past the error before others, and those that never did. */
export function fixesOf(matches: Matched): Advice {
  const moves: string[][] = [];
  const avoid: string[] = [];
  for (const { suggested_fix, support, also = [] } of matches) {
    if (support.tried > 0 && support.worked === 0) avoid.push(...commandsIn(suggested_fix));
    else moves.push(commandsIn(suggested_fix));
    for (const other of also) {
      if (/got past it 0 of/u.test(other)) avoid.push(...commandsIn(other));
      else moves.push(commandsIn(other));
    }
  }
  return { moves: distinct(moves), avoid };
}

/** Commands to run, in order. What an edit names is no command, nor what something is done instead of. */
export const commandsIn = (text: string): string[] =>
  [...text.replace(NO_COMMAND, ' ').matchAll(/`([^`\n]{2,300})`/gu)].flatMap(([, command]) =>
    command?.trim() ? [command.trim()] : [],
  );

const NO_COMMAND =
  /\b(?:change|add|remove)(?: `[^`\n]*`(?: (?:to|in|from)(?= `))?)+|\b(?:instead of|before|not) `[^`\n]*`/giu;

/** With `{file}` or `<file>` filled in; undefined where a parameter is nobody's. */
export function filled(command: string, files: string[]): string | undefined {
  const [file] = files;
  const text = command.replace(/[{<](?:file|path|script|name|target)(?:_\d+)?[}>]/gu, () => file ?? '{?}');
  return /\{\w*\??\}|<[a-z_]+>|…/u.test(text) ? undefined : text;
}

const distinct = (moves: string[][]): string[][] => {
  const seen = new Set<string>();
  return moves.filter((move) => {
    const key = move.join('\n');
    return key !== '' && !seen.has(key) && seen.add(key);
  });
};
