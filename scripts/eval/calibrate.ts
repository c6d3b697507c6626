/**
 * What the floors do on the sets they were chosen on: in memory, with the product's own measure of relevance, each set
 * against the questions of all the others.
 */
import { relevances } from '../../src/learners/relevance.ts';
import { cosine } from '../../src/learners/statistics.ts';
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import { FLOOR } from '../../src/memory/recall.ts';
import { spread } from './abstain.ts';
import { plainBm25 } from './bm25.ts';
import { mean, quantile } from './figures.ts';
import type { RunSet, TextSet } from './sets.ts';

export interface Calibration {
  name: string;
  floor: number;
  foreign_below: number;
  /** The floor at which nine of ten foreign questions would get nothing. */
  needed: number;
  /** Share of own questions whose answer comes first and is withheld. */
  own_lost: number;
}

interface Corpus {
  name: string;
  floor: number;
  texts: string[][];
  queries: { text: string; isAnswer: (index: number) => boolean; skip?: number }[];
}

const WIDE = 48;
const ASKED = 60;

export async function floors(texts: TextSet[], runs: RunSet | undefined): Promise<Calibration[]> {
  const corpora: Corpus[] = texts.map(({ name, texts, queries }) => ({
    name,
    floor: FLOOR.given,
    texts,
    queries: queries.map(({ text, answer }) => ({ text, isAnswer: (index) => index === answer })),
  }));
  if (runs) {
    const told = runs.runs.map(({ draft }) => draft.task.description);
    corpora.push({
      name: runs.name,
      floor: FLOOR.single,
      texts: told.map((text) => [text]),
      queries: told.map((text, skip) => ({
        text,
        skip,
        isAnswer: (index) => index !== skip && runs.runs[index]?.task === runs.runs[skip]?.task,
      })),
    });
  }
  const found: Calibration[] = [];
  for (const corpus of corpora) {
    const best = await searcher(corpus.texts);
    const others = corpora.filter(({ name }) => name.split('/')[0] !== corpus.name.split('/')[0]);
    const foreign: number[] = [];
    for (const { text } of others.flatMap(({ queries }) => spread(queries, ASKED)))
      foreign.push((await best(text))[0]?.relevance ?? 0);
    const own: number[] = [];
    for (const { text, isAnswer, skip } of spread(corpus.queries, ASKED * 2)) {
      const [first] = (await best(text)).filter(({ index }) => index !== skip);
      if (first && isAnswer(first.index)) own.push(first.relevance);
    }
    found.push({
      name: corpus.name,
      floor: corpus.floor,
      foreign_below: mean(foreign.map((relevance) => Number(relevance < corpus.floor))),
      needed: quantile(foreign, 0.9),
      own_lost: mean(own.map((relevance) => Number(relevance < corpus.floor))),
    });
  }
  return found;
}

async function searcher(texts: string[][]) {
  const embedder = createHashingEmbedder();
  const whole = texts.map((text) => text.join('\n'));
  const vectors = await embedder.embed(whole);
  const bm25 = plainBm25(whole);
  return async (query: string): Promise<{ index: number; relevance: number }[]> => {
    const [vector = new Float32Array(embedder.dimensions)] = await embedder.embed([query]);
    const similar = vectors.map((other) => cosine(vector, other));
    const near = [...similar.keys()].sort((a, b) => (similar[b] ?? 0) - (similar[a] ?? 0)).slice(0, WIDE);
    const ids = [...new Set([...near, ...bm25(query).slice(0, WIDE)])];
    const candidates = ids.map((id) => ({ passages: texts[id] ?? [], similar: similar[id] }));
    return relevances(query, candidates, true)
      .map((relevance, i) => ({ index: ids[i] ?? 0, relevance }))
      .sort((a, b) => b.relevance - a.relevance);
  };
}
