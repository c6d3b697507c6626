/** Searching rows that still wait in the journal, with the measures that their table uses. */
import { cosine } from '../learners/statistics.ts';
import { stem } from '../learners/words.ts';
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
  const wanted = [...new Set(words.split(' ').map(stem))];
  const texts = rows.map((row) => (row.words ?? '').split(' ').map(stem));
  const average = texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length);
  const counts = texts.map((text) => {
    const count = new Map<string, number>();
    for (const word of text) count.set(word, (count.get(word) ?? 0) + 1);
    return count;
  });
  const total = Math.max(LEAST_TEXTS, rows.length);
  const weight = new Map(
    wanted.map((word) => {
      const holding = counts.reduce((sum, count) => sum + Number(count.has(word)), 0);
      return [word, Math.log(1 + (total - holding + 0.5) / (holding + 0.5))];
    }),
  );
  return rows.flatMap((row, i) => {
    const length = (texts[i]?.length ?? 0) / Math.max(1, average);
    const score = wanted.reduce((sum, word) => {
      const times = counts[i]?.get(word) ?? 0;
      return sum + ((weight.get(word) ?? 0) * times * (K1 + 1)) / (times + K1 * (1 - B + B * length));
    }, 0);
    return score > 0 ? foundAs(row, score) : [];
  });
}
