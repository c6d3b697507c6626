/** The part of the figure that shows both arms as time goes on. Pure. */
import type { Span, SpanSide } from './over-time.ts';
import { label, type Scale, scaleOf, shape } from './svg.ts';
import { percent } from './told.ts';

const HEIGHT = 110;
/** Names of lines that end nearer to each other would be written over each other. */
const APART = 16;

export interface Box {
  left: number;
  right: number;
  top: number;
}

export function overTimePart(spans: Span[], { left, right, top }: Box): string {
  const [from, to] = [left + 50, right - 130];
  const place = (i: number): number => from + ((to - from) * i) / Math.max(1, spans.length - 1);
  const rates = scaleOf(0, 1, top + 30 + HEIGHT, top + 30, 4);
  const dates = { class: 'faint', 'font-size': 12 };
  const shown = lineOf(
    spans.map((span) => span.with),
    place,
    rates,
  );
  const withheld = lineOf(
    spans.map((span) => span.without),
    place,
    rates,
  );
  const [one, other] = [shown.at(-1)?.y ?? 0, withheld.at(-1)?.y ?? 0];
  const push = Math.max(0, APART - Math.abs(one - other)) / 2;
  const away = one <= other ? push : -push;
  return [
    label(left, top + 12, 'Over time: share that ended well', {
      class: 'ink',
      'font-weight': 600,
      'font-size': 14,
    }),
    ...rates.marks.flatMap((value) => [
      shape('line', { class: 'grid', x1: from, y1: rates.at(value), x2: to, y2: rates.at(value) }),
      label(from - 8, rates.at(value) + 4, percent(value), { ...dates, 'text-anchor': 'end' }),
    ]),
    label(from, top + 30 + HEIGHT + 18, spans[0]?.from.slice(0, 10) ?? '', dates),
    label(to, top + 30 + HEIGHT + 18, spans.at(-1)?.to.slice(0, 10) ?? '', {
      ...dates,
      'text-anchor': 'end',
    }),
    ...arm(shown, 'shown', 'shown', -away),
    ...arm(withheld, 'withheld', 'held out', away),
  ].join('\n');
}

interface Point {
  x: number;
  y: number;
  low: number;
  high: number;
}

const lineOf = (sides: SpanSide[], place: (i: number) => number, rates: Scale): Point[] =>
  sides.flatMap(({ rate, interval }, i) =>
    rate === null || interval === null
      ? []
      : [{ x: place(i), y: rates.at(rate), low: rates.at(interval[0]), high: rates.at(interval[1]) }],
  );

function arm(line: Point[], kind: string, name: string, shift: number): string[] {
  const last = line.at(-1);
  if (!last) return [];
  const path = (points: { x: number; y: number }[]) =>
    points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const band = [
    ...line.map(({ x, high }) => ({ x, y: high })),
    ...line.toReversed().map(({ x, low }) => ({ x, y: low })),
  ];
  const dashes = { 'stroke-dasharray': kind === 'withheld' ? '6 4' : 'none' };
  return [
    shape('polygon', { class: kind, points: path(band), 'fill-opacity': '0.1', style: 'stroke: none' }),
    shape('polyline', { class: `${kind} path`, points: path(line), 'stroke-width': 2, ...dashes }),
    ...line.map(({ x, y }) => shape('circle', { class: kind, cx: x, cy: y, r: 3 })),
    label(last.x + 10, last.y + 4 + shift, name, { class: kind, style: 'stroke: none' }),
  ];
}
