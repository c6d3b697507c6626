/**
 * The dataset card: Markdown under YAML front matter, as the Hugging Face Hub reads it. Every number is the manifest's, so the same
 * version always has the same card. Names that runs brought along are text to show: they cannot become markup, YAML or orders.
 */
import { type DatasetStatistics, type DatasetVersion, SPLITS } from '../../types/training.ts';
import { FORMATS } from '../export/formats.ts';
import { ruleText } from '../rules/told.ts';
import { licencesOf } from './licences.ts';
import { grouped, nameIn, numberIn, percent, tableOf } from './markdown.ts';
import { reasonsOf, reasonText } from './reasons.ts';

export function cardOf(version: DatasetVersion): string {
  return `${[frontMatter(version), ...sections(version)].join('\n\n')}\n`;
}

function frontMatter({ name, version, statistics }: DatasetVersion): string {
  const lines = [
    // JSON strings are YAML strings; a version is no number.
    `pretty_name: ${JSON.stringify(`${name} ${version}`)}`,
    ...licencesOf(statistics.by_licence),
    'size_categories:',
    `- ${sizeOf(statistics.examples)}`,
    'task_categories:',
    '- text-generation',
    'tags:',
    ...[
      'agents',
      'trajectories',
      'synthetic',
      ...(statistics.pairs > 0 ? ['preference', 'dpo'] : []),
      'knowhow',
    ].map((tag) => `- ${tag}`),
  ];
  return ['---', ...lines, '---'].join('\n');
}

const SIZES: [below: number, name: string][] = [
  [1_000, 'n<1K'],
  [10_000, '1K<n<10K'],
  [100_000, '10K<n<100K'],
  [1_000_000, '100K<n<1M'],
  [10_000_000, '1M<n<10M'],
];
const sizeOf = (examples: number): string => SIZES.find(([below]) => examples < below)?.[1] ?? '10M<n<100M';

const sections = (version: DatasetVersion): string[] => [
  `# ${nameIn(version.name)} ${version.version}`,
  summary(version),
  ...holds(version),
  ...selected(version),
  ...splitUp(version),
  ...rights(version),
  ...limits(version),
  ...loading(version),
];

function summary({
  statistics: { examples, negatives, pairs, tasks, first, last },
  created_at,
  ...rest
}: DatasetVersion) {
  const { parent, changes, content_hash } = rest;
  const time =
    first === null || last === null ? '' : ` The runs were stored from ${dayOf(first)} to ${dayOf(last)}.`;
  const lineage = parent
    ? `It follows version ${nameIn(parent.version)} (${grouped(changes.added)} rows added, ${grouped(changes.removed)} removed, ${grouped(changes.kept)} kept).`
    : 'It is the first version.';
  return [
    `${counted(examples, 'example')} of ${counted(tasks, 'task')}, made by Knowhow of judged runs of agents: ${grouped(examples - negatives)} accepted answers, ${grouped(negatives)} rejected ones, ${counted(pairs, 'preference pair')}.${time}`,
    `Written ${dayOf(created_at)}. ${lineage} Content hash: \`${hashIn(content_hash)}\`.`,
  ].join('\n\n');
}

function holds({ statistics }: DatasetVersion): string[] {
  const tallies: [string, Record<string, number>][] = [
    ['Domain', statistics.by_domain],
    ['Kind of task', statistics.by_task_type],
    ['Difficulty', statistics.by_difficulty],
    ['Source', statistics.by_source],
    ['Kind of source', statistics.by_source_type],
    ['Judged by', statistics.by_judge],
    ['Agent', statistics.by_agent],
    ['Model', statistics.by_model],
    ['Source of pairs', statistics.pairs_by_source],
  ];
  return [
    '## What it holds',
    'Each row is one run: what it was asked, the rejected attempts before it with their feedback, and what it answered, whole.',
    spreads(statistics),
    ...tallies
      .filter(([, tally]) => Object.keys(tally).length > 0)
      .map(([title, tally]) => tallied(title, tally)),
  ];
}

function spreads(statistics: DatasetStatistics): string {
  const rows = (
    ['quality', 'confidence', 'difficulty', 'composite', 'retries', 'input_chars', 'output_chars'] as const
  ).map((name) => {
    const spread = statistics[name];
    const figures = spread
      ? [spread.min, spread.mean, spread.median, spread.max].map(numberIn)
      : ['–', '–', '–', '–'];
    return [name.replace('_chars', ', characters').replaceAll('_', ' '), ...figures];
  });
  return tableOf(['Of the examples', 'least', 'mean', 'median', 'most'], rows);
}

const MOST_ROWS = 20;

/** The most frequent ones; what is rarer is summed up. */
function tallied(title: string, tally: Record<string, number>): string {
  const all = Object.entries(tally).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const total = all.reduce((sum, [, n]) => sum + n, 0);
  const row = (name: string, n: number) => [name, grouped(n), percent(n, total)];
  const rest = all.slice(MOST_ROWS);
  const rows = all.slice(0, MOST_ROWS).map(([name, n]) => row(nameIn(name), n));
  if (rest.length > 0)
    rows.push(
      row(
        `${rest.length} more`,
        rest.reduce((sum, [, n]) => sum + n, 0),
      ),
    );
  return tableOf([title, 'rows', 'share'], rows);
}

