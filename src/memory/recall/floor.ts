/** Below what relevance nothing is said, and why nothing was. */
import type { Strategy } from '../../types.ts';

/**
 * Calibrated on sets that are not reported (terminal-bench told in its agents' words, FEVER, WebShop, Who&When,
 * Reflexion, the samples, ReMe's memories without a query), each against the queries of all others: the lowest floors
 * at which nine of ten foreign queries get nothing. `npm run eval:retrieval` tells what they do elsewhere.
 *
 * - `single`: an earlier run, or what one task taught
 * - `shared`: what several tasks of the asker's own project taught may be farther away
 * - `given`: advice that was handed over, which names no task
 * - `route`: made of one task's steps, so it must be nearly that task
 * - `foreign`: at least this for anything of another project
 */
export const FLOOR = { shared: 0.17, single: 0.22, given: 0.17, route: 0.32, foreign: 0.22 };

/** Met at this many tasks, something is a property of the environment and not of one task. */
export const WIDESPREAD = 3;

export function floorOf({ kind, evidence }: Strategy): number {
  if (kind === 'route') return FLOOR.route;
  if (kind === 'given') return FLOOR.given;
  return evidence.tasks >= WIDESPREAD ? FLOOR.shared : FLOOR.single;
}

export type Allows = (found: { project: string; relevance: number }, floor: number) => boolean;

/** `floor` in the asker's own project, at least FLOOR.foreign in another; without a floor all that has any relevance. */
export const allowing =
  (project: string, hasFloor: boolean): Allows =>
  (found, floor) =>
    hasFloor
      ? found.relevance >= (found.project === project ? floor : Math.max(floor, FLOOR.foreign))
      : found.relevance > 0;

/** What to say when nothing is known: how near the nearest was, and how near it would have to be. */
export function whyNothing(best: number): string {
  if (best <= 0) return 'nothing recorded shares a word with the task';
  return `the nearest of what is recorded says ${Math.round(best * 100)} % of what the task says, and ${Math.round(FLOOR.shared * 100)} % to ${Math.round(FLOOR.single * 100)} % is needed`;
}
