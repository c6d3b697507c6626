import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, mapStrings, trimText } from '../src/text.ts';

const ESC = '\u001b';
const codesOf = (text: string) => [...text].map((char) => char.codePointAt(0)?.toString(16)).join(' ');

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

  it.each([
    [
      'bidirectional marks and overrides',
      ['\u200e', '\u200f', '\u061c', '\u202a', '\u202e', '\u2066', '\u2069'],
    ],
    ['zero-width characters', ['\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u180e']],
    ['soft hyphens and joiners', ['\u00ad', '\u034f', '\u2062']],
    ['fillers that look like nothing', ['\u115f', '\u1160', '\u3164', '\uffa0', '\u17b4']],
    ['tag characters', ['\u{e0001}', '\u{e0020}', '\u{e0041}', '\u{e007f}']],
    ['variation selectors', ['\ufe00', '\ufe0f', '\u{e0100}', '\u{e01ef}', '\u180b']],
    ['marks of interlinear notes and of scores', ['\ufff9', '\ufffb', '\u{1d173}', '\u{1bca0}']],
    ['control characters', ['\u0000', '\u0008', '\u000b', '\u001f', '\u007f', '\u0080', '\u009f']],
    ['escape sequences, whole', [`${ESC}[31m`, `${ESC}[?2004h`, `${ESC}]0;title\u0007`, '\u009b1m']],
    ['escape sequences with something unseen inside', [`${ESC}\u200b[31m`, `${ESC}[\u200d31\u{e0041}m`]],
  ])('takes out %s', (_name, hidden) => {
    for (const each of hidden) {
      expect(cleanText(`a${each}b`), codesOf(each)).toBe('ab');
      expect(cleanText(each), codesOf(each)).toBe('');
      // Letter by letter too: what hides a word must not hide it from those who look for words.
      expect(cleanText([...'ignore'].join(each)), codesOf(each)).toBe('ignore');
    }
  });

  it('leaves what can be seen', () => {
    const seen = 'naïve Ünïcödé, 漢字 かな 한글, עברית العربية ٠١٢, नमस्ते, ﷽, 𝒙 ≠ “y” – 🔑👍🏽\n\t{"a": [1]}';
    expect(cleanText(seen)).toBe(seen);
    expect(cleanText('one\u2028two\u2029three')).toBe('one\ntwo\nthree');
  });

  it('leaves only what every store takes, and is done after one time', () => {
    const any = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(ESC, '[0m', ']', '\u0000', '\ud83d', '\r', '\u200b', '\u{e0041}', '\ufe0f', '\u2028'),
      ),
    );
    fc.assert(
      fc.property(any, (pieces) => {
        const clean = cleanText(pieces.join(''));
        expect(clean.isWellFormed()).toBe(true);
        const codes = [...clean].map((char) => char.codePointAt(0) ?? 0);
        expect(
          codes.filter((code) => (code < 32 && code !== 9 && code !== 10) || (code >= 127 && code < 160)),
        ).toEqual([]);
        expect(clean).not.toMatch(/[\p{Default_Ignorable_Code_Point}\u2028\u2029]/u);
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

describe('mapStrings', () => {
  it('changes every string at every depth, keys too, and nothing else', () => {
    const value = { a: ['b', { c: 'd', n: 1, no: null, yes: true }], e: undefined };
    expect(mapStrings(value, (text) => text.toUpperCase())).toEqual({
      A: ['B', { C: 'D', N: 1, NO: null, YES: true }],
      E: undefined,
    });
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
