/** Attempts at one task vouch for each other: which task is meant is asked of all its runs, not of the luckiest wording. */
import type { Trajectory } from '../../types.ts';
import { type Memory, taskKey } from '../memory.ts';
import { byScore, type Near } from './candidates.ts';

/** Said in nearly the same words, a task is meant whatever its other attempts were called. */
const SAME = 0.9;
/** Breaks ties only: among tasks equally near, the one attempted far more often is the more likely to come again. */
const HABIT = 1e-4;

export interface Told extends Near<Trajectory> {
  /** The task it is an attempt at. */
  task: string;
}

/**
 * Scores runs by their tasks: the mean relevance of all active attempts at the task, where one that no search found
 * counts as the least relevant that was found. The mean and not the sum, so that a task attempted fifty times does not
 * win by number. Every run of a task gets the task's score and the relevance of the nearest of its runs.
 */
export async function byTask(memory: Memory, runs: Near<Trajectory>[]): Promise<Told[]> {
  const tasks = new Map<string, Near<Trajectory>[]>();
  for (const run of runs) {
    const key = taskKey(run.record.project, run.record.task);
    const others = tasks.get(key);
    if (others) others.push(run);
    else tasks.set(key, [run]);
  }
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
    return found.map(({ record }) => ({ record, relevance: best, score, task }));
  });
  return told.sort(byScore);
}
