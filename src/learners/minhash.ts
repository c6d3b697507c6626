/**
 * How alike two texts are, told by a few numbers of each: MinHash (Broder 1997) over runs of words, made in one go instead of one
 * go a number (fast similarity sketching, Dahlgaard, Knudsen & Thorup 2017) and kept to 16 bits a number (Li & König 2010).
 * Every run of words of a text counts, wherever it stands; time is linear in the text. All pure.
 */
import { createForest } from './lsh-forest.ts';

/** 128 numbers of 16 bits, two in a word. Two signatures agree in as many of them as their texts are alike. */
export type Signature = Uint32Array;

const NUMBERS = 128;
/** Words of 32 bits in a signature. */
const WORDS = NUMBERS / 2;
/** Words of the text in a run. */
const RUN = 4;
/** Longer strings without a break, such as base64, count as several words. */
const LONGEST_WORD = 32;
/** From here on (Thai, Chinese, Japanese, Korean …) writing has no spaces, so every character is a word. */
const UNSPACED = 0x0e00;
/** A pair as alike as asked for is met in some tree at least this often, where the trees are not deepened. */
const MET = 0.998;

const mix = (value: number): number => {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  (code >= 0xc0 && code < UNSPACED);

/** Hashes of all runs of words; a word is letters and digits in a row, or one other sign. White space only parts them. */
function runsOf(text: string): Uint32Array {
  const words = new Uint32Array(text.length + 1);
  let count = 0;
  let word = 0;
  let length = 0;
  const ends = () => {
    if (length > 0) words[count++] = mix(word);
    word = 0x811c9dc5;
    length = 0;
  };
  ends();
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    const letter = isLetter(code);
    if (!letter || length >= LONGEST_WORD) ends();
    if (code <= 32 || code === 0xa0) continue;
    word = Math.imul(word ^ code, 0x01000193);
    length += 1;
    if (!letter) ends();
  }
  ends();
  // Of fewer words than a run has, all of them are the run; of none, too: empty texts are alike.
  const runs = Math.max(1, count - RUN + 1);
  for (let i = 0; i < runs; i += 1) {
    let run = 0x9e3779b9;
    for (let j = i; j < Math.min(count, i + RUN); j += 1) run = Math.imul(run, 31) + (words[j] as number);
    words[i] = mix(run);
  }
  return words.subarray(0, runs);
}

/** The signature of a text of any length. Case counts, the width of white space does not. */
export function signatureOf(text: string): Signature {
  let runs = runsOf(text);
  const least = new Float64Array(NUMBERS).fill(Number.POSITIVE_INFINITY);
  const told = new Uint16Array(NUMBERS);
  let empty = NUMBERS;
  // Round after round every run is thrown at one place; in the last rounds all are thrown at one and the same, so none stays
  // empty. What an earlier round left in a place is less than all that comes later.
  for (let round = 0; empty > 0; round += 1) {
    if (round === 4) runs = Uint32Array.from(new Set(runs));
    const factor = mix(round + 1) | 1;
    const shift = mix(~round);
    for (let i = 0; i < runs.length; i += 1) {
      const value = mix(Math.imul(runs[i] as number, factor) + shift);
      const place = round < NUMBERS ? value & (NUMBERS - 1) : round - NUMBERS;
      const rank = round * 0x1_0000_0000 + value;
      const before = least[place] as number;
      if (rank >= before) continue;
      if (before === Number.POSITIVE_INFINITY) empty -= 1;
      least[place] = rank;
      told[place] = mix(value + round);
    }
  }
  const signature = new Uint32Array(WORDS);
  for (let i = 0; i < WORDS; i += 1)
    signature[i] = ((told[2 * i] as number) << 16) | (told[2 * i + 1] as number);
  return signature;
}

/** A signature whose likeness is the mean of the likenesses of both, so that a long one does not drown a short one. */
export function joinSignatures(a: Signature, b: Signature): Signature {
  return Uint32Array.from(a, (word, i) => (word & 0xffff0000) | ((b[i] as number) >>> 16));
}

/** The share of runs that both texts have, of those that either has (Jaccard), estimated; standard error below 0.045. */
export function similarityOf(a: Signature, b: Signature): number {
  let agree = 0;
  for (let i = 0; i < WORDS; i += 1) {
    const differ = (a[i] as number) ^ (b[i] as number);
    if ((differ & 0xffff) === 0) agree += 1;
    if (differ >>> 16 === 0) agree += 1;
  }
  return agree / NUMBERS;
}

/**
 * For each signature the index of the first of its group, itself where it is alone. Everything in a group is at least `similarity`
 * (above 0) like the first of it, by estimate: likeness is not handed on from one to the next, so a corpus of templates does not
 * become one group. Which one is first depends on the order. Near-linear: however alike they are, each is compared with a bounded number.
 */
export function nearDuplicates(signatures: Signature[], similarity: number): number[] {
  const depth = depthFor(similarity);
  const forest = createForest(signatures, { words: WORDS, depth, trees: Math.floor(WORDS / depth) });
  return signatures.map((signature, i) => {
    let nearest = i;
    let best = 0;
    forest.near(signature, (first) => {
      const alike = similarityOf(signature, signatures[first] as Signature);
      if (alike >= similarity && (alike > best || (alike === best && first < nearest)))
        [nearest, best] = [first, alike];
      return best < 1;
    });
    if (best === 0) forest.add(i);
    return nearest;
  });
}

/** The most words that may be asked to agree at once so that what is alike is still met. */
function depthFor(similarity: number): number {
  for (let depth = WORDS; depth > 1; depth -= 1)
    if (1 - (1 - similarity ** (2 * depth)) ** Math.floor(WORDS / depth) >= MET) return depth;
  return 1;
}
