/** Words of a text as search sees them: lower case, identifiers split into their parts. */

const TOKEN = /[\p{L}\p{N}_]+(?:[-.][\p{L}\p{N}_]+)*/gu;
const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|[_\-.]+/u;

// Function words say nothing about what a task is about.
const STOP = new Set(
  (
    'a an and are as at be been but by can could do does for from had has have he her him his how i if in into is it ' +
    'its just me my no not of on or our out please she should so some such than that the their them then there ' +
    'these they this to up us was we were what when where which who why will with would you your'
  ).split(' '),
);

/** Parts of an identifier: `getUserName` → get, user, name; `read_csv` → read, csv. Lower case. */
export function identifierParts(identifier: string): string[] {
  return identifier
    .split(HUMP)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}

/** All words in order: each token whole and, where it has several parts, its parts. Stop words left out. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const whole = token.toLowerCase();
    const parts = identifierParts(token);
    if (!STOP.has(whole)) found.push(whole);
    if (parts.length > 1) found.push(...parts.filter((part) => !STOP.has(part)));
  }
  return found;
}

/** A crude plural and -ing/-ed stripper, enough to match "tests" with "test". Never shortens below 3 letters. */
export function stem(word: string): string {
  if (word.length > 5 && word.endsWith('ing')) return word.slice(0, -3);
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 4 && word.endsWith('ed')) return word.slice(0, -2);
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1);
  return word;
}

/** The set of stemmed words of a text: what a task is about. */
export function topics(text: string): Set<string> {
  return new Set(words(text).map(stem));
}

/** Jaccard similarity of two sets, 0..1; 0 when both are empty. */
export function jaccard<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  if (a.size === 0 || b.size === 0) return 0;
  let shared = 0;
  for (const item of a) if (b.has(item)) shared += 1;
  return shared / (a.size + b.size - shared);
}
