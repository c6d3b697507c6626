/**
 * What a failed run reached all the same (hindsight relabelling, Andrychowicz et al. 2017, arXiv:1707.01495): a failure at
 * one goal is an example for the goal that was in fact reached. Here: a check that passed at the end of some work, by its
 * exit code, and a score above nothing. Neither was the task, so neither is called a success until a verifier says so.
 */

import { type Command, commandKey, commandsOf, isCheck, isNote } from '../../learners/commands/commands.ts';
import type { Failure } from '../../learners/failures.ts';
import type { Step, Trajectory } from '../../types.ts';
import { commandText, isActing } from '../acts/acts.ts';

/** A sub-goal, and the steps that led to it. */
export interface Reached {
  goal: string;
  by: 'exit_code' | 'score';
  /** The last step of the way, 0-based. */
  step: number;
  /** The check as it was run, for a verifier to run again. */
  check?: string;
  /** Score of the whole run, 0..1, where it has one. */
  score?: number;
}

/** Goals of one run: the last that were reached say most. */
const MOST_REACHED = 5;

/** @param failures failuresOf() the steps. */
export function reachedBy(
  { task, steps, outcome }: Pick<Trajectory, 'task' | 'steps' | 'outcome'>,
  failures: (Failure | undefined)[],
): Reached[] {
  if (outcome.success !== false) return [];
  const score = outcome.score === undefined ? {} : { score: outcome.score };
  const passed = new Map<string, Reached>();
  const worked = new Set<string>();
  let acted = false;
  for (const [step, each] of steps.entries()) {
    const check = checkOf(each);
    const key = check && commandKey(check);
    if (check && key !== undefined && each.exit_code === 0 && failures[step] === undefined) {
      // What passed before anything was done, or stays as it was, is no achievement.
      if (acted || worked.has(key)) {
        passed.delete(key);
        passed.set(key, { goal: goalOf(check), by: 'exit_code', step, check: check.text, ...score });
        worked.add(key);
      }
      continue;
    }
    if (key !== undefined && failures[step]) passed.delete(key);
    acted ||= failures[step] === undefined && commandsOf(each).some((command) => isActing(command));
  }
  const reached = [...passed.values()].slice(-MOST_REACHED);
  // A last word, that it gives up or is done, was no part of what earned the score.
  const end = steps.findLastIndex((step) => commandsOf(step).some((command) => !isNote(command)));
  if (outcome.score !== undefined && outcome.score > 0 && outcome.score < 1 && end >= 0) {
    const goal = `${task.description}\n\nReach a score of ${outcome.score}.`;
    reached.push({ goal, by: 'score', step: end, ...score });
  }
  return reached;
}

const goalOf = (check: Command): string => `Make ${commandText(check)} pass.`;

/** The last check of a step whose exit code is its own: nothing after it, no pipe. */
function checkOf(step: Step): Command | undefined {
  const last = commandsOf(step).at(-1);
  return last && last.joint !== '|' && isCheck(last) && ENOUGH.test(last.name) ? last : undefined;
}

/** Running one's own program proves that it runs; a test, a build or a linter says that something holds. */
const ENOUGH = /^(?!(?:node|python[\d.]*|ruby|perl|php|deno|bun|npx \S+|make (?:dist)?clean|make install)$)/u;
