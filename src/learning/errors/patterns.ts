/**
 * Error patterns: occurrences are facts taken from one trajectory; a pattern is counted from all occurrences of its
 * template, anew each time, so that writing it twice changes nothing.
 */
import { contentId } from '../../learners/content-id.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import { perObject } from '../../learners/per-object.ts';
import { betaMean } from '../../learners/statistics.ts';
import { fillTemplate, nameOf, signatureOf, templateOf } from '../../learners/template.ts';
import { leastTrust } from '../../learners/trust.ts';
import { words } from '../../learners/words.ts';
import { patternId } from '../../memory/match-error.ts';
import type { ErrorOccurrence, ErrorPattern, Fix, Parameter, Step, Trajectory } from '../../types.ts';
import { guardPattern } from '../guard.ts';
import { isVague } from './changes.ts';
import { attemptsAfter, failuresOf } from './fixes.ts';
import { type Reading, readingOf } from './reading.ts';

/** Templates that name no error: nothing is left once private literals are masked. */
const EMPTY_TEMPLATE = /^(?:[^\p{L}]|<\w+>|\{\w+\}|error|failed|failure|exit|code|command)*$/iu;
const MOST_KEPT = 5;
const MOST_SEEN = 20;
const LEAST_MATCHED = 0.99;
/** What was seen to work once, and takes more words, is one run's own. */
const LONGEST_ONCE = 100;
/** Longer literals are no names. */
const LONGEST_SEEN = 60;

interface Met {
  step: number;
  message: string;
  template: string;
  values: Record<string, string>;
}

/** What is asked of the same run by its analysis and when its errors are noted. */
const read = perObject((steps: Step[]) => readingOf(steps, failuresOf(steps)));

/** The errors that a run met, in order. */
const metIn = ({ failures, templates }: Reading): Met[] =>
  failures.flatMap((failure, step) =>
    (failure?.messages ?? []).flatMap((message, i) => {
      const { template, values } = templates(step)[i] ?? templateOf(message);
      // A message that gives a model orders is somebody's text and no error: its pattern would repeat it.
      return EMPTY_TEMPLATE.test(template) || isInstructionLike(message)
        ? []
        : [{ step, message, template, values }];
    }),
  );

/** Ids of the error patterns that a run met. */
export const patternsMet = ({ project, steps }: Trajectory): string[] => [
  ...new Set(metIn(read(steps)).map(({ template }) => patternId(project, template))),
];

/** The errors of one trajectory, one record per (template, first step it was met at a time). */
export function occurrencesOf(
  trajectory: Trajectory,
  taskKey: string,
  abstractable: boolean,
  at: string,
): ErrorOccurrence[] {
  const { id, project, trust, outcome } = trajectory;
  const run = read(trajectory.steps);
  return metIn(run).map(({ step, message, template, values }) => ({
    id: contentId('occ', [id, step, template]),
    at,
    project,
    derived_from: [id],
    trust,
    pattern: patternId(project, template),
    trajectory: id,
    task_key: taskKey,
    step,
    abstractable,
    template,
    message,
    values,
    success: outcome.success,
    attempts: attemptsAfter(run, step, template, values),
  }));
}

/**
 * It got past the error at least every other time, and not only in runs that then failed. Seen in a single run it must
 * have to do with the error: what merely stood between two tries is no fix.
 */
function isWorthTrying({ fix, kind = '', worked, tried, ended_well }: Fix, template: string): boolean {
  if (worked === 0 || 2 * worked < tried || isVague(kind)) return false;
  if (ended_well.tried > 0 && ended_well.worked === 0) return false;
  // Which package it takes must follow from the error, or nobody could do it.
  if (fix.includes('{package}') && !NAMES_PACKAGE.test(template)) return false;
  if (worked >= 2) return true;
  // An address or a version is that one task's.
  if (fix.length > LONGEST_ONCE || /:\/\/|\d\.\d/u.test(fix)) return false;
  return (
    /\{(?!package\})\w+\}|^call .* again/u.test(fix) || kind.includes(' → ') || sharesWord(fix, template)
  );
}

const NAMES_PACKAGE = /\{(?:module|command|package|library|distribution|program|header)(?:_\d+)?\}/u;

const sharesWord = (fix: string, template: string): boolean => {
  const named = new Set(words(template).filter((word) => word.length >= 4 && !COMMON.has(word)));
  return words(fix).some((word) => named.has(word));
};
const COMMON = new Set(
  'error file line path code command module python python3 node value name type found cannot exit with main test'.split(
    ' ',
  ),
);

export { patternId };

/**
 * Counts one pattern from its occurrences (all of one template). Undefined when the compiled signature does not match
 * all but one in a hundred of its own examples (such a pattern would never be found again), and when the error reads like an order to a model.
 * @param frequency how often it was met in all, where not all occurrences were read.
 */
