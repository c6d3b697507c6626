/** What a wording may lean on: the tasks and the acts of the runs behind a record, never what a program printed. */

import { failureOf } from '../../learners/failures.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import type { Trajectory } from '../../types.ts';

/** Runs of a record that are shown. */
export const MOST_SOURCES = 3;
const MOST_STEPS = 30;
const LONGEST_ACT = 200;

export interface Material {
  /** What was asked, in words that anybody may have written: good for saying when, never for what to do. */
  tasks: string[];
  /** What was done, one text a run; without what failed. */
  acts: string[];
}

export function materialOf(runs: Trajectory[]): Material {
  const shown = runs.slice(0, MOST_SOURCES);
  const done = ({ steps }: Trajectory) =>
    steps.slice(0, MOST_STEPS).flatMap((step) => (failureOf(step) ? [] : step.action.slice(0, LONGEST_ACT)));
  return {
    tasks: shown.map(({ task }) => task.description),
    acts: shown.map((run) => done(run).join('\n')),
  };
}

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
