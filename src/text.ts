/** What every text goes through before it is kept, apart from redaction (which comes between these two). */

// Sequences of terminals: CSI (colours, cursor), OSC (titles, links; ended by BEL or ST), and the two-character ones.
const ESCAPE_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /\u001b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const TO_CLEAN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/**
 * Text that every store, model and terminal takes: no lone surrogates (U+FFFD instead), no escape sequences, no
 * control characters but newline and tab, lines ended by `\n` alone.
 */
export function cleanText(text: string): string {
  const sound = text.isWellFormed() ? text : text.toWellFormed();
  if (!TO_CLEAN.test(sound)) return sound;
  return sound.replace(/\r\n?/g, '\n').replace(ESCAPE_SEQUENCE, '').replace(CONTROL, '');
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
