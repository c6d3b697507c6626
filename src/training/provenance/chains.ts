/** The attempts before each attempt, from links alone. Pure; near-linear, so that a task of ten thousand runs is no trouble. */
import { type Attempted, linksAmong, orderOf } from '../../learners/retry-links.ts';
import type { Item, ItemFacts } from './facts.ts';

/** A run as far as chains need it. */
export interface Met extends Attempted {
  facts: ItemFacts;
  /** There are more runs at its task than were looked at: what it retries may be among them. */
  cut?: boolean;
}

/**
 * Of those before an item, so many are listed, the nearest; all are counted. A prompt tells of three, and each list is held as
 * long as its task.
 */
export const MOST_ANCESTORS = 200;

interface Before {
  refused: number;
  incomplete: boolean;
  circular: boolean;
}

/** The items of a task among all that was met, in order of attempt. Attempts of other tasks are ancestors and no items. */
export function itemsOf(task_key: string, met: ReadonlyMap<string, Met>): Item[] {
  const { linkOf } = linksAmong(met.values());
  const before = new Map<string, Before>();
  const links = new Map<string, Met | undefined>();
  const linked = (run: Met): Met | undefined => {
    if (!links.has(run.id)) links.set(run.id, linkOf(run)?.to);
    return links.get(run.id);
  };

  /** What stands behind a run, given what stands behind the one that it retries. */
  const step = (run: Met, to: Met | undefined, then: Before | undefined): Before => ({
    refused: (then?.refused ?? 0) + (to && isRefused(to) ? 1 : 0),
    incomplete: isGap(run) || (then?.incomplete ?? false),
    circular: then?.circular ?? false,
  });
  const isGap = ({ parent, cut = false }: Met): boolean => cut || (parent !== undefined && !met.has(parent));

  function settle(first: Met): Before {
    const path: Met[] = [];
    const nth = new Map<string, number>();
    let at: Met | undefined = first;
    while (at !== undefined && !before.has(at.id) && !nth.has(at.id)) {
      nth.set(at.id, path.length);
      path.push(at);
      at = linked(at);
    }
    const round = at === undefined || before.has(at.id) ? path.length : (nth.get(at.id) ?? 0);
    // Where they lead round, each has all the others before it.
    const ring = path.slice(round);
    const refused = ring.filter(isRefused).length;
    const incomplete = ring.some(isGap);
    for (const run of ring)
      before.set(run.id, { refused: refused - (isRefused(run) ? 1 : 0), incomplete, circular: true });
    for (const run of path.slice(0, round).reverse()) {
      const to = linked(run);
      before.set(run.id, step(run, to, to && before.get(to.id)));
    }
    return before.get(first.id) as Before;
  }

  function ancestorsOf(run: Met): ItemFacts[] {
    const found: ItemFacts[] = [];
    const isRound = before.get(run.id)?.circular;
    const seen = new Set([run.id]);
    for (let at = linked(run); at !== undefined && found.length < MOST_ANCESTORS; at = linked(at)) {
      if (isRound && seen.has(at.id)) break;
      if (isRound) seen.add(at.id);
      found.push(at.facts);
    }
    return found.reverse();
  }

  const own = [...met.values()].filter((run) => run.task_key === task_key);
  return own.sort(orderOf(own)).map((run): Item => {
    const { refused, incomplete, circular } = settle(run);
    return { ...run.facts, ancestors: ancestorsOf(run), retry_count: refused, incomplete, circular };
  });
}

/** Its guard refused it, whatever became of it since: what was superseded was refused all the same. */
const isRefused = ({ facts }: Met): boolean => facts.passed === false;
