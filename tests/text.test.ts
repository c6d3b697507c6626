import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, trimText } from '../src/text.ts';

const ESC = '\u001b';

describe('cleanText', () => {
  it.each([
    ['a\r\nb\rc\n', 'a\nb\nc\n'],
    [`${ESC}[1;32mok${ESC}[0m ${ESC}[2K${ESC}[?25hdone`, 'ok done'],
    [`${ESC}]0;title\u0007x${ESC}]8;;https://h${ESC}\\link`, 'xlink'],
    [`${ESC}(Bplain${ESC}7 \u009b31mred`, 'plain red'],
    ['a\u0000b\u0007c\u007fd\u0085e\tf', 'abcde\tf'],
    ['\ud83dlone\udd11 🔑', '\ufffdlone\ufffd 🔑'],
    [`cut ${ESC}[38;5`, 'cut '],
  ])('%#', (text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });

  it('leaves only what every store takes, and is done after one time', () => {
    const any = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(ESC, '[0m', ']', '\u0000', '\ud83d', '\r')),
    );
    fc.assert(
      fc.property(any, (pieces) => {
        const clean = cleanText(pieces.join(''));
        expect(clean.isWellFormed()).toBe(true);
        const codes = [...clean].map((char) => char.codePointAt(0) ?? 0);
        expect(
          codes.filter((code) => (code < 32 && code !== 9 && code !== 10) || (code >= 127 && code < 160)),
        ).toEqual([]);
        expect(cleanText(clean)).toBe(clean);
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });

  it('costs no more than the length of a hostile text', () => {
    for (const unit of [ESC, `${ESC}]`, `${ESC}[`, `${ESC}[0`, '\u009b', `${ESC}P\\`]) {
      expect(cleanText(unit.repeat(200_000)).length).toBeLessThanOrEqual(400_000);
    }
  });
});

describe('trimText', () => {
  it('keeps three quarters from the head and one from the tail, and says what is gone', () => {
    const text = `${'h'.repeat(75)}${'x'.repeat(9_876)}${'t'.repeat(25)}`;
    expect(trimText(text, 100)).toBe(
      `${'h'.repeat(75)}\n[… 9,876 characters trimmed of 9,976 …]\n${'t'.repeat(25)}`,
    );
  });

  it('never cuts a pair, never loses a character without counting it, leaves short texts alone', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.integer({ min: 0, max: 120 }),
        (text, max) => {
          const trimmed = trimText(text, max);
          if (text.length <= max) {
            expect(trimmed).toBe(text);
            return;
          }
          expect(trimmed.isWellFormed()).toBe(text.isWellFormed());
          const mark = /\n\[… ([\d,]+) characters trimmed of ([\d,]+) …\]\n/.exec(trimmed);
          const gone = Number(mark?.[1]);
          const kept = trimmed.length - (mark?.[0].length ?? 0);
          expect(Number(mark?.[2])).toBe(text.length);
          expect(kept + gone).toBe(text.length);
          expect(Math.abs(kept - max)).toBeLessThanOrEqual(2);
        },
      ),
      { seed: 4, numRuns: 2_000 },
    );
  });
});
