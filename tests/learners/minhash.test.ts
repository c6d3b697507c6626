import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinSignatures, nearDuplicates, signatureOf, similarityOf } from '../../src/learners/minhash.ts';
import { createRandom, type Random } from '../../src/learners/random.ts';

const wordsOf = (random: Random, count: number) =>
  Array.from({ length: count }, () => `w${Math.floor(random() * 5000)}`);

/** Jaccard over runs of four words, counted. */
function counted(a: string[], b: string[]): number {
  const runs = (words: string[]) => new Set(words.slice(3).map((_, i) => words.slice(i, i + 4).join(' ')));
  const [x, y] = [runs(a), runs(b)];
  const shared = x.intersection(y).size;
  return shared / (x.size + y.size - shared);
}

/** Halves of surrogate pairs and control characters too. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 300 }).map((codes) => String.fromCharCode(...codes));

/** With every `step`-th word another one. */
const changed = (words: string[], step: number) =>
  words.map((word, i) => (i % step === step - 1 ? `${word}x` : word));

describe('signatures', () => {
  it('agree in as many numbers as the texts share runs of words', () => {
    const random = createRandom(3);
    for (const step of [200, 60, 20, 9])
      for (const length of [12, 60, 300]) {
        let off = 0;
        for (let t = 0; t < 12; t += 1) {
          const words = wordsOf(random, length);
          const other = changed(words, step);
          const told = similarityOf(signatureOf(words.join(' ')), signatureOf(other.join('\n')));
          off += (told - counted(words, other)) / 12;
        }
        // Standard error of a mean of twelve: below 0.045 / √12.
        expect(Math.abs(off), `${step} ${length}`).toBeLessThan(0.045);
      }
  });

  it('are 1 alike for the same words and 0 for others, however short', () => {
    for (const text of ['', ' ', 'a', 'a b', 'yes.', 'print(42)', '変数を確認する', 'x'.repeat(5000)])
      expect(similarityOf(signatureOf(text), signatureOf(` ${text}\n`))).toBe(1);
    for (const [a, b] of [
      ['', 'a'],
      ['41', '42'],
      ['f(a)', 'f(b)'],
      ['確認する', '変更する'],
      ['Yes', 'yes'],
    ] as const)
      expect(similarityOf(signatureOf(a), signatureOf(b))).toBeLessThan(0.1);
  });

  it('see every part of a long text, not its head only', () => {
    const random = createRandom(4);
    const [head, tail, other] = [15_000, 15_000, 15_000].map((count) => wordsOf(random, count).join(' '));
    const similarity = similarityOf(signatureOf(`${head} ${tail}`), signatureOf(`${head} ${other}`));
    expect(similarity).toBeGreaterThan(0.2);
    expect(similarity).toBeLessThan(0.47);
  });

  it('joined, count half each: a long question does not drown another answer', () => {
    const question = signatureOf(wordsOf(createRandom(5), 800).join(' '));
    const [yes, no] = [signatureOf('yes'), signatureOf('no, not at all')];
    const alike = similarityOf(joinSignatures(question, yes), joinSignatures(question, no));
    expect(alike).toBeGreaterThan(0.49);
    expect(alike).toBeLessThan(0.52);
  });

  it('are taken of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(similarityOf(signatureOf(text), signatureOf(text))).toBe(1);
        expect(signatureOf(text)).toHaveLength(64);
      }),
      { numRuns: 50 },
    );
  });
});

describe('near-duplicates', () => {
  const many = (count: number, seed = 7) => {
    const random = createRandom(seed);
    return Array.from({ length: count }, () => wordsOf(random, 80));
  };

  it('find the copies and leave the others alone', () => {
    const texts = many(400);
    const copies = texts.map((words, i) => changed(words, i % 2 === 0 ? 79 : 12));
    const groups = nearDuplicates(
      [...texts, ...copies].map((words) => signatureOf(words.join(' '))),
      0.8,
    );
    expect(groups.slice(0, 400)).toEqual(texts.map((_, i) => i));
    const joined = copies.filter((_, i) => i % 2 === 0 && groups[400 + i] === i).length;
    expect(joined).toBeGreaterThanOrEqual(198);
    expect(copies.filter((_, i) => i % 2 === 1 && groups[400 + i] !== 400 + i)).toEqual([]);
  });

  it('make one group of one text, and one of empty texts', () => {
    const signatures = Array.from({ length: 500 }, (_, i) => signatureOf(i % 2 === 0 ? '' : 'the same text'));
    expect(nearDuplicates(signatures, 0.9)).toEqual(signatures.map((_, i) => i % 2));
    expect(nearDuplicates([], 0.9)).toEqual([]);
  });

  it('do not become one group because each is like the next', () => {
    // A window over one long text moves on by one word: neighbours are 0.97 alike, ends share nothing.
    const words = wordsOf(createRandom(8), 600);
    const signatures = Array.from({ length: 400 }, (_, i) => signatureOf(words.slice(i, i + 200).join(' ')));
    const groups = nearDuplicates(signatures, 0.9);
    expect(new Set(groups).size).toBeGreaterThan(20);
    for (const [i, first] of groups.entries())
      expect(
        similarityOf(signatures[i] as Uint32Array, signatures[first] as Uint32Array),
      ).toBeGreaterThanOrEqual(0.9);
  });

  it('still find copies among many texts with the same long boilerplate, each looked at a bounded number of times', () => {
    const random = createRandom(9);
    const boilerplate = wordsOf(random, 150);
    const texts = Array.from({ length: 800 }, () => [...boilerplate, ...wordsOf(random, 40)]);
    const copies = texts.slice(0, 200).map((words) => changed(words, 180));
    const groups = nearDuplicates(
      [...texts, ...copies].map((words) => signatureOf(words.join(' '))),
      0.9,
    );
    expect(copies.filter((_, i) => groups[800 + i] === groups[i]).length).toBeGreaterThan(180);
    expect(groups.filter((first, i) => i < 800 && first !== i).length).toBeLessThan(15);
  });

  it('law: the first of a group stands for itself, comes first, and is as alike as was asked for', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 40 }),
        fc.constantFrom(0.3, 0.5, 0.7, 0.9, 1),
        (texts, similarity) => {
          const signatures = texts.map(signatureOf);
          for (const [i, first] of nearDuplicates(signatures, similarity).entries()) {
            expect(first).toBeLessThanOrEqual(i);
            expect(nearDuplicates(signatures, similarity)[first]).toBe(first);
            const alike = similarityOf(signatures[i] as Uint32Array, signatures[first] as Uint32Array);
            expect(alike).toBeGreaterThanOrEqual(similarity);
            expect(first).toBe(first === i ? i : Math.min(i, first));
          }
          // The same text is never in two groups.
          const groups = nearDuplicates(signatures, similarity);
          expect(new Set(texts.map((one, i) => `${one}: ${groups[i]}`)).size).toBe(new Set(texts).size);
        },
      ),
      { numRuns: 40 },
    );
  });
});