export function patternOf(
  occurrences: ErrorOccurrence[],
  at: string,
  frequency = occurrences.length,
): ErrorPattern | undefined {
  const ordered = [...occurrences].sort(newestFirst);
  const [first] = ordered;
  if (!first) return undefined;
  const signature = signatureOf(first.template);
  const messages = [...new Set(ordered.map((occurrence) => occurrence.message))];
  const matcher = new RegExp(signature, 'u');
  const matched = messages.filter((message) => matcher.test(message));
  if (matched.length < LEAST_MATCHED * messages.length) return undefined;
  const fixes = fixesOf(ordered);
  const best = fixes.find((fix) => isWorthTrying(fix, first.template));
  const tasks = new Set(ordered.map((occurrence) => occurrence.task_key)).size;
  const trajectories = [...new Set(ordered.map((occurrence) => occurrence.trajectory))];
  return guardPattern({
    id: first.pattern,
    at,
    project: first.project,
    derived_from: trajectories.slice(0, 50),
    trust: leastTrust(ordered),
    name: nameOf(first.template),
    template: first.template,
    signature,
    frequency,
    tasks,
    abstractable: ordered.some((occurrence) => occurrence.abstractable),
    suggested_fix: best?.fix ?? '',
    support: best ? { worked: best.worked, tried: best.tried } : { worked: 0, tried: 0 },
    fixes: keptOf(fixes),
    examples: matched.slice(0, MOST_KEPT),
    parameters: parametersOf(ordered),
  });
}

/** The best, and among the others what was tried most: that it does not help is worth as much. */
function keptOf(fixes: Fix[]): Fix[] {
  const best = fixes.slice(0, MOST_KEPT - 1);
  const [most] = fixes.slice(MOST_KEPT - 1).sort((a, b) => b.tried - a.tried || (a.fix < b.fix ? -1 : 1));
  return most ? [...best, most] : best;
}

/** Whatever order they were read in, the same pattern comes of them. */
const newestFirst = (a: ErrorOccurrence, b: ErrorOccurrence) =>
  a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? 1 : -1;

/**
 * Fixes with how often they were tried and worked, the best-supported first. Counted by run: one that met the same
 * error five times is one witness, who saw it work if it ever did.
 */
function fixesOf(occurrences: ErrorOccurrence[]): Fix[] {
  const tries = occurrences.flatMap((occurrence) =>
    occurrence.attempts.map((attempt) => ({ attempt, occurrence })),
  );
  const base = endsWell(occurrences);
  return [...Map.groupBy(tries, ({ attempt }) => attempt.kind ?? attempt.fix)]
    .map(([kind, group]): Fix => {
      const shown = group.find(({ attempt }) => attempt.worked) ?? group[0];
      const runs = [...Map.groupBy(group, ({ occurrence }) => occurrence.trajectory).values()];
      const judged = runs.flatMap(([first]) =>
        first && first.occurrence.success !== null ? [first.occurrence.success] : [],
      );
      const worked = group.filter(({ attempt }) => attempt.worked);
      const seen = seenOf(worked);
      const said = mostSaid((worked.length > 0 ? worked : group).map(({ attempt }) => attempt.fix));
      return {
        fix: fillTemplate(said, alwaysSeen(worked)),
        worked: runs.filter((run) => run.some(({ attempt }) => attempt.worked)).length,
        tried: runs.length,
        ended_well: { worked: judged.filter(Boolean).length, tried: judged.length },
        tasks: new Set(group.map(({ occurrence }) => occurrence.task_key)).size,
        example: { trajectory: shown?.occurrence.trajectory ?? '', step: shown?.attempt.step ?? 0 },
        kind,
        ...(seen.length > 0 ? { seen } : {}),
      };
    })
    .sort((a, b) => rank(b, base) - rank(a, base) || a.fix.length - b.fix.length || (a.fix < b.fix ? -1 : 1));
}

/** The most frequent; of equals the shortest. */
const mostSaid = (texts: string[]): string => frequent(texts)[0] ?? '';

const frequent = (texts: string[]): string[] => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a.length - b.length || (a < b ? -1 : 1))
    .map(([text]) => text);
};

/** Which {package} got past the error about which {command}: what nobody can guess from the pattern. */
function seenOf(worked: Tried[]): Record<string, string>[] {
  const pairs = worked.flatMap(({ attempt: { values }, occurrence }) =>
    values === undefined ? [] : [JSON.stringify(namesAmong({ ...occurrence.values, ...values }))],
  );
  return frequent(pairs)
    .slice(0, MOST_SEEN)
    .map((pair) => JSON.parse(pair) as Record<string, string>);
}

/** What stood for a fix's own parameters, where it was the same every time. */
function alwaysSeen(worked: Tried[]): Record<string, string> {
  const [first, ...others] = worked.map(({ attempt }) => attempt.values ?? {});
  return Object.fromEntries(
    Object.entries(first ?? {}).filter(
      ([name, value]) => others.every((values) => values[name] === value) && !isInstructionLike(value),
    ),
  );
}

const namesAmong = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value.length <= LONGEST_SEEN && !isInstructionLike(value)),
  );

interface Tried {
  attempt: ErrorOccurrence['attempts'][number];
  occurrence: ErrorOccurrence;
}

/** How the judged runs that met the error ended, one run either way added. */
function endsWell(occurrences: ErrorOccurrence[]): number {
  const runs = new Map(occurrences.map(({ trajectory, success }) => [trajectory, success]));
  const judged = [...runs.values()].filter((success) => success !== null);
  return betaMean(judged.filter(Boolean).length, judged.length);
}

/**
 * How often it got past the error, at how many tasks; less where the runs that did it ended worse than those that met
 * the error at all: silencing a check is no fix.
 */
const rank = ({ worked, tried, ended_well, tasks }: Fix, base: number) =>
  betaMean(worked, tried, 0.3, 4) *
  Math.min(1, betaMean(ended_well.worked, ended_well.tried, base, 2) / base) *
  (1 + 0.15 * Math.min(tasks - 1, 3));

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
