/** The report for a terminal: the verdict first, then what it rests on. */
import type { RecordUplift } from '../feedback/uplift/figures-of.ts';
import { armNames, figureRows, headline, mostTelling, short } from '../feedback/uplift/markdown.ts';
import type { HelpReport } from '../feedback/uplift/report.ts';
import { counted, grouped, pointRange, points } from '../feedback/uplift/told.ts';

const MOST_RECORDS = 8;

export function reportText(report: HelpReport): string {
  // Two lines say what to do where there is nothing yet.
  if (report.counts.runs === 0 && !report.uplift.sides) return report.words.join('\n');
  const rows = figureRows(report);
  const projects = Object.entries(report.projects);
  return [
    `${headline(report)}.`,
    '',
    ...report.words,
    ...part('Look twice', report.warnings),
    ...part(
      '',
      rows.length > 0 ? columns([['', ...armNames(report), 'difference', '95 % interval'], ...rows]) : [],
    ),
    ...recordsPart(
      'Strategies, shown against withheld (points, drawn towards what all have in common)',
      report.strategies,
    ),
    ...recordsPart('Error patterns and concepts, likewise', report.others),
    ...part(
      'Projects',
      projects.length > 1
        ? columns(
            projects.map(([name, { verdict, method, tasks, uplift }]) => [
              `  ${short(name, 40)}`,
              headline({ verdict, method }),
              counted(tasks, 'task'),
              uplift.difference === null
                ? ''
                : `${points(uplift.difference)} points (${pointRange(uplift.interval)})`,
            ]),
          )
        : [],
    ),
    ...(report.projects_left_out > 0 ? [`  … and ${report.projects_left_out} more; ask with --project`] : []),
  ].join('\n');
}

const part = (title: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : ['', ...(title === '' ? [] : [title]), ...lines];

function recordsPart(title: string, records: RecordUplift[]): string[] {
  const told = mostTelling(records, MOST_RECORDS);
  const lines = columns(
    told.map(({ uplift, interval, shown, withheld, flagged, id, says }) => [
      `  ${points(uplift)} (${pointRange(interval)})`,
      `${grouped(shown)} / ${grouped(withheld)}`,
      flagged ?? '',
      says === undefined ? id : `${id}  ${short(says, 90)}`,
    ]),
  );
  const more =
    records.length > told.length
      ? [`  … ${records.length - told.length} between them; --json has them all`]
      : [];
  return part(title, [...lines, ...more]);
}

/** Columns as wide as their widest cell. */
function columns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