function selected({ settings, left_out, parent }: DatasetVersion): string[] {
  const { accept, review, least_confidence, most_examples, most_per_task, duplicates } = settings;
  const projects = settings.projects.length > 0 ? settings.projects.map(nameIn).join(', ') : 'all';
  return [
    '## How it was selected',
    `Projects: ${projects}. Runs were selected by this rule:`,
    `\`\`\`text\n${codeIn(ruleText(settings.rule))}\n\`\`\``,
    [
      `Accepted answers have a composite quality, 0.60 · quality + 0.20 · confidence + 0.10 · diversity + 0.10 · informativeness. From ${accept} on, with a confidence of at least ${least_confidence}, they came in by themselves; from ${review} on, and where they are outliers or nobody graded them, by a person's decision only.`,
      settings.negatives
        ? `Rejected answers came in where that verdict has a confidence of at least ${least_confidence}.`
        : 'Rejected answers were not asked for.',
      `Of examples that are alike at a Jaccard similarity of ${duplicates} one was kept. At most ${counted(most_per_task, 'example')} a task and ${counted(most_examples, 'example')} in all were kept, drawn with seed ${settings.seed}.`,
    ].join(' '),
    reasonTable('Runs that did not come in', reasonsOf(left_out, false)) ??
      'Nothing that it selected was left out.',
    reasonTable('Preference pairs that did not come in', reasonsOf(left_out, true)),
    parent ? 'Counted is what this version looked at. Those before it count theirs.' : undefined,
  ].filter((part) => part !== undefined);
}

const reasonTable = (title: string, reasons: [reason: string, count: number][]): string | undefined =>
  reasons.length === 0
    ? undefined
    : tableOf(
        [title, 'how many'],
        reasons.map(([reason, n]) => [nameIn(reasonText(reason)), grouped(n)]),
      );

function splitUp({
  settings: { ratios, duplicates, seed },
  statistics,
  splits,
  pairs,
  excluded,
}: DatasetVersion): string[] {
  return [
    '## Splits',
    tableOf(
      ['Split', 'rows', 'share', 'aimed at', 'pairs'],
      SPLITS.map((split) => [
        split,
        grouped(splits[split].lines),
        percent(splits[split].lines, statistics.examples),
        percent(ratios[split], 1),
        grouped(pairs[split].lines),
      ]),
    ),
    `Tasks, not rows, are shared out: all attempts at a task, and at tasks whose specifications are alike at ${duplicates}, are in one split. Shares hold by domain and difficulty, drawn with seed ${seed}. What an earlier version has in a split stays there. Rows that would give away what is held out, because their task is like it or their prompt tells of it, are left out. ${decontaminated(excluded)}`,
  ];
}

const decontaminated = (excluded: DatasetVersion['excluded']): string =>
  excluded
    ? `So is what is like one of ${counted(excluded.lines, 'task')} that models are evaluated on (list: SHA-256 \`${hashIn(excluded.sha256)}\`): 13 words in a row in common, or nearly the same text. The table above counts them.`
    : 'It was compared with no other tasks that models are evaluated on.';

function rights({ statistics: { by_licence, by_consent } }: DatasetVersion): string[] {
  return [
    '## Licences and consent',
    'As the runs state them; nothing was assumed. Runs that say that consent was refused are never taken.',
    tallied('Licence', by_licence),
    tallied('Consent', by_consent),
  ];
}

function limits({ statistics }: DatasetVersion): string[] {
  const ungraded = statistics.quality === null ? 'Nobody graded the quality of any answer. ' : '';
  return [
    '## Limits',
    [
      `${ungraded}Answers were written by models and may be wrong although they were accepted; who judged is counted above. Secrets were replaced where they were recognised, which no rule does without gaps. Near-duplicates are found by estimate (MinHash, standard error below 0.045).`,
      'Texts are what agents read and wrote: treat them as data, never as instructions.',
    ].join(' '),
  ];
}

function loading({ name, version }: DatasetVersion): string[] {
  return [
    '## How to load it',
    'Export the format that your trainer reads, then load the file:',
    `\`\`\`sh\nknowhow datasets export ${name}@${version} --format chat --split train --out train.jsonl\n\`\`\``,
    "```python\nfrom datasets import load_dataset\n\ntrain = load_dataset('json', data_files='train.jsonl', split='train')\n```",
    tableOf(
      ['Format', 'lines', 'read by'],
      FORMATS.map(({ name: format, means, readers }) => [nameIn(format), nameIn(means), nameIn(readers)]),
      'text',
    ),
  ];
}

const counted = (n: number, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;
const dayOf = (time: string): string => /^\d{4}-\d\d-\d\d/u.exec(time)?.[0] ?? 'an unknown day';
const hashIn = (hash: string): string => /^[0-9a-f]{64}$/u.exec(hash)?.[0] ?? 'unknown';
/** On one line, so that nothing in it can end the block. */
const codeIn = (text: string): string => text.replace(/\s+/gu, ' ').replaceAll('```', "'''");
