/** Words in a row, as hashes of 64 bits, and which of many tasks have them. Flat arrays: millions of them are compared with. */

/** What is compared with: 12 bytes an entry, at most two thirds full. */
export interface RunTable {
  readonly size: number;
  /** Counts each run once a task; tasks are given one after the other, numbered from 1. */
  add(words: string[], task: number): void;
  /** Whether any run of a text is that of at most `most` tasks. */
  meets(words: string[], most: number): boolean;
}

// Scripts without spaces: there every character is a word.
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]|[^\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu;
const FIRST_UNSPACED = /[\u0e00-\uffff]/u;

/** Letters and digits only, lower case, so that signs, line ends and typography make no difference. */
export function plainWords(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.some((word) => FIRST_UNSPACED.test(word))
    ? words.flatMap((word) => (FIRST_UNSPACED.test(word) ? (word.match(UNSPACED) ?? []) : [word]))
    : words;
}

/** A table of runs of `length` words. */
export function createRunTable(length: number): RunTable {
  let mask = 1_023;
  let used = 0;
  let lows = new Uint32Array(mask + 1);
  let highs = new Uint32Array(mask + 1);
  // How many tasks have it, 0 where the place is free; and the last of them.
  let counts = new Uint32Array(mask + 1);
  let last = new Uint32Array(mask + 1);

  const slotOf = (low: number, high: number): number => {
    let slot = low & mask;
    while (counts[slot] !== 0 && (lows[slot] !== low || highs[slot] !== high)) slot = (slot + 1) & mask;
    return slot;
  };
  const grow = () => {
    const old = { lows, highs, counts, last };
    mask = mask * 2 + 1;
    lows = new Uint32Array(mask + 1);
    highs = new Uint32Array(mask + 1);
    counts = new Uint32Array(mask + 1);
    last = new Uint32Array(mask + 1);
    for (let i = 0; i < old.counts.length; i += 1) {
      const count = old.counts[i] as number;
      if (count === 0) continue;
      const [low, high] = [old.lows[i] as number, old.highs[i] as number];
      const slot = slotOf(low, high);
      lows[slot] = low;
      highs[slot] = high;
      counts[slot] = count;
      last[slot] = old.last[i] as number;
    }
  };
  return {
    get size() {
      return used;
    },
    add(words, task) {
      eachRun(words, length, (low, high) => {
        if (used * 3 > mask * 2) grow();
        const slot = slotOf(low, high);
        if (counts[slot] === 0) {
          used += 1;
          lows[slot] = low;
          highs[slot] = high;
        } else if (last[slot] === task) return true;
        counts[slot] = (counts[slot] as number) + 1;
        last[slot] = task;
        return true;
      });
    },
    meets(words, most) {
      let met = false;
      eachRun(words, length, (low, high) => {
        const count = counts[slotOf(low, high)] as number;
        met = count > 0 && count <= most;
        return !met;
      });
      return met;
    },
  };
}

const BASE = [0x01000193, 0x5bd1e995] as const;

/** Rolling hashes (Karp & Rabin 1987) of each run; stops where `visit` says false. */
function eachRun(words: string[], length: number, visit: (low: number, high: number) => boolean): void {
  // What a word weighs when it leaves.
  let [outLow, outHigh] = [1, 1];
  for (let i = 0; i < length; i += 1) {
    outLow = Math.imul(outLow, BASE[0]);
    outHigh = Math.imul(outHigh, BASE[1]);
  }
  const [low, high] = [new Uint32Array(words.length), new Uint32Array(words.length)];
  let [a, b] = [0, 0];
  for (let i = 0; i < words.length; i += 1) {
    low[i] = hash(words[i] as string, 0x811c9dc5);
    high[i] = hash(words[i] as string, 0x9747b28c);
    a = (Math.imul(a, BASE[0]) + (low[i] as number)) | 0;
    b = (Math.imul(b, BASE[1]) + (high[i] as number)) | 0;
    if (i >= length) {
      a = (a - Math.imul(outLow, low[i - length] as number)) | 0;
      b = (b - Math.imul(outHigh, high[i - length] as number)) | 0;
    }
    if (i >= length - 1 && !visit(mixed(a), b >>> 0)) return;
  }
}

/** FNV-1a, mixed at the end. */
function hash(word: string, seed: number): number {
  let h = seed;
  for (let i = 0; i < word.length; i += 1) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  return mixed(h);
}

function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
