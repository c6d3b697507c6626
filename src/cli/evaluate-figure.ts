/** An evaluation as a picture: how many samples took how many retries, before and after. */
import { axis, label, picture, scaleOf, shape, whisker } from '../feedback/uplift/svg.ts';
import type { EvaluationReport } from '../training/evaluate/report.ts';
import type { Evaluated } from './evaluate.ts';

const WIDTH = 760;
const LEFT = 24;
const BARS = 130;
const RIGHT = WIDTH - 60;
const BAR = 14;

/** An SVG document that follows the reader's light or dark scheme. */
export function evaluationSvg({ report, against, comparison }: Evaluated): string {
  const sides = against ? [against, report] : [report];
  const said = comparison
    ? { better: 'fewer retries', worse: 'more retries', 'cannot tell': 'no telling yet' }[comparison.verdict]
    : `${(report.e_retries.mean ?? 0).toFixed(2)} retries`;
  const title = `Retries until accepted: ${said}`;
  const rows = report.cap + 2;
  const row = BAR * sides.length + 12;
  const top = 78;
  const bottom = top + rows * row;
  const scale = scaleOf(0, Math.max(0.05, ...sides.flatMap(({ distribution }) => distribution)), BARS, RIGHT);
  const means = bottom + 60;
  const parts = [
    label(LEFT, 32, title, { class: 'ink', 'font-size': 17, 'font-weight': 600 }),
    label(
      LEFT,
      54,
      `Share of samples by rejected attempts; ${report.tasks} tasks, ${report.samples} samples each`,
      {
        class: 'faint',
      },
    ),
    axis(scale, top - 8, bottom, percent),
    ...Array.from({ length: rows }, (_, nth) => bars(sides, nth, top + nth * row, scale)),
    ...meansPart(sides, report.cap, means),
  ];
  const words = sides.map((side) => `${kindOf(sides, side).name}: E[retries] ${estimate(side)}.`);
  return picture(WIDTH, means + 70 + 30 * sides.length, title, words.join(' '), parts);
}

type Scale = ReturnType<typeof scaleOf>;

function bars(sides: EvaluationReport[], nth: number, y: number, scale: Scale): string {
  const cap = sides[0]?.cap ?? 0;
  const name =
    nth > cap ? 'not accepted' : nth === 0 ? 'at once' : `${nth} ${nth === 1 ? 'retry' : 'retries'}`;
  return [
    label(LEFT, y + (BAR * sides.length) / 2 + 4, name, { class: 'ink' }),
    ...sides.flatMap((side, i) => {
      const share = side.distribution[nth] ?? 0;
      const width = scale.at(share) - scale.at(0);
      return [
        shape('rect', { class: kindOf(sides, side).kind, x: BARS, y: y + i * BAR, width, height: BAR - 3 }),
        label(BARS + width + 5, y + i * BAR + 10, percent(share), { class: 'faint', 'font-size': 11 }),
      ];
    }),
  ].join('\n');
}

function meansPart(sides: EvaluationReport[], cap: number, top: number): string[] {
  const scale = scaleOf(0, cap + 1, BARS, RIGHT);
  const bottom = top + 20 + 30 * sides.length;
  return [
    label(LEFT, top, `E[retries], at most ${cap + 1}, with 95 % intervals`, {
      class: 'ink',
      'font-weight': 600,
    }),
    axis(scale, top + 12, bottom, (value) => String(value)),
    ...sides.flatMap((side, i) => {
      const { mean, interval } = side.e_retries;
      const y = top + 30 + 30 * i;
      const { name, kind } = kindOf(sides, side);
      return [
        label(LEFT, y + 4, name, { class: 'ink' }),
        ...(mean === null ? [] : [whisker(scale, y, kind, mean, interval ?? [mean, mean])]),
      ];
    }),
  ];
}

const kindOf = (sides: EvaluationReport[], side: EvaluationReport) =>
  sides.length > 1 && side === sides[0]
    ? { name: 'before', kind: 'withheld' }
    : { name: sides.length > 1 ? 'after' : 'samples', kind: 'shown' };

const estimate = ({ e_retries: { mean, interval } }: EvaluationReport): string =>
  mean === null
    ? 'unknown'
    : `${mean.toFixed(2)}${interval ? `, 95 % ${interval.map((end) => end.toFixed(2)).join(' to ')}` : ''}`;

const percent = (share: number): string => `${Math.round(100 * share)} %`;
