/** The report as a picture: both rates, their difference, what each record adds, and how it went over time. Pure. */

import { overTimePart } from './figure-over-time.ts';
import type { RecordUplift } from './figures-of.ts';
import { armNames, headline, mostTelling, short } from './markdown.ts';
import type { HelpReport } from './report.ts';
import { axis, label, picture, type Scale, scaleOf, shape, whisker } from './svg.ts';
import { counted, grouped, percent, pointRange, points } from './told.ts';

const WIDTH = 820;
const LEFT = 24;
const RIGHT = WIDTH - 24;
const MIDDLE = 430;
const ROW = 24;

/** An SVG document. Without anything to compare it says so in words. */
export function reportSvg(report: HelpReport): string {
  const scope = report.project === null ? '' : `, project ${short(report.project, 40)}`;
  const title = `Does it help? ${headline(report)}${scope}`;
  const lines = wrapped(report.words[0] ?? '', 120).slice(0, 4);
  const parts = [
    label(LEFT, 34, title, { class: 'ink', 'font-size': 17, 'font-weight': 600 }),
    ...lines.map((line, i) => label(LEFT, 60 + 18 * i, line, { class: 'faint' })),
  ];
  let y = 60 + 18 * lines.length + 12;
  if (report.uplift.sides) {
    parts.push(ratesPart(report, y), differencePart(report, y));
    y += 150;
  }
  const records = mostTelling(report.strategies);
  if (records.length > 0) {
    parts.push(recordsPart(records, report.strategies.length, y));
    y += 84 + ROW * records.length;
  }
  if (report.over_time.length > 1) {
    parts.push(overTimePart(report.over_time, { left: LEFT, right: RIGHT, top: y }));
    y += 190;
  }
  return picture(WIDTH, y + 8, title, [...report.words, ...report.warnings].join(' '), parts);
}

const heading = (x: number, y: number, text: string): string =>
  label(x, y, text, { class: 'ink', 'font-weight': 600, 'font-size': 14 });

function ratesPart(report: HelpReport, top: number): string {
  const { sides } = report.uplift;
  if (!sides) return '';
  const [shown, without] = armNames(report);
  const scale = scaleOf(0, 1, LEFT + 150, MIDDLE - 40, 4);
  return [
    heading(LEFT, top + 12, 'Ended well, with 95 % intervals'),
    axis(scale, top + 28, top + 96, percent),
    ...(
      [
        [shown, sides.with, 'shown'],
        [without, sides.without, 'withheld'],
      ] as const
    ).flatMap(([name, side, kind], i) => {
      const y = top + 44 + 34 * i;
      return [
        label(LEFT, y, name, { class: 'ink' }),
        label(LEFT, y + 15, `${percent(side.rate)} of ${counted(side.tasks, 'task')}`, {
          class: 'faint',
          'font-size': 12,
        }),
        whisker(scale, y, kind, side.rate, side.interval),
      ];
    }),
  ].join('\n');
}

function differencePart({ uplift, verdict }: HelpReport, top: number): string {
  const { difference, interval, interval_anytime } = uplift;
  if (difference === null || interval === null) return '';
  const wide = interval_anytime ?? interval;
  const scale = pointScale([...interval, ...wide], MIDDLE + 20, RIGHT - 20);
  const y = top + 62;
  const kind = verdict === 'helps' ? 'good' : verdict === 'hurts' ? 'bad' : 'plain';
  return [
    heading(MIDDLE, top + 12, 'Difference in points'),
    axis(scale, top + 28, top + 96, (value) => points(value)),
    shape('line', {
      class: kind,
      x1: scale.at(wide[0]),
      y1: y,
      x2: scale.at(wide[1]),
      y2: y,
      'stroke-width': 1,
      'stroke-dasharray': '2 3',
    }),
    whisker(scale, y, kind, difference, interval),
    label(
      MIDDLE,
      top + 130,
      `${points(difference)} (${pointRange(interval)})${interval_anytime ? '; dotted: however often one looks' : ''}`,
      {
        class: 'faint',
        'font-size': 12,
      },
    ),
  ].join('\n');
}

/** Symmetric about 0, so that for and against look alike. */
function pointScale(values: number[], from: number, to: number): Scale {
  const reach = Math.min(1, Math.max(0.1, ...values.map(Math.abs)) * 1.05);
  return scaleOf(-reach, reach, from, to, 6);
}

function recordsPart(records: RecordUplift[], of: number, top: number): string {
  const scale = pointScale(
    records.flatMap(({ interval }) => interval),
    MIDDLE + 20,
    RIGHT - 20,
  );
  const bottom = top + 34 + ROW * records.length;
  const more = records.length < of ? ` (${records.length} of ${grouped(of)})` : '';
  return [
    heading(LEFT, top + 12, `Each strategy, shown against withheld${more}`),
    axis(scale, top + 26, bottom, (value) => points(value)),
    ...records.flatMap(({ id, says, shown, withheld, uplift, interval, flagged }, i) => {
      const y = top + 44 + ROW * i;
      const kind = flagged === 'helps' ? 'good' : flagged === 'hurts' ? 'bad' : 'plain';
      return [
        label(LEFT, y + 4, short(says ?? id, 50), { class: 'ink', 'font-size': 12 }),
        label(MIDDLE, y + 4, `${shown} / ${withheld}`, {
          class: 'faint',
          'font-size': 11,
          'text-anchor': 'end',
        }),
        whisker(scale, y, kind, uplift, interval),
      ];
    }),
    label(
      LEFT,
      bottom + 34,
      'Points, drawn towards what all have in common; tasks shown / withheld. In colour: more than chance, by one look at all.',
      {
        class: 'faint',
        'font-size': 12,
      },
    ),
  ].join('\n');
}

/** Lines of at most so many characters; a longer word is a line of its own. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
