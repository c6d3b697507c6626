/**
 * How relevant the texts that a search found are to what was asked, on one scale for every store, 0..1: the share of
 * what the query says that a text says too, each word counted by how rare it is.
 *
 * Rarity is learned from the candidates themselves (the user's own texts, at query time, nothing to keep up to date),
 * among a few texts that hold no word of them, so that it means something in a store of two records as well.
 *
 * Three measures, weighted 1 : 2 : 1, which was best of eleven mixes on texts that are not reported (WebShop, FEVER,
 * Reflexion, Who&When, ReMe's memories without a query, terminal-bench in its agents' words; see
 * `npm run eval:retrieval`):
 * - BM25 (Robertson & Zaragoza 2009, k1 1.2, b 0.75), divided by what a text of average length that says all of the
 *   query once would score;
 * - the cosine of the idf-weighted words (Salton & Buckley 1988), the best of a text's passages and of the whole;
 * - the similarity of the meanings, as the embedder sees it.
 */
import { englishStem } from './stem.ts';
import { words } from './words.ts';

export interface Candidate {
  /** What the record says, in parts that may each be what was asked for. */
  passages: string[];
  /** Similarity of the query to the whole, -1..1; undefined where nobody knows it. */
  similar: number | undefined;
}

const K1 = 1.2;
const B = 0.75;
/** Texts that are thought of beside the candidates, with none of their words. */
const BACKGROUND = 10;
/** What a long text is about stands at its beginning. */
const MOST_CHARS = 2_000;
const WEIGHTS = { bm25: 1, cosine: 2 };

type Counts = Map<string, number>;

/**
 * The relevance of each candidate, in order. `lexical` says that the embedder sees words only: one that knows meanings
 * weighs as much as both measures of words together. All 0 for a query without a word.
 */
export function relevances(query: string, candidates: Candidate[], lexical: boolean): number[] {
  const stems = new Map<string, string>();
  const count = (text: string): Counts => countWords(text, stems);
  const asked = count(query);
  if (asked.size === 0) return candidates.map(() => 0);
  // Attempts at one task share its words: each wording is read once, and counts once for what is rare.
  const names = candidates.map(({ passages }) => passages.join('\n'));
  const texts = new Map<string, Counts[]>();
  for (const [i, { passages }] of candidates.entries()) {
    const name = names[i] ?? '';
    if (texts.has(name)) continue;
    const parts = passages.map(count);
    texts.set(name, parts.length > 1 ? [sum(parts), ...parts] : parts);
  }
  const wholes = [...texts.values()].map(([whole = new Map()]) => whole);
  const idf = rarity(wholes);
  const average = wholes.reduce((total, whole) => total + lengthOf(whole), 0) / Math.max(1, wholes.length);
  const terms = [...asked].map(([term, times]) => ({
    term,
    idf: idf(term),
    weight: damped(times) * idf(term),
  }));
  const most = terms.reduce((total, { idf }) => total + idf, 0);
  const norm = Math.hypot(...terms.map(({ weight }) => weight));
  const meaning = lexical ? 1 : WEIGHTS.bm25 + WEIGHTS.cosine;

  const bm25 = (text: Counts) => {
    const damp = K1 * (1 - B + (B * lengthOf(text)) / Math.max(1, average));
    const score = terms.reduce((total, { term, idf }) => {
      const times = text.get(term) ?? 0;
      return times === 0 ? total : total + (idf * times * (K1 + 1)) / (times + damp);
    }, 0);
    return Math.min(1, score / most);
  };
  const cosine = (text: Counts) => {
    const dot = terms.reduce((total, { term, idf, weight }) => {
      const times = text.get(term) ?? 0;
      return times === 0 ? total : total + weight * damped(times) * idf;
    }, 0);
    if (dot === 0) return 0;
    let squares = 0;
    for (const [term, times] of text) squares += (damped(times) * idf(term)) ** 2;
    return dot / (norm * Math.sqrt(squares));
  };

  const said = new Map<string, number>();
  for (const [name, parts] of texts) {
    const [whole = new Map()] = parts;
    said.set(name, WEIGHTS.bm25 * bm25(whole) + WEIGHTS.cosine * Math.max(0, ...parts.map(cosine)));
  }
  return candidates.map(({ similar }, i) => {
    const weight = similar === undefined ? 0 : meaning;
    const words = said.get(names[i] ?? '') ?? 0;
    return (words + weight * Math.max(0, similar ?? 0)) / (WEIGHTS.bm25 + WEIGHTS.cosine + weight);
  });
}

function countWords(text: string, stems: Map<string, string>): Counts {
  const counts: Counts = new Map();
  for (const word of words(text.slice(0, MOST_CHARS))) {
    let stem = stems.get(word);
    if (stem === undefined) {
      stem = englishStem(word);
      stems.set(word, stem);
    }
    counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return counts;
}

function sum(parts: Counts[]): Counts {
  const total: Counts = new Map();
  for (const part of parts) for (const [term, times] of part) total.set(term, (total.get(term) ?? 0) + times);
  return total;
}

/** Inverse document frequency over the candidates and the background. */
function rarity(texts: Counts[]): (term: string) => number {
  const holding: Counts = new Map();
  for (const text of texts) for (const term of text.keys()) holding.set(term, (holding.get(term) ?? 0) + 1);
  const all = texts.length + BACKGROUND;
  const known = new Map<string, number>();
  return (term) => {
    let idf = known.get(term);
    if (idf === undefined) {
      const having = holding.get(term) ?? 0;
      idf = Math.log(1 + (all - having + 0.5) / (having + 0.5));
      known.set(term, idf);
    }
    return idf;
  };
}

const damped = (times: number): number => 1 + Math.log(times);

function lengthOf(text: Counts): number {
  let length = 0;
  for (const times of text.values()) length += times;
  return length;
}
