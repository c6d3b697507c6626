/** Whether what a model wrote stands on what it was given: no command, path, flag or number of its own. */

const SPAN = /`+([^`]+)`+/gu;

/** The pieces in code marks, each on one line. */
export const codeSpans = (text: string): string[] =>
  [...text.matchAll(SPAN)].map(([, code = '']) => flat(code)).filter((code) => code !== '');

export const flat = (text: string): string => text.replace(/\s+/gu, ' ').trim();

const PROGRAMS =
  'apt|apt-get|bash|brew|bun|cargo|chmod|chown|conda|cp|curl|dd|deno|docker|eval|gem|git|kubectl|mkfs|mv|nc|node|npm|npx|pip|pip3|pnpm|poetry|powershell|pwsh|python|python3|rm|scp|sh|ssh|sudo|systemctl|tar|uv|wget|yarn|zsh';
/** Programs whose names are English too: commands only where a piece of code begins with them. */
const WORDS =
  'awk|az|base64|cat|cd|choco|cmake|crontab|dotnet|echo|env|export|find|gcloud|gh|go|gradle|helm|iwr|java|kill|ln|ls|make|mkdir|mvn|nix|open|perl|php|pkill|podman|psql|rsync|ruby|sed|source|tee|terraform|touch|winget|xargs|yum';
/** What follows a program's name where it is spoken about: `node modules`, `in git work`. */
const NOUNS =
  'code|commits|containers|errors|files|images|modules|packages|projects|scripts|tests|versions|work';
const COMMAND = new RegExp(
  String.raw`(?<![\w-])(?:${PROGRAMS})\s+(?!(?:and|or|is|are|was|the|in|on|to|err|error|warn)\b|(?:${NOUNS})(?![\w@./-]))[\w@./-]+`,
  'giu',
);
/** What is named after a verb of setting things up: `install left-pad`, `download the shim`. */
const SET_UP =
  /(?<!\b(?:the|an|this|each)\s)\b(?:install|download|clone)(?:s|ing)?\s+(?:(?:the|a|an|package|module|script|from)\s+){0,3}(?!(?:a|all|and|any|as|at|before|by|dependenc(?:y|ies)|each|every\w*|first|for|from|if|in|into|is|it|its|modules?|of|on|once|or|packages?|requirements|scripts?|so|step|that|the|them|then|these|this|to|until|what|when|where|with)\b)[\w@./-]+/giu;
/** What reads as code although it has no marks. */
const BARE = [
  /https?:\/\/[^\s)"'\]]+/gu,
  /(?<![\w-])--?[a-z][\w-]*/giu,
  /(?<![\w/.])(?:~|\.{1,2})?\/[\w.-]+(?:\/[\w.-]+)*/gu,
  /[\w-]{2,}(?:\/[\w.-]+)*\.[a-z]{1,5}\b/gu,
  /\w+_\w+/gu,
  /[\w$.]+(?=\()/gu,
  /&&|\|\||\s\|\s|\s>>?\s|\$[\w({]+/gu,
  COMMAND,
];

const found = (patterns: RegExp[], text: string): string[] =>
  patterns
    .flatMap((pattern) => text.match(pattern) ?? [])
    .map((code) => flat(code).replace(/\.$/u, ''))
    .filter((code) => code !== '');

/** Pieces in code marks that are commands, whole. */
export const commandsIn = (text: string): string[] => codeSpans(text).filter(isCommand);

const STARTS_COMMAND = new RegExp(
  String.raw`^(?:[$>#]\s+|\w+=\S*\s+){0,5}(?:(?:${PROGRAMS}|${WORDS})(?:\s+(?!err!|error\b|warn)[^\s:]|$)|(?:~|\.{1,2})?/[^\s:]+\s+\S)`,
  'iu',
);

const isCommand = (code: string): boolean =>
  STARTS_COMMAND.test(code) || /\|\s*(?:sudo\s+)?(?:ba|da|z)?sh\b/iu.test(code);

/** True when `text` holds a command that is not in `known`, in code marks or without. Errors, names and files pass. */
export function inventsCommand(text: string, known: string): boolean {
  const source = flat(known);
  const bare = [text.replace(SPAN, ' '), ...codeSpans(text)].flatMap((part) => found([COMMAND], part));
  return [...commandsIn(text), ...bare].some((code) => !stands(code, source));
}

/** True when `text` names something to install or to download that is not in `known`: by its last word. */
export const inventsSetUp = (text: string, known: string): boolean =>
  found([SET_UP], text.replace(SPAN, ' ')).some(
    (phrase) => !occurs(phrase.slice(phrase.lastIndexOf(' ') + 1), flat(known)),
  );

/** English words with a hyphen; others with one are names of packages and programs. */
const ENGLISH =
  /^(?:anti|built|case|client|co|cross|end|first|full|hard|high|left|long|low|mid|multi|non|one|out|over|post|pre|re|read|real|right|run|second|self|semi|server|set|short|side|so|step|sub|test|third|three|time|top|two|type|un|under|up|well)-[a-z-]+$/iu;

/** True when `text` has a name with a hyphen that is not in `known`. */
export function inventsName(text: string, known: string): boolean {
  const names = text.replace(SPAN, ' ').match(/[\p{L}\p{N}@]+(?:-[\p{L}\p{N}]+)+/gu) ?? [];
  return names.some((name) => !ENGLISH.test(name) && !stands(name, flat(known)));
}

/** A sentence may begin with it. */
const stands = (code: string, source: string): boolean =>
  occurs(code, source) || occurs(code.charAt(0).toLowerCase() + code.slice(1), source);

/** True when `text` holds code that is not in `known`, in code marks or without, or a mark that is never closed. */
export function inventsCode(text: string, known: string): boolean {
  const source = flat(known);
  const prose = text.replace(SPAN, ' ');
  if (prose.includes('`')) return true;
  return [...codeSpans(text), ...found(BARE, prose)].some((code) => !stands(code, source));
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
