/** Command `preferences`: of two attempts at one task, which did better; as pairs, and what can be learned from them. */
import { type Command, Option } from 'commander';
import {
  type FittedPreferences,
  fitPreferences,
  LEAST_TASKS,
  type UnfitPreferences,
} from '../feedback/preferences/fit.ts';
import { type NamedPair, type PreferenceCounts, preferencesOf } from '../feedback/preferences/preferences.ts';
import { type ComparedBy, preferenceStrengths, type Strength } from '../feedback/preferences/strengths.ts';
import type { Interval } from '../learners/rates.ts';
import { answer, globals, plural, withContext } from './frame.ts';
import { toStdout, writeAside } from './training-data.ts';

interface Options {
  out?: string;
  by?: ComparedBy;
  fit?: boolean;
}

export function addPreferences(program: Command): void {
  program
    .command('preferences')
    .description(
      'Pairs of attempts at one task of which one did better: from retries, outcomes, scores and feedback',
    )
    .option('--out <file>', 'write the pairs there, one JSON object a line; - for stdout')
    .addOption(new Option('--by <what>', 'compare models or agents').choices(['model', 'agent']))
    .option('--fit', 'say how well the course of a run tells which attempt is preferred, on tasks left out')
    .action((options: Options, command: Command) =>
      withContext(command, async (ctx, { json }) => {
        // As with export: only what was asked for on the command line narrows it.
        const { project } = globals(command);
        const { out, by, fit } = options;
        const write = (line: (text: string) => Promise<unknown>) =>
          preferencesOf(ctx, { project }, async (pairs) => {
            for (const pair of pairs) await line(`${JSON.stringify(plain(pair))}\n`);
          });
        if (out === '-') {
          process.stderr.write(`${countsText(await write(toStdout))}\n`);
          return;
        }
        const fitted = fit ? await fitPreferences(ctx, { project }) : undefined;
        const early = fitted?.known ? await fitPreferences(ctx, { project, early: true }) : undefined;
        const counts =
          out === undefined
            ? (fitted?.counts ?? (await preferencesOf(ctx, { project }, () => undefined)))
            : await writeAside(out, write);
        const strengths = by && (await preferenceStrengths(ctx, { project, by }));
        const value = {
          ...(out === undefined ? {} : { file: out }),
          ...counts,
          ...(fitted ? { fit: { ...fitted, counts: undefined } } : {}),
          ...(early ? { early: { ...early, counts: undefined } } : {}),
          ...(strengths ? { by, strengths } : {}),
        };
        answer({ json }, value, () =>
          [
            countsText(counts),
            ...(fitted ? ['', fitText(fitted)] : []),
            ...(early?.known ? [earlyText(early)] : []),
            ...(strengths ? ['', strengthsText(strengths, by ?? 'model')] : []),
          ].join('\n'),
        );
      }),
    );
}

const plain = ({ names: _, ...pair }: NamedPair) => pair;

const SOURCE: Record<string, string> = {
  feedback: 'by feedback',
  retry: 'a retry that succeeded',
  outcome: 'judged differently',
  score: 'by their scores',
};

function countsText({ pairs, tasks, by_source, left_out }: PreferenceCounts): string {
  const known = Object.entries(by_source).filter(([, count]) => count > 0);
  const gone = [
    [left_out.contradictory, 'contradict each other'],
    [left_out.identical, 'are the same run twice'],
    [left_out.beyond_cap, 'are more of a task than are taken'],
  ].flatMap(([count, why]) => (Number(count) > 0 ? `${count} ${why}` : []));
  return [
    `${plural(pairs, 'pair')} within ${plural(tasks, 'task')}${known.length > 0 ? `: ${known.map(([source, count]) => `${count} ${SOURCE[source]}`).join(', ')}` : ''}.`,
    ...(gone.length > 0 ? [`Left out: ${gone.join(', ')}.`] : []),
    ...(left_out.unjudged_runs > 0
      ? [`${plural(left_out.unjudged_runs, 'run')} judged by nobody or only by their agent say nothing.`]
      : []),
    ...(pairs === 0
      ? ['A pair needs two attempts at one task that were judged by more than their agent, or rated.']
      : []),
  ].join('\n');
}

function fitText(fitted: FittedPreferences | UnfitPreferences): string {
  if (!fitted.known)
    return `Nothing was fitted: ${fitted.why}. Record attempts at ${LEAST_TASKS} tasks or more.`;
  const { accuracy, baselines, over_best, verdict, weights } = fitted;
  const says = {
    better: `That is better than ${over_best.name}`,
    worse: `That is worse than ${over_best.name}`,
    'cannot tell': `Whether that is better than ${over_best.name} cannot be told yet`,
  }[verdict];
  return [
    `The course of a run tells which attempt is preferred in ${share(accuracy.value)} of pairs (${range(accuracy.interval)}), on tasks left out.`,
    `${says}: ${points(over_best.difference)} points (${points(over_best.interval[0])} to ${points(over_best.interval[1])}).`,
    ...baselines.map(({ name, value, interval }) => `  ${share(value)} (${range(interval)})  ${name}`),
    ...(weights.length > 0 ? ['What speaks for an attempt:'] : []),
    ...weights.map(
      ({ feature, weight }) => `  ${weight > 0 ? 'more' : 'less'}  ${feature} (${weight.toFixed(2)})`,
    ),
  ].join('\n');
}

const earlyText = ({ accuracy, verdict, over_best }: FittedPreferences): string =>
  `From as many first steps of both, half of the shorter run, it is ${share(accuracy.value)} (${range(accuracy.interval)}); ${verdict === 'cannot tell' ? `no telling from ${over_best.name}` : `${verdict} than ${over_best.name}`}. Whole runs may give themselves away by stopping when they are done.`;

function strengthsText(strengths: Strength[], by: ComparedBy): string {
  if (strengths.length === 0) return `No two ${by}s met at one task.`;
  return strengths
    .map(
      ({ name, strength, interval, won, lost, tasks, group }) =>
        `${group > 1 ? `(group ${group}) ` : ''}${signed(strength)}${interval ? ` (${signed(interval[0])} to ${signed(interval[1])})` : ''}  ${name}: preferred ${won} of ${won + lost} times at ${plural(tasks, 'task')}`,
    )
    .join('\n');
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const range = ([low, high]: Interval): string => `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`;
const points = (value: number): string => signed(100 * value, 1);
const signed = (value: number, digits = 2): string => `${value >= 0 ? '+' : ''}${value.toFixed(digits)}`;
