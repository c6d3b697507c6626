import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relevances } from '../../src/learners/relevance.ts';

const of = (query: string, texts: string[], similar?: number) =>
  relevances(
    query,
    texts.map((text) => ({ passages: [text], similar })),
    true,
  );

describe('how relevant a text is', () => {
  it('is all for what says the same, and none for what shares no word', () => {
    const [same = 0, other] = of('Rotate the signing key', ['Rotate the signing key', 'Paint the fence']);
    expect(same).toBeGreaterThan(0.95);
    expect(other).toBe(0);
  });

  it('counts a rare word more than one that all texts have', () => {
    const texts = ['report on storms', 'report on sales', 'report on stock', 'report on staff'];
    const [rare = 0, ...common] = of('report storms', texts);
    for (const each of common) expect(rare).toBeGreaterThan(2 * each);
  });

  it('knows the forms of a word', () => {
    const [found = 0] = of('Which song is liked most', ['Counting likes of songs', 'Weather']);
    expect(found).toBeGreaterThan(0.2);
  });

  it('is found in the one passage that was meant, however long the others are', () => {
    const asked = 'Resize the thumbnails';
    const long = 'Unrelated advice about queues, brokers, retries and the like. '.repeat(20);
    const [apart = 0] = relevances(asked, [{ passages: [long, asked], similar: 0 }], true);
    const [buried = 0] = relevances(asked, [{ passages: [`${long} ${asked}`], similar: 0 }], true);
    expect(apart).toBeGreaterThan(buried + 0.2);
  });

  it('listens to the meaning, and more where the embedder knows meanings', () => {
    const candidates = [{ passages: ['Paint the fence'], similar: 0.8 }];
    const [words = 0] = relevances('Colour the paling', candidates, true);
    const [meanings = 0] = relevances('Colour the paling', candidates, false);
    expect(words).toBeCloseTo(0.2, 9);
    expect(meanings).toBeCloseTo(0.4, 9);
  });

  it('does without a meaning nobody knows', () => {
    const [unknown = 0] = of('Rotate the signing key', ['Rotate the signing key']);
    expect(unknown).toBeGreaterThan(0.95);
  });

  it('is 0 for a query without a word, and nothing for no candidates', () => {
    expect(of('…', ['Rotate the signing key'], 0.9)).toEqual([0]);
    expect(of('Rotate', [])).toEqual([]);
  });

  it('does not change when attempts in the same words are added', () => {
    const texts = ['Rotate the signing key of staging', 'Renew the certificate'];
    const [once = 0] = of('Rotate the key', texts);
    const [often = 0] = of('Rotate the key', [...texts, ...Array.from({ length: 9 }, () => texts[0] ?? '')]);
    expect(often).toBeCloseTo(once, 9);
  });

  it('lies between 0 and 1', () => {
    const text = fc.array(fc.constantFrom('key', 'keys', 'rotate', 'sign', 'the', 'getKey'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        text,
        fc.array(text, { maxLength: 6 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (query, texts, similar) => {
          for (const found of of(
            query.join(' '),
            texts.map((words) => words.join(' ')),
            similar,
          )) {
            expect(found).toBeGreaterThanOrEqual(0);
            expect(found).toBeLessThanOrEqual(1 + 1e-9);
          }
        },
      ),
    );
  });
});
