/**
 * A planted idiom: what several authors write for themselves, in a form that variations can be made of.
 *
 * In `body`: `~` at the start of a line marks neighbours that may stand in any order, `<a|b|c>` a literal that differs,
 * `‹…›` a type that only typed writings have, `+` alone on a line a place for one statement more.
 */
export interface Idiom {
  name: string;
  language: 'script' | 'python';
  /** Names that authors give it; no other idiom or noise has them. */
  aliases: string[];
  /** Parameters with their types. */
  params: [name: string, type: string][];
  result: string;
  /** Async function. */
  waits?: boolean;
  /** Chosen names in the body, parameters aside. */
  locals: string[];
  /** Import lines that it needs. */
  needs?: string[];
  body: string;
  /** Whole text instead, where it is a class: `NAME` stands for its name. */
  isClass?: boolean;
}

export type Form = 'function' | 'arrow' | 'method';
