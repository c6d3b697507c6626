import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { englishStem } from '../../src/learners/stem.ts';

describe('the stem of a word', () => {
  it.each([
    // Porter's own examples (1980), and what tasks are full of.
    ['caresses', 'caress'],
    ['ponies', 'poni'],
    ['cats', 'cat'],
    ['agreed', 'agre'],
    ['plastered', 'plaster'],
    ['bled', 'bled'],
    ['motoring', 'motor'],
    ['sing', 'sing'],
    ['conflated', 'conflat'],
    ['hopping', 'hop'],
    ['filing', 'file'],
    ['happy', 'happi'],
    ['sky', 'sky'],
    ['relational', 'relat'],
    ['conditional', 'condit'],
    ['vietnamization', 'vietnam'],
    ['triplicate', 'triplic'],
    ['hopefulness', 'hope'],
    ['electrical', 'electr'],
    ['revival', 'reviv'],
    ['adjustment', 'adjust'],
    ['adoption', 'adopt'],
    ['communism', 'commun'],
    ['probate', 'probat'],
    ['rate', 'rate'],
    ['controlling', 'control'],
    ['roll', 'roll'],
    ['yes', 'ye'],
  ])('%s is %s', (word, stem) => expect(englishStem(word)).toBe(stem));

  it('is one for the forms that a task and its answer use', () => {
    for (const forms of [
      ['like', 'likes', 'liked', 'liking'],
      ['update', 'updates', 'updated', 'updating'],
      ['retrieve', 'retrieves', 'retrieved', 'retrieving', 'retrieval'],
      ['authenticate', 'authentication', 'authenticated'],
    ])
      expect(new Set(forms.map(englishStem)).size).toBe(1);
  });

  it('leaves alone what is not an English word', () => {
    for (const word of ['utf8', 'größe', '3d', 'a', 'is', 'x'.repeat(60)])
      expect(englishStem(word)).toBe(word);
  });

  it('is never empty and never longer by more than an e', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/u), (word) => {
        const stem = englishStem(word);
        expect(stem.length).toBeGreaterThan(0);
        expect(stem.length).toBeLessThanOrEqual(word.length + 1);
      }),
    );
  });
});
