/** Candidates of one table: what the vector and the keyword search find, each with its relevance to the task. */
import { relevances } from '../../learners/relevance.ts';
import type { Filter } from '../filter.ts';
import type { Memory } from '../memory.ts';
import type { Hit, Table } from '../table.ts';

export interface Near<T> {
  record: T;
  /** How much of what was asked the record says, 0..1. */
  relevance: number;
  /** What it is ranked by; the relevance until somebody knows better. */
  score: number;
}

export interface Search<T> {
  table: Table<T>;
  task: string;
  vector: Float32Array;
  /** What a record is judged by: the texts that its table indexes. */
  passagesOf: (record: T) => string[];
  /** Most hits of each search. */
  wide: number;
  /** The asker's own project, and what is searched in it and beyond it: each by meaning and by words. */
  project: string;
  own: Filter;
  open: Filter;
  /** Says that `open` leaves out nothing of the own project, which often spares reading the same records twice. */
  holdsOwn?: boolean;
}

/** The union of what the searches find, the most relevant first. */
export async function nearest<T extends { id: string; project: string }>(
  memory: Memory,
  search: Search<T>,
): Promise<Near<T>[]> {
  const { table, task, vector, wide, project } = search;
  const lists = (where: Filter) =>
    Promise.all([table.nearest(vector, wide, where), table.matching(task, wide, where)]);
  const own = () => lists({ ...search.own, project });
  const both = search.holdsOwn ? [await lists(search.open)] : await Promise.all([lists(search.open), own()]);
  const isOthers = ({ record }: Hit<T>) => record.project !== project;
  if (search.holdsOwn && both.flat(2).some(isOthers)) both.push(await own());

  const found = new Map<string, { record: T; similar: number | undefined }>();
  for (const [near] of both) {
    for (const { record, score } of near) found.set(record.id, { record, similar: score });
  }
  for (const [near, matching] of both) {
    const similar = leastSimilar(near, wide);
    for (const { record } of matching) {
      if (!found.has(record.id)) found.set(record.id, { record, similar });
    }
  }
  const candidates = [...found.values()];
  const relevance = relevances(
    task,
    candidates.map(({ record, similar }) => ({ passages: search.passagesOf(record), similar })),
    memory.embedder.lexical,
  );
  return candidates
    .map(({ record }, i) => ({ record, relevance: relevance[i] ?? 0, score: relevance[i] ?? 0 }))
    .sort(byScore);
}

/**
 * What only the words found is at most as similar as the last of the nearest, which spares embedding its text anew. In
 * a list that is not full it has no vector yet, and nobody knows.
 */
const leastSimilar = <T>(near: Hit<T>[], wide: number): number | undefined =>
  near.length < wide ? undefined : near.at(-1)?.score;

/** Best first, in an order that does not depend on which search answered first. */
export const byScore = <T extends { id: string }>(a: Near<T>, b: Near<T>): number =>
  b.score - a.score || b.relevance - a.relevance || (a.record.id < b.record.id ? -1 : 1);
