/** The runs behind a strategy, weighed: who judged them, when the newest confirmed it, what the failed ones were left with. */
import { type Attempt, type Strategy, VERDICT_TRUST } from '../../types.ts';

export const MOST_FAILURES = 3;

/** What is counted of a judged run. */
export type Witness = Pick<Attempt, 'trajectory' | 'project' | 'task_key' | 'trust' | 'at' | 'last_error'> & {
  success: boolean;
};

export type Witnesses = ReadonlyMap<string, Witness>;

/** The judged ones among these attempts, by the id of their run. */
export function witnessesOf(attempts: Attempt[]): Map<string, Witness> {
  const found = new Map<string, Witness>();
  for (const attempt of attempts) {
    const { success, trajectory } = attempt;
    if (success !== null) found.set(trajectory, { ...attempt, success });
  }
  return found;
}

/** The latest of ISO times in UTC; undefined of none. */
export const latest = (times: (string | undefined)[]): string | undefined =>
  times
    .flatMap((time) => time ?? [])
    .sort()
    .at(-1);

/**
 * The strategy with its runs weighed. Tallies stay as they were told; where they count more runs than are named, the
 * others weigh what the named ones do on average.
 */
export function weigh(strategy: Strategy, witnesses: Witnesses): Strategy {
  const { evidence, trust } = strategy;
  const known = evidence.from.flatMap((id) => witnesses.get(id) ?? []);
  if (known.length === 0) return strategy;
  const good = known.filter(({ success }) => success);
  const bad = known.filter(({ success }) => !success);
  const mean = (runs: Witness[]) =>
    runs.length > 0 ? runs.reduce((sum, run) => sum + run.trust, 0) / runs.length : trust;
  const votes = {
    worked: evidence.worked * mean(good),
    failed: Math.max(0, evidence.tried - evidence.worked) * mean(bad),
  };
  const failures = [...new Set(bad.flatMap(({ last_error }) => last_error ?? []))].slice(0, MOST_FAILURES);
  const confirmed = latest(good.map(({ at }) => at));
  return {
    ...strategy,
    evidence: {
      ...evidence,
      votes,
      judged: good.filter((run) => run.trust >= VERDICT_TRUST.llm_judge).length,
      ...(failures.length > 0 ? { failures } : {}),
    },
    ...(confirmed ? { confirmed_at: confirmed } : {}),
  };
}
