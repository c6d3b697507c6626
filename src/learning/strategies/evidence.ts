/** The runs behind a strategy, weighed: who judged them, when the newest confirmed it, what the failed ones were left with. */
import { isInstructionLike } from '../../learners/instructions.ts';
import { templateOf } from '../../learners/template.ts';
import { taskKey } from '../../memory/memory.ts';
import { type Strategy, type Trajectory, VERDICT_TRUST } from '../../types.ts';
import { shorten } from '../acts/acts.ts';
import { failuresOf } from '../errors/fixes.ts';

export const MOST_FAILURES = 3;

/** What is counted of a judged run. */
export interface Witness {
  id: string;
  project: string;
  task_key: string;
  success: boolean;
  trust: number;
  at: string;
  /** lastErrorOf() the run, worked out once. */
  lastError: () => string | undefined;
}

export type Witnesses = ReadonlyMap<string, Witness>;

/** The judged ones among these runs, by id. */
export function witnessesOf(runs: Trajectory[]): Map<string, Witness> {
  const found = new Map<string, Witness>();
  for (const run of runs) {
    const { id, project, task, trust, at, outcome } = run;
    if (outcome.success !== null)
      found.set(id, {
        id,
        project,
        task_key: taskKey(project, task),
        success: outcome.success,
        trust,
        at,
        lastError: once(() => lastErrorOf(run)),
      });
  }
  return found;
}

function once<T>(work: () => T): () => T {
  let done: { value: T } | undefined;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
}

/** The latest of ISO times in UTC; undefined of none. */
export const latest = (times: (string | undefined)[]): string | undefined =>
  times
    .flatMap((time) => time ?? [])
    .sort()
    .at(-1);

/** The last error that a run met, its private literals masked; else what it said of its failure. In short. */
export function lastErrorOf({ steps, outcome }: Trajectory): string | undefined {
  const last = failuresOf(steps).findLast((failure) => failure && failure.messages.length > 0);
  const message = last?.messages[0] === undefined ? outcome.error : templateOf(last.messages[0]).template;
  return message === undefined || isInstructionLike(message) ? undefined : shorten(message, 120);
}

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
  const failures = [...new Set(bad.flatMap(({ lastError }) => lastError() ?? []))].slice(0, MOST_FAILURES);
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
