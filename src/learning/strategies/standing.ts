/** Where a strategy stands: what its uses add to its evidence, what is believed of it, and the status that follows. */
import { type Counted, type Strategy, type Use, type Used, VERDICT_TRUST } from '../../types.ts';
import { tallyDrawn, tallyUses } from '../uses.ts';
import { latest, MOST_FAILURES } from './evidence.ts';
import type { Base as BaseOf } from './harm.ts';
import { type Circumstances, nextStatus } from './lifecycle.ts';
import { posterior } from './posterior.ts';

/**
 * The strategy with its uses counted and what is believed of it. Those in its evidence already are not counted twice.
 * @param base other runs of the project; undefined leaves what was counted last.
 */
export function credit(strategy: Strategy, uses: ReadonlyMap<string, Use[]>, base?: BaseOf): Strategy {
  const all = namesOf(strategy).flatMap((id) => uses.get(id) ?? []);
  const found = all.filter(({ withheld }) => !withheld);
  const { used: _, withheld: __, base: before, ...evidence } = strategy.evidence;
  const counted = new Set(evidence.from);
  const used = tallyUses(all, counted);
  const withheld = tallyDrawn(all, counted);
  const { shown: ___, ...last }: Base = before ?? NONE;
  const others = used && (base ? base(strategy, found) : before && last);
  const confirmed = latest([
    strategy.confirmed_at,
    ...found.filter(({ success }) => success).map(({ at }) => at),
  ]);
  const { cites, ...rest } = strategy;
  const errors = found.flatMap(({ success, error }) => (success === false && error ? [error] : []));
  const failures = [...new Set([...(evidence.failures ?? []), ...errors.sort()])].slice(0, MOST_FAILURES);
  const weighed = {
    ...rest,
    evidence: {
      ...evidence,
      ...(used ? { used } : {}),
      ...(withheld ? { withheld } : {}),
      ...(others ? { base: { ...others, ...atHome(strategy, all, counted, used) } } : {}),
      ...(failures.length > 0 ? { failures } : {}),
    },
    ...(confirmed ? { confirmed_at: confirmed } : {}),
    ...(cites && !isNewer(confirmed, strategy.confirmed_at) ? { cites } : {}),
  };
  return { ...weighed, win_rate: posterior(weighed) };
}

/**
 * Of the runs that were shown it, those that other runs of its project may be held against: of that project, and judged by
 * more than their agent, as those are. Nothing where that is all of them.
 */
function atHome(
  { project }: Strategy,
  uses: Use[],
  counted: ReadonlySet<string>,
  used: Used | undefined,
): { shown?: Counted } {
  const alike = uses.filter((use) => use.project === project && use.trust >= VERDICT_TRUST.llm_judge);
  const { worked, tried, votes } = tallyUses(alike, counted) ?? NONE;
  return tried === used?.tried ? {} : { shown: { worked, tried, votes } };
}
type Base = NonNullable<Strategy['evidence']['base']>;
const NONE: Counted = { worked: 0, tried: 0, votes: { worked: 0, failed: 0 } };

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
