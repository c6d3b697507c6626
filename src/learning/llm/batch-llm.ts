/**
 * What a language model may do in one piece of work. A batch may have taken thousands of runs: rules analyse all of them,
 * the model then has its say about the most telling ones, as far as the budget goes, and the result says how many were
 * left to the rules.
 */
import type { Context } from '../../context.ts';
import { type Budget, charging, openBudget, spendingText } from '../../llm/budget.ts';
import { experienceId } from '../../memory/memory.ts';
import type { Trajectory } from '../../types.ts';
import type { TrajectoryAnalyzer } from '../analyzer.ts';
import { experienceOf } from '../experience.ts';
import type { AbstractionExtractor } from '../extractor.ts';
import { isRefined, mostTelling, type Telling } from './telling.ts';

/** The context of one batch or one recorded run: its questions are charged to a budget of its own. */
export interface LlmRun {
  ctx: Context;
  /** Absent where no model is configured. */
  budget: Budget | undefined;
}

/** Of the calls of a batch, this share goes to runs; the rest is kept for strategies and code concepts. */
const SHARE_OF_RUNS = 2 / 3;
/** Credit and abstractability. */
const CALLS_PER_RUN = 2;
const RUNS_AT_ONCE = 4;

/** Opens the budget of one recorded run (`max_tokens_per_run`), or of one batch (also `max_calls_per_batch`). */
export function openLlmRun(ctx: Context, kind: 'run' | 'batch'): LlmRun {
  const { llm, config } = ctx;
  if (!llm) return { ctx, budget: undefined };
  const { max_tokens_per_run: cap = 200_000, max_calls_per_batch = 60 } = config.llm ?? {};
  const most_calls = kind === 'batch' ? max_calls_per_batch : Number.POSITIVE_INFINITY;
  const budget = openBudget(kind === 'batch' ? 'this batch' : 'this run', { cap, most_calls });
  return { ctx: { ...ctx, llm: charging(llm, budget) }, budget };
}

/** The context without a model, and without asking for one: what looks at every run. */
export function rulesOnly(ctx: Context): Context {
  const { credit_strategy, ...learning } = ctx.config.learning;
  const asked = credit_strategy === 'llm' ? learning : ctx.config.learning;
  return { ...ctx, llm: undefined, config: { ...ctx.config, learning: asked } };
}

/** The parts of a pipeline that a model is asked through. */
export interface Asking {
  analyzer: TrajectoryAnalyzer;
  extractor: AbstractionExtractor;
}

export interface Refined {
  /** Runs that a model had its say about, in this batch or before. */
  refined: number;
  /** Runs that rules alone judged although something could have been asked. */
  left: number;
}

/**
 * Asks about the most telling of these runs, which rules have analysed, and writes what the model said over it. A run
 * whose answer cannot be used keeps what the rules found. Those that were refined before are not asked about again,
 * unless all is to be done `anew`. Ends when its share of the calls is used up, or when `isOver` says so.
 */
export async function refineTelling(
  { ctx, budget }: LlmRun,
  { analyzer, extractor }: Asking,
  runs: Telling[],
  {
    signal,
    isOver,
    anew = false,
  }: { signal?: AbortSignal | undefined; isOver?: () => boolean; anew?: boolean } = {},
): Promise<Refined> {
  if (!budget) return { refined: 0, left: 0 };
  const askable = runs.filter(({ score }) => score > 0).length;
  const calls = budget.most_calls * SHARE_OF_RUNS;
  const chosen = mostTelling(runs, Math.min(askable, Math.floor(calls / CALLS_PER_RUN)));
  let refined = 0;
  for (let i = 0; i < chosen.length; i += RUNS_AT_ONCE) {
    signal?.throwIfAborted();
    if (budget.usage.calls >= calls || isOver?.()) break;
    const page = await ctx.memory.trajectories.getMany(chosen.slice(i, i + RUNS_AT_ONCE));
    const known = new Map(
      (await ctx.memory.experiences.getMany(page.map(({ id }) => experienceId(id)))).map((each) => [
        each.trajectory,
        each,
      ]),
    );
    const asked = page.filter((run) => anew || !isRefined(known.get(run.id), run));
    refined += page.length - asked.length;
    refined += await refineRuns(ctx, { analyzer, extractor }, asked, signal);
  }
  return { refined, left: askable - refined };
}

/** Each is written as soon as it is whole: a batch that is stopped halfway leaves whole experiences and nothing else. */
async function refineRuns(
  ctx: Context,
  { analyzer, extractor }: Asking,
  runs: Trajectory[],
  signal?: AbortSignal,
): Promise<number> {
  const answered = await Promise.all(
    runs.map(async (run) => {
      const analysis = await analyzer.analyze(run, signal);
      // Nothing came back for the first question: the second is not worth its wait.
      if (analysis.method !== 'llm') return 0;
      const abstractability = await extractor.isAbstractable(run, signal);
      await ctx.memory.experiences.put([experienceOf(ctx, run, analysis, abstractability)]);
      return 1;
    }),
  );
  return answered.reduce<number>((sum, each) => sum + each, 0);
}

/** What the batch's result says of the model; empty where none is configured. */
export function llmNotes({ budget }: LlmRun, { refined, left }: Refined): string[] {
  if (!budget) return [];
  const runs =
    refined + left > 0
      ? [`language model: ${refined} ${refined === 1 ? 'run' : 'runs'} refined, ${left} left to heuristics`]
      : [];
  return [...runs, ...[spendingText(budget)].flatMap((text) => text ?? [])];
}
