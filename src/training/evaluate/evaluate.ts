/**
 * Counts what a solver needs: E[retries], the rejected attempts before one is accepted (seed 004), by really trying again up
 * to a cap, with the prompts that training uses.
 */
import type { Context } from '../../context.ts';
import { KnowhowError } from '../../errors.ts';
import { removeStale } from '../../exec/left-over.ts';
import { cleanText } from '../../text.ts';
import type { DatasetVersion } from '../../types.ts';
import { trainingError } from '../codes.ts';
import { figuresOf } from './figures.ts';
import type { Guard } from './guard.ts';
import { openGuards } from './guards.ts';
import { seenInTraining } from './held-out.ts';
import { openJournal } from './journal.ts';
import { EvaluationReport, type SampleRecord } from './report.ts';
import { runAll } from './run-all.ts';
import { templateHash } from './seeds.ts';
import { type SolveFunction, type Solver, solverOfFunction } from './solver.ts';
import { type EvaluationTask, type GuardSpec, LONGEST_MS } from './task.ts';
import { tasksHash } from './tasks.ts';
import { warningsOf } from './warnings.ts';

export interface EvaluateOptions {
  tasks: EvaluationTask[];
  solver: Solver | SolveFunction;
  /** For all tasks, after their own. */
  guards?: (GuardSpec | Guard)[] | undefined;
  /** Per task; default 5. */
  samples?: number | undefined;
  /** At most; default 3, so 4 attempts. */
  retries?: number | undefined;
  seed?: number | undefined;
  /** Samples under way at the same time; default 2. */
  concurrency?: number | undefined;
  /** For a guard, or a solver that is a function; default 30 s. */
  timeoutMs?: number | undefined;
  /** For a guard that is a command; default 1,024. */
  guardMemoryMb?: number | undefined;
  /** Tasks that were trained on are an error, or with `skipSeen` left out. */
  trainedOn?: DatasetVersion | undefined;
  skipSeen?: boolean | undefined;
  /** Where finished samples are kept until the report is there: an evaluation that was ended goes on from it. */
  journal?: string | undefined;
  /** The report holds answers and feedback, redacted, the first 2,000 characters. */
  keepAnswers?: boolean | undefined;
  signal?: AbortSignal | undefined;
  progress?: ((done: number, total: number) => void) | undefined;
}

const LONGEST_KEPT = 2_000;

/**
 * The journal stays: whoever has written the report down removes it.
 * @throws KnowhowError `E7400` without tasks, `E7401`, `E7404`, `E7406`, `E7500`; `E7402` where a guard says so and `E7403` where
 * the solver does not answer (`reportSoFar` of either); `E7407` where the journal is of another evaluation; the signal's reason.
 */
export async function evaluate(ctx: Context, options: EvaluateOptions): Promise<EvaluationReport> {
  const { samples = 5, retries: cap = 3, seed = 0, concurrency = 2 } = options;
  const { timeoutMs = 30_000, guardMemoryMb: memoryMb = 1_024 } = options;
  checkNumbers({ samples, retries: cap, seed, concurrency, timeoutMs, guardMemoryMb: memoryMb });
  const tasks = await heldOut(ctx, options);
  if (tasks.length === 0) throw trainingError('E7400');
  if (new Set(tasks.map(({ id }) => id)).size < tasks.length)
    throw trainingError('E7404', 'Two tasks have one id.');
  // What an evaluation that was killed left behind.
  await removeStale();
  const solver = named(options.solver, timeoutMs);
  const limits = { timeoutMs, memoryMb, startedIn: process.cwd() };
  const guards = await openGuards(tasks, options.guards ?? [], limits);
  try {
    const settings = {
      solver: { name: solver.name, settings: solver.settings },
      tasks_hash: hashOf(tasks, options.guards ?? []),
      template_hash: templateHash(),
      guards: { timeout_ms: timeoutMs, memory_mb: memoryMb },
      samples,
      cap,
      seed,
    };
    const journal =
      options.journal === undefined
        ? undefined
        : await openJournal(options.journal, [settings, options.keepAnswers === true]);
    try {
      const finished: SampleRecord[] = [...(journal?.finished ?? [])];
      const { unanswered, stopped } = await runAll({
        ...{ tasks, solver, guards, samples, cap, seed, concurrency, finished },
        keep: options.keepAnswers ? (text) => kept(ctx, text) : undefined,
        take: async (record) => {
          finished.push(record);
          await journal?.add(record);
        },
        signal: options.signal,
        progress: options.progress,
      });
      const report: EvaluationReport = {
        format: 'knowhow-evaluation',
        layout: 1,
        at: ctx.now().toISOString(),
        ...settings,
        tasks: tasks.length,
        unanswered,
        ...figuresOf(finished, cap, seed),
        warnings: [],
        ...(stopped ? { stopped: stopped.said } : {}),
      };
      report.warnings = [...warningsOf(report), ...(solver.remarks?.() ?? [])];
      if (stopped) throw withReport(stopped.error, report);
      if (finished.length === 0) throw withReport(trainingError('E7403'), report);
      return report;
    } finally {
      await journal?.close();
    }
  } finally {
    await guards.close();
  }
}

/** What was found before an evaluation was stopped. */
export function reportSoFar(error: unknown): EvaluationReport | undefined {
  return error instanceof KnowhowError ? EvaluationReport.safeParse(error.cause).data : undefined;
}

const withReport = ({ kind, code, message, hint }: KnowhowError, report: EvaluationReport): KnowhowError =>
  new KnowhowError(kind, code, message, hint, { cause: report });

async function heldOut(ctx: Context, options: EvaluateOptions): Promise<EvaluationTask[]> {
  const { tasks, trainedOn, skipSeen } = options;
  if (!trainedOn || tasks.length === 0) return tasks;
  const seen = await seenInTraining(ctx, trainedOn, tasks);
  if (seen.size > 0 && !skipSeen) throw trainingError('E7401', `${seen.size} of ${tasks.length} are.`);
  return tasks.filter(({ id }) => !seen.has(id));
}

/** Functions are told apart by their names alone. */
const hashOf = (tasks: EvaluationTask[], forAll: (GuardSpec | Guard)[]): string => {
  const guards = forAll.map((guard) => (typeof guard === 'function' ? { function: guard.name } : guard));
  return tasksHash(tasks, guards);
};

const named = (solver: Solver | SolveFunction, timeoutMs: number): Solver =>
  typeof solver === 'function' ? solverOfFunction(solver.name || 'function', solver, timeoutMs) : solver;

const kept = (ctx: Context, text: string): string =>
  ctx.redactor.redact(cleanText(text)).text.slice(0, LONGEST_KEPT).toWellFormed();

const BOUNDS = {
  samples: [1, 1_000],
  retries: [0, 100],
  seed: [0, 2 ** 31 - 1],
  concurrency: [1, 64],
  timeoutMs: [1, LONGEST_MS],
  guardMemoryMb: [1, 2 ** 31 - 1],
} as const;

function checkNumbers(numbers: Record<keyof typeof BOUNDS, number>): void {
  for (const [name, [least, most]] of Object.entries(BOUNDS)) {
    const number = numbers[name as keyof typeof BOUNDS];
    if (!Number.isInteger(number) || number < least || number > most)
      throw trainingError('E7500', `${name}: ${least} to ${most}.`);
  }
}
