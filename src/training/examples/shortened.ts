/** A text as far as there is room for it. */

const MARK = '\n[…]\n';

/**
 * At most `most` UTF-16 units, mark included: three quarters of the beginning, one of the end. Never cuts a surrogate pair.
 * Not for answers, which are whole or not there.
 */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most <= 4 * MARK.length) return text.slice(0, inside(text, most));
  const room = most - MARK.length;
  const end = Math.floor(room / 4);
  const from = text.length - end;
  const tail = text.slice(isLow(text, from) ? from + 1 : from);
  return `${text.slice(0, inside(text, room - end))}${MARK}${tail}`;
}

const isLow = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
};

const inside = (text: string, cut: number): number => (isLow(text, cut) ? cut - 1 : cut);
