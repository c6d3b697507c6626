/**
 * Plain BM25 as the baseline: lower-case letters and digits, no stems, no stop words, k1 1.2, b 0.75, ties in the order
 * of the texts (Robertson & Zaragoza 2009).
 */
const K1 = 1.2;
const B = 0.75;

/** Ranks the texts for a query: indices, best first, of those that share a word with it. */
export function plainBm25(texts: string[]): (query: string) => number[] {
  const counts = texts.map((text) => {
    const count = new Map<string, number>();
    for (const word of tokens(text)) count.set(word, (count.get(word) ?? 0) + 1);
    return count;
  });
  const lengths = texts.map((text) => tokens(text).length);
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const holding = new Map<string, number>();
  for (const count of counts)
    for (const word of count.keys()) holding.set(word, (holding.get(word) ?? 0) + 1);
  return (query) => {
    const scores = new Float64Array(texts.length);
    for (const word of new Set(tokens(query))) {
      const having = holding.get(word) ?? 0;
      const idf = Math.log(1 + (texts.length - having + 0.5) / (having + 0.5));
      counts.forEach((count, i) => {
        const times = count.get(word) ?? 0;
        const damp = K1 * (1 - B + (B * (lengths[i] ?? 0)) / average);
        if (times > 0) scores[i] = (scores[i] ?? 0) + (idf * times * (K1 + 1)) / (times + damp);
      });
    }
    return [...scores.keys()]
      .filter((i) => (scores[i] ?? 0) > 0)
      .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  };
}

const tokens = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/gu) ?? [];
