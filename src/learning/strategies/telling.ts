/** What strategies of every kind are told with: the gist of a task, what is most frequent, where they were seen. */
import { isInstructionLike, LEFT_OUT } from '../../learners/instructions.ts';
import { type Trajectory, VERDICT_TRUST } from '../../types.ts';
import { shorten } from '../acts/acts.ts';

/** Sources named with a strategy. */
export const MOST_FROM = 20;
const MOST_SEEN = 10;
const LOOKED_FURTHER = 200;

interface Run {
  trajectory: Trajectory;
}

/** The first sentences of a task, enough of them to say what it is about ("Hi!" is not). */
export function gist(text: string): string {
  let said = '';
  for (const sentence of text.trim().split(/(?<=[.!?:])\s+|\n+/u)) {
    said = `${said} ${sentence}`.trim();
    if (said.length >= 50) break;
  }
  return said;
}

/** A task in short, LEFT_OUT when it gives a model orders. Looked at a little further than told: a cut hides the rest. */
export function taskInShort({ trajectory: { task } }: Run, longest: number): string {
  const told = gist(task.description);
  const looked = Math.min(told.length, longest) + LOOKED_FURTHER;
  return isInstructionLike(task.description.trim().slice(0, looked)) ? LEFT_OUT : shorten(told, longest);
}

/** The tasks of runs, in short, each once. */
export const seenAt = (attempts: Run[]): string[] => harmless(attempts, 300, MOST_SEEN);

/** The two shortest tasks of runs; LEFT_OUT only where nothing else can be said. */
export function examplesOf(attempts: Run[]): string[] {
  const inOrder = attempts
    .map((run) => ({ run, length: shorten(gist(run.trajectory.task.description), 100).length }))
    .sort((a, b) => a.length - b.length)
    .map(({ run }) => run);
  const told = harmless(inOrder, 100, 2);
  return told.length > 0 ? told : [LEFT_OUT];
}

/** The first `most` tasks that give no orders. Each description is looked at once, and no more than are needed. */
function harmless(attempts: Run[], longest: number, most: number): string[] {
  const byDescription = new Map(attempts.map((run) => [run.trajectory.task.description, run]));
  const told = new Set<string>();
  for (const run of byDescription.values()) {
    if (told.size === most) break;
    const task = taskInShort(run, longest);
    if (task !== LEFT_OUT) told.add(task);
  }
  return [...told];
}

/** The most frequent item and its count; the first of equals. */
export function mostFrequent(items: string[]): [item: string | undefined, count: number] {
  let best: string | undefined;
  let most = 0;
  for (const [item, same] of Map.groupBy(items, (each) => each)) {
    if (same.length > most) [best, most] = [item, same.length];
  }
  return [best, most];
}

/** At least two of the successes were judged by more than the agent's own word. */
export const isJudged = (runs: Run[]): boolean =>
  runs.filter(({ trajectory }) => trajectory.outcome.success && trajectory.trust >= VERDICT_TRUST.llm_judge)
    .length >= 2;
