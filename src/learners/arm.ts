/** Which tasks are held out: drawn by a hash, so that every door and every process says the same of a task. */
import { createHash } from 'node:crypto';
import type { Arm } from '../types/facts.ts';
import { canonicalJson } from './content-id.ts';

/** What makes two questions, or two runs, be about one task: its id, else its words, however they are spaced and capitalised. */
export const taskName = ({ id, description }: { id?: string | undefined; description: string }): string =>
  id?.trim() ? id : description.toLowerCase().replace(/\s+/gu, ' ').trim();

/**
 * The arm of a task: a hash of the project and the task's id, else of its words. `holdout` is the share of tasks that
 * are held out, 0..1; who is held out at a share is held out at every larger one. Undefined while nothing is held out.
 */
export function armOf(
  project: string,
  task: { id?: string | undefined; description: string },
  holdout: number,
): Arm | undefined {
  if (holdout <= 0) return undefined;
  const named = canonicalJson(['arm', project, taskName(task)]);
  const drawn = createHash('sha256').update(named).digest().readUIntBE(0, 6) / 2 ** 48;
  return drawn < holdout ? 'withheld' : 'shown';
}
