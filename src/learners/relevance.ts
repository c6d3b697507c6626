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
import { bounded } from './bounded.ts';
import { englishStem } from './stem.ts';
import { words } from './words.ts';

export interface Candidate {
  /** What the record says, in parts that may each be what was asked for. */
  passages: string[];
  /** The passages are words already, in lower case and with a space between, identifiers split. */
  split?: boolean;
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

/** A text as it is compared: how often it says each stem, and how many words it has. */
interface Said {
  counts: Counts;
  length: number;
}

/**
 * The relevance of each candidate, in order. `lexical` says that the embedder sees words only: one that knows meanings
 * weighs as much as both measures of words together. All 0 for a query without a word.
 */
export function relevances(query: string, candidates: Candidate[], lexical: boolean): number[] {
  const asked = counted(words(query.slice(0, MOST_CHARS))).counts;
  if (asked.size === 0) return candidates.map(() => 0);
  // Attempts at one task share its words: each wording is read once, and counts once for what is rare.
  const names = candidates.map(({ passages }) => passages.join('\n'));
  const texts = new Map<string, Said[]>();
  for (const [i, { passages, split }] of candidates.entries()) {
    const name = names[i] ?? '';
    if (texts.has(name)) continue;
    const parts = passages.map(split ? saidInWords : said);
    texts.set(name, parts.length > 1 ? [together(parts), ...parts] : parts);
  }
  const wholes = [...texts.values()].flatMap(([whole]) => whole ?? []);
  const idf = rarity(wholes);
  const average = wholes.reduce((total, { length }) => total + length, 0) / Math.max(1, wholes.length);
  const terms = [...asked].map(([term, times]) => ({
    term,
    idf: idf(term),
    weight: damped(times) * idf(term),
  }));
  const most = terms.reduce((total, { idf }) => total + idf, 0);
  const norm = Math.hypot(...terms.map(({ weight }) => weight));
  const meaning = lexical ? 1 : WEIGHTS.bm25 + WEIGHTS.cosine;

  const bm25 = ({ counts, length }: Said) => {
    const damp = K1 * (1 - B + (B * length) / Math.max(1, average));
    const score = terms.reduce((total, { term, idf }) => {
      const times = counts.get(term) ?? 0;
      return times === 0 ? total : total + (idf * times * (K1 + 1)) / (times + damp);
    }, 0);
    return Math.min(1, score / most);
  };
  const cosine = ({ counts }: Said) => {
    const dot = terms.reduce((total, { term, idf, weight }) => {
      const times = counts.get(term) ?? 0;
      return times === 0 ? total : total + weight * damped(times) * idf;
    }, 0);
    if (dot === 0) return 0;
    let squares = 0;
    for (const [term, times] of counts) squares += (damped(times) * idf(term)) ** 2;
    return dot / (norm * Math.sqrt(squares));
  };

  const scores = new Map<string, number>();
  for (const [name, parts] of texts) {
    const [whole] = parts;
    if (whole)
      scores.set(name, WEIGHTS.bm25 * bm25(whole) + WEIGHTS.cosine * Math.max(0, ...parts.map(cosine)));
  }
  return candidates.map(({ similar }, i) => {
    const weight = similar === undefined ? 0 : meaning;
    const ofWords = scores.get(names[i] ?? '') ?? 0;
    return (ofWords + weight * Math.max(0, similar ?? 0)) / (WEIGHTS.bm25 + WEIGHTS.cosine + weight);
  });
}

function counted(found: string[]): Said {
  const counts: Counts = new Map();
  for (const word of found) {
    const stem = stemOf(word);
    counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return { counts, length: found.length };
}

const stemOf = bounded(20_000, englishStem);
// Advice and errors are few, and come again with every question.
const said = bounded(4_096, (text): Said => counted(words(text.slice(0, MOST_CHARS))));
const saidInWords = (text: string): Said => counted(text.slice(0, MOST_CHARS).split(' '));

function together(parts: Said[]): Said {
  const counts: Counts = new Map();
  for (const part of parts)
    for (const [term, times] of part.counts) counts.set(term, (counts.get(term) ?? 0) + times);
  return { counts, length: parts.reduce((total, { length }) => total + length, 0) };
}

/** Inverse document frequency over the candidates and the background. */
function rarity(texts: Said[]): (term: string) => number {
  const holding: Counts = new Map();
  for (const { counts } of texts)
    for (const term of counts.keys()) holding.set(term, (holding.get(term) ?? 0) + 1);
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
