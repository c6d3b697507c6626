/** Exposures as units: each draw in the arm that came first, with the runs that can tell something. Pure. */
import type { Arm, Exposure, VerdictSource } from '../../types.ts';
import type { Drawn } from './checks.ts';
import { type Draw, drawsOf } from './draws.ts';
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
  /** What was chosen before anything was shown, or withheld. */
  records: string[];
}

export interface Counts {
  /** Runs that named what they had asked. */
  runs: number;
  /** Tasks drawn into an arm. */
  drawn: number;
  /** Further tasks that one question, or the same words, drew together with one of these: they count as one with it. */
  together: number;
  /** Of those drawn, tasks for which nothing was known, whichever arm they are in: they can tell nothing. */
  nothing_known: number;
  /** Tasks that were in both arms, because the share was changed: they count in the first. */
  switched: number;
  /** Runs that asked in several ways, and those fell into different arms: they count in the arm that came first. */
  mixed: number;
  /** Runs of the tasks compared that nobody judged, not even their agent. */
  unjudged: number;
  /** Runs that asked while nothing was held out. */
  without_arm: number;
  /** Tasks that asked and of which no run is known at all: they may have been given up. */
  never_recorded: number;
}

interface Gathered {
  /** From runs that were judged by more than their agent. */
  units: Unit[];
  /** From runs of which only their agent says how they ended. */
  claims: Unit[];
  /** Tasks drawn for which something was known, judged or not, recorded or not. */
  drawn: Drawn[];
  counts: Counts;
}

/** Later than any time that is written as ISO 8601. */
const NEVER = '~';
const JUDGES: ReadonlySet<VerdictSource> = new Set(['test', 'exit_code', 'human', 'llm_judge'] as const);

/** Whether more than the agent says how it ended. */
export const isJudged = ({ success, judged_by }: Exposed): boolean =>
  success !== null && JUDGES.has(judged_by);

const isClaimed = (row: Exposed): boolean => row.success !== null && !JUDGES.has(row.judged_by);

/**
 * Only tasks for which something was known are compared. What is known is looked up alike in both arms before anything is shown,
 * so that this leaves both arms alike and takes out what can only add noise. A task is in the arm of the first question about it
 * that something was known for, whatever it asked and was told later: who is told nothing asks again. `since` (ISO 8601) leaves out
 * earlier runs; which arm a task is in is known from all of them. `asked` younger than `settled` may still be at work and are not missed.
 */
export function gather(rows: Exposed[], asked: Asked[] = [], since = '', settled = NEVER): Gathered {
  const counts = noCounts();
  counts.runs = rows.filter(({ ran_at }) => ran_at >= since).length;
  counts.without_arm = rows.filter(({ arm, ran_at }) => !arm && ran_at >= since).length;
  const [units, claims, drawn]: [Unit[], Unit[], Drawn[]] = [[], [], []];
  const armed = rows.filter(({ arm }) => arm !== undefined).sort(byTime);
  for (const draw of drawsOf(armed, asked)) {
    if (draw.rows.length === 0) {
      const lost = neverRecorded(draw.asked, since, settled);
      counts.never_recorded += lost.length;
      drawn.push(...lost);
      continue;
    }
    const { records, from, ...unit } = placeOf(draw);
    // Under another share it was drawn anew; in other words it only asked again.
    const isElsewhere = (row: Exposed) => row.arm !== unit.arm && row.holdout !== unit.holdout;
    const runs = draw.rows.filter((row) => row.ran_at >= since && !isElsewhere(row));
    if (runs.length === 0) continue;
    counts.drawn += 1;
    counts.together += new Set(runs.map(({ task_key }) => task_key)).size - 1;
    if (draw.rows.some(isElsewhere)) counts.switched += 1;
    const telling = runs.filter((row) => row.ran_at >= from);
    counts.unjudged += telling.filter(({ success }) => success === null).length;
    counts.mixed += telling.filter(({ mixed, arm }) => mixed || arm !== unit.arm).length;
    if (telling.length > 0) drawn.push(unit);
    else counts.nothing_known += 1;
    const told = withCostOnce(telling);
    for (const [into, counted] of [
      [units, told.filter(isJudged)],
      [claims, told.filter(isClaimed)],
    ] as const)
      if (counted.length > 0) into.push({ ...unit, records, runs: counted.map(runOf) });
  }
  return { units: units.sort(byTask), claims: claims.sort(byTask), drawn: drawn.sort(byTask), counts };
}

/**
 * Where a draw counts, and since when. Its records are those of its first question alone: what was chosen later was chosen for those
 * whom the first did not help, and they are not the same tasks in both arms.
 */
function placeOf({ rows, asked }: Draw) {
  const questions = new Map<number, Asked>();
  for (const question of asked) {
    const before = questions.get(question.holdout);
    if (before === undefined || question.at < before.at) questions.set(question.holdout, question);
  }
  const asking = ({ holdout = 0, ran_at }: Exposed): Asked | undefined => {
    const question = questions.get(holdout);
    return question && question.at <= ran_at ? question : undefined;
  };
  const telling = rows.find((row) => row.records.length > 0 || asking(row) !== undefined);
  const first = telling ?? (rows[0] as Exposed);
  const question = asking(first);
  return {
    task: first.task_key,
    project: first.project,
    arm: question?.arm ?? (first.arm as Arm),
    holdout: first.holdout ?? 0,
    records: [...new Set(question?.records ?? first.records)],
    from: question?.at ?? telling?.ran_at ?? NEVER,
  };
}

/** A question is answered once, and paid for once, however many runs follow it. */
function withCostOnce(rows: Exposed[]): Exposed[] {
  const paid = new Set<string>();
  return rows.map((row) => {
    if (!paid.has(row.retrieval)) {
      paid.add(row.retrieval);
      return row;
    }
    return row.context_tokens === undefined ? row : { ...row, context_tokens: 0 };
  });
}

/** A task that asked, and of which nothing was heard again. */
function neverRecorded(asked: Asked[], since: string, settled: string): Drawn[] {
  if (asked.some(({ at }) => at < since || at > settled)) return [];
  const { task, project, arm, holdout } = asked.reduce((a, b) => (b.at < a.at ? b : a));
  return [{ task, project, arm, holdout }];
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
  together: 0,
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
