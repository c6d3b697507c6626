/** Routes: what worked at one task, told as a strategy. */
import { contentId } from '../../learners/content-id.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import { templateOf } from '../../learners/template.ts';
import { leastTrust, SUSPECT_TRUST } from '../../learners/trust.ts';
import type { Parameter, Strategy, Trajectory } from '../../types.ts';
import { actsOf, shorten } from '../acts/acts.ts';
import { mainCommand } from '../acts/commands.ts';
import { literalsOf } from '../acts/literals.ts';
import { failuresOf, generalize } from '../errors/fixes.ts';
import { guardStrategy } from '../guard.ts';
import type { Attempted } from './contrast.ts';
import { isJudged, MOST_FROM, mostFrequent, seenAt, taskInShort } from './telling.ts';

const MOST_ACTS = 4;

/**
 * What worked at one task: the acts of its shortest well-judged success, literals of the task as parameters. One
 * strategy a task; undefined without a success that can be told in acts.
 */
export function routeOf(attempts: Attempted[], at: string): Strategy | undefined {
  const successes = attempts
    .filter(({ trajectory }) => trajectory.outcome.success === true)
    .map((attempt) => ({ attempt, acts: routeActs(attempt.trajectory) }))
    .filter(({ acts }) => acts.length > 0)
    .sort(
      (a, b) =>
        b.attempt.trajectory.trust - a.attempt.trajectory.trust ||
        a.acts.length - b.acts.length ||
        (a.attempt.trajectory.id < b.attempt.trajectory.id ? -1 : 1),
    );
  const best = successes[0];
  if (!best) return undefined;
  const { trajectory, taskKey } = best.attempt;
  const values = literalsOf(trajectory.task.description);
  // An act may quote what the run read: orders in it are nobody's advice.
  const harmless = best.acts.filter((act) => !isInstructionLike(act));
  const acts = harmless.slice(-MOST_ACTS);
  // Looking things up, or running what the task asked for, is no way to get there.
  if (acts.every((act) => LOOKUP.test(act))) return undefined; // Also when no act is left.
  if (acts.every((act) => /^`[\w.]+ \{file(?:_\d+)?\}`$/u.test(generalize(act, values)))) return undefined;
  const same = attempts.filter((attempt) => {
    const theirs = new Set(routeActs(attempt.trajectory));
    return attempt.trajectory.outcome.success !== null && acts.every((act) => theirs.has(act));
  });
  const worked = same.filter((attempt) => attempt.trajectory.outcome.success).length;
  const told = parameterize(
    `When the task is like "${taskInShort(best.attempt, 220)}"`,
    `What worked: ${acts.map((act, i) => (i === 0 ? act : `then ${act}`)).join(', ')}.`,
    values,
  );
  return guardStrategy({
    id: contentId('strat', [trajectory.project, 'route', taskKey]),
    at,
    project: trajectory.project,
    derived_from: same.slice(0, MOST_FROM).map((attempt) => attempt.trajectory.id),
    trust: leastTrust(
      same.map((attempt) => attempt.trajectory),
      harmless.length < best.acts.length ? SUSPECT_TRUST : 1,
    ),
    kind: 'route',
    abstractable: false,
    situation: told.situation,
    suggestion: told.suggestion,
    seen_at: seenAt([best.attempt]),
    pitfalls: deadEnds(attempts),
    parameters: told.parameters,
    evidence: {
      worked,
      tried: same.length,
      from: same.slice(0, MOST_FROM).map((attempt) => attempt.trajectory.id),
      tasks: 1,
    },
    // Two judged episodes that took the same way are more than luck; an agent's own claim is not evidence enough.
    status: worked >= 2 && isJudged(same) && harmless.length === best.acts.length ? 'active' : 'candidate',
    method: 'heuristic',
  });
}

/** The changing acts of a run that did not fail, in order, without repetition. */
function routeActs(trajectory: Trajectory): string[] {
  const failures = failuresOf(trajectory.steps);
  const written = new Map();
  const acts: string[] = [];
  for (const [i, step] of trajectory.steps.entries()) {
    if (failures[i]) continue;
    const own = actsOf(step, written);
    if (own.length > 0) acts.push(...own);
    else if (isCall(step) && !IDLE.test(step.tool ?? '')) acts.push(`\`${step.tool}\``);
  }
  return [...new Set(acts)];
}

const LOOKUP = /^`(?:get|list|find|search|read|fetch|look|query|show|view)_?\w*`$/iu;
const IDLE = /^(?:todo|think|calculate|task|bash_?output|exit)/iu;

const isCall = (step: Trajectory['steps'][number]): boolean => {
  const command = mainCommand(step);
  return step.tool !== undefined && command?.name === step.tool && command.text.startsWith(`${step.tool}(`);
};

/** Errors that failed attempts were left with and no success ever met. */
function deadEnds(attempts: Attempted[]): string[] {
  const errors = (success: boolean) =>
    attempts
      .filter(({ trajectory }) => trajectory.outcome.success === success)
      .map(
        ({ trajectory }) =>
          new Set(
            failuresOf(trajectory.steps).flatMap(
              (failure) => failure?.messages.slice(0, 1).map((m) => templateOf(m).template) ?? [],
            ),
          ),
      );
  const good = new Set(errors(true).flatMap((set) => [...set]));
  const bad = errors(false)
    .flatMap((set) => [...set])
    .filter((template) => !good.has(template));
  const [most, count] = mostFrequent(bad);
  return most !== undefined && count >= 2 && !isInstructionLike(most)
    ? [`${count} failed attempts were stuck at \`${shorten(most, 140)}\`.`]
    : [];
}

/** Turns the task's literals into parameters where the suggestion uses them, numbered in order of use. */
function parameterize(situation: string, suggestion: string, values: Record<string, string>) {
  const general = generalize(suggestion, values);
  const used = Object.entries(values).filter(([name]) => general.includes(`{${name}}`));
  const renamed: Record<string, string> = {};
  for (const [name, value] of used) {
    const base = name.replace(/_\d+$/u, '');
    renamed[
      base in renamed
        ? `${base}_${Object.keys(renamed).filter((key) => key.startsWith(base)).length + 1}`
        : base
    ] = value;
  }
  const parameters: Parameter[] = Object.entries(renamed).map(([name, value]) => ({ name, values: [value] }));
  return {
    situation: generalize(situation, renamed),
    suggestion: generalize(suggestion, renamed),
    parameters,
  };
}
