/** What `datasets …` says to a person: what came in, what did not and why, what to do next. */

import { cleanText } from '../text.ts';
import type { BuildResult } from '../training/datasets/build.ts';
import type { DatasetDiff, Differing } from '../training/datasets/diff.ts';
import { reasonsOf, reasonText } from '../training/datasets/reasons.ts';
import type { Removal } from '../training/datasets/remove.ts';
import { ruleText } from '../training/rules/told.ts';
import { type DatasetRow, type DatasetStatistics, type DatasetVersion, SPLITS } from '../types.ts';
import { plural } from './frame.ts';

const number = (count: number): string => count.toLocaleString('en-US');

/** A count a line, the counts under each other. */
function column(entries: [count: number, what: string][]): string[] {
  const shown = entries.filter(([count]) => count > 0);
  const width = Math.max(0, ...shown.map(([count]) => number(count).length)) + 2;
  return shown.map(([count, what]) => `${number(count).padStart(width)}  ${what}`);
}

const BY_FATE = new Set(['rejected', 'waiting', 'near_duplicates', 'sampled_down']);

export function buildText(result: BuildResult): string {
  const { adds_to, counts, left_out, dropped, sampled, reason } = result;
  const reasons = reasonsOf(left_out, false)
    .filter(([reason]) => !BY_FATE.has(reason))
    .map(([reason, count]): [number, string] => [count, reasonText(reason)]);
  const added = adds_to === undefined ? 'came in' : 'new, came in';
  // Nothing new was there to look at: the headline says it all.
  if (reason === 'too_few_new' && counts.runs === 0) return headline(result);
  return [
    headline(result),
    '',
    `Looked at ${plural(counts.runs, 'run')} at ${plural(counts.tasks, 'task')}. ${number(counts.selected)} were selected${counts.selected > 0 ? ':' : '.'}`,
    ...column([
      [counts.accepted, added],
      [counts.waiting, reasonText('waiting')],
      [counts.rejected, reasonText('rejected')],
      [counts.near_duplicates, reasonText('near_duplicates')],
      [counts.sampled_down, reasonText('sampled_down')],
      ...reasons,
    ]),
    ...(sampled.length > 0
      ? [
          'Drawn down:',
          ...column(
            sampled.map(({ stratum, of, kept }) => [of, `${cleanText(stratum)}: ${number(kept)} kept`]),
          ),
        ]
      : []),
    ...listed('Taken out of what was in', reasonsOf(dropped, false)),
    ...listed('Preference pairs left out', reasonsOf(left_out, true)),
    ...next(result),
  ].join('\n');
}

function headline({ built, reason, version, adds_to, counts }: BuildResult): string {
  const name = version ? `${version.name}@${version.version}` : '';
  if (reason === 'too_few_new' && counts.runs === 0)
    return `Nothing was built: no run was recorded, judged or decided on since ${name}. Other settings, or --fresh, select anew from all.`;
  if (reason === 'too_few_new' && counts.accepted === 0)
    return `Nothing was built: of what is new nothing comes in. The newest is ${name}.`;
  if (reason === 'too_few_new')
    return `Nothing was built: ${number(counts.accepted)} new, too few for a version. They are looked at again next time; --least 1 takes them now. The newest is ${name}.`;
  if (reason === 'same_content') return `Nothing was built: it would be ${name} once more.`;
  if (!version) return '';
  const { examples, negatives, pairs, tasks, by_split } = version.statistics;
  const wrong =
    negatives > 0
      ? ` (${number(examples - negatives)} accepted answers, ${number(negatives)} rejected ones)`
      : '';
  const base = adds_to === undefined ? '' : `, added to ${adds_to}`;
  return [
    `${built ? '' : 'Nothing was written. It would be '}${name}${base}: ${plural(examples, 'example')}${wrong} and ${plural(pairs, 'preference pair')} at ${plural(tasks, 'task')}.`,
    `  ${SPLITS.map((split) => `${split} ${number(by_split[split])}`).join(', ')}`,
  ].join('\n');
}

function listed(title: string, reasons: [reason: string, count: number][]): string[] {
  const parts = reasons.map(([reason, count]) => `${number(count)} ${reasonText(reason)}`);
  return parts.length > 0 ? [`${title}: ${parts.join(', ')}.`] : [];
}

