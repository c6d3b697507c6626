/** Every sample of every task, some at a time, until all have an end or going on makes no sense. */

import type { KnowhowError } from '../../errors.ts';
import { trainingError } from '../codes.ts';
import type { Guards } from './guards.ts';
import type { EvaluationReport, SampleRecord } from './report.ts';
import { sampleOnce } from './sample.ts';
import type { Solver } from './solver.ts';
import type { EvaluationTask } from './task.ts';

export interface Running {
  tasks: EvaluationTask[];
  solver: Solver;
  guards: Guards;
  samples: number;
  cap: number;
  seed: number;
  concurrency: number;
  keep: ((text: string) => string) | undefined;
  /** Those an earlier process ended. */
  finished: SampleRecord[];
  take: (record: SampleRecord) => Promise<void>;
  signal: AbortSignal | undefined;
  progress: ((done: number, total: number) => void) | undefined;
}

export interface Stopped {
  error: KnowhowError;
  said: NonNullable<EvaluationReport['stopped']>;
}

/** Attempts without an answer, when there never was one, after which nobody is waited for any longer. */
const SILENT = 6;
/** Samples in a row to which the solver was not there, when it was there before. */
const GONE = 5;

/** How many samples the solver was not there for, and why it came to no end, if so. @throws the signal's reason. */
export async function runAll(running: Running): Promise<{ unanswered: number; stopped?: Stopped }> {
  const { tasks, guards, samples, finished, take, progress } = running;
  const known = new Set(finished.map(({ task, sample }) => `${sample} ${task}`));
  // One sample of every task before the second of any: whatever is there when it ends early is of all tasks.
  const open = Array.from({ length: samples }, (_, sample) => tasks.map((task) => ({ task, sample }))).flat();
  const waiting = open.filter(({ task, sample }) => !known.has(`${sample} ${task.id}`));
  const total = open.length;
  let done = total - waiting.length;
  let unanswered = 0;
  let gone = 0;
  let stopped: Stopped | undefined;
  let broke: { error: unknown } | undefined;
  const stop = new AbortController();
  const end = (
    code: 'E7402' | 'E7403',
    particular: string | undefined,
    said: Omit<Stopped['said'], 'code'>,
  ) => {
    stopped ??= { error: trainingError(code, particular), said: { code, ...said } };
    stop.abort();
  };
  const solver = watched(running.solver, finished, (reason) => end('E7403', reason, { reason }));
  const signal = running.signal ? AbortSignal.any([running.signal, stop.signal]) : stop.signal;
  const { cap, seed, keep } = running;

  const work = async () => {
    for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) {
      const { task, sample } = next;
      const sampled = await sampleOnce(task, sample, {
        solver,
        guards: guards.of(task),
        cap,
        seed,
        keep,
        signal,
      });
      if ('down' in sampled) {
        unanswered += 1;
        gone += 1;
        if (gone >= GONE) end('E7403', `Why: ${sampled.down}.`, { reason: sampled.down });
      } else if (sampled.fatal) {
        end('E7402', undefined, { task: task.id, guard: sampled.fatal.guard });
      } else {
        gone = 0;
        await take(sampled.record);
      }
      done += 1;
      progress?.(done, total);
    }
  };
  progress?.(done, total);
  const workers = Array.from({ length: Math.min(running.concurrency, Math.max(1, waiting.length)) }, () =>
    work().catch((error: unknown) => {
      // The others end too; the first to break says why.
      if (!stop.signal.aborted) broke = { error };
      stop.abort();
    }),
  );
  await Promise.all(workers);
  running.signal?.throwIfAborted();
  if (broke) throw broke.error;
  return stopped ? { unanswered, stopped } : { unanswered };
}

/** The solver, watched for whether it ever answers. */
function watched(solver: Solver, finished: SampleRecord[], silent: (reason: string) => void): Solver {
  let answered = finished.some(({ attempts }) => attempts.some(({ trouble }) => trouble?.by !== 'solver'));
  let misses = 0;
  return {
    ...solver,
    async solve(asked) {
      const said = await solver.solve(asked);
      if ('answer' in said) answered = true;
      else if (!answered) {
        misses += 1;
        if (misses >= SILENT) silent(`${misses} attempts brought nothing: ${said.reason}.`);
      }
      return said;
    },
  };
}
