/** Exposures as units: each task in the arm that it was first drawn into, with the runs that can tell something. Pure. */
import type { Arm, Exposure, VerdictSource } from '../../types.ts';
import type { Drawn } from './checks.ts';
import type { Unit, UnitRun } from './unit.ts';

/** An exposure, as far as the comparison looks at it. */
export type Exposed = Omit<Exposure, 'derived_from' | 'at' | 'trust'>;

/** What was asked while there was a hold-out, and was answered or withheld. */
export interface Asked {
  id: string;
  project: string;
  task: string;
  arm: Arm;
  holdout: number;
  at: string;
}

export interface Counts {
  /** Runs that named what they had asked. */
  runs: number;
  /** Tasks drawn into an arm. */
  drawn: number;
  /** Of these, tasks for which nothing was known, whichever arm they are in: they can tell nothing. */
  nothing_known: number;
  /** Tasks that were in both arms, because the share was changed: they count in the first. */
  switched: number;
  /** Runs that asked in several ways and were told something in one of them only: they count in the arm that came first. */
  mixed: number;
  /** Runs of the tasks compared that nobody judged, not even their agent. */
  unjudged: number;
  /** Runs that asked while nothing was held out. */
  without_arm: number;
  /** Tasks that asked and of which no run is known at all: they may have been given up. */
  never_recorded: number;
}

export interface Gathered {
  /** From runs that were judged by more than their agent. */
  units: Unit[];
  /** From runs of which only their agent says how they ended. */
  claims: Unit[];
  /** Tasks drawn for which something was known, judged or not, recorded or not. */
  drawn: Drawn[];
  counts: Counts;
}

const JUDGES: ReadonlySet<VerdictSource> = new Set(['test', 'exit_code', 'human', 'llm_judge'] as const);

/** Whether more than the agent says how it ended. */
export const isJudged = ({ success, judged_by }: Exposed): boolean =>
  success !== null && JUDGES.has(judged_by);

const isClaimed = (row: Exposed): boolean => row.success !== null && !JUDGES.has(row.judged_by);

/**
 * Only tasks for which something was known are compared. What is known is looked up alike in both arms before anything is shown,
 * so that this leaves both arms alike and takes out what can only add noise. `since` (ISO 8601) leaves out earlier runs; which
 * arm a task is in is known from all of them. `asked` younger than `settled` may still be at work and are not missed.
 */
export function gather(rows: Exposed[], asked: Asked[] = [], since = '', settled = '~'): Gathered {
  const counts = noCounts();
  counts.runs = rows.filter(({ ran_at }) => ran_at >= since).length;
  counts.without_arm = rows.filter(({ arm, ran_at }) => !arm && ran_at >= since).length;
  const [units, claims, drawn]: [Unit[], Unit[], Drawn[]] = [[], [], []];
  const armed = rows.filter(({ arm }) => arm !== undefined).sort(byTime);
  for (const [task, all] of Map.groupBy(armed, ({ task_key }) => task_key)) {
    const [first] = all;
    const runs = all.filter(({ arm, ran_at }) => arm === first?.arm && ran_at >= since);
    if (!first?.arm || runs.length === 0) continue;
    counts.drawn += 1;
    if (all.some(({ arm }) => arm !== first.arm)) counts.switched += 1;
    const telling = runs.filter(({ records }) => records.length > 0);
    counts.unjudged += telling.filter(({ success }) => success === null).length;
    counts.mixed += telling.filter(({ mixed }) => mixed).length;
    const unit = { task, project: first.project, arm: first.arm, holdout: first.holdout ?? 0 };
    if (telling.length > 0) drawn.push(unit);
    else counts.nothing_known += 1;
    for (const [into, counted] of [
      [units, telling.filter(isJudged)],
      [claims, telling.filter(isClaimed)],
    ] as const) {
      const records = [...new Set(counted.flatMap((run) => run.records))];
      if (counted.length > 0) into.push({ ...unit, records, runs: counted.map(runOf) });
    }
  }
  const lost = neverRecorded(rows, asked, since, settled);
  counts.never_recorded = lost.length;
  drawn.push(...lost);
  return { units: units.sort(byTask), claims: claims.sort(byTask), drawn: drawn.sort(byTask), counts };
}

/** Tasks that asked, and of which nothing was heard again. */
function neverRecorded(rows: Exposed[], asked: Asked[], since: string, settled: string): Drawn[] {
  const heard = new Set(rows.flatMap(({ retrieval, task_key }) => [retrieval, task_key]));
  return [...Map.groupBy(asked, ({ task }) => task).values()].flatMap((same) => {
    if (same.some(({ id, task, at }) => heard.has(id) || heard.has(task) || at < since || at > settled))
      return [];
    const { task, project, arm, holdout } = same.reduce((a, b) => (b.at < a.at ? b : a));
    return [{ task, project, arm, holdout }];
  });
}

const runOf = ({ trajectory, ran_at, success, steps, tokens, context_tokens }: Exposed): UnitRun => ({
  trajectory,
  at: ran_at,
  success: success === true,
  steps,
  ...(tokens === undefined ? {} : { tokens }),
  ...(context_tokens === undefined ? {} : { context_tokens }),
});

const noCounts = (): Counts => ({
  runs: 0,
  drawn: 0,
  nothing_known: 0,
  switched: 0,
  mixed: 0,
  unjudged: 0,
  without_arm: 0,
  never_recorded: 0,
});

const byTime = (a: Exposed, b: Exposed): number =>
  a.ran_at === b.ran_at ? (a.trajectory < b.trajectory ? -1 : 1) : a.ran_at < b.ran_at ? -1 : 1;
const byTask = (a: Drawn, b: Drawn): number => (a.task < b.task ? -1 : 1);
