/**
 * Error messages as templates: private literals are masked, telling ones become named parameters whose values are
 * kept, and the template compiles to a regular expression that matches its own source.
 *
 * `No module named 'numpy'` → `No module named '{module}'`, module = numpy;
 * `/app/x.py:12: error` → `<path>:<n>: error`.
 */

export interface Templated {
  template: string;
  /** Parameter name → the literal it stood for. */
  values: Record<string, string>;
}

/** Longest message that is looked at; what comes after tells nothing new and would cost time. */
export const MAX_MESSAGE = 600;

const QUOTED = /(?<!\w)(['"`‘“])([^'"`‘’“”\n]{1,120})(['"`’”])(?!\w)/gu;
const COMMAND_MISSING = /(^|[\s:])([\w.+-]{1,60})(: (?:command )?not found\b)/gu;
const MODULE_UNQUOTED = /(\bNo module named )([\w.]{1,80})(?=\s|$)/gu;

// "no such table: orders", "Missing setting MAIL_BATCH", "Unable to locate package jq": a kind of thing, then its name.
const NAMED_AT_END =
  /\b(table|column|setting|package|variable|option|key|target|branch|function|class|field|argument|attribute|database|image|service|unit|event|host|user|role|bucket|secret|permission)(:? )(?!(?:found|missing|exists?|errors?|failed|is|not|required|expected|denied|invalid|locked|empty|named?|set|type|value|here|it)\b)([A-Za-z_][\w.-]{1,60})$/iu;

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

// Words before a quoted literal that do not name it.
const NOT_NAMES = new Set(
  'named called with of is to for in at from the a an not be got on by and or as was has no it that value near access cannot after before after unknown invalid unexpected expected'.split(
    ' ',
  ),
);

/** Masks one message. The same message always gives the same template; masking a template changes nothing. */
export function templateOf(message: string): Templated {
  const values: Record<string, string> = {};
  const name = (wanted: string, value: string): string => {
    let free = wanted;
    for (let i = 2; free in values; i += 1) free = `${wanted}_${i}`;
    values[free] = value;
    return free;
  };
  let text = message.slice(0, MAX_MESSAGE).replace(/\s+/gu, ' ').trim();
  text = text.replace(
    COMMAND_MISSING,
    (_all, before, command, after) => `${before}{${name('command', command)}}${after}`,
  );
  text = text.replace(
    NAMED_AT_END,
    (_all, noun: string, between: string, named: string) =>
      `${noun}${between}{${name(noun.toLowerCase(), named)}}`,
  );
  text = text.replace(MODULE_UNQUOTED, (_all, before, module) => `${before}{${name('module', module)}}`);
  text = text.replace(QUOTED, (whole, open, literal, close, offset: number, all: string) => {
    if (/^\{\w+\}$/u.test(literal)) return whole;
    return `${open}{${name(parameterName(all.slice(0, offset), literal), literal)}}${close}`;
  });
  text = maskOutside(text, (part) => {
    let masked = part;
    for (const [pattern, mask] of MASKS) masked = masked.replace(pattern, mask);
    return masked.replace(NUMBER, (number, _digits, offset: number, all: string) =>
      NAMING.test(all.slice(Math.max(0, offset - 16), offset)) && /^\d{1,5}$/u.test(number) ? number : '<n>',
    );
  });
  return { template: text, values };
}

/** Names a literal by the nearest word before it: "Cannot find module '…'" → module, "KeyError: '…'" → key. */
function parameterName(before: string, literal: string): string {
  if (
    /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\)|^[\w.-]+\/[\w./-]+$|^[\w-]+\.(?:py|[cm]?[jt]sx?|json|csv|txt|md|ya?ml|toml|sql|db|sh|c|h|cpp|rs|go|java|rb|env|conf|cfg|ini|lock|log|html|css)$/u.test(
      literal,
    )
  )
    return 'path';
  const prose = before
    .replace(/(['"`])[^'"`]*\1/gu, ' ')
    .replace(/[<{][^>}]*[>}]/gu, ' ')
    // The program that speaks names nothing: "ls: cannot access '…'".
    .replace(/^[a-z][\w.-]*:/u, ' ');
  for (const word of (prose.match(/[A-Za-z]{2,20}/gu) ?? []).slice(-3).reverse()) {
    const lower = word.replace(/(?<=\w)(?:Error|Exception)$/u, '').toLowerCase();
    if (!NOT_NAMES.has(lower)) return lower;
  }
  return 'value';
}

/** Applies `mask` to everything but `{parameters}`. */
function maskOutside(text: string, mask: (part: string) => string): string {
  return text
    .split(/(\{\w+\})/u)
    .map((part, i) => (i % 2 === 1 ? part : mask(part)))
    .join('');
}

const MASK_SOURCE: Record<string, string> = {
  time: String.raw`\d{4}-\d\d-\d\d(?:[T ][\d:.,]{1,16}(?:Z|[+-][\d:]{4,6})?)?`,
  url: String.raw`[a-zA-Z][\w+.-]{1,20}://[^\s'"<>)]{1,400}`,
  email: String.raw`[\w.+-]{1,64}@[\w.-]{1,128}`,
  id: String.raw`\w[\w-]{3,63}`,
  addr: '0[xX][0-9a-fA-F]{1,32}',
  hex: '[0-9a-f]{6,64}',
  path: String.raw`(?:[A-Za-z]:)?[^\s'":;,()<>{}|]{1,300}`,
  n: String.raw`[+-]?\d[\d.,]{0,30}`,
};

/**
 * The regular expression of a template, as source text: masks and parameters become bounded character classes, so
 * that matching cannot blow up. Whitespace matches any whitespace. Parameters are named groups.
 */
export function signatureOf(template: string): string {
  const used = new Set<string>();
  return template
    .split(/(\{\w+\}|<(?:time|url|email|id|addr|hex|path|n)>|\s+)/u)
    .map((part, i, parts) => {
      if (i % 2 === 0) return part.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
      if (part.startsWith('<')) return MASK_SOURCE[part.slice(1, -1)] ?? '';
      if (!part.startsWith('{')) return String.raw`\s+`;
      const group = part.slice(1, -1);
      const quote = (parts[i + 1] ?? '').slice(0, 1);
      const inside = /['"`’”]/u.test(quote) ? `[^'"\`‘’“”\\n]{1,120}` : String.raw`[\w.+-]{1,80}`;
      if (used.has(group) || !/^[A-Za-z]/u.test(group)) return inside;
      used.add(group);
      return `(?<${group}>${inside})`;
    })
    .join('');
}

/** Fills parameters into a text: `pip install {module}` with module = numpy. Unknown ones stay. */
export function fillTemplate(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole);
}
