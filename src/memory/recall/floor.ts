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

/** What is this much less relevant than the best of its kind is shown no more, however near that is. */
const BESIDE_BEST = 0.5;

interface Found {
  record: { project: string };
  relevance: number;
}

/**
 * Those near enough. Whether anything is known is asked of the best: it must reach the floor, and brings along what is
 * at least half as relevant, since the record that helps is often not the one that sounds most alike. In another
 * project the floor is at least FLOOR.foreign. Without a floor all that has any relevance.
 */
export function near<T extends Found>(found: T[], floor: number, project: string, hasFloor: boolean): T[] {
  if (!hasFloor) return found.filter(({ relevance }) => relevance > 0);
  const isOwn = ({ record }: Found) => record.project === project;
  const side = (ours: boolean) => {
    const these = found.filter((each) => isOwn(each) === ours);
    const best = Math.max(0, ...these.map(({ relevance }) => relevance));
    if (best < (ours ? floor : Math.max(floor, FLOOR.foreign))) return [];
    return these.filter(({ relevance }) => relevance >= BESIDE_BEST * best);
  };
  return [...side(true), ...side(false)];
}

/** Those that reach a floor each for itself: what was made of one task's steps is of no use at a task half like it. */
export const reaching = <T extends Found>(
  found: T[],
  floorOf: (found: T) => number,
  project: string,
  hasFloor: boolean,
): T[] => found.flatMap((each) => near([each], floorOf(each), project, hasFloor));

/** What to say when nothing is known: how near the nearest was, and how near it would have to be. */
export function whyNothing(best: number): string {
  if (best <= 0) return 'nothing recorded shares a word with the task';
  return `the nearest of what is recorded says ${Math.round(best * 100)} % of what the task says, and ${Math.round(FLOOR.shared * 100)} % to ${Math.round(FLOOR.single * 100)} % is needed`;
}
