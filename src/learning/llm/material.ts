/** What a wording may lean on: the tasks and the acts of the runs behind a record, never what a program printed. */
import { isInstructionLike } from '../../learners/instructions.ts';
import type { Trajectory } from '../../types.ts';
import { failureOf } from '../errors/failures.ts';

/** Runs of a record that are shown. */
export const MOST_SOURCES = 3;
const MOST_STEPS = 30;
const LONGEST_ACT = 200;

/** One text a run. */
export const materialOf = (runs: Trajectory[]): string[] =>
  runs
    .slice(0, MOST_SOURCES)
    .map(({ task, steps }) =>
      [
        task.description,
        ...steps.slice(0, MOST_STEPS).map(({ action }) => action.slice(0, LONGEST_ACT)),
      ].join('\n'),
    );

const MOST_SIGNS = 6;
const LONGEST_SIGN = 200;

/** Errors that the runs met, each once, in their order; none that reads like an order to a model. */
export function signsOf(runs: Trajectory[]): string[] {
  const met = runs
    .slice(0, MOST_SOURCES)
    .flatMap(({ steps }) => steps.slice(0, MOST_STEPS).flatMap((step) => failureOf(step)?.messages[0] ?? []))
    .map((message) => message.slice(0, LONGEST_SIGN));
  return [...new Set(met)].filter((message) => !isInstructionLike(message)).slice(0, MOST_SIGNS);
}
