/**
 * The life of a strategy, as one function of what is known about it. docs/lifecycle.md has the rules as a table. They
 * are gone through in this order; the first that holds gives the status:
 *
 * 1. **archived**: its evidence went into another that says the same (`merged_into`).
 * 2. **archived**: not active, at least `failures` runs failed with it, its win rate is believed below `hopeless` and
 *    below what runs reach without it. What a person gave is exempt; what is stale already stays so.
 * 3. **stale**: code that it cites has changed or is gone; or a batch over all runs of its project no longer tells it; or at
 *    least `failed_uses` runs that it was shown to (or `failures` runs in all) failed and even the upper bound of its win
 *    rate lies below what runs reach without it, or that of the runs it was shown to below `useless`; or its project went on for `unconfirmed_days` since a run last confirmed it.
 * 4. **archived**: stale for `archive_days`, and not used since.
 * 5. **active**: at least `judged` runs succeeded with it by more than their agent's word, the contrast it came from (if it
 *    did) is more than chance, and the lower bound of its win rate lies above what runs reach without it; or it was active.
 * 6. **candidate**: anything else.
 *
 * Thresholds on counts are counts of failures, never of tries, so that one more success never takes a strategy down.
 */
import { SUSPECT_TRUST } from '../../learners/trust.ts';
import { type Status, type Strategy, VERDICT_TRUST } from '../../types.ts';
import { alternativeTo, posterior, rateOf } from './posterior.ts';

export interface Rules {
  judged: number;
  failures: number;
  hopeless: number;
  failed_uses: number;
  useless: number;
  unconfirmed_days: number;
  archive_days: number;
}

export const RULES: Rules = {
  judged: 2,
  failures: 4,
  hopeless: 0.3,
  failed_uses: 3,
  useless: 0.15,
  unconfirmed_days: 180,
  archive_days: 60,
};

/** What the strategy itself does not say. */
export interface Circumstances {
  now: Date;
  /** When the newest run of its project was stored. */
  project_at?: string;
  /** False when a batch over all runs of the project did not tell it. */
  told?: boolean;
  /** Cited code that is no longer as it was. */
  changed?: string[];
}

export interface Standing {
  status: Status;
  /** The rule, in words. */
  why: string;
}

const DAY_MS = 86_400_000;
const daysBetween = (from: string, to: string | Date): number =>
  (new Date(to).getTime() - Date.parse(from)) / DAY_MS;

/** The status that the rules above give. Pure: the same facts give the same status, whatever order they came in. */
export function nextStatus(strategy: Strategy, about: Circumstances, rules: Rules = RULES): Standing {
  const { status, kind, evidence } = strategy;
  if (strategy.merged_into) return { status: 'archived', why: 'merged into one that says the same' };
  const rate = posterior(strategy);
  const alternative = alternativeTo(strategy);
  const failed = failuresOf(strategy);
  const isHopeless =
    kind !== 'given' &&
    failed >= rules.failures &&
    rate.mean < rules.hopeless &&
    rate.mean < alternative &&
    status !== 'active';
  const hopeless = `${failed} runs failed with it`;
  if (isHopeless && status !== 'stale') return { status: 'archived', why: hopeless };
  const why = staleness(strategy, about, rules) ?? (isHopeless ? hopeless : undefined);
  if (why !== undefined) {
    if (status === 'archived') return { status, why };
    const since = status === 'stale' ? strategy.status_since : undefined;
    const idle = since ? Math.min(...[since, evidence.used?.last ?? since].map(age(about.now))) : 0;
    return idle >= rules.archive_days
      ? { status: 'archived', why: `stale and unused for ${rules.archive_days} days: ${why}` }
      : { status: 'stale', why };
  }
  if (isProven(strategy, rules) && rate.low > alternative)
    return { status: 'active', why: 'judged runs succeeded with it more often than without' };
  if (status === 'active') return { status, why: strategy.status_why ?? 'nothing speaks against it' };
  return { status: 'candidate', why: 'not enough judged runs yet' };
}

const age = (now: Date) => (time: string) => daysBetween(time, now);

/**
 * Runs that failed with it. A contrast is compared within each task, where many failures may still be fewer than without
 * it: of a contrast only the runs that it was shown to count here, and a batch drops it when the comparison turns.
 */
const failuresOf = ({ kind, evidence: { worked, tried, used } }: Strategy): number =>
  (kind === 'contrast' ? 0 : tried - worked) + (used ? used.tried - used.worked : 0);

/** Enough independent judged runs. Of those it was shown to, the tasks count. */
function isProven({ kind, evidence, trust }: Strategy, rules: Rules): boolean {
  // Text that gave a model orders was left out of it: whatever its runs did, nobody vouches for it.
  if (trust <= SUSPECT_TRUST) return false;
  const learned = evidence.judged ?? (trust >= VERDICT_TRUST.llm_judge ? evidence.worked : 0);
  const confirmed = evidence.used?.judged ?? 0;
  if (learned + confirmed < rules.judged) return false;
  return kind !== 'contrast' || evidence.firm === true || confirmed >= rules.judged;
}

function staleness(strategy: Strategy, about: Circumstances, rules: Rules): string | undefined {
  const { evidence, kind, confirmed_at } = strategy;
  if (about.changed?.length) return `${about.changed.join(', ')} changed since`;
  if (about.told === false && kind !== 'given') return 'the runs of its project no longer show it';
  const lost = evidence.used ? evidence.used.tried - evidence.used.worked : 0;
  const isWorse = posterior(strategy).high < alternativeTo(strategy);
  const { used } = evidence;
  // Learned where nothing else worked, it may beat that and still help nobody.
  const isUseless = used && rateOf(used.votes).high < rules.useless;
  if ((isWorse || isUseless) && lost >= rules.failed_uses) return `${lost} runs that it was shown to failed`;
  if (isWorse && failuresOf(strategy) >= rules.failures) return 'runs with it did worse than without';
  if (kind !== 'given' && confirmed_at && about.project_at) {
    const days = daysBetween(confirmed_at, about.project_at);
    if (days >= rules.unconfirmed_days) return `no run confirmed it for ${rules.unconfirmed_days} days`;
  }
  return undefined;
}
