/** The learning curve as an SVG of its own: two panels, one line and one band an arm. No script, no outside font. */
import type { Interval, Point } from './curve.ts';
import { ARMS, type Arm } from './study.ts';

const LOOK: Record<Arm, { colour: string; dash: string; name: string }> = {
  none: { colour: '#6b7280', dash: '6 4', name: 'no memory' },
  knowhow: { colour: '#1d4ed8', dash: '', name: 'Knowhow' },
  shuffled: { colour: '#c2410c', dash: '2 4', name: 'advice for another task' },
};
const PANEL = { width: 380, height: 240, left: 60, top: 56, gap: 90 };
const WIDTH = PANEL.left + 2 * PANEL.width + PANEL.gap + 30;
const HEIGHT = PANEL.top + PANEL.height + 96;

export function learningChart(points: Point[]): string {
  const most = Math.max(1, ...points.flatMap(({ arms }) => ARMS.map((arm) => arms[arm].retries.high)));
  const panels = [
    panel(
      points,
      0,
      'Tasks solved',
      1,
      ({ arms }, arm) => arms[arm].success,
      (v) => `${Math.round(100 * v)} %`,
    ),
    panel(
      points,
      1,
      'Failing checks per task',
      Math.ceil(most),
      ({ arms }, arm) => arms[arm].retries,
      String,
    ),
  ];
  const legend = ARMS.map((arm, i) => {
    const x = PANEL.left + i * 230;
    const y = HEIGHT - 18;
    return `<line x1="${x}" y1="${y - 4}" x2="${x + 32}" y2="${y - 4}" ${stroke(arm)}/><text x="${x + 40}" y="${y}">${LOOK[arm].name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Tasks solved and failing checks per task, after more and more recorded tasks, with and without Knowhow" font-family="system-ui, sans-serif" font-size="13" fill="#1f2937">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${[...panels, ...legend].join('\n')}
</svg>
`;
}

function panel(
  points: Point[],
  nth: number,
  title: string,
  most: number,
  of: (point: Point, arm: Arm) => Interval,
  label: (value: number) => string,
): string {
  const left = PANEL.left + nth * (PANEL.width + PANEL.gap);
  // Steps of experience stand evenly: they double.
  const x = (i: number) => round(left + (PANEL.width * i) / Math.max(1, points.length - 1));
  const y = (value: number) =>
    round(PANEL.top + PANEL.height * (1 - Math.max(0, Math.min(most, value)) / most));
  const ticks = most === 1 ? [0, 0.25, 0.5, 0.75, 1] : Array.from({ length: most + 1 }, (_, i) => i);
  const grid = ticks.map(
    (tick) =>
      `<line x1="${left}" y1="${y(tick)}" x2="${left + PANEL.width}" y2="${y(tick)}" stroke="#e5e7eb"/><text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
  );
  const axis = points.map(
    ({ experience }, i) =>
      `<text x="${x(i)}" y="${PANEL.top + PANEL.height + 20}" text-anchor="middle">${experience}</text>`,
  );
  const lines = ARMS.map((arm) => {
    const values = points.map((point) => of(point, arm));
    const band = [
      ...values.map(({ high }, i) => `${x(i)},${y(high)}`),
      ...values.map(({ low }, i) => `${x(i)},${y(low)}`).reverse(),
    ].join(' ');
    const line = values.map(({ value }, i) => `${x(i)},${y(value)}`).join(' ');
    const dots = values.map(
      ({ value }, i) => `<circle cx="${x(i)}" cy="${y(value)}" r="3" fill="${LOOK[arm].colour}"/>`,
    );
    return `<polygon points="${band}" fill="${LOOK[arm].colour}" fill-opacity="0.10"/><polyline points="${line}" fill="none" ${stroke(arm)}/>${dots.join('')}`;
  });
  return [
    `<text x="${left}" y="${PANEL.top - 20}" font-size="15" font-weight="600">${title}</text>`,
    ...grid,
    ...axis,
    `<text x="${left + PANEL.width / 2}" y="${PANEL.top + PANEL.height + 42}" text-anchor="middle" fill="#4b5563">tasks recorded before</text>`,
    ...lines,
  ].join('\n');
}

const stroke = (arm: Arm): string =>
  `stroke="${LOOK[arm].colour}" stroke-width="2"${LOOK[arm].dash === '' ? '' : ` stroke-dasharray="${LOOK[arm].dash}"`}`;
const round = (value: number): number => Math.round(10 * value) / 10;
