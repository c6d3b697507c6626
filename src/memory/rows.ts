/** What is seen to before rows are written. */
import { badRecord } from '../errors.ts';
import type { Cell } from './filter.ts';

/** One version of each record: writes that are committed together may hold several. */
export function newestOf<T extends { id: string }>(
  records: T[],
  rank: ((record: T) => string) | undefined,
): T[] {
  const newest = new Map<string, T>();
  for (const record of records) {
    const known = newest.get(record.id);
    if (!known || !rank || rank(known) <= rank(record)) newest.set(record.id, record);
  }
  return [...newest.values()];
}

/** LanceDB pads or cuts vectors of the wrong length, and takes Infinity, without a word. @throws KnowhowError `bad_vector`. */
export function assertVector(vector: Float32Array, dimensions: number): void {
  if (vector.length !== dimensions || !vector.every(Number.isFinite)) {
    throw badRecord('bad_vector', `A vector must hold ${dimensions} finite numbers.`);
  }
}

/** Reads a lifted column that is a field of the record. */
export const rowOf =
  <T>(column: keyof T) =>
  (record: T): Cell =>
    String(record[column]);
