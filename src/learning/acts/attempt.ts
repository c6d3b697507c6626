/** What comparisons need to know of a run, made once from the run alone. */

import { commandsOf, isCheck, mainCommand } from '../../learners/commands/commands.ts';
import { contentId } from '../../learners/content-id.ts';
import type { Failure } from '../../learners/failures.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import { perObject } from '../../learners/per-object.ts';
import { templateOf } from '../../learners/template.ts';
import { topics } from '../../learners/words.ts';
import { attemptId, taskKey } from '../../memory/memory.ts';
import type { Attempt, Trajectory } from '../../types.ts';
import { failuresOf } from '../errors/fixes.ts';
import { shorten } from './acts.ts';
import { doingsOf } from './features.ts';
import { literalsOf } from './literals.ts';
import { namedIn } from './plain-features.ts';
import { routeActs } from './route-acts.ts';
import { taskInShort } from './task-in-short.ts';

/** Raised whenever the rules of this folder change what they say of a run. */
export const ATTEMPT_FORM = 1;
const LONGEST_TASK = 300;
const LOOKED_AT = 2_000;
const MOST_TOPICS = 80;
const MOST_MET = 60;
const MOST_CHECKS = 200;
const MOST_ROUTE = 60;
const MOST_LITERALS = 20;

/** The attempt that a run was at its task. The same run gives the same attempt. */
export const attemptOf = perObject(toAttempt);

function toAttempt(run: Trajectory): Attempt {
  const { id, at, project, trust, task, steps, outcome, parent } = run;
  const failures = failuresOf(steps);
  const met = metBy(failures);
  const end = met.at(-1)?.template;
  const last_error = lastError(end, outcome.error);
  const route = routeActs(steps, failures, namedIn(task.description.slice(0, LOOKED_AT))).slice(-MOST_ROUTE);
  return {
    id: attemptId(id),
    at,
    project,
    derived_from: [id],
    trust,
    form: ATTEMPT_FORM,
    trajectory: id,
    task_key: taskKey(project, task),
    ...(parent === undefined ? {} : { parent }),
    task: taskInShort(task.description, LONGEST_TASK),
    ...(task.domain === undefined ? {} : { domain: shorten(task.domain, 60) }),
    topics: [...topics(task.description.slice(0, LOOKED_AT))].slice(0, MOST_TOPICS),
    success: outcome.success,
    ...doingsOf(run),
    met: firstOfEach(met).slice(0, MOST_MET),
    checks: checksOf(steps),
    route,
    literals: route.length === 0 ? {} : someOf(literalsOf(task.description)),
    way: contentId('way', [wayOf(steps, failures)]),
    ...(end === undefined ? {} : { end }),
    ...(last_error === undefined ? {} : { last_error }),
  };
}

/** The last error that a run met, its private literals masked; else what it said of its failure. In short. */
export const lastErrorOf = ({ steps, outcome }: Trajectory): string | undefined =>
  lastError(metBy(failuresOf(steps)).at(-1)?.template, outcome.error);

function lastError(met: string | undefined, said: string | undefined): string | undefined {
  const message = met ?? (said === undefined ? undefined : shorten(said, 600));
  return message === undefined || isInstructionLike(message) ? undefined : shorten(message, 120);
}

/** The first message of every failing step, its private literals masked. */
const metBy = (failures: (Failure | undefined)[]): Attempt['met'] =>
  failures.flatMap((failure, step) => {
    const [message] = failure?.messages ?? [];
    return message === undefined ? [] : [{ step, template: templateOf(message).template }];
  });

function firstOfEach(met: Attempt['met']): Attempt['met'] {
  const seen = new Set<string>();
  return met.filter(({ template }) => !seen.has(template) && seen.add(template));
}

/** The first check of each step, in short. */
const checksOf = (steps: Trajectory['steps']): Attempt['checks'] =>
  steps
    .flatMap((step, i) => {
      const check = commandsOf(step).find((command) => isCheck(command) && command.joint !== '|');
      return check ? [{ step: i, text: shorten(check.text) }] : [];
    })
    .slice(0, MOST_CHECKS);

/** The way a run took: the commands and tools that did not fail. */
function wayOf(steps: Trajectory['steps'], failures: (Failure | undefined)[]): string[] {
  const names = steps.flatMap((step, i) => (failures[i] ? [] : (mainCommand(step)?.name ?? step.tool ?? [])));
  return [...new Set(names)].sort();
}

const someOf = (literals: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(literals).slice(0, MOST_LITERALS));
