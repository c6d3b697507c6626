/** Whether what a model wrote stands on what it was given: no command, path, flag or number of its own. */

const SPAN = /`+([^`]+)`+/gu;

/** The pieces in code marks, each on one line. */
export const codeSpans = (text: string): string[] =>
  [...text.matchAll(SPAN)].map(([, code = '']) => flat(code)).filter((code) => code !== '');

export const flat = (text: string): string => text.replace(/\s+/gu, ' ').trim();

const PROGRAMS =
  'apt|apt-get|bash|brew|bun|cargo|chmod|chown|conda|cp|curl|dd|deno|docker|eval|gem|git|kubectl|mkfs|mv|nc|node|npm|npx|pip|pip3|pnpm|poetry|python|python3|rm|scp|sh|ssh|sudo|systemctl|tar|uv|wget|yarn';
/** What reads as code although it has no marks. */
const BARE = [
  /https?:\/\/[^\s)"'\]]+/gu,
  /(?<![\w-])--?[a-z][\w-]*/giu,
  /(?<![\w/.])(?:~|\.{1,2})?\/[\w.-]+(?:\/[\w.-]+)*/gu,
  /[\w-]{2,}(?:\/[\w.-]+)*\.[a-z]{1,5}\b/gu,
  /\w+_\w+/gu,
  /[\w$.]+(?=\()/gu,
  /&&|\|\||\s\|\s|\s>>?\s|\$[\w({]+/gu,
  new RegExp(String.raw`(?<![\w-])(?:${PROGRAMS})\s+(?!(?:and|or|is|are|was|the|in|on|to)\b)[\w./-]+`, 'gu'),
];

/** True when `text` holds code that is not in `known`, in code marks or without, or a mark that is never closed. */
export function inventsCode(text: string, known: string): boolean {
  const source = flat(known);
  const prose = text.replace(SPAN, ' ');
  if (prose.includes('`')) return true;
  const bare = BARE.flatMap((pattern) => prose.match(pattern) ?? []).map((code) =>
    flat(code).replace(/\.$/u, ''),
  );
  return [...codeSpans(text), ...bare].some((code) => !occurs(code, source));
}

/** True when `text` holds a number that is not in `known`: counts are evidence, and evidence is not rewritten. */
export function inventsNumber(text: string, known: string): boolean {
  const numbers = new Set(known.match(/\d+(?:[.,]\d+)*/gu));
  return (text.match(/\d+(?:[.,]\d+)*/gu) ?? []).some((number) => !numbers.has(number));
}

/** Paths from a root and addresses: what may name one machine or one customer. */
export const placesIn = (text: string): string[] =>
  text.match(/https?:\/\/[^\s`)"'\]]+|(?<![\w./])(?:~|\/[\w.-]+)\/[\w.-]+(?:\/[\w.-]+)*/gu) ?? [];

/**
 * Occurrence as a whole: `rm -rf /` is not in `rm -rf /tmp/x`, `pip install a` not in `pip install a-b`. Starting
 * inside a dotted name or a path is fine for what starts with a word (`python` in `/usr/bin/python`), ending inside one
 * for a single word (`third_party` in `third_party/ring`).
 */
function occurs(code: string, source: string): boolean {
  const goesBack = /^\w/u.test(code) ? /[\w-]$/u : /[\w./~-]$/u;
  const goesOn = /^\w+$/u.test(code) ? /^[\w-]/u : /^(?:[\w/~*${<-]|\.[\w*])/u;
  for (let at = source.indexOf(code); at >= 0; at = source.indexOf(code, at + 1)) {
    const end = at + code.length;
    if (!goesBack.test(source.slice(Math.max(0, at - 1), at)) && !goesOn.test(source.slice(end, end + 2)))
      return true;
  }
  return false;
}

// "If it is not installed, run …" tells to run it; "never, in no case, run …" does not.
const NEGATED =
  /\b(?:(?:never|do not|don['’]t)\b[^.;:`]{0,60}|(?:not|avoid|instead of|rather than|without|skip|stop)\b[^.,;:`]{0,40})$/iu;

/** True when code that one text tells to do is told not to do in the other, or the other way round. */
export function turnsAround(before: string, after: string): boolean {
  const [one, other] = [flat(before), flat(after)];
  return codeSpans(one).some((code) => {
    const [told] = directions(one, code);
    return directions(other, code).some((each) => each !== told);
  });
}

/** For each span that holds the code, whether the words before it forbid it. */
const directions = (text: string, code: string): boolean[] =>
  [...text.matchAll(SPAN)]
    .filter(([span]) => span.includes(code))
    .map(({ index }) => NEGATED.test(text.slice(0, index)));
