/** Searching rows that still wait in the journal, with the measures that their table uses. */
import { cosine } from '../learners/statistics.ts';
import { englishStem } from '../learners/stem.ts';
import type { Filter } from './filter.ts';
import type { PendingRow } from './journal.ts';
import type { Found } from './lance/shelf.ts';

/** Whether a row's columns satisfy a filter: the same meaning as `sql()` in filter.ts. */
export function satisfies(cells: Record<string, string>, where: Filter | undefined): boolean {
  return Object.entries(where ?? {}).every(([column, wanted]) => {
    if (wanted === undefined) return true;
    const cell = cells[column];
    return Array.isArray(wanted) ? wanted.includes(cell ?? '') : cell === String(wanted);
  });
}

const foundAs = ({ id, cells, record, words }: PendingRow, score: number): Found => ({
  id,
  cells: { ...cells, record, text: words ?? '' },
  score,
});

export const nearestPending = (rows: PendingRow[], vector: Float32Array): Found[] =>
  rows.flatMap((row) => (row.vector ? foundAs(row, cosine(vector, row.vector)) : []));

const K1 = 1.2;
const B = 0.75;
/** How common a word is in the whole table is not known here: it counts as in one of a hundred texts at most. */
const LEAST_TEXTS = 100;

/**
 * BM25 (Robertson & Zaragoza 2009) over the waiting rows alone: close to what the table's index will say of them,
 * not the same.
 */
export function matchingPending(rows: PendingRow[], words: string): Found[] {
  const wanted = [...new Set(words.split(' ').map(englishStem))];
  const texts = rows.map(countedOf);
  const average = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length);
  const total = Math.max(LEAST_TEXTS, rows.length);
  const weight = new Map(
    wanted.map((word) => {
      const holding = texts.reduce((sum, { counts }) => sum + Number(counts.has(word)), 0);
      return [word, Math.log(1 + (total - holding + 0.5) / (holding + 0.5))];
    }),
  );
  return rows.flatMap((row, i) => {
    const { counts, length } = texts[i] as Counted;
    const damp = K1 * (1 - B + (B * length) / Math.max(1, average));
    const score = wanted.reduce((sum, word) => {
      const times = counts.get(word) ?? 0;
      return times === 0 ? sum : sum + ((weight.get(word) ?? 0) * times * (K1 + 1)) / (times + damp);
    }, 0);
    return score > 0 ? foundAs(row, score) : [];
  });
}

interface Counted {
  counts: Map<string, number>;
  length: number;
}

/** A row waits for many searches: its words are counted for the first. */
const known = new WeakMap<PendingRow, Counted>();

function countedOf(row: PendingRow): Counted {
  let counted = known.get(row);
  if (!counted) {
    const stems = (row.words ?? '').split(' ').map(englishStem);
    const counts = new Map<string, number>();
    for (const word of stems) counts.set(word, (counts.get(word) ?? 0) + 1);
    counted = { counts, length: stems.length };
    known.set(row, counted);
  }
  return counted;
}
