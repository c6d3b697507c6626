/**
 * Whether a text gives away a task that is evaluated on: 13 words in a row that both have (Brown et al. 2020, appendix C), or nearly
 * the same text. Words that stand in most of the tasks are their common frame and give none away. Near-linear in both.
 */
import { type Signature, signatureOf } from '../../learners/minhash.ts';
import { trainingError } from '../codes.ts';
import { likeAnyOf } from './near-pairs.ts';
import { createRunTable, plainWords, type RunTable } from './word-runs.ts';

/** Words in a row that tell a text from others. */
const RUN = 13;
/** Jaccard similarity of runs of four words. */
const SIMILARITY = 0.8;
/** A run that more than half of at least so many different tasks have is their frame. */
const LEAST_FOR_FRAME = 10;
const MOST_RUNS = 20_000_000;

export interface EvaluationTasks {
  /** Different ones. */
  count: number;
  /** Tasks of fewer than 13 words, normalised. */
  short: ReadonlySet<string>;
  /** Every 13 words in a row of the longer ones; those of more tasks than `most` are their frame. */
  runs: RunTable;
  most: number;
  /** Whether a signature is nearly that of a longer one. */
  isLike: (signature: Signature) => boolean;
}

export type Contamination = 'same_text' | 'shared_words' | 'near_duplicate';

/** Tasks, each as it is asked. @throws KnowhowError E7404 for none, and for far too many. */
export function evaluationTasks(texts: string[]): EvaluationTasks {
  const different = new Map<string, string>();
  for (const text of texts) {
    const said = plainWords(text).join(' ');
    if (said !== '') different.set(said, text);
  }
  if (different.size === 0) throw trainingError('E7404', 'The file holds none.');
  const short = new Set<string>();
  const runs = createRunTable(RUN);
  const signatures: Signature[] = [];
  for (const [said, text] of different) {
    const words = said.split(' ');
    if (words.length < RUN) {
      short.add(said);
      continue;
    }
    signatures.push(signatureOf(text));
    runs.add(words, signatures.length);
    if (runs.size > MOST_RUNS)
      throw trainingError('E7404', 'The tasks are longer than can be compared with.');
  }
  const most = different.size < LEAST_FOR_FRAME ? Number.POSITIVE_INFINITY : different.size / 2;
  return { count: different.size, short, runs, most, isLike: likeAnyOf(signatures, SIMILARITY) };
}

/** How a text gives a task away; undefined where it does not. Linear in the text. */
export function contamination(
  text: string,
  { short, runs, most, isLike }: EvaluationTasks,
): Contamination | undefined {
  const words = plainWords(text);
  if (words.length < RUN) return short.has(words.join(' ')) ? 'same_text' : undefined;
  if (runs.meets(words, most)) return 'shared_words';
  return isLike(signatureOf(text)) ? 'near_duplicate' : undefined;
}

/** Of several texts, such as what is asked and what is answered, each by itself: joined, the one would drown the other. */
export const contaminated = (texts: string | readonly string[], tasks: EvaluationTasks): boolean =>
  [texts].flat().some((text) => contamination(text, tasks) !== undefined);
