/** One sample: attempts at one task until a guard accepts, or the cap is reached (algorithm of seed 004, Rmax retries). */
import type { EarlierAttempt } from '../../types.ts';
import { MOST_ATTEMPTS, promptOf } from '../examples/prompt.ts';
import { toldAs } from '../examples/told.ts';
import { type Judged, judge, type NamedGuard } from './guard.ts';
import type { AttemptRecord, SampleRecord } from './report.ts';
import { attemptSeed } from './seeds.ts';
import type { Solver } from './solver.ts';
import type { EvaluationTask } from './task.ts';

export interface Sampling {
  solver: Solver;
  guards: NamedGuard[];
  /** Retries at most: one attempt more. */
  cap: number;
  seed: number;
  /** Keeps answers and feedback in the record, in this form. */
  keep: ((text: string) => string) | undefined;
  signal: AbortSignal;
}

export type Sampled =
  | { record: SampleRecord; answered: number; fatal?: { guard: string } }
  /** The solver is not there: nothing can be said of the sample. */
  | { down: string; answered: number };

/** @throws the signal's reason, and a KnowhowError of kind `operator` where commands cannot be run here. */
export async function sampleOnce(task: EvaluationTask, sample: number, sampling: Sampling): Promise<Sampled> {
  const { solver, guards, cap, seed, keep, signal } = sampling;
  const earlier: EarlierAttempt[] = [];
  const attempts: AttemptRecord[] = [];
  let answered = 0;
  const recordOf = (accepted: boolean): SampleRecord => ({
    task: task.id,
    sample,
    retries: accepted ? attempts.length - 1 : attempts.length,
    accepted,
    attempts,
  });
  for (let attempt = 1; attempt <= cap + 1; attempt += 1) {
    const began = performance.now();
    const said = await solver.solve({
      prompt: promptOf({ specification: task.specification, attempts: earlier.slice(-MOST_ATTEMPTS) }),
      task: task.id,
      sample,
      attempt,
      seed: attemptSeed(seed, task.id, sample, attempt),
      signal,
    });
    const took = () => Math.round(performance.now() - began);
    if ('trouble' in said) {
      if (said.down) return { down: said.reason, answered };
      const trouble = { by: 'solver', what: said.trouble, reason: said.reason } as const;
      attempts.push({ accepted: false, ms: took(), trouble });
      continue;
    }
    answered += 1;
    const verdict = await judge(guards, said.answer, task, signal);
    attempts.push({
      accepted: verdict.passed,
      ms: took(),
      ...(said.cut ? { cut: true } : {}),
      ...troubleOf(verdict),
      ...(keep ? { answer: keep(said.answer), feedback: keep(verdict.feedback) } : {}),
    });
    if (verdict.passed) return { record: recordOf(true), answered };
    if (verdict.fatal) return { record: recordOf(false), answered, fatal: { guard: verdict.guard ?? '' } };
    // An answer that never came is nothing that the next attempt could do better.
    earlier.push({
      item_id: `${task.id}:${sample}:${attempt}`,
      ...toldAs(said.answer, verdict.feedback),
    });
  }
  return { record: recordOf(false), answered };
}

const troubleOf = ({ trouble, guard = '' }: Judged): Pick<AttemptRecord, 'trouble'> =>
  trouble ? { trouble: { by: 'guard', what: trouble, reason: guard } } : {};
