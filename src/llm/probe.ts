/** What an embedder really understands, shown on fixed pairs instead of believed from its name. */
import { cosine } from '../learners/statistics.ts';
import type { Embedder } from './ports.ts';

/** The same meaning without a word in common; the same words with another meaning; nothing in common. */
export const PAIRS = {
  same_meaning: [
    'The build is broken after the upgrade',
    'Compilation fails since installing a newer version',
  ],
  same_words: ['Stop the server before you start the tests', 'Start the server before you stop the tests'],
  nothing: ['The build is broken after the upgrade', 'Grandmother paints yellow tulips every Sunday'],
} as const;

export interface EmbedderProbe {
  /** Cosines of the two pairs, −1..1; null when the embedder gave no vectors. */
  same_words: number | null;
  same_meaning: number | null;
}

export interface ProbedEmbedder {
  name: string;
  dimensions: number;
  lexical: boolean;
  probe: EmbedderProbe;
  /** What its user should know; absent when there is nothing to say. */
  note?: string;
  /** Why it gave no vectors. */
  error?: unknown;
}

export const MISSES_MEANING =
  'Finds shared words and identifiers; matches in meaning only will be missed (KNOWHOW_EMBEDDER=openai finds them).';

/** Of the way from texts that have nothing in common up to 1, a paraphrase goes this far. Some models start at 0.7. */
const LEAST_WAY = 0.2;

/** Embeds the pairs: one call of the embedder. Never throws for what the embedder does. */
export async function probeEmbedder(embedder: Embedder): Promise<ProbedEmbedder> {
  const { name, dimensions, lexical } = embedder;
  const facts = { name, dimensions, lexical };
  let scores: Record<keyof typeof PAIRS, number | null>;
  try {
    const vectors = await embedder.embed(Object.values(PAIRS).flat());
    scores = {
      same_meaning: between(vectors[0], vectors[1]),
      same_words: between(vectors[2], vectors[3]),
      nothing: between(vectors[4], vectors[5]),
    };
  } catch (error) {
    const note = 'It gives no vectors now: searches go by keywords alone.';
    return { ...facts, probe: { same_words: null, same_meaning: null }, note, error };
  }
  const { same_words, same_meaning, nothing } = scores;
  const note = lexical ? MISSES_MEANING : doubt(same_meaning, nothing);
  return { ...facts, probe: { same_words, same_meaning }, ...(note ? { note } : {}) };
}

const doubt = (same: number | null, nothing: number | null): string | undefined =>
  same !== null && nothing !== null && same - nothing < LEAST_WAY * (1 - nothing)
    ? `It claims to go by meaning, but scores a paraphrase ${same} and two texts that have nothing in common ${nothing}: matches in meaning will be missed.`
    : undefined;

const between = (a: Float32Array | undefined, b: Float32Array | undefined): number | null =>
  a && b ? Math.round(cosine(a, b) * 1000) / 1000 : null;

/** One line for people. */
export const probeLine = ({ probe: { same_words, same_meaning } }: ProbedEmbedder): string =>
  `same meaning in other words ${same_meaning ?? 'none'}, same words in another meaning ${same_words ?? 'none'}`;
