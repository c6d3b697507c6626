/** What every text goes through before it is kept and before it is handed out; redaction comes between. */

// Sequences of terminals: CSI (colours, cursor), OSC (titles, links; ended by BEL or ST), and the two-character ones.
const ESCAPE_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /\u001b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/**
 * What a reader does not see and a model does: zero-width and bidirectional characters, soft hyphens, fillers, tag
 * characters, variation selectors. Unicode's Default_Ignorable_Code_Point, and the marks of interlinear notes.
 */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
const LINE_BREAK = /\r\n?|[\u2028\u2029]/g;
// By code unit, so that plain text costs one fast look: the first halves of pairs stand for what they may begin.
const TO_CLEAN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: code units are what this looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud82f\ud834\udb40-\udb43]/;

/**
 * Text that every store, model and terminal takes, and in which nothing is hidden: no lone surrogates (U+FFFD
 * instead), no escape sequences, no control characters but newline and tab, nothing unseen (bidirectional and
 * zero-width characters, tags, variation selectors), lines ended by `\n` alone. Doing it twice changes nothing.
 */
export function cleanText(text: string): string {
  const sound = text.isWellFormed() ? text : text.toWellFormed();
  if (!TO_CLEAN.test(sound)) return sound;
  // The unseen first: it may stand inside an escape sequence.
  return sound
    .replace(UNSEEN, '')
    .replace(LINE_BREAK, '\n')
    .replace(ESCAPE_SEQUENCE, '')
    .replace(CONTROL, '');
}

/** A JSON-like value with every string in it changed, keys too. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [change(name), mapStrings(item, change)]),
  ) as T;
}

/**
 * At most about `max` UTF-16 units: the first three quarters and the last quarter, and between them a line that says
 * how much is gone. The mark is not counted in `max`. Never cuts a surrogate pair.
 */
export function trimText(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = text.slice(0, whole(text, Math.ceil(max * 0.75)));
  const tail = text.slice(whole(text, text.length - Math.floor(max * 0.25)));
  const gone = text.length - head.length - tail.length;
  return `${head}\n[… ${grouped(gone)} characters trimmed of ${grouped(text.length)} …]\n${tail}`;
}

/** Moves a cut out of a surrogate pair: one unit on, so that the pair stays with what comes before. */
function whole(text: string, cut: number): number {
  const code = text.charCodeAt(cut - 1);
  return code >= 0xd800 && code <= 0xdbff && cut < text.length ? cut + 1 : cut;
}

const grouped = (count: number) => count.toLocaleString('en-US');

/** The value of JSON text; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
