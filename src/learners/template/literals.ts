/**
 * Literals of a message that tell something: what is quoted, and names that stand unquoted beside the kind of thing they
 * name. They become parameters whose values are kept. Messages are at most MAX_MESSAGE long, so that no expression here
 * has much to look at.
 */

/** Gives a literal a parameter: the name that it has then. */
export type Namer = (wanted: string, value: string) => string;

const PARAMETER = /^\{\w+\}$/u;

/** What SQL engines quote of a statement that does not parse may hold quotes of its own, and ends in a known way. */
const NEAR = /\bnear (['"])(?!\{\w+\}\1)(.{0,400})\1(?=:? at line \d|: syntax error|$)/u;
const QUOTED =
  /(?<!\w)(?:'([^'\n]{1,160})'|"([^"\n]{1,160})"|`([^`'\n]{1,160}|['"])'|`([^`\n]{1,160})`|‘([^‘’\n]{1,160})’|“([^“”\n]{1,160})”|[»«„]([^»«„“\n]{1,160})[»«“])(?!\w)/gu;

/** What the C library says of a failed call (strerror of glibc and musl). */
const STRERROR =
  'No such file or directory|Permission denied|Is a directory|Not a directory|File exists|Directory not empty|Operation not permitted|Invalid argument|Bad file descriptor|Text file busy|Device or resource busy|Read-only file system|No space left on device|Too many levels of symbolic links|File name too long|Argument list too long|Exec format error|Connection refused|Connection timed out|Address already in use|Broken pipe|Input/output error|Cannot allocate memory|No such process|Too many open files|Invalid cross-device link';
/** What getopt and the usage checks of GNU programs say. */
const USAGE =
  'invalid option|unrecognized option|illegal option|unknown option|option requires an argument|option \\S+ (?:requires an argument|is ambiguous)|missing (?:\\w+ )?(?:operand|argument)|extra operand|extra argument';

/** `cat: a.csv: No such file or directory`: which program it was tells less than what was wrong. */
const FAILED_ON = new RegExp(
  `^([a-z\\[][\\w.+-]{0,30}): (?!\\{\\w+\\})(?:([^\\s'"\`‘’“”:]{1,160})|'([^':\\n]{1,160})'|‘([^’:\\n]{1,160})’): (${STRERROR})$`,
  'u',
);
/** How a file was to be got at is told by coreutils, tar and awk, each in its own word. */
const GETTING_AT =
  /^(\{program\}: cannot )(access|stat|open|read|remove|unlink|opendir|statx|lstat)(?= ['‘{])/u;
const FAILED = new RegExp(`^([a-z\\[][\\w.+-]{0,30})(: (?=.{0,200}(?:${STRERROR})\\)?$))`, 'u');
const MISUSED = new RegExp(`^([a-z\\[][\\w.+-]{0,30})(: (?:${USAGE}))`, 'u');
const AWK_OPEN = /^(\{program\}: cannot open )(?![{'‘])(.{1,120}?)(?= \()/u;
const UNEXPECTED = /\b((?:at or )?near )(?!['"`‘“{]|line\b|the\b)(\S{1,40})$/u;

const ONLY_MISSING = /^([^\s{}<>]{1,60})(: command not found)$/u;
const COMMAND_MISSING = /(^|[\s:])(?!\{)([^\s:'"`{}]{1,60})(: (?:command )?not found\b)/gu;
const MODULE_UNQUOTED = /(\bNo module named )([\w.]{1,80})(?=\s|$)/gu;
const REQUIRED =
  /\b(requirement|distribution found for)( )([A-Za-z][\w.[\]-]{0,60}(?:[=<>~!]=?[\w.*]{1,20})?)(?=[\s,;(]|$)/gu;
const CALLED = /(?<![\w.'"`{<])([A-Za-z_][\w.]{0,80})\(\)(?=\s)/gu;

const KINDS =
  'table|column|setting|package|variable|option|key|target|branch|function|procedure|class|field|argument|attribute|database|schema|relation|view|index|image|service|unit|event|host|user|role|bucket|secret|permission|property|method';
// "no such table: orders", "Missing setting MAIL_BATCH", "Unable to locate package jq": a kind of thing, then its name.
const NAMED_AT_END = new RegExp(
  `\\b(${KINDS})(:? )(?!(?:found|missing|exists?|errors?|failed|is|not|required|expected|denied|invalid|locked|empty|named?|set|type|value|here|it|list|clause|unavailable|temporarily|unreachable)\\b)([A-Za-z_][\\w.-]{1,60})$`,
  'iu',
);
// "Table orders doesn't exist", "package jq is not installed": the words after it show that it is a name.
const NAMED_AND_MISSING = new RegExp(
  `\\b(${KINDS}|command|module|library)( )(?!(?:name|names|type|types|value|values|list|count|definition|call|key|id|that|which|it|argument|column|table)\\b)([A-Za-z_][\\w.$-]{0,80})(?= (?:does(?: not|n't|n’t) exist|not found|was not found|already exists|is not (?:installed|defined|available|known)|is (?:undefined|unknown|ambiguous)|could not be found)\\b)`,
  'giu',
);
// "Unknown column o.paid_at in field list": it looks like an identifier.
const IDENTIFIED = new RegExp(
  `\\b(${KINDS})( )([A-Za-z_]\\w{0,60}(?:[._$]\\w{1,60}){1,4})(?=[\\s,;)]|$)`,
  'giu',
);

/** Takes the literals out of a message, `{name}` in their place. */
export function nameLiterals(message: string, name: Namer): string {
  const missing = ONLY_MISSING.exec(message);
  if (missing) return `{${name('command', missing[1] ?? '')}}${missing[2]}`;
  return nameQuoted(nameProgram(message, name), name)
    .replace(UNEXPECTED, (_all, before, token) => `${before}{${name('token', token)}}`)
    .replace(
      COMMAND_MISSING,
      (_all, before, command, after) => `${before}{${name('command', command)}}${after}`,
    )
    .replace(NAMED_AT_END, named(name))
    .replace(NAMED_AND_MISSING, named(name))
    .replace(IDENTIFIED, named(name))
    .replace(MODULE_UNQUOTED, (_all, before, module) => `${before}{${name('module', module)}}`)
    .replace(REQUIRED, (_all, before, between, wanted) => `${before}${between}{${name('package', wanted)}}`)
    .replace(CALLED, (_all, called) => `{${name('function', called)}}()`);
}

const named = (name: Namer) => (_all: string, noun: string, between: string, literal: string) =>
  `${noun}${between}{${name(noun.toLowerCase(), literal)}}`;

function nameProgram(message: string, name: Namer): string {
  const on = FAILED_ON.exec(message);
  if (on) {
    const [, program = '', bare, quoted, curly, why = ''] = on;
    return `{${name('program', program)}}: {${name('path', bare ?? quoted ?? curly ?? '')}}: ${why}`;
  }
  const masked = (_all: string, program: string, rest: string) => `{${name('program', program)}}${rest}`;
  return message
    .replace(FAILED, masked)
    .replace(MISUSED, masked)
    .replace(AWK_OPEN, (_all, before, path) => `${before}{${name('path', path)}}`)
    .replace(GETTING_AT, (_all, before, how) => `${before}{${name('operation', how)}}`);
}

function nameQuoted(message: string, name: Namer): string {
  const near = NEAR.exec(message);
  const [whole = '', quote = '', cited = ''] = near ?? [];
  const at = near?.index ?? message.length;
  const seen = new Set<string>();
  const quoted = (text: string, before: string) =>
    text.replace(QUOTED, (all: string, ...found: unknown[]) => {
      const literal = found.slice(0, 7).find((each) => each !== undefined) as string;
      if (PARAMETER.test(literal)) return all;
      const offset = found[7] as number;
      const around = { before: `${before}${text.slice(0, offset)}`, after: text.slice(offset + all.length) };
      return `${all.charAt(0)}{${name(parameterName(around, seen), literal)}}${all.charAt(all.length - 1)}`;
    });
  const head = quoted(message.slice(0, at), '');
  if (!near) return head;
  return `${head}near ${quote}{${name('near', cited)}}${quote}${quoted(message.slice(at + whole.length), whole)}`;
}

// Words before a quoted literal that do not name it.
const NOT_NAMES = new Set(
  'named called with of is to for in at from the a an not be got on by and or as was has no it that value near cannot after before unknown invalid unexpected expected'.split(
    ' ',
  ),
);
const FILES = new Set(
  'access stat open read write create remove unlink touch file directory folder link'.split(' '),
);
const PLACES: Record<string, string> = { in: 'where', from: 'source', to: 'destination' };
const FAILS_ON_FILE = new RegExp(`^: (?:${STRERROR})`, 'u');

/**
 * Names a literal by the words around it, never by what it is: "Cannot find module '…'" → module, "KeyError: '…'" → key.
 * Two messages that differ in their literals alone must have one template.
 */
function parameterName({ before, after }: { before: string; after: string }, seen: Set<string>): string {
  const prose = before
    .replace(/(['"`])[^'"`]*\1/gu, ' ')
    .replace(/[<{][^>}]*[>}]/gu, ' ')
    // The program that speaks names nothing: "ls: cannot access '…'".
    .replace(/^[a-z][\w.-]*:/u, ' ');
  const told = (prose.match(/[A-Za-z]{2,20}/gu) ?? []).slice(-3).reverse();
  const nouns = told
    .map((word) => word.replace(/(?<=\w)(?:Error|Exception)$/u, '').toLowerCase())
    .filter((word) => !NOT_NAMES.has(word));
  const place = PLACES[told[0] ?? ''];
  // "'str' object has no attribute": where nothing but the error's name stands before it, the word after names it.
  const follows = /(?:Error|Exception): $/u.test(before)
    ? /^ (object|codec|module|type)\b/u.exec(after)?.[1]
    : undefined;
  const noun = follows ?? nouns[0];
  if (noun === undefined) return FAILS_ON_FILE.test(after) ? 'path' : 'value';
  const wanted = FILES.has(noun) ? 'path' : noun;
  if (seen.has(wanted) && place !== undefined) return place;
  seen.add(wanted);
  return wanted;
}
