/**
 * Which texts are near-duplicates of which: pairs, where learners/minhash.ts keeps one of each group. Between splits every pair
 * counts. Near-linear: each is compared with a bounded number, and texts that are the same are compared once.
 */
import { createForest, type Forest } from '../../learners/lsh-forest.ts';
import { type Signature, similarityOf } from '../../learners/minhash.ts';

/** A pair as alike as asked for is met at least this often. */
const MET = 0.998;

/** Calls `visit` with each pair found to be alike at `similarity` (Jaccard, above 0), later one first, each pair once or more. */
export function nearPairs(
  signatures: Signature[],
  similarity: number,
  visit: (later: number, earlier: number) => void,
): void {
  const forest = forestOf(signatures, similarity);
  const same = new Map<string, number>();
  for (const [i, signature] of signatures.entries()) {
    const bytes = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString(
      'latin1',
    );
    const twin = same.get(bytes);
    if (twin !== undefined) {
      visit(i, twin);
      continue;
    }
    same.set(bytes, i);
    forest.near(signature, (other) => {
      if (similarityOf(signature, signatures[other] as Signature) >= similarity) visit(i, other);
      return true;
    });
    forest.add(i);
  }
}

/** Which signatures are alike at `similarity` to any of others: a function that tells of each. */
export function likeAnyOf(others: Signature[], similarity: number): (signature: Signature) => boolean {
  const forest = forestOf(others, similarity);
  for (const other of others.keys()) forest.add(other);
  return (signature) => {
    let found = false;
    forest.near(signature, (other) => {
      found = similarityOf(signature, others[other] as Signature) >= similarity;
      return !found;
    });
    return found;
  };
}

function forestOf(signatures: Signature[], similarity: number): Forest {
  const words = signatures[0]?.length ?? 1;
  const depth = depthFor(similarity, words);
  return createForest(signatures, { words, depth, trees: Math.floor(words / depth) });
}

/** The most words, of two numbers each, that may be asked to agree at once so that what is alike is still met. */
function depthFor(similarity: number, words: number): number {
  for (let depth = words; depth > 1; depth -= 1)
    if (1 - (1 - similarity ** (2 * depth)) ** Math.floor(words / depth) >= MET) return depth;
  return 1;
}
