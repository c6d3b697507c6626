/**
 * The regular expression of a template. Masks and parameters become bounded character classes which cannot hold what
 * stands between them, so that there is one way to share out a text and matching takes time linear in it.
 */

interface Source {
  /** Regular expression. */
  text: string;
  /** One character that it may hold. */
  holds: RegExp;
}

const source = (holds: string, text = `${holds}{1,120}`): Source => ({ text, holds: new RegExp(holds, 'u') });

const MASK: Record<string, Source> = {
  time: source(
    String.raw`[\dT:.,Z+-]`,
    String.raw`\d{4}-\d\d-\d\d(?:[T ][\d:.,]{1,16}(?:Z|[+-][\d:]{4,6})?)?`,
  ),
  url: source(String.raw`[^\s'"<>)]`, String.raw`[a-zA-Z][\w+.-]{1,20}://[^\s'"<>)]{1,400}`),
  email: source(String.raw`[\w.+@-]`, String.raw`[\w.+-]{1,64}@[\w.-]{1,128}`),
  id: source(String.raw`[\w-]`, String.raw`\w[\w-]{3,63}`),
  addr: source('[0-9a-fA-FxX]', '0[xX][0-9a-fA-F]{1,32}'),
  hex: source('[0-9a-f]', '[0-9a-f]{6,64}'),
  mode: source('[rwxsStT-]', '[rwxsStT-]{9}'),
  clause: source(
    '[A-Za-z/]',
    String.raw`(?:[A-Za-z]{2,12}(?:\s[Bb][Yy])?\s(?:[Ll]ist|LIST|[Cc]lause|CLAUSE|[Ss]tatement|STATEMENT)|IN/ALL/ANY(?:/SOME)?\ssubquery)`,
  ),
  path: source(
    String.raw`[^\s'":;,()<>{}|]`,
    String.raw`(?:[A-Za-z]:)?[^\s'":;,()<>{}|/\\.]{0,120}[/\\.][^\s'":;,()<>{}|]{0,300}`,
  ),
  n: source(String.raw`[\d.,+-]`, String.raw`[+-]?\d[\d.,]{0,30}`),
};

/** By the character before a parameter: what it may hold. */
const QUOTED: Record<string, Source> = {
  "'": source(String.raw`[^'\n]`, String.raw`[^'\n]{1,160}`),
  '"': source(String.raw`[^"\n]`, String.raw`[^"\n]{1,160}`),
  '`': source('[^`\\n]', "(?:[^`'\\n]{1,160}|['\"])"),
  '‘': source('[^‘’\\n]', '[^‘’\\n]{1,160}'),
  '“': source('[^“”\\n]', '[^“”\\n]{1,160}'),
};
for (const open of '»«„') QUOTED[open] = source('[^»«„“\\n]', '[^»«„“\\n]{1,160}');
const BARE = source(String.raw`[^\s:;,'"(){}]`);
/** What stands between a colon and the next: `cat: my notes.txt: No such file`, quoted by some. */
const BETWEEN_COLONS = source(String.raw`[^:\n]`, String.raw`[^:\n]{1,160}`);
/** A command that is missing may be any word that somebody typed, and so may a token. */
const COMMAND = source(String.raw`\S`, String.raw`\S{1,60}`);
const TOKEN = source(String.raw`\S`, String.raw`\S{1,40}`);
/** `awk: cannot open a b.txt (No such file or directory)`. */
const BEFORE_BRACKET = source(String.raw`[^(\n]`, String.raw`[^(\n]{1,120}`);
/** A piece of a statement that did not parse; it may hold anything, so a template has one at most. */
const NEAR = source(String.raw`[^\n]`, String.raw`[^\n]{0,400}`);
/** Masks that could share out their characters in several ways stand as one. */
const CROWD = source(String.raw`[^\s'"]`, String.raw`[^\s'"]{1,400}`);

const SLOT = /(\{\w+\}|<(?:time|url|email|id|addr|hex|mode|clause|path|n)>)/u;
const BOUNDARY = String.raw`(?<![^\s'":;,()<>{}|])`;
/** Not within a word, nor where source code holds the message as a string, or names the error to raise it. */
const BEGINNING = String.raw`(?<![\w"'\x60(]|\b(?:raise|throw|new|except|class|extends) )`;

/** As source text, for the flag `u`. Parameters are named groups; whitespace matches any whitespace. */
export function signatureOf(template: string): string {
  const parts = template.split(SLOT);
  const used = new Set<string>();
  let pattern = parts[0] === '' ? BOUNDARY : `${BEGINNING}${literal(parts[0] ?? '')}`;
  for (let i = 1; i < parts.length; i += 2) {
    const first = sourceOf(parts, i);
    let last = first;
    let end = i;
    // As far as what stands between two slots could itself be part of one of them.
    while (end + 2 < parts.length) {
      if (isApart(parts[end + 1] ?? '', last)) break;
      last = sourceOf(parts, end + 2);
      end += 2;
    }
    pattern += end > i ? CROWD.text : grouped(parts[i] ?? '', first.text, used);
    pattern += literal(parts[end + 1] ?? '');
    i = end;
  }
  // A name goes on no further, and is not one of a list in source code.
  return /\w$/u.test(parts.at(-1) ?? '') ? String.raw`${pattern}(?![\w()])` : pattern;
}

/** True when a character stands between that the left side cannot hold: there it must end. Of those without end there is one. */
const isApart = (between: string, left: Source): boolean =>
  left === NEAR || [...between].some((char) => !left.holds.test(char));

function sourceOf(parts: string[], i: number): Source {
  const slot = parts[i] ?? '';
  if (slot.startsWith('<')) return MASK[slot.slice(1, -1)] ?? BARE;
  const before = (parts[i - 1] ?? '').at(-1) ?? '';
  const after = (parts[i + 1] ?? '').charAt(0);
  const isQuoted = /['"`’”»«“]/u.test(after);
  if (/^\{near/u.test(slot) && isQuoted && parts.findIndex((each) => /^\{near/u.test(each)) === i)
    return NEAR;
  if (isQuoted) return QUOTED[before] ?? BARE;
  if (slot === '{command}' && i === 1 && parts[0] === '' && after === ':') return COMMAND;
  if (slot === '{token}' && i + 2 === parts.length && parts[i + 1] === '') return TOKEN;
  if (slot !== '{path}' || before !== ' ') return BARE;
  return after === ':' ? BETWEEN_COLONS : (parts[i + 1] ?? '').startsWith(' (') ? BEFORE_BRACKET : BARE;
}

function grouped(slot: string, text: string, used: Set<string>): string {
  const name = slot.slice(1, -1);
  if (slot.startsWith('<') || used.has(name) || !/^[A-Za-z]/u.test(name)) return text;
  used.add(name);
  return `(?<${name}>${text})`;
}

const literal = (text: string): string =>
  text
    .split(/(\s+)/u)
    .map((part, i) =>
      i % 2 === 1 ? String.raw`\s{1,40}` : part.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`),
    )
    .join('');
