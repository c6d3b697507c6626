/**
 * The life of a strategy, as one function of what is known about it. docs/lifecycle.md has the rules as a table. They
 * are gone through in this order; the first that holds gives the status:
 *
 * 1. **archived**: its evidence went into another that says the same (`merged_into`).
 * 2. **archived**: not active, at least `failures` of the runs it was learned from failed, and its win rate, by them and by
 *    all, is believed below `hopeless` and below what runs reach without it. What a person gave is exempt; what is stale
 *    already stays so.
 * 3. **stale**: code that it cites has changed or is gone; or a batch over all runs of its project no longer tells it; or at
 *    least `failed_uses` runs that it was shown to (or `failures` runs in all) failed and it is proven to do worse than
 *    what it is compared with (`harm.ts`), or, where nothing was withheld, than `useless`; or its project went on for
 *    `unconfirmed_days` since a run last confirmed it.
 * 4. **archived**: stale for `archive_days`, and not used since.
 * 5. **active**: at least `judged` runs succeeded with it by more than their agent's word, the contrast it came from (if it
 *    did) is more than chance, and the lower bound of its win rate lies above what runs reach without it; or as many that
 *    it was shown to succeeded and they are proven to do better than those from which it was withheld; or it was active.
 * 6. **candidate**: anything else.
 *
 * Thresholds on counts are counts of failures, never of tries, so that one more success never takes a strategy down.
 */
import { SUSPECT_TRUST } from '../../learners/trust.ts';
import { learnedVotes } from '../../learners/votes.ts';
import { type Status, type Strategy, VERDICT_TRUST } from '../../types.ts';
import { harmOf, isConfirmed, isUseless } from './harm.ts';
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

const PROVEN = 'judged runs succeeded with it more often than without';
const DAY_MS = 86_400_000;
const daysBetween = (from: string, to: string | Date): number =>
  (new Date(to).getTime() - Date.parse(from)) / DAY_MS;

/** The status that the rules above give. Pure: the same facts give the same status, whatever order they came in. */
export function nextStatus(strategy: Strategy, about: Circumstances, rules: Rules = RULES): Standing {
  const { status, evidence } = strategy;
  if (strategy.merged_into) return { status: 'archived', why: 'merged into one that says the same' };
  const hopeless = hopelessness(strategy, rules);
  if (hopeless !== undefined && status !== 'stale') return { status: 'archived', why: hopeless };
  const why = staleness(strategy, about, rules) ?? hopeless;
  if (why !== undefined) {
    if (status === 'archived') return { status, why };
    const since = status === 'stale' ? strategy.status_since : undefined;
    const idle = since ? Math.min(...[since, evidence.used?.last ?? since].map(age(about.now))) : 0;
    return idle >= rules.archive_days
      ? { status: 'archived', why: `stale and unused for ${rules.archive_days} days: ${why}` }
      : { status: 'stale', why };
  }
  // It would stay active, and why it is said already: most of what a batch weighs.
  if (status === 'active' && strategy.status_why === PROVEN) return { status, why: PROVEN };
  if (isProven(strategy, rules) && posterior(strategy).low > alternativeTo(strategy))
    return { status: 'active', why: PROVEN };
  if (isShownToHelp(strategy, rules))
    return {
      status: 'active',
      why: 'runs that were shown it did better than those from which it was withheld',
    };
  if (status === 'active') return { status, why: strategy.status_why ?? 'nothing speaks against it' };
  return { status: 'candidate', why: 'not enough judged runs yet' };
}

function hopelessness(strategy: Strategy, rules: Rules): string | undefined {
  const failed = learnedFailures(strategy);
  if (strategy.status === 'active' || strategy.kind === 'given' || failed < rules.failures) return undefined;
  const mean = Math.max(posterior(strategy).mean, rateOf(learnedVotes(strategy)).mean);
  const isHopeless = mean < Math.min(rules.hopeless, alternativeTo(strategy));
  return isHopeless ? `${failed} runs failed with it` : undefined;
}

const age = (now: Date) => (time: string) => daysBetween(time, now);

/**
 * Runs it was learned from that failed. A contrast is compared within each task, where many failures may still be fewer
 * than without it: of a contrast none count here, and a batch drops it when the comparison turns.
 */
const learnedFailures = ({ kind, evidence: { worked, tried } }: Strategy): number =>
  kind === 'contrast' ? 0 : tried - worked;

/** Enough independent judged runs. Of those it was shown to, the tasks count. */
function isProven({ kind, evidence, trust }: Strategy, rules: Rules): boolean {
  // Text that gave a model orders was left out of it: whatever its runs did, nobody vouches for it.
  if (trust <= SUSPECT_TRUST) return false;
  const learned = evidence.judged ?? (trust >= VERDICT_TRUST.llm_judge ? evidence.worked : 0);
  const confirmed = evidence.used?.judged ?? 0;
  if (learned + confirmed < rules.judged) return false;
  return kind !== 'contrast' || evidence.firm === true || confirmed >= rules.judged;
}

/** Proven by a draw, whatever the runs say that it was learned from. */
const isShownToHelp = (strategy: Strategy, rules: Rules): boolean =>
  strategy.trust > SUSPECT_TRUST &&
  (strategy.evidence.used?.judged ?? 0) >= rules.judged &&
  isConfirmed(strategy);

function staleness(strategy: Strategy, about: Circumstances, rules: Rules): string | undefined {
  const { evidence, kind, confirmed_at } = strategy;
  if (about.changed?.length) return `${about.changed.join(', ')} changed since`;
  if (about.told === false && kind !== 'given') return 'the runs of its project no longer show it';
  const { used } = evidence;
  const lost = used ? used.tried - used.worked : 0;
  if (lost >= rules.failed_uses || lost + learnedFailures(strategy) >= rules.failures) {
    const harm = harmOf(strategy);
    if (harm) return harm;
  }
  // Learned where nothing else worked, it may beat that and still help nobody.
  if (used && lost >= rules.failed_uses && isUseless(strategy, rules.useless))
    return `${lost} of ${used.tried} runs that it was shown to failed`;
  if (kind !== 'given' && confirmed_at && about.project_at) {
    const days = daysBetween(confirmed_at, about.project_at);
    if (days >= rules.unconfirmed_days) return `no run confirmed it for ${rules.unconfirmed_days} days`;
  }
  return undefined;
}
