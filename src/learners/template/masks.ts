/** What is private in a message and tells nothing. */

const MASKS: [pattern: RegExp, mask: string][] = [
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?/gu, '<time>'],
  [/\b\d{4}-\d{2}-\d{2}\b/gu, '<time>'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"<>)]+/giu, '<url>'],
  [/\b[\w.+-]+@[\w-]+\.[\w.-]+\b/gu, '<email>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu, '<id>'],
  [/\b0x[0-9a-f]+\b/giu, '<addr>'],
  // Codes such as order or flight numbers, but not TS2304 or E0308, which name the error.
  [/(?<!\b(?:error|warning)[\s:[(]*)\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6,}\b/gu, '<id>'],
  [/\b[a-z]+(?:_[a-z]+)*_\d{3,}\b/gu, '<id>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,64}\b/gu, '<hex>'],
  [/(?<![\w-])[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-](?![\w-])/gu, '<mode>'],
  // Where in a statement, as a line number is where in a file.
  [
    /\b(?:(?:field|select) list|(?:where|from|on|having|partition|window|order(?: by)?|group(?: by)?) (?:clause|statement)|IN\/ALL\/ANY(?:\/SOME)? subquery)\b/giu,
    '<clause>',
  ],
  [/(?<![\w<{])(?:[A-Za-z]:\\|~\/|\.{1,2}\/|\/)(?:[^\s'":;,()<>{}|]+)/gu, '<path>'],
  [/(?<![\w/<{])[\w.-]+(?:\/[\w.-]+)+(?![\w/>}])/gu, '<path>'],
  [
    /(?<![\w/<{.-])[\w-]{1,60}\.(?:py|js|mjs|cjs|ts|tsx|jsx|c|h|cc|cpp|rs|go|java|rb|sh|json|csv|txt|md|ya?ml|toml|sql|db|o|so)\b(?![\w.])/gu,
    '<path>',
  ],
];

// A number behind one of these names the error itself: "exit code 127", "HTTP 503", "ERROR 1054".
const NUMBER = /(?<![\w<{.])([+-]?\d[\d.,]*\d|\d)(?![\w>}])/gu;
const NAMING = /(?:code|errno|error|status|http|signal|exit)[\s:#(=]*$/iu;

/** Masks a piece of a message that holds no parameter. */
export function maskPrivate(part: string): string {
  let masked = part;
  for (const [pattern, mask] of MASKS) masked = masked.replace(pattern, mask);
  return masked.replace(NUMBER, (number, _digits, offset: number, all: string) =>
    NAMING.test(all.slice(Math.max(0, offset - 16), offset)) && /^\d{1,5}$/u.test(number) ? number : '<n>',
  );
}
