/** Routes: what worked at one task, told as a strategy. */
import { contentId } from '../../learners/content-id.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import { leastTrust, SUSPECT_TRUST } from '../../learners/trust.ts';
import type { Attempt, Parameter, Strategy } from '../../types.ts';
import { shorten } from '../acts/acts.ts';
import { generalize } from '../errors/fixes.ts';
import { guardStrategy } from '../guard.ts';
import { isJudged, MOST_FROM, mostFrequent, seenAt } from './telling.ts';

const MOST_ACTS = 4;

/**
 * What worked at one task: the acts of its shortest well-judged success, literals of the task as parameters. One
 * strategy a task; undefined without a success that can be told in acts.
 */
export function routeOf(attempts: Attempt[], at: string): Strategy | undefined {
  const [best] = attempts
    .filter(({ success, route }) => success === true && route.length > 0)
    .sort((a, b) => b.trust - a.trust || a.route.length - b.route.length || (a.id < b.id ? -1 : 1));
  if (!best) return undefined;
  const { project, task_key, literals: values } = best;
  // An act may quote what the run read: orders in it are nobody's advice.
  const harmless = best.route.filter((act) => !isInstructionLike(act));
  const acts = harmless.slice(-MOST_ACTS);
  // Looking things up, or running what the task asked for, is no way to get there.
  if (acts.every((act) => LOOKUP.test(act))) return undefined; // Also when no act is left.
  if (acts.every((act) => /^`[\w.]+ \{file(?:_\d+)?\}`$/u.test(generalize(act, values)))) return undefined;
  const same = attempts.filter(({ route, success }) => {
    const theirs = new Set(route);
    return success !== null && acts.every((act) => theirs.has(act));
  });
  const worked = same.filter(({ success }) => success).length;
  const told = parameterize(
    `When the task is like "${shorten(best.task, 220)}"`,
    `What worked: ${acts.map((act, i) => (i === 0 ? act : `then ${act}`)).join(', ')}.`,
    values,
  );
  return guardStrategy({
    id: contentId('strat', [project, 'route', task_key]),
    at,
    project,
    derived_from: same.slice(0, MOST_FROM).map(({ trajectory }) => trajectory),
    trust: leastTrust(same, harmless.length < best.route.length ? SUSPECT_TRUST : 1),
    kind: 'route',
    abstractable: false,
    situation: told.situation,
    suggestion: told.suggestion,
    seen_at: seenAt([best]),
    pitfalls: deadEnds(attempts),
    parameters: told.parameters,
    evidence: {
      worked,
      tried: same.length,
      from: same.slice(0, MOST_FROM).map(({ trajectory }) => trajectory),
      tasks: 1,
    },
    // Two judged episodes that took the same way are more than luck; an agent's own claim is not evidence enough.
    status: worked >= 2 && isJudged(same) && harmless.length === best.route.length ? 'active' : 'candidate',
    method: 'heuristic',
  });
}

const LOOKUP = /^`(?:get|list|find|search|read|fetch|look|query|show|view)_?\w*`$/iu;
/** Errors that failed attempts were left with and no success ever met. */
function deadEnds(attempts: Attempt[]): string[] {
  const errors = (success: boolean) =>
    attempts
      .filter((attempt) => attempt.success === success)
      .map(({ met }) => new Set(met.map(({ template }) => template)));
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
