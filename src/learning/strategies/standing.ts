/** Where a strategy stands: what its uses add to its evidence, what is believed of it, and the status that follows. */
import type { Strategy, Use } from '../../types.ts';
import { tallyUses } from '../uses.ts';
import { latest, MOST_FAILURES } from './evidence.ts';
import { type Circumstances, nextStatus } from './lifecycle.ts';
import { posterior } from './posterior.ts';

/** The strategy with its uses counted and what is believed of it. Those in its evidence already are not counted twice. */
export function credit(strategy: Strategy, uses: ReadonlyMap<string, Use[]>): Strategy {
  const found = namesOf(strategy).flatMap((id) => uses.get(id) ?? []);
  const { used: _, ...evidence } = strategy.evidence;
  const used = tallyUses(found, new Set(evidence.from));
  const confirmed = latest([
    strategy.confirmed_at,
    ...found.filter(({ success }) => success).map(({ at }) => at),
  ]);
  const { cites, ...rest } = strategy;
  const errors = found.flatMap(({ success, error }) => (success === false && error ? [error] : []));
  const failures = [...new Set([...(evidence.failures ?? []), ...errors.sort()])].slice(0, MOST_FAILURES);
  const counted = {
    ...rest,
    evidence: {
      ...evidence,
      ...(used ? { used } : {}),
      ...(failures.length > 0 ? { failures } : {}),
    },
    ...(confirmed ? { confirmed_at: confirmed } : {}),
    ...(cites && !isNewer(confirmed, strategy.confirmed_at) ? { cites } : {}),
  };
  return { ...counted, win_rate: posterior(counted) };
}

/** Confirmed since: what it cites is then cited anew, as the code is now. */
export const isNewer = (confirmed: string | undefined, before: string | undefined): boolean =>
  (confirmed ?? '') > (before ?? '');

/** The strategy with the status that the rules give it now. */
export function moved(strategy: Strategy, about: Circumstances): Strategy {
  const { status, why } = nextStatus(strategy, about);
  const since =
    status === strategy.status && strategy.status_since ? strategy.status_since : about.now.toISOString();
  return { ...strategy, status, status_since: since, status_why: why };
}

/** Ids under which it was shown: its own, and those of what was merged into it. */
export const namesOf = ({ id, merged_from }: Strategy): string[] => [id, ...(merged_from ?? [])];
