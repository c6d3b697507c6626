/**
 * Text that gives a model orders. Stored text was written by agents, programs and web pages; what reads like an order to
 * a model must never come back as advice. A sieve, not a wall: the wall is that stored text is handed out as quoted
 * data. It reads a text the way a model would: through odd letters, spaced-out or joined words and simple encodings.
 */
import { Buffer } from 'node:buffer';
import { cleanText } from '../text.ts';
import { bounded } from './bounded.ts';
import { IN_TEXT, IN_WORDS, type Sign } from './instruction-signs.ts';

/** Stands where instruction-like text was left out. */
export const LEFT_OUT = '(instruction-like text left out)';

export type InstructionKind = Sign['kind'] | 'blob';

/** What is looked at: what is told is far shorter, and the start and the end of the rest. */
const LOOKED_AT = 20_000;
const LONGEST_BLOB = 160;

const isOrder = (text: string): boolean => instructionsIn(text) !== undefined;
/** A batch looks at the same tasks and acts again and again. */
const isShortOrder = bounded(4_000, isOrder);
const SHORT = 500;

export const isInstructionLike = (text: string): boolean =>
  text.length > SHORT ? isOrder(text) : isShortOrder(text);

/** The text, or LEFT_OUT in its place. */
export const withoutInstructions = (text: string): string => (isInstructionLike(text) ? LEFT_OUT : text);

/** Which kind of order a text gives, undefined when none. Pure, and linear in the text. */
export function instructionsIn(text: string): InstructionKind | undefined {
  const sound = cleanText(
    text.length > LOOKED_AT ? `${text.slice(0, LOOKED_AT / 2)}\n${text.slice(-LOOKED_AT / 2)}` : text,
  );
  if (sound.length < 6) return undefined;
  const found = signIn(sound);
  if (found) return found;
  for (const decoded of decodings(sound)) {
    const inside = signIn(decoded);
    if (inside) return inside;
  }
  return isBlob(sound) ? 'blob' : undefined;
}

function signIn(text: string): InstructionKind | undefined {
  const plain = latin(text.normalize('NFKC'));
  const lower = plain.toLowerCase();
  const sign = IN_TEXT.find(({ pattern }) => pattern.test(lower));
  if (sign) return sign.kind;
  return readings(plain)
    .flatMap((reading) => IN_WORDS.find(({ pattern }) => pattern.test(reading)) ?? [])
    .at(0)?.kind;
}

/** The words of a text, read as they stand, with digits for letters, and spelled out. */
function readings(text: string): string[] {
  const words = wordsOf(text);
  const all = new Set([
    words,
    wordsOf(text.replace(LEET_WORD, (word) => word.replace(/[0134578@$!|]/gu, (char) => LEET[char] ?? char))),
  ]);
  if (SPELLED.test(words)) all.add(words.replaceAll(' ', ''));
  return [...all];
}

/** Lower case, accents off Latin letters, one blank between words, also inside identifiers and file names. */
const wordsOf = (text: string): string =>
  text
    .replace(/\\[snrt][+*]?|%20|&nbsp;/gu, ' ')
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .normalize('NFD')
    .replace(/(?<=[A-Za-z])[\u0300-\u036f]+/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ı', 'i')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();

const LEET_WORD = /(?<![\w@$])(?=[\w@$!|]*[a-z])(?=[\w@$!|]*[0134578@$!|])[\w@$!|]{4,}/giu;
const LEET: Record<string, string> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
};
const SPELLED = /(?:^| )(?:\p{L} ){5}/u;

/** Letters of other scripts that look like Latin ones, within words that hold Latin letters as well. */
const latin = (text: string): string =>
  /[\u0370-\u052f]/u.test(text)
    ? text.replace(/[\p{L}\p{N}_]+/gu, (word) =>
        /[a-z]/iu.test(word) ? word.replace(/[\u0370-\u052f]/gu, (char) => LOOKALIKE[char] ?? char) : word,
      )
    : text;
const LOOKALIKE: Record<string, string> = Object.fromEntries(
  [...'аaеeоoрpсcуyхxіiјjѕsԁdһhκkνvοoαaρpιiτtυuεeАAЕEОOРPСCХXІIЅSТTВBНHКKМMΑAΕEΙIΟOΡPΤTΝN']
    .map((char, i, all) => [char, all[i + 1] ?? char] as const)
    .filter((_, i) => i % 2 === 0),
);

/** What stands in a text in a simple encoding, as far as it reads as text. */
function decodings(text: string): string[] {
  const found: string[] = [];
  if (/\\(?:u[0-9a-f]{4}|x[0-9a-f]{2})/iu.test(text))
    found.push(
      text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/giu, (_, wide, narrow) =>
        String.fromCharCode(Number.parseInt(wide ?? narrow, 16)),
      ),
    );
  if (/&(?:#\d{2,6}|#x[0-9a-f]{2,5}|lt|gt|quot|amp);/iu.test(text)) found.push(unescaped(text));
  if (/(?:%[0-9a-f]{2}[^%\n]{0,12}){3}/iu.test(text))
    found.push(
      text.replace(/(?:%[0-9a-f]{2})+/giu, (bytes) =>
        Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
      ),
    );
  for (const [hex] of text.matchAll(/(?<![0-9a-f])(?:[0-9a-f]{2}){12,}(?![0-9a-f])/giu))
    found.push(Buffer.from(hex, 'hex').toString('utf8'));
  for (const [base64] of text.matchAll(/[\w+/-]{20,}={0,2}/gu))
    found.push(Buffer.from(base64, 'base64').toString('utf8'));
  return found.filter(isReadable).map(cleanText);
}

const unescaped = (text: string): string =>
  text
    .replace(/&#(?:x([0-9a-f]{2,5})|(\d{2,6}));/giu, (whole, hex, decimal) => {
      const code = Number.parseInt(hex ?? decimal, hex ? 16 : 10);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(
      /&(lt|gt|quot|amp);/giu,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name.toLowerCase()] ?? '',
    );

const isReadable = (text: string): boolean =>
  text.length >= 10 &&
  (text.match(/[\p{L}\p{N}\p{P}\p{Zs}\n<>|=+$`]/gu) ?? []).length >= 0.95 * [...text].length;

/** A long run of base64 that nobody can read: no advice, and a good hiding place. */
function isBlob(text: string): boolean {
  for (const [run] of text.matchAll(/[A-Za-z0-9+/]{100,}={0,2}/gu)) {
    const capitals = (run.match(/[A-Z]/gu) ?? []).length;
    const digits = (run.match(/\d/gu) ?? []).length;
    if (run.length >= LONGEST_BLOB && capitals >= 0.15 * run.length && digits >= 0.04 * run.length)
      return true;
  }
  return false;
}
