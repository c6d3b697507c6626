import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifierParts, jaccard, stem, topics, words } from '../../src/learners/words.ts';

describe('words', () => {
  it.each([
    ['getUserName', ['get', 'user', 'name']],
    ['read_csv', ['read', 'csv']],
    ['parseHTTPResponse', ['parse', 'http', 'response']],
    ['utf8ToLatin1', ['utf8', 'to', 'latin1']],
    ['kebab-case.ts', ['kebab', 'case', 'ts']],
    ['plain', ['plain']],
  ])('identifier %s has parts %j', (identifier, parts) => {
    expect(identifierParts(identifier)).toEqual(parts);
  });

  it('keeps an identifier whole beside its parts, so that both are found', () => {
    expect(words('Fix parseDate in read_csv')).toEqual([
      'fix',
      'parsedate',
      'parse',
      'date',
      'read_csv',
      'read',
      'csv',
    ]);
  });

  it('leaves function words out, in whole tokens and in parts', () => {
    expect(words('How do I get to the end?')).toEqual(['get', 'end']);
    expect(words('sendToUser')).toEqual(['sendtouser', 'send', 'user']);
  });

  it('knows more than ASCII', () => {
    expect(words('Größe ändern: naïve café')).toEqual(['größe', 'ändern', 'naïve', 'café']);
  });

  it.each([
    ['tests', 'test'],
    ['test', 'test'],
    ['tries', 'try'],
    ['failed', 'fail'],
    ['building', 'build'],
    ['class', 'class'],
    ['gas', 'gas'],
    ['ring', 'ring'],
  ])('stem of %s is %s', (word, root) => {
    // "gas" is too short to lose a letter.
    expect(stem(word)).toBe(root);
  });

  it('says that "fix the failing tests" and "a test fails: fix it" are about the same', () => {
    expect(topics('Fix the failing tests')).toEqual(topics('a test fails: fix it'));
  });

  it('is lower case, never empty, and never shortens below three letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        for (const word of words(text)) {
          expect(word).not.toBe('');
          expect(word).toBe(word.toLowerCase());
          expect(stem(word).length).toBeGreaterThanOrEqual(Math.min(3, word.length));
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('jaccard', () => {
  const set = fc.uniqueArray(fc.integer({ min: 0, max: 12 })).map((list) => new Set(list));

  it('is 1 for equal sets, 0 for disjoint ones, 1/3 for one in three', () => {
    expect(jaccard(new Set([1, 2]), new Set([2, 1]))).toBe(1);
    expect(jaccard(new Set([1]), new Set([2]))).toBe(0);
    expect(jaccard(new Set([1, 2]), new Set([2, 3]))).toBeCloseTo(1 / 3, 12);
    expect(jaccard(new Set(), new Set())).toBe(0);
  });

  it('is symmetric and within 0..1', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(jaccard(a, b)).toBe(jaccard(b, a));
        expect(jaccard(a, b)).toBeGreaterThanOrEqual(0);
        expect(jaccard(a, b)).toBeLessThanOrEqual(1);
      }),
      { seed: 5 },
    );
  });
});
