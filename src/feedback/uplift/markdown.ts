/** The report as a Markdown page. Stored text stands in code spans, where nothing of it is markup, link or mention. Pure. */
import { cleanText } from '../../text.ts';
import type { Figures, Mean, RecordUplift } from './figures-of.ts';
import type { HelpAnswer, HelpReport } from './report.ts';
import { amount, change, changeRange, counted, grouped, percent, pointRange, points } from './told.ts';

const MOST_RECORDS = 12;
const LONGEST = 200;

export function reportMarkdown(report: HelpReport): string {
  const { project, since, at, projects, projects_left_out } = report;
  const about = [
    project === null ? 'all projects' : `project ${code(project)}`,
    ...(since ? [`runs since ${since}`] : []),
  ];
  const others = Object.entries(projects).filter(([name]) => name !== project);
  return `${[
    '# Does it help?',
    '',
    `**${headline(report)}** (${about.join(', ')}; made ${at})`,
    '',
    ...report.words.flatMap((sentence) => [sentence, '']),
    ...section(
      'Look twice',
      report.warnings.map((warning) => `- ${warning}`),
    ),
    ...section('Figures', figuresTable(report)),
    ...section('By strategy', [
      ...(report.strategies.length > 0
        ? ['Shown against chosen and withheld; drawn towards what all have in common, 95 % intervals.', '']
        : []),
      ...mostTelling(report.strategies).map(recordLine),
    ]),
    ...section('By error pattern and concept', mostTelling(report.others).map(recordLine)),
    ...section('By project', others.length > 1 ? projectTable(others) : []),
    ...(projects_left_out > 0 && others.length > 1
      ? [`… and ${counted(projects_left_out, 'project')} more.`, '']
      : []),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

/** `Cannot tell yet`, `It helps`, `It hurts`, and by what method. */
export function headline({ verdict, method }: Pick<Figures, 'verdict' | 'method'>): string {
  if (verdict === 'helps') return 'It helps';
  if (verdict === 'hurts') return 'It hurts';
  return method === 'matched' ? 'Cannot tell yet: matched, no experiment' : 'Cannot tell yet';
}

/** Both ends of a list that is sorted by uplift: what helps most, and what hurts. */
export function mostTelling(records: RecordUplift[], most = MOST_RECORDS): RecordUplift[] {
  if (records.length <= most) return records;
  const last = Math.floor(most / 3);
  return [...records.slice(0, most - last), ...records.slice(-last)];
}

const section = (title: string, lines: string[]): string[] =>
  lines.length > 0 ? [`## ${title}`, '', ...lines, ''] : [];

function figuresTable(report: HelpAnswer): string[] {
  const rows = figureRows(report);
  if (rows.length === 0) return [];
  const [shown, without] = armNames(report);
  return [
    `| | ${shown} | ${without} | difference | 95 % interval |`,
    '|---|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

/** What the two sides are called. */
export const armNames = ({ method }: Pick<Figures, 'method'>): [shown: string, without: string] =>
  method === 'matched' ? ['shown what is known', 'shown nothing'] : ['shown what is known', 'held out'];

/** What is measured, with, without, difference, interval; what cannot be told is left out. */
export function figureRows({ uplift, retries, steps, tokens }: Figures): string[][] {
  if (!uplift.sides) return [];
  const { with: shown, without } = uplift.sides;
  const mean = (name: string, { with: one, without: other, difference, interval }: Mean) =>
    difference === null
      ? []
      : [[name, amount(one), amount(other), change(difference), changeRange(interval)]];
  return [
    [
      'tasks (runs)',
      `${grouped(shown.tasks)} (${grouped(shown.runs)})`,
      `${grouped(without.tasks)} (${grouped(without.runs)})`,
      '',
      '',
    ],
    [
      'ended well',
      percent(shown.rate),
      percent(without.rate),
      `${points(uplift.difference)} points`,
      pointRange(uplift.interval),
    ],
    ...mean('retries a task', retries),
    ...mean('steps a run', steps),
    ...mean('tokens a run', tokens),
  ];
}

function recordLine({ id, uplift, interval, shown, withheld, flagged, says }: RecordUplift): string {
  const text = says === undefined ? '' : `: ${code(says)}`;
  return `- ${points(uplift)} points (${pointRange(interval)})${flagged ? `, **${flagged}**` : ''}, ${counted(shown, 'task')} shown, ${grouped(withheld)} withheld, ${code(id)}${text}`;
}

function projectTable(projects: [string, HelpAnswer][]): string[] {
  return [
    '| project | | tasks | difference | 95 % interval |',
    '|---|---|---|---|---|',
    ...projects.map(
      ([name, { verdict, method, tasks, uplift }]) =>
        `| ${code(name).replaceAll('|', '\\|')} | ${headline({ verdict, method })} | ${grouped(tasks)} | ${points(uplift.difference)} | ${pointRange(uplift.interval)} |`,
    ),
  ];
}

/** One line in a code span that the text cannot end. */
function code(text: string): string {
  const flat = short(text, LONGEST);
  const longest = Math.max(0, ...(flat.match(/`+/gu) ?? []).map((run) => run.length));
  const mark = '`'.repeat(longest + 1);
  const gap = longest > 0 || flat === '' ? ' ' : '';
  return `${mark}${gap}${flat}${gap}${mark}`;
}

/** Cleaned, on one line, at most so many characters. */
export function short(text: string, most: number): string {
  const flat = cleanText(text.slice(0, 4 * most))
    .replace(/\s+/gu, ' ')
    .trim();
  return flat.length > most ? `${flat.slice(0, most - 1).replace(/[\ud800-\udbff]$/u, '')}…` : flat;
}
