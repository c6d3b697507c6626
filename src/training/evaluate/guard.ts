/** Guards: what says whether an answer is accepted. Whatever goes wrong with one is a refusal with its reason. */
import { KnowhowError } from '../../errors.ts';
import type { EvaluationTask, GuardSpec } from './task.ts';

/** What went wrong with a solver or a guard itself. */
export const TROUBLES = ['timeout', 'memory', 'output', 'processes', 'crashed', 'unusable'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface Verdict {
  passed: boolean;
  /** What the next attempt is told. */
  feedback: string;
  /** Going on makes no sense: the evaluation stops. */
  fatal?: boolean | undefined;
  /** The guard did not get to judge. */
  trouble?: Trouble | undefined;
}

/** Accepts or refuses an answer. The signal aborts when the evaluation is given up, or it took too long. */
export type Guard = (answer: string, task: EvaluationTask, signal: AbortSignal) => Promise<Verdict>;

export interface NamedGuard {
  name: string;
  check: Guard;
}

export const isCommand = (spec: GuardSpec): spec is Extract<GuardSpec, { command: string }> =>
  'command' in spec;

export interface Judged extends Verdict {
  /** The guard that refused. */
  guard?: string;
}

/** Functions come from callers whose types nobody checks. */
function verdictIn(said: unknown): Verdict {
  if (typeof said !== 'object' || said === null || typeof (said as Verdict).passed !== 'boolean')
    return { passed: false, feedback: 'The check gave no verdict.', trouble: 'unusable' };
  const { feedback } = said as Verdict;
  return { ...(said as Verdict), feedback: typeof feedback === 'string' ? feedback : '' };
}

/**
 * One after the other; the first that refuses decides.
 * @throws the signal's reason, and a KnowhowError of kind `operator` where commands cannot be run here.
 */
export async function judge(
  guards: NamedGuard[],
  answer: string,
  task: EvaluationTask,
  signal: AbortSignal,
): Promise<Judged> {
  for (const { name, check } of guards) {
    const verdict = await check(answer, task, signal)
      .then(verdictIn)
      .catch((error: unknown): Verdict => {
        signal.throwIfAborted();
        // The machine gave out, not the guard: no disk, no shell.
        if (error instanceof KnowhowError && error.kind === 'operator') throw error;
        return { passed: false, feedback: 'The check broke.', trouble: 'crashed' };
      });
    if (verdict.passed !== true || verdict.fatal || verdict.trouble)
      return { ...verdict, passed: false, guard: name };
  }
  return { passed: true, feedback: '' };
}

/** A function of the caller's own, with an end to its time. It is told to stop; whether it does is its own affair. */
export const guardOfFunction =
  (check: Guard, timeoutMs: number): Guard =>
  async (answer, task, signal) => {
    const late = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, late]);
    const over = new AbortController();
    try {
      return await Promise.race([
        check(answer, task, either),
        new Promise<never>((_, fail) => {
          either.addEventListener('abort', () => fail(either.reason), { signal: over.signal, once: true });
        }),
      ]);
    } catch (error) {
      signal.throwIfAborted();
      if (!late.aborted) throw error;
      return { passed: false, feedback: tooLate(timeoutMs), trouble: 'timeout' };
    } finally {
      over.abort();
    }
  };

export const tooLate = (ms: number): string => `The check took longer than ${ms} ms.`;
