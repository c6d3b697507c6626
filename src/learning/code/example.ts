/** Calls that can stand alone: those made of literals, and where none was seen, one made from the types. */

const STRINGS = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.)*`/gu;
const WORDS = new Set(
  'new await async true false null undefined None True False lambda Math Number String Boolean Date Map Set'.split(
    ' ',
  ),
);

/** Whether nothing in a call but the callee is a name from around it; names that a function in it takes are its own. */
export function isOfLiterals(call: string): boolean {
  const bare = call.replace(STRINGS, '""').replace(/^(?:await\s+)?(?:new\s+)?[\w$]+/u, '');
  const taken = new Set<string>();
  const own = /\(([\w$,\s]{0,80})\)\s*=>|([\w$]+)\s*=>|\blambda\s+([\w,\s]{1,80}):/gu;
  for (const [, list = '', single = '', python = ''] of bare.matchAll(own))
    for (const name of [list, single, python].join(',').split(',')) taken.add(name.trim());
  // Properties and keys are no names of anything around.
  const names = bare.replace(/\.[A-Za-z_$][\w$]*|[A-Za-z_$][\w$]*\s*(?=:(?!:)|=(?![=>]))/gu, ' ');
  return (names.match(/[A-Za-z_$][\w$]*/gu) ?? []).every((name) => taken.has(name) || WORDS.has(name));
}

const VALUES: [RegExp, string][] = [
  [/^(?:number|bigint)$/u, '2'],
  [/^string$/u, "'one, two'"],
  [/^boolean$/u, 'true'],
  [/^(?:readonly )?string\[\]$|^(?:Readonly)?(?:Array|Iterable)<string>$/u, "['b', 'a', 'b']"],
  [/^(?:readonly )?[\w<>]+\[\]$|^(?:Readonly)?(?:Array|Iterable)<\w+>$/u, '[3, 1, 2]'],
  [/^\(.*\) => Promise<.*>$/u, 'async (value) => value ?? 1'],
  [/^\(.*\) => string$/u, '(value) => String(value)'],
  [/^\(.*\) => number$/u, '(value) => Number(value)'],
  [/^\(.*\) => boolean$/u, '(value) => Boolean(value)'],
  [/^\(.*\) => (?:\w+|void)$/u, '(value) => value'],
];

/**
 * A call with a plain value for every parameter that has to be given, from the types of a signature; undefined where
 * one has no type, or one that no plain value has.
 */
export function callMade(signature: string, name: string): string | undefined {
  const isClass = signature.startsWith('class ');
  const open = signature.indexOf('(', isClass ? signature.indexOf('constructor') : 0);
  if (open < 0 || (isClass && !signature.includes('constructor('))) return undefined;
  const values: string[] = [];
  for (const parameter of split(signature.slice(open + 1))) {
    const [, called = '', optional, type = ''] =
      /^((?:\.{3})?[\w$]+)(\?)?\s*:\s*(.+)$/su.exec(parameter) ?? [];
    // What may be left out is left out; so is all that comes after.
    if (optional || called.startsWith('...') || /^[\w$]+(?:\s*:[^=]+)?\s=\s/u.test(parameter)) break;
    const value = VALUES.find(([of]) => of.test(type.trim()))?.[1];
    if (value === undefined) return undefined;
    values.push(value);
  }
  return `${isClass ? 'new ' : ''}${name}(${values.join(', ')})`;
}

/** What stands between commas, up to the bracket that closes it all. */
function split(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of text.replaceAll('=>', '⇒')) {
    if (/[([{<]/u.test(char)) depth += 1;
    if (/[)\]}>]/u.test(char)) depth -= 1;
    if (depth < 0) break;
    if (char === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.replaceAll('⇒', '=>').trim()).filter((part) => part !== '');
}
