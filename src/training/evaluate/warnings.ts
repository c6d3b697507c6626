/** What somebody who reads the figures of a report should know before. Pure. */
import type { EvaluationReport } from './report.ts';

const FEW_TASKS = 20;
/** Shares from which a figure says as much about a guard, a solver or a limit as about answers. */
const MUCH_TROUBLE = 0.1;
const MUCH_CUT = 0.1;

export function warningsOf(report: EvaluationReport): string[] {
  const { tasks, by_task, cap, censored, unanswered } = report;
  const attempts = by_task.flatMap(({ samples }) => samples.flatMap((sample) => sample.attempts));
  const share = (count: number) => count / Math.max(1, attempts.length);
  const trouble = (by: 'solver' | 'guard') => attempts.filter((attempt) => attempt.trouble?.by === by).length;
  const cut = attempts.filter((attempt) => attempt.cut).length;
  return [
    ...(tasks < FEW_TASKS
      ? [`${tasks === 1 ? 'One task is' : `${tasks} tasks are`} few: the intervals are wide, and rough.`]
      : []),
    ...(unanswered > 0 ? [`Of ${unanswered} samples nothing is known: the solver was not there.`] : []),
    ...(share(trouble('guard')) > MUCH_TROUBLE
      ? [`${trouble('guard')} of ${attempts.length} attempts were rejected because a guard failed by itself.`]
      : []),
    ...(share(trouble('solver')) > MUCH_TROUBLE
      ? [`${trouble('solver')} of ${attempts.length} attempts brought no answer.`]
      : []),
    ...(share(cut) > MUCH_CUT ? [`${cut} of ${attempts.length} answers were cut at their longest.`] : []),
    ...((censored.mean ?? 0) > 0.5
      ? [
          `Most samples were not accepted within ${cap === 1 ? 'one retry' : `${cap} retries`}: E[retries] says mostly where the cap is.`,
        ]
      : []),
  ];
}
