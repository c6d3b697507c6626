/** Error texts: which lines of what a program or tool printed name the error. Pure text, no judgement whether it is one. */
import { MAX_MESSAGE } from './template.ts';

const MOST_MESSAGES = 3;
const LOOKED_AT = 20_000;

const SHELL_PREFIX =
  /^(?:(?:\/[\w/]*\/)?(?:ba|z|da|k)?sh: (?:-c: )?(?:line )?(?:\d+: )?|.{0,300}: -c: line \d+: |[^\s:]{1,80}: line \d+: (?=.{0,200}(?:command not found|syntax error(?: near|:)|unexpected EOF|unbound variable|bad substitution|No such file|Permission denied|not found$)))/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals are told in
const ANSI = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)?|[@-Z\\-_])/gu;
/** A piece of a statement that goes over several lines and stands in one message. */
const CITED = /\bnear '[\s\S]{0,400}?' at line \d+/gu;
const ERROR_NAME =
  /^(?:Uncaught )?(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|NotFound|Exit|Fault)(?: \[\w+\])?(?:: .*|$)/u;
const COMPILER = /(?:^|[\s:)])(?:fatal )?error(?: [A-Z]{1,4}\d+|\[[A-Z]\d+\])?: \S/u;
const SHELL =
  /^[^\s:]{1,80}: (?:.{0,160}: )?(?:command not found|not found|No such file or directory|Permission denied|Is a directory|Not a directory|bad interpreter.*|cannot execute.*|syntax error.*|unbound variable|(?:unrecognized|invalid) option.*|Operation not permitted|Connection refused|Device or resource busy|Address already in use)/u;
const LABELLED =
  /^(?:\W{0,3}\s?)(?:E|ERR!|error|fatal|failed|failure|fatal error|panic|npm (?:error|ERR!)|Error [A-Z]\w+ [\w ]+)\b ?[:!]\s?\S/iu;
const ASSERTION = /^(?:E\s+assert(?:ion)?\b.*|(?:E\s+)?AssertionError.*|Expected .* (?:but|to) .*)/iu;

/**
 * The messages of a text known to be an error, most telling first. A stack trace gives its last line, a compiler its
 * first errors; of a text without any such line its only line is taken when it is short.
 */
export function messagesOf(text: string): string[] {
  const lines = linesOf(text);
  const telling = tellingLines(lines);
  if (telling.length > 0) return telling;
  const loose = lines.filter((line) =>
    /\b(?:cannot|can't|could not|couldn't|unable|failed|failure|invalid|missing|denied|unknown|unexpected|not (?:found|exist|allowed|available|installed|supported)|does not|doesn't|timed? ?out|refused|required|must)\b/iu.test(
      line,
    ),
  );
  if (loose[0] !== undefined && loose[0].length <= 300) return [cleanMessage(loose[0])];
  const [only] = lines;
  // A line of many languages has no spaces.
  return lines.length === 1 && only !== undefined && only.length <= 300 && /\s|\P{ASCII}{4}/u.test(only)
    ? [cleanMessage(only)]
    : [];
}

/** The errors in what a program printed, when nothing else says that it failed. Stricter than messagesOf. */
export function ownErrors(text: string): string[] {
  const lines = linesOf(text);
  const [first = ''] = lines;
  if (/^(?:Traceback \(most recent call last\):)/mu.test(text)) return tellingLines(lines);
  if (/^(?:error|fatal|exception)\b\s?:/iu.test(first)) return [cleanMessage(first)];
  if (SHELL.test(first.replace(SHELL_PREFIX, '')) && SHELL_PREFIX.test(first)) return [cleanMessage(first)];
  return lines
    .filter((line) => SHELL_PREFIX.test(line) && /command not found$|: not found$/u.test(line))
    .slice(0, 1)
    .map(cleanMessage);
}

function linesOf(text: string): string[] {
  const head = text.slice(0, LOOKED_AT / 2);
  const tail = text.length > LOOKED_AT ? text.slice(-LOOKED_AT / 2) : text.slice(LOOKED_AT / 2);
  return `${head}${tail}`
    .replace(ANSI, '')
    .replace(CITED, (cited) => cited.replace(/\s+/gu, ' '))
    .replace(/<\/?(?:tool_use_error|error|stderr|stdout|system-reminder)>/gu, '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/\bwarning\b ?:/iu.test(line) && !/^Exit code:? \d+$/iu.test(line));
}

function tellingLines(lines: string[]): string[] {
  const found: string[] = [];
  const add = (line: string | undefined) => {
    if (line === undefined) return;
    const message = cleanMessage(line);
    if (message.length > 3 && !found.includes(message)) found.push(message);
  };
  // Of a stack trace the named error counts; Python prints it last, Node first.
  const named = lines.filter((line) => ERROR_NAME.test(line));
  add(lines.some((line) => line.startsWith('Traceback (')) ? named.at(-1) : named[0]);
  for (const line of lines) {
    if (found.length >= MOST_MESSAGES) break;
    if (
      COMPILER.test(line) ||
      SHELL.test(line.replace(SHELL_PREFIX, '')) ||
      (SHELL_PREFIX.test(line) && SHELL.test(line.replace(SHELL_PREFIX, '')))
    )
      add(line);
  }
  if (found.length === 0) add(lines.find((line) => LABELLED.test(line)));
  if (found.length === 0) add(lines.find((line) => ASSERTION.test(line)));
  return found.slice(0, MOST_MESSAGES);
}

/** Drops what differs between shells and reporters but says nothing: prefixes, markers, the word "command". */
export function cleanMessage(line: string): string {
  return line
    .replace(ANSI, '')
    .replace(SHELL_PREFIX, '')
    .replace(/^E\s{2,}/u, '')
    .replace(/^Uncaught /u, '')
    .replace(/^([\w.+-]+): not found$/u, '$1: command not found')
    .slice(0, MAX_MESSAGE)
    .trim();
}
