/** Solvers: what answers a task. */
import type { Trouble } from './guard.ts';

export interface SolverAsked {
  /** By the template of training (examples/prompt.ts). */
  prompt: string;
  task: string;
  /** From 0. */
  sample: number;
  /** From 1. */
  attempt: number;
  /** 31 bits that follow from the seed of the evaluation, the task, the sample and the attempt. */
  seed: number;
  signal: AbortSignal;
}

export type Answered =
  | { answer: string /** It reached its longest and was cut there. */; cut?: true | undefined }
  | {
      trouble: Trouble;
      /** In words of our own. */
      reason: string;
      /** Nobody is there: that says nothing of how well it solves. */
      down?: true | undefined;
    };

export type SolveFunction = (asked: SolverAsked) => Promise<string>;

export interface Solver {
  name: string;
  /** What decides its answers, for the report. */
  settings: Record<string, string | number | boolean | null>;
  /** @throws the signal's reason, and a KnowhowError where it cannot be asked at all. */
  solve: (asked: SolverAsked) => Promise<Answered>;
  /** What the report should say besides, after all. */
  remarks?: () => string[];
}

/** A function of the caller's own. What it throws is a failed attempt. */
export const solverOfFunction = (name: string, solve: SolveFunction, timeoutMs: number): Solver => ({
  name,
  settings: { kind: 'function', timeout_ms: timeoutMs },
  async solve(asked) {
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([asked.signal, late]);
    const over = new AbortController();
    try {
      const answer = await Promise.race([
        solve({ ...asked, signal }),
        new Promise<never>((_, fail) => {
          signal.addEventListener('abort', () => fail(signal.reason), { signal: over.signal, once: true });
        }),
      ]);
      if (typeof answer === 'string') return { answer };
      return { trouble: 'unusable', reason: 'its answer is no text' };
    } catch {
      asked.signal.throwIfAborted();
      if (late.aborted) return { trouble: 'timeout', reason: `no answer within ${timeoutMs} ms` };
      return { trouble: 'crashed', reason: 'it threw an error' };
    } finally {
      over.abort();
    }
  },
});
