/** Attempts at one task vouch for each other: which task is meant is asked of all its runs, not of the luckiest wording. */
import type { Memory } from '../memory.ts';
import type { Sketch } from '../table.ts';
import { byScore, type Near } from './candidates.ts';

/** Said in nearly the same words, a task is meant whatever its other attempts were called. */
const SAME = 0.9;
/** Breaks ties only: among tasks equally near, the one attempted far more often is the more likely to come again. */
const HABIT = 1e-4;

/** The columns of runs that are looked at before any is read. */
export const OUTLINE = ['project', 'task_key', 'success'];

/** What is known of a run before it is read. */
export interface RunOutline {
  id: string;
  project: string;
  /** How it ended: `true`, `false` or `unknown`. */
  ended: string;
}

export interface Told extends Near<RunOutline> {
  /** The task it is an attempt at. */
  task: string;
}

/**
 * Scores runs by their tasks: the mean relevance of all active attempts at the task, where one that no search found
 * counts as the least relevant that was found. The mean and not the sum, so that a task attempted fifty times does not
 * win by number. Every run of a task gets the task's score and the relevance of the nearest of its runs.
 */
export async function byTask(memory: Memory, runs: Near<Sketch>[]): Promise<Told[]> {
  const tasks = Map.groupBy(runs, ({ record }) => record.cells.task_key ?? '');
  if (tasks.size === 0) return [];
  const sizes = await memory.trajectories.tally('task_key', {
    task_key: [...tasks.keys()],
    status: 'active',
  });
  const least = Math.min(...runs.map(({ relevance }) => relevance));
  const told = [...tasks].flatMap(([task, found]) => {
    const attempts = Math.max(found.length, sizes.get(task) ?? 0);
    const total = found.reduce((sum, { relevance }) => sum + relevance, 0);
    const best = Math.max(...found.map(({ relevance }) => relevance));
    const mean = (total + (attempts - found.length) * least) / attempts;
    const score = Math.max(mean, best >= SAME ? best : 0) + HABIT * Math.round(Math.log2(attempts));
    return found.map(({ record }) => ({ record: outlineOf(record), relevance: best, score, task }));
  });
  return told.sort(byScore);
}

const outlineOf = ({ id, cells }: Sketch): RunOutline => ({
  id,
  project: cells.project ?? '',
  ended: cells.success ?? 'unknown',
});

/** Runs of one task that ended alike and are worth reading to choose one of them. */
const ALIKE = 2;

/** The best `most` runs to read, no more than two of a task that ended alike. `told` is best first. */
export function worthReading(told: Told[], most: number): Told[] {
  const seen = new Map<string, number>();
  const kept = told.filter(({ task, record }) => {
    const key = `${task} ${record.ended}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before < ALIKE;
  });
  return kept.slice(0, most);
}
