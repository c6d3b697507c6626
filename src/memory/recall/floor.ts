/** Below what relevance nothing is said, and why nothing was. */
import type { Strategy } from '../../types.ts';

/**
 * Calibrated on sets that are not reported, each asked the questions of all the others: terminal-bench told in its
 * agents' words for `single`, and FEVER, WebShop, Reflexion and ReMe's memories without a query for `given`. High enough
 * that nine of ten foreign questions get nothing, unless a set then lost more than one in twenty of its own answers:
 * that held `given` down. The others lie as far from `single` as what they are for asks, and were looked at, not
 * measured. `npm run eval:retrieval` tells what the floors do there and elsewhere.
 *
 * - `single`: an earlier run, or what one task taught
 * - `shared`: what several tasks of the asker's own project taught may be farther away
 * - `given`: advice that was handed over, which names no task
 * - `route`: made of one task's steps, so it must be nearly that task
 * - `foreign`: at least this for anything of another project
 */
export const FLOOR = { shared: 0.17, single: 0.22, given: 0.14, route: 0.32, foreign: 0.22 };

/** Met at this many tasks, something is a property of the environment and not of one task. */
export const WIDESPREAD = 3;

export function floorOf({ kind, evidence }: Strategy): number {
  if (kind === 'route') return FLOOR.route;
  if (kind === 'given') return FLOOR.given;
  return evidence.tasks >= WIDESPREAD ? FLOOR.shared : FLOOR.single;
}

/** What lies below the floor is shown beside the best of its kind if it is at least this much as relevant. */
export const BESIDE_BEST = { runs: 0.5, given: 0.4 };

interface Found {
  record: { project: string };
  relevance: number;
}

/**
 * Those near enough. Whether anything is known is asked of the best, which must reach the floor. Where even that is not
 * far above it, it brings along what is nearly as relevant: the record that helps is often not the one that sounds most
 * alike. In another project the floor is at least FLOOR.foreign. Without a floor all that has any relevance.
 */
export function near<T extends Found>(
  found: T[],
  floor: number,
  project: string,
  hasFloor: boolean,
  beside = 1,
): T[] {
  if (!hasFloor) return found.filter(({ relevance }) => relevance > 0);
  const isOwn = ({ record }: Found) => record.project === project;
  const side = (ours: boolean) => {
    const these = found.filter((each) => isOwn(each) === ours);
    const best = Math.max(0, ...these.map(({ relevance }) => relevance));
    const needed = ours ? floor : Math.max(floor, FLOOR.foreign);
    if (best < needed) return [];
    return these.filter(({ relevance }) => relevance >= Math.min(needed, beside * best));
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
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  if (best <= 0) return 'nothing recorded shares a word with the task';
  return `the nearest of what is recorded covers ${percent(best)} of what the task says, which is too little: an earlier run needs ${percent(FLOOR.single)}`;
}
