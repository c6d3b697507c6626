/** What strategies of every kind are told with: the gist of a task, what is most frequent, where they were seen. */
import { type Trajectory, VERDICT_TRUST } from '../types.ts';
import { shorten } from './acts.ts';

/** Sources named with a strategy. */
export const MOST_FROM = 20;
const MOST_SEEN = 10;

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

/** The tasks of runs, in short, each once. */
export const seenAt = (attempts: Run[]): string[] =>
  [...new Set(attempts.map(({ trajectory }) => shorten(gist(trajectory.task.description), 300)))].slice(
    0,
    MOST_SEEN,
  );

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
