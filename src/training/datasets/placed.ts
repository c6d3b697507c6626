/** Where each example goes, once it is chosen: with its task, unless it would give away there what is held out above it. */
import type { Context } from '../../context.ts';
import type { DatasetSettings, EarlierAttempt, Split } from '../../types.ts';
import type { Row } from './as-version.ts';
import type { Candidate, Choice } from './choose.ts';
import { RANK } from './groups.ts';
import { intoSplits } from './into-splits.ts';
import type { Slot } from './spool.ts';

/** A candidate and the runs that its prompt tells of. */
export interface Quoting extends Candidate {
  quotes: string[];
  slot: Slot;
}

export const quotesOf = ({ attempts }: { attempts: EarlierAttempt[] }): string[] =>
  attempts.map(({ item_id }) => item_id);

export type TaskOf = (run: string) => string | undefined;

/** Tells the task of a run: of this store, else of the examples, which in a shared place may be another's. */
export async function taskOfRuns({ memory }: Context, candidates: Quoting[]): Promise<TaskOf> {
  if (candidates.every(({ quotes }) => quotes.length === 0)) return () => undefined;
  const keys = await memory.trajectories.cells('task_key');
  for (const { sketch } of candidates) keys.set(sketch.item_id, sketch.task_key);
  return (run) => keys.get(run);
}

/** The split of every task. Examples that would give away what is held out lose their place. */
export function placed(
  candidates: Quoting[],
  choices: Choice[],
  settings: DatasetSettings,
  { fixed, taskOf }: { fixed: ReadonlyMap<string, Split>; taskOf: TaskOf },
): Map<string, Split> {
  const isIn = (nth: number) => choices[nth]?.fate === 'in';
  const quotes = new Map<string, Set<string>>();
  for (const [nth, { sketch, quotes: runs }] of candidates.entries())
    for (const other of isIn(nth) ? runs.map(taskOf) : [])
      if (other !== undefined && other !== sketch.task_key) {
        const others = quotes.get(sketch.task_key) ?? new Set();
        quotes.set(sketch.task_key, others.add(other));
      }
  const { tasks, left_out } = intoSplits(
    candidates.filter((_, nth) => isIn(nth)).map(({ sketch }) => sketch),
    settings,
    fixed,
    quotes,
  );
  const splitOf = (task: string | undefined) =>
    task === undefined ? undefined : (tasks.get(task) ?? fixed.get(task));
  for (const [nth, { sketch, quotes: runs }] of candidates.entries()) {
    const choice = choices[nth];
    if (choice?.fate !== 'in') continue;
    const split = tasks.get(sketch.task_key);
    if (left_out.has(sketch.task_key) || tellsOfHigher(runs, split, (run) => splitOf(taskOf(run))))
      choice.fate = 'like_held_out';
  }
  return tasks;
}

/** Whether one of these runs is an attempt at a task that is held out above `split`. */
export const tellsOfHigher = (
  runs: string[],
  split: Split | undefined,
  splitOf: (run: string) => Split | undefined,
): boolean =>
  split !== undefined &&
  runs.some((run) => {
    const other = splitOf(run);
    return other !== undefined && RANK[other] > RANK[split];
  });

/** The candidates that are in, as rows. */
export const rowsAmong = (
  candidates: Quoting[],
  choices: Choice[],
  tasks: ReadonlyMap<string, Split>,
): Row[] =>
  candidates.flatMap(({ sketch, slot, judgement: before }, nth) => {
    const { fate, judgement } = choices[nth] as Choice;
    const split = tasks.get(sketch.task_key);
    if (fate !== 'in' || split === undefined) return [];
    return [{ sketch, slot, split, judgement, kept: before !== undefined }];
  });
