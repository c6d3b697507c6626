/** The little SVG that the figure needs. Everything goes through `escapeXml`; colours follow the reader's scheme. Pure. */
import { cleanText } from '../../text.ts';

type Attributes = Record<string, string | number>;

/** Text that no XML reader stumbles over, and that is never markup. */
const escapeXml = (text: string): string =>
  cleanText(text)
    .replace(/[\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const round = (value: string | number): string =>
  escapeXml(typeof value === 'number' ? String(Math.round(value * 10) / 10) : value);

const attributesOf = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${round(value)}"`)
    .join('');

export const shape = (
  name: 'line' | 'circle' | 'rect' | 'polyline' | 'polygon',
  attributes: Attributes,
): string => `<${name}${attributesOf(attributes)}/>`;

export const label = (x: number, y: number, text: string, attributes: Attributes = {}): string =>
  `<text${attributesOf({ x, y, ...attributes })}>${escapeXml(text)}</text>`;

/** Classes in place of colours: `ink`, `faint`, `grid`, `shown`, `withheld`, `good`, `bad`. */
const STYLE = `
  .paper { fill: #ffffff } .ink { fill: #1f2937 } .faint { fill: #4b5563 } .grid { stroke: #d1d5db }
  .zero { stroke: #4b5563 } .shown { stroke: #1d4ed8; fill: #1d4ed8 } .withheld { stroke: #b45309; fill: #b45309 }
  .plain { stroke: #4b5563; fill: #4b5563 } .good { stroke: #047857; fill: #047857 } .bad { stroke: #b91c1c; fill: #b91c1c }
  .path { fill: none }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #111827 } .ink { fill: #e5e7eb } .faint { fill: #9ca3af } .grid { stroke: #374151 }
    .zero { stroke: #9ca3af } .shown { stroke: #93c5fd; fill: #93c5fd } .withheld { stroke: #fbbf24; fill: #fbbf24 }
    .plain { stroke: #9ca3af; fill: #9ca3af } .good { stroke: #6ee7b7; fill: #6ee7b7 } .bad { stroke: #fca5a5; fill: #fca5a5 }
    .path { fill: none }
  }
`;

/** The whole picture, with what it says for those who do not see it. */
export function picture(
  width: number,
  height: number,
  title: string,
  description: string,
  parts: string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="13">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="desc">${escapeXml(description)}</desc>`,
    `<style>${STYLE}</style>`,
    shape('rect', { class: 'paper', width, height }),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** A scale from values to places, with round marks: at most about `most` of them. */
export function scaleOf(low: number, high: number, from: number, to: number, most = 5) {
  const span = high - low || 1;
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= raw) ?? raw;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const held = (value: number) => Math.min(high, Math.max(low, value));
  return {
    at: (value: number): number => from + ((held(value) - low) / span) * (to - from),
    marks: Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step),
  };
}

export type Scale = ReturnType<typeof scaleOf>;

/** A value with its interval, lying. */
export function whisker(
  scale: Scale,
  y: number,
  kind: string,
  value: number,
  [low, high]: readonly [number, number],
): string {
  const [from, to] = [scale.at(low), scale.at(high)];
  return [
    shape('line', { class: kind, x1: from, y1: y, x2: to, y2: y, 'stroke-width': 2 }),
    ...[from, to].map((x) =>
      shape('line', { class: kind, x1: x, y1: y - 4, x2: x, y2: y + 4, 'stroke-width': 2 }),
    ),
    shape('circle', { class: kind, cx: scale.at(value), cy: y, r: 4 }),
  ].join('');
}

/** Upright lines with their names below. */
export function axis(scale: Scale, top: number, bottom: number, name: (value: number) => string): string {
  return scale.marks
    .map((value) => {
      const x = scale.at(value);
      return [
        shape('line', { class: Math.abs(value) < 1e-9 ? 'zero' : 'grid', x1: x, y1: top, x2: x, y2: bottom }),
        label(x, bottom + 16, name(value), { class: 'faint', 'text-anchor': 'middle', 'font-size': 12 }),
      ].join('');
    })
    .join('\n');
}
