/** Tasks that a dataset's models are evaluated on: of every file that was ever named for it, so that no addition forgets them. */
import { z } from 'zod';
import type { DatasetVersion, TrainingExample } from '../../types.ts';
import type { Place } from '../places/place.ts';
import { contaminated, evaluationTasks } from './contamination.ts';
import { checked, linesOf } from './read.ts';
import { taskTexts } from './task-texts.ts';

export interface Exclusion {
  /** Every task as it was written, in order of the alphabet. */
  texts: string[];
  /** The version before knows fewer. */
  isNew: boolean;
  isExcluded(example: TrainingExample): boolean;
}

const Line = z.string();

/** What the version before left out, and what a further file names. @throws KnowhowError `E7204`, `E7404`. */
export async function exclusionOf(
  place: Place,
  parent: DatasetVersion | undefined,
  path: string | undefined,
): Promise<Exclusion> {
  const all = new Set<string>();
  if (parent?.excluded)
    for await (const line of linesOf(place, parent.name, parent.excluded)) all.add(checked(Line, line));
  const before = all.size;
  if (path !== undefined) for await (const text of taskTexts(path)) all.add(text);
  const texts = [...all].sort();
  const isNew = texts.length > before;
  if (path === undefined && texts.length === 0) return { texts, isNew, isExcluded: () => false };
  const tasks = evaluationTasks(texts);
  return {
    texts,
    isNew,
    isExcluded: ({ specification, output }) =>
      contaminated(specification, tasks) || contaminated(output, tasks),
  };
}
