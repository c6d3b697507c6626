/** An evaluation as a table. */
import { cleanText } from '../text.ts';
import type { EvaluationReport } from '../training/evaluate/report.ts';
import type { Evaluated } from './evaluate.ts';
import { plural } from './frame.ts';

export function evaluationText({ report, against, comparison }: Evaluated): string {
  const sides = against ? [against, report] : [report];
  const { cap, samples, tasks } = report;
  const figures: [name: string, of: (side: EvaluationReport) => string, change: string][] = [
    [
      'E[retries]',
      (side) => number(side.e_retries, 2),
      comparison ? changed(comparison.e_retries.difference, comparison.e_retries.interval, 2) : '',
    ],
    [
      'accepted at once, %',
      (side) => number(scaled(side.first_pass), 1),
      comparison
        ? changed(times(comparison.first_pass.difference), scaledInterval(comparison.first_pass.interval), 1)
        : '',
    ],
    [`not within ${retriesOf(cap)}, %`, (side) => number(scaled(side.censored), 1), ''],
    ['samples with an end', (side) => String(side.finished), ''],
  ];
  const heads = against ? ['', 'before', 'after', 'difference'] : ['', ''];
  const rows = [
    ...(against ? [heads] : []),
    ['solver', ...sides.map(({ solver }) => short(solver.name)), ...(against ? [''] : [])],
    ...figures.map(([name, of, change]) => [name, ...sides.map(of), ...(against ? [change] : [])]),
  ];
  return [
    `${plural(tasks, 'task')}, ${plural(samples, 'sample')} each, up to ${retriesOf(cap)}; in brackets 95 % intervals by tasks.`,
    '',
    ...table(rows),
    '',
    ...distribution(sides, cap),
    ...(comparison ? ['', verdictText(comparison)] : []),
    ...[...new Set([...sides.flatMap(({ warnings }) => warnings), ...(comparison?.warnings ?? [])])].map(
      (warning) => `Note: ${line(warning)}`,
    ),
    ...troublesText(report),
  ].join('\n');
}

function verdictText({ verdict, changed, pairs, e_retries }: NonNullable<Evaluated['comparison']>): string {
  const says = {
    better: 'Better: after needs fewer retries',
    worse: 'Worse: after needs more retries',
    'cannot tell': 'Cannot tell: the difference may be chance',
  }[verdict];
  const relative = e_retries.relative === null ? '' : ` (${signed(100 * e_retries.relative, 0)} %)`;
  return `${says}${verdict === 'cannot tell' ? '' : relative}. Tasks better ${changed.better}, same ${changed.same}, worse ${changed.worse}; ${plural(pairs, 'pair')} of samples.`;
}

/** Shares of samples by how many retries they took. */
function distribution(sides: EvaluationReport[], cap: number): string[] {
  const names = Array.from({ length: cap + 2 }, (_, nth) => (nth > cap ? 'never' : String(nth)));
  return table([
    ['retries', ...names],
    ...sides.map(({ distribution: shares }, nth) => [
      sides.length > 1 ? (nth === 0 ? 'before, %' : 'after, %') : 'samples, %',
      ...shares.map((share) => (100 * share).toFixed(1)),
    ]),
  ]);
}

function troublesText({ troubles }: EvaluationReport): string[] {
  const known = Object.entries(troubles);
  if (known.length === 0) return [];
  return [
    `Rejected for trouble: ${known.map(([name, count]) => `${line(name).replace('_', ' ')} ${count}`).join(', ')}.`,
  ];
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

type Estimate = EvaluationReport['e_retries'];

const times = (value: number | null): number | null => (value === null ? null : 100 * value);
const scaledInterval = (interval: Estimate['interval']): Estimate['interval'] =>
  interval && [100 * interval[0], 100 * interval[1]];
const scaled = ({ mean, interval }: Estimate): Estimate => ({
  mean: times(mean),
  interval: scaledInterval(interval),
});

const number = ({ mean, interval }: Estimate, digits: number): string =>
  mean === null
    ? 'unknown'
    : `${mean.toFixed(digits)}${interval ? ` (${interval[0].toFixed(digits)}–${interval[1].toFixed(digits)})` : ''}`;

const changed = (difference: number | null, interval: Estimate['interval'], digits: number): string =>
  difference === null
    ? 'unknown'
    : `${signed(difference, digits)}${interval ? ` (${signed(interval[0], digits)} to ${signed(interval[1], digits)})` : ''}`;

const signed = (value: number, digits: number): string => `${value > 0 ? '+' : ''}${value.toFixed(digits)}`;
const retriesOf = (count: number): string => `${count} ${count === 1 ? 'retry' : 'retries'}`;
/** One line, and nothing that a terminal obeys: a report may come from elsewhere. */
const line = (text: string): string => cleanText(text).replace(/\s+/gu, ' ').trim();
const short = (text: string): string => {
  const told = line(text);
  return told.length > 40 ? `${told.slice(0, 39)}…` : told;
};
