/**
 * How many runs are read at once. A question to the store goes over all of its ids, and costs as much as hundreds of small runs;
 * but a run may have megabytes, and a page of them is in memory.
 */
import type { Trajectory } from '../../types.ts';

export interface Paging {
  /** Runs of the next page. */
  size(): number;
  /** What was read: the next page is sized by it. @returns its characters. */
  note(runs: Iterable<Trajectory>): number;
}

const FIRST = 40;
const LEAST = 10;
const MOST = 250;
/** Of a page, if its runs are like those before. */
export const PAGE_CHARS = 8_000_000;

export function createPaging(): Paging {
  let size = FIRST;
  return {
    size: () => size,
    note(runs) {
      let [count, chars] = [0, 0];
      for (const run of runs) {
        count += 1;
        chars += charsOf(run);
      }
      if (count > 0)
        size = Math.max(LEAST, Math.min(MOST, 2 * size, Math.floor((PAGE_CHARS * count) / (chars + 1))));
      return chars;
    },
  };
}

/** Roughly: what is long in a run is what was done and seen. */
function charsOf({ task, steps }: Trajectory): number {
  let chars = task.description.length;
  for (const { action, observation, thought } of steps)
    chars += action.length + observation.length + (thought?.length ?? 0);
  return chars;
}
