/**
 * Error patterns: occurrences are facts taken from one trajectory; a pattern is counted from all occurrences of its
 * template, anew each time, so that writing it twice changes nothing.
 */
import { contentId } from '../../learners/content-id.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import { betaMean } from '../../learners/statistics.ts';
import { signatureOf, templateOf } from '../../learners/template.ts';
import { leastTrust } from '../../learners/trust.ts';
import { identifierParts, words } from '../../learners/words.ts';
import type { ErrorOccurrence, ErrorPattern, Fix, Parameter, Trajectory } from '../../types.ts';
import { guardPattern } from '../guard.ts';
import { attemptsAfter, failuresOf } from './fixes.ts';

/** Templates that name no error: nothing is left once private literals are masked. */
const EMPTY_TEMPLATE = /^(?:[^\p{L}]|<\w+>|\{\w+\}|error|failed|failure|exit|code|command)*$/iu;
const MOST_KEPT = 5;

/** The errors of one trajectory, one record per (template, first step it was met at a time). */
export function occurrencesOf(
  trajectory: Trajectory,
  taskKey: string,
  abstractable: boolean,
  at: string,
): ErrorOccurrence[] {
  const failures = failuresOf(trajectory.steps);
  return failures.flatMap((failure, step) =>
    (failure?.messages ?? []).flatMap((message) => {
      const { template, values } = templateOf(message);
      // A message that gives a model orders is somebody's text and no error: its pattern would repeat it.
      if (EMPTY_TEMPLATE.test(template) || isInstructionLike(message)) return [];
      return {
        id: contentId('occ', [trajectory.id, step, template]),
        at,
        project: trajectory.project,
        derived_from: [trajectory.id],
        trust: trajectory.trust,
        pattern: patternId(trajectory.project, template),
        trajectory: trajectory.id,
        task_key: taskKey,
        step,
        abstractable,
        template,
        message,
        values,
        success: trajectory.outcome.success,
        attempts: attemptsAfter(trajectory.steps, failures, step, template, values),
      };
    }),
  );
}

/**
 * It got past the error at least every other time, and not only in runs that then failed. Seen in a single run it must
 * have to do with the error: what merely stood between two tries is no fix.
 */
function isWorthTrying({ fix, worked, tried, ended_well }: Fix, template: string): boolean {
  if (worked === 0 || 2 * worked < tried || (ended_well.tried >= 2 && ended_well.worked === 0)) return false;
  return worked >= 2 || /\{\w+\}|^run .* instead of |^call .* again/u.test(fix) || sharesWord(fix, template);
}

const sharesWord = (fix: string, template: string): boolean => {
  const named = new Set(words(template).filter((word) => word.length >= 4 && !COMMON.has(word)));
  return words(fix).some((word) => named.has(word));
};
const COMMON = new Set(
  'error file line path code command module python python3 node value name type found cannot exit with main test'.split(
    ' ',
  ),
);

export const patternId = (project: string, template: string): string => contentId('err', [project, template]);

/**
 * Counts one pattern from its occurrences (all of one template). Undefined when the compiled signature does not match
 * its own examples (such a pattern would never be found again), and when the error reads like an order to a model.
 */
export function patternOf(occurrences: ErrorOccurrence[], at: string): ErrorPattern | undefined {
  const [first] = occurrences;
  if (!first) return undefined;
  const signature = signatureOf(first.template);
  const messages = [...new Set(occurrences.map((occurrence) => occurrence.message))];
  const matcher = new RegExp(signature, 'u');
  if (!messages.every((message) => matcher.test(message))) return undefined;
  const fixes = fixesOf(occurrences);
  const best = fixes.find((fix) => isWorthTrying(fix, first.template));
  const tasks = new Set(occurrences.map((occurrence) => occurrence.task_key)).size;
  const trajectories = [...new Set(occurrences.map((occurrence) => occurrence.trajectory))];
  return guardPattern({
    id: first.pattern,
    at,
    project: first.project,
    derived_from: trajectories.slice(0, 50),
    trust: leastTrust(occurrences),
    name: nameOf(first.template),
    template: first.template,
    signature,
    frequency: occurrences.length,
    tasks,
    abstractable: occurrences.some((occurrence) => occurrence.abstractable),
    suggested_fix: best?.fix ?? '',
    support: best ? { worked: best.worked, tried: best.tried } : { worked: 0, tried: 0 },
    fixes: fixes.slice(0, MOST_KEPT),
    examples: messages.slice(0, MOST_KEPT),
    parameters: parametersOf(occurrences),
  });
}

/**
 * Fixes with how often they were tried and worked, the best-supported first. Counted by run: one that met the same
 * error five times is one witness, who saw it work if it ever did.
 */
function fixesOf(occurrences: ErrorOccurrence[]): Fix[] {
  const tries = occurrences.flatMap((occurrence) =>
    occurrence.attempts.map((attempt) => ({ attempt, occurrence })),
  );
  return [...Map.groupBy(tries, ({ attempt }) => attempt.fix)]
    .map(([fix, group]) => {
      const shown = group.find(({ attempt }) => attempt.worked) ?? group[0];
      const runs = [...Map.groupBy(group, ({ occurrence }) => occurrence.trajectory).values()];
      const judged = runs.flatMap(([first]) =>
        first && first.occurrence.success !== null ? [first.occurrence.success] : [],
      );
      return {
        fix,
        worked: runs.filter((run) => run.some(({ attempt }) => attempt.worked)).length,
        tried: runs.length,
        ended_well: { worked: judged.filter(Boolean).length, tried: judged.length },
        tasks: new Set(group.map(({ occurrence }) => occurrence.task_key)).size,
        example: { trajectory: shown?.occurrence.trajectory ?? '', step: shown?.attempt.step ?? 0 },
      };
    })
    .sort((a, b) => rank(b) - rank(a) || a.fix.length - b.fix.length || (a.fix < b.fix ? -1 : 1));
}

/** Getting past the error counts only as far as the runs that did it ended well: silencing a check is no fix. */
const rank = ({ worked, tried, ended_well, tasks }: Fix) =>
  betaMean(worked, tried, 0.3, 2) *
  betaMean(ended_well.worked, ended_well.tried, 0.4, 2) *
  (1 + 0.15 * Math.min(tasks - 1, 3));

/** A name in words: `ModuleNotFoundError: No module named '{module}'` → module_not_found_error_no_module_named. */
function nameOf(template: string): string {
  const plain = template.replace(/\{\w+\}|<\w+>/gu, ' ');
  const parts = (plain.match(/[\p{L}\p{N}_]+/gu) ?? [])
    .flatMap(identifierParts)
    .filter((part) => !/^\d+$/u.test(part));
  return parts.slice(0, 7).join('_').slice(0, 60) || 'error';
}

function parametersOf(occurrences: ErrorOccurrence[]): Parameter[] {
  const values = new Map<string, Map<string, number>>();
  for (const occurrence of occurrences) {
    for (const [name, value] of Object.entries(occurrence.values)) {
      const counts = values.get(name) ?? new Map<string, number>();
      counts.set(value, (counts.get(value) ?? 0) + 1);
      values.set(name, counts);
    }
  }
  return [...values].map(([name, counts]) => ({
    name,
    values: [...counts]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, 2 * MOST_KEPT)
      .map(([value]) => value),
  }));
}