function next({ built, version, adds_to, dropped, review: { waiting, outdated } }: BuildResult): string[] {
  const forgot = (dropped.forgotten ?? 0) + (dropped.quoted_a_forgotten_run ?? 0);
  const lines = [
    ...(waiting > 0 ? [`${plural(waiting, 'example')} to look at: knowhow datasets review`] : []),
    ...(outdated > 0 ? [`${plural(outdated, 'question')} taken back: their runs have changed since.`] : []),
    ...(version && version.splits.test.lines === 0
      ? [
          'It has no held-out test: that takes attempts at three tasks or more that nothing was trained on yet.',
        ]
      : []),
    ...(built && version && forgot > 0
      ? [
          `Files of earlier versions still hold what was forgotten, though nothing tells it: knowhow datasets remove ${version.name}@${adds_to}`,
        ]
      : []),
    ...(built && version
      ? [`Write it for a trainer: knowhow datasets export ${version.name} --format chat`]
      : []),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** A version that is there and cannot be read. */
export interface Broken {
  dataset: string;
  code: string;
}

export function listText(versions: DatasetVersion[], broken: Broken[] = []): string {
  if (versions.length + broken.length === 0)
    return 'No dataset yet: `knowhow datasets build NAME` makes one.';
  const named = [...Map.groupBy(versions, ({ name }) => name)].map(([name, all]) =>
    [
      name,
      ...all
        .toReversed()
        .map(
          ({ version, created_at, statistics: { examples, pairs, tasks, by_split } }) =>
            `  ${version.padEnd(9)} ${created_at.slice(0, 10)}  ${plural(examples, 'example')} (${SPLITS.map((split) => number(by_split[split])).join('/')}), ${plural(pairs, 'pair')}, ${plural(tasks, 'task')}`,
        ),
    ].join('\n'),
  );
  const unread = broken.map(
    ({ dataset, code }) =>
      `${dataset} cannot be read (${code}): restore its manifest, or knowhow datasets remove ${dataset}`,
  );
  return [...named, ...unread].join('\n');
}

export function versionText(version: DatasetVersion): string {
  const { name, parent, settings, statistics, left_out, changes, created_at, content_hash } = version;
  const { train, validation, test } = settings.ratios;
  const { examples, negatives, pairs, tasks, by_split } = statistics;
  const percent = (share: number) => Number((100 * share).toFixed(2));
  return [
    `${name}@${version.version}, built ${created_at.slice(0, 16).replace('T', ' ')} UTC, ${content_hash.slice(0, 12)}`,
    `${plural(examples, 'example')} (${number(examples - negatives)} accepted answers, ${number(negatives)} rejected ones), ${plural(pairs, 'preference pair')}, ${plural(tasks, 'task')}; ${SPLITS.map((split) => `${split} ${number(by_split[split])}`).join(', ')}.`,
    parent
      ? `After ${parent.version}: ${number(changes.added)} added, ${number(changes.removed)} removed, ${number(changes.kept)} kept.`
      : 'The first version.',
    `Rule: ${ruleText(settings.rule)}; ${settings.projects.length > 0 ? `projects ${settings.projects.map(cleanText).join(', ')}` : 'all projects'}.`,
    `Accepted from ${settings.accept}, reviewed from ${settings.review}, verdicts worth ${settings.least_confidence} or more; one of two that are ${settings.duplicates} alike; at most ${number(settings.most_per_task)} a task, ${number(settings.most_examples)} in all; split ${percent(train)}/${percent(validation)}/${percent(test)}, seed ${settings.seed}.`,
    ...(version.excluded
      ? [`Left out is what is like ${plural(version.excluded.lines, 'task')} that models are evaluated on.`]
      : []),
    '',
    ...tallies(statistics),
    ...spreads(statistics),
    ...listed('Did not come in', reasonsOf(left_out, false)),
    ...listed('Preference pairs left out', reasonsOf(left_out, true)),
  ].join('\n');
}

const TALLIES = {
  by_domain: 'domains',
  by_task_type: 'task types',
  by_difficulty: 'difficulty',
  by_source: 'made by',
  by_judge: 'judged by',
  by_agent: 'agents',
  by_model: 'models',
  by_licence: 'licences',
  by_consent: 'consent',
  pairs_by_source: 'pairs from',
} as const;
const MOST_TOLD = 6;

function tallies(statistics: DatasetStatistics): string[] {
  return Object.entries(TALLIES).flatMap(([key, title]) => {
    const entries = Object.entries(statistics[key as keyof typeof TALLIES]).sort(([, a], [, b]) => b - a);
    const told = entries.slice(0, MOST_TOLD).map(([name, count]) => `${cleanText(name)} ${number(count)}`);
    const more = entries.length > MOST_TOLD ? [`${entries.length - MOST_TOLD} more`] : [];
    return entries.length > 0 ? [`  ${title.padEnd(13)}${[...told, ...more].join(', ')}`] : [];
  });
}

const SPREADS = [
  'quality',
  'composite',
  'confidence',
  'difficulty',
  'retries',
  'input_chars',
  'output_chars',
] as const;

function spreads(statistics: DatasetStatistics): string[] {
  const told = (value: number) => Number(value.toFixed(2)).toLocaleString('en-US');
  return SPREADS.flatMap((key) => {
    const spread = statistics[key];
    if (!spread) return [];
    const { min, median, mean, max } = spread;
    return [
      `  ${key.replace('_', ' ').padEnd(13)}${told(min)} to ${told(max)}, median ${told(median)}, mean ${told(mean)}`,
    ];
  });
}

const MOST_TEXT = 300;
const short = (text: string): string => {
  const line = cleanText(text).replace(/\s+/gu, ' ').trim();
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT)} …` : line;
};

export function rowText({ example, judgement }: DatasetRow): string {
  const { id, label, domain, task_type, retry_count, attempts, specification, output } = example;
  const worth = judgement.composite === null ? 'not graded' : judgement.composite.toFixed(2);
  return [
    `${id}  ${label ? 'accepted' : 'rejected'}, ${cleanText(domain)}, ${task_type}, ${plural(retry_count, 'retry').replace('retrys', 'retries')}, worth ${worth}`,
    `  asked     ${short(specification)}`,
    ...attempts.flatMap(({ answer, feedback }) => [
      `  tried     ${short(answer)}`,
      `  was told  ${short(feedback)}`,
    ]),
    `  answered  ${short(output)}`,
  ].join('\n');
}

export function diffText({
  name,
  before,
  after,
  same,
  added,
  removed,
  changed,
  moved,
  unchanged,
  judged_anew,
  settings,
  statistics,
}: DatasetDiff): string {
  if (same) return `${name}: ${before} and ${after} hold the same.`;
  const rows = (what: string, { count, rows }: Differing) => [
    `${number(count).padStart(7)}  ${what}`,
    ...rows
      .slice(0, 5)
      .map(
        ({ example, from, to }) =>
          `           ${example}  ${[...new Set([from, to])].filter(Boolean).join(' → ')}`,
      ),
    ...(count > 5 ? ['           …'] : []),
  ];
  return [
    `${name}: from ${before} to ${after}`,
    ...rows('added', added),
    ...rows('removed', removed),
    ...rows('changed: told otherwise', changed),
    ...rows('moved to another split', moved),
    `${number(unchanged).padStart(7)}  as they were${judged_anew > 0 ? `, ${number(judged_anew)} of them worth more or less among others` : ''}`,
    `Pairs: ${number(statistics.before.pairs)}, now ${number(statistics.after.pairs)}.`,
    ...settings.map(
      ({ setting, before: was, after: is }) =>
        `Setting ${setting}: ${cleanText(JSON.stringify(was) ?? 'none')}, now ${cleanText(JSON.stringify(is) ?? 'none')}`,
    ),
  ].join('\n');
}

export function removalText({ name, versions, files, dry_run }: Removal): string {
  const what = `${plural(versions.length, 'version')} of ${name} (${versions.join(', ')}) and ${plural(files, 'file')}`;
  return dry_run ? `${what} would be removed. Nothing was changed; --yes does it.` : `${what} removed.`;
}
