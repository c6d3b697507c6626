/** The examples of one run. */

import { isCheck, mainCommand } from '../../learners/commands/commands.ts';
import { contradictionIn } from '../../learners/contradiction.ts';
import type { Failure } from '../../learners/failures.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import type { Step, Trajectory } from '../../types.ts';
import { attributeSimple, keySteps } from '../credit/simple.ts';
import { failuresOf } from '../errors/fixes.ts';
import { reachedBy } from './reached.ts';
import type { TrainingData, TrainingOptions } from './training-data.ts';
import { isVerified, judgeOf } from './verdict.ts';

/**
 * Weights of seed 001: the whole way 2.0, a key step 1.5, an error 1.0. A way to a sub-goal weighs as little as an error:
 * half of what a task that was solved does, and no seed names it.
 */
export const WEIGHTS = { sampling: 2.0, refinement: 1.5, error: 1.0, relabelled: 1.0 };

/** Why a run or an example is missing. */
export type LeftOut =
  | 'no_steps'
  | 'unknown_outcome'
  | 'contradictory_outcome'
  | 'nothing_worked'
  | 'reads_like_orders'
  | 'more_errors';

/** Steps of context before a step; how many were left out before them is said in the text. */
const MOST_CONTEXT = 100;
/** Errors of one run: the first ones; a run that fails a thousand times fails for few reasons. */
const MOST_ERRORS = 20;

interface Told {
  input: string;
  steps: Step[];
  /** Each step as it was done. */
  done: string[];
  failures: (Failure | undefined)[];
  /** Steps whose action gives a model orders: nothing to imitate, and no context. */
  orders: boolean[];
}

export async function examplesOf(trajectory: Trajectory, options: TrainingOptions): Promise<TrainingData> {
  const data: TrainingData = { sampling: [], refinement: [], error: [], relabelled: [], left_out: {} };
  const { task, steps, outcome } = trajectory;
  const without = (why: LeftOut, count = 1) => {
    if (count > 0) data.left_out[why] = (data.left_out[why] ?? 0) + count;
    return data;
  };
  if (steps.length === 0) return without('no_steps');
  if (outcome.success === null) return without('unknown_outcome');
  if (contradictionIn(outcome) !== undefined) return without('contradictory_outcome');
  if (isInstructionLike(task.description)) return without('reads_like_orders');
  const done = steps.map(doneIn);
  const told: Told = {
    input: inputOf(task.description, task.domain),
    steps,
    done,
    failures: failuresOf(steps),
    orders: done.map(isInstructionLike),
  };
  const from = {
    trajectory: trajectory.id,
    verified: isVerified(outcome),
    source: judgeOf(outcome),
    ...(outcome.score === undefined ? {} : { score: outcome.score }),
  };
  const keys = options.keyStepsOf?.(trajectory) ?? keySteps(attributeSimple(trajectory));
  without('reads_like_orders', told.orders.filter(Boolean).length);
  if (outcome.success) {
    const output = way(told, steps.length);
    if (output === '') return without('nothing_worked');
    data.sampling.push({ ...from, input: told.input, output, weight: WEIGHTS.sampling });
    for (const step of keys) {
      const action = done[step];
      if (!action || told.failures[step] || told.orders[step]) continue;
      const input = withContext(told, told.input, step);
      data.refinement.push({ ...from, input, output: action, step, weight: WEIGHTS.refinement });
    }
    return data;
  }
  const failed = told.failures.flatMap((failure, i) => (failure && !told.orders[i] ? [i] : []));
  // Where no step shows an error the blame is somebody's opinion; it is all there is to say what not to do.
  const wrong = failed.length > 0 ? failed : keys.filter((step) => !told.orders[step]);
  without('more_errors', wrong.length - MOST_ERRORS);
  for (const step of wrong.slice(0, MOST_ERRORS)) {
    const rejected = done[step];
    if (!rejected) continue;
    const error = errorOf(told.failures[step]?.messages[0] ?? outcome.error);
    data.error.push({
      ...from,
      input: withContext(told, told.input, step),
      rejected,
      ...(error ? { error } : {}),
      step,
      ...(isTest(steps[step]) ? { check: true } : {}),
      weight: WEIGHTS.error,
    });
  }
  for (const reached of reachedBy(trajectory, told.failures)) {
    const output = way(told, reached.step + 1);
    if (output === '') continue;
    data.relabelled.push({
      ...from,
      input: inputOf(reached.goal, task.domain),
      output,
      step: reached.step,
      by: reached.by,
      verified: (await options.confirm?.(reached, trajectory)) === true,
      source: reached.by === 'exit_code' ? 'exit_code' : from.source,
      weight: WEIGHTS.relabelled,
    });
  }
  return data;
}

const inputOf = (goal: string, domain: string | undefined): string =>
  domain ? `${goal}\n\nDomain: ${domain}` : goal;

/** A test, a linter or a check by its name, and not just any program that may fail. */
function isTest(step: Step | undefined): boolean {
  const command = step && mainCommand(step);
  return command !== undefined && isCheck(command) && TESTS.test(command.text.slice(0, LONGEST_LOOK));
}
const TESTS =
  /(?:^|[^a-z])(?:tests?|specs?|lint|check|verify|pytest|vitest|jest|mocha|tsc|mypy|ruff|eslint)(?:[^a-z]|$)/iu;
const LONGEST_LOOK = 300;

const errorOf = (message: string | undefined): string | undefined =>
  message === undefined || isInstructionLike(message) ? undefined : message;

/** A step as it was done: its action, and its arguments where the action does not say them all. */
function doneIn({ action, args = {} }: Step): string {
  const words = action.split(/\s+/u).filter((word) => word.length > 2);
  // An importer may have shortened a path to its end.
  const isSaid = (value: unknown) =>
    typeof value === 'string' &&
    (action.includes(value) || (value.length < 300 && words.some((word) => value.endsWith(`/${word}`))));
  const unsaid = Object.values(args).some((value) => !isSaid(value));
  return `${action.trim()}${unsaid && !saysAll(action, args) ? ` ${JSON.stringify(args)}` : ''}`.trim();
}

/** `tool({…})`, as most importers write a call. */
const saysAll = (action: string, args: object): boolean => action.includes(JSON.stringify(args));

/** What was done before `end` and did not fail: errors are never a target. */
const way = ({ steps, done, failures, orders }: Told, end: number): string =>
  steps
    .slice(0, end)
    .flatMap((_, i) => (failures[i] || orders[i] ? [] : (done[i] ?? [])))
    .filter((each) => each !== '')
    .join('\n');

/** The goal and what was done so far, failed steps included and named so: they are what the next step answers. */
function withContext({ done, failures, orders }: Told, goal: string, end: number): string {
  const start = Math.max(0, end - MOST_CONTEXT);
  const before = done.slice(start, end).flatMap((each, i) => {
    if (orders[start + i] || each === '') return [];
    return [failures[start + i] ? `${each}  [failed]` : each];
  });
  const skipped = start > 0 ? [`[${start} earlier steps]`] : [];
  return [goal, ...skipped, ...before].join('\n');
}
