/** The picture and the page: well formed whatever the stored text says, readable without seeing it, nothing in them alive. */
import { beforeAll, describe, expect, it } from 'vitest';
import { reportSvg } from '../../../src/feedback/uplift/figure.ts';
import { reportMarkdown } from '../../../src/feedback/uplift/markdown.ts';
import { type HelpReport, helpReport } from '../../../src/feedback/uplift/report.ts';
import { scaleOf } from '../../../src/feedback/uplift/svg.ts';
import { about, change, percent, pointRange, points } from '../../../src/feedback/uplift/told.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { NOW, trial } from './seeded.ts';

const HOSTILE = [
  '</text><script>alert(1)</script><text>',
  ']]><!--&bogus; <img src=x onerror=alert(1)> "quoted"',
  '``` ` [click](http://evil.example) | cell | @everyone\n# heading\n- item',
  'zero\u200bwidth \u202eright\u0000to\u001b[31mleft \ud800 \uffff',
];

let report: HelpReport;
let nothing: HelpReport;

beforeAll(async () => {
  const ctx = await openStoreAt(temporaryDirectory(), { holdout: 0.3 });
  nothing = await helpReport(ctx, { now: NOW });
  const records = (task: number) => [`strat_${task % 16}`, `strat_${(task * 5) % 16}`, 'err_1'];
  const facts = { tasks: 240, records, adds: { strat_1: 0.3, strat_2: -0.4 }, tokens: true };
  await ctx.memory.exposures.put([
    ...trial({ ...facts, lift: 0.2 }),
    ...trial({ ...facts, tasks: 30, project: '<b>&"shop|`' }),
  ]);
  const told = await helpReport(ctx, { now: NOW });
  const strategies = told.strategies.map((one, i) => ({
    ...one,
    says: HOSTILE[i % HOSTILE.length] as string,
  }));
  report = { ...told, strategies };
});

describe('the figure', () => {
  it('is well-formed XML, with markup in stored text turned into text', () => {
    for (const each of [report, nothing]) expect(faultIn(reportSvg(each))).toBeUndefined();
    const svg = reportSvg(report);
    expect(svg).not.toMatch(/<script|<img|onerror="/u);
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(svg).not.toMatch(/[\u0000-\u0008\u001b\u200b\u202e\ufffe\uffff]/u);
    expect(svg.isWellFormed()).toBe(true);
  });

  it('says what it shows to those who do not see it, and follows their colour scheme', () => {
    const svg = reportSvg(report);
    expect(svg).toContain('<title id="title">Does it help?');
    expect(svg).toMatch(/<desc id="desc">Of \d+ tasks shown what is known/u);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('aria-labelledby="title desc"');
  });

  it('draws at most twelve strategies, the best and the worst, and stays within its paper', () => {
    const svg = reportSvg(report);
    expect(report.strategies).toHaveLength(16);
    expect(svg).toContain('(12 of 16)');
    const [, width = '', height = ''] = /viewBox="0 0 (\d+) (\d+)"/u.exec(svg) ?? [];
    const places = [...svg.matchAll(/ (c?[xy][12]?)="([^"]+)"/gu)].map(([, name = '', value]) => ({
      max: Number(name.includes('x') ? width : height),
      value: Number(value),
    }));
    expect(places.length).toBeGreaterThan(100);
    expect(places.filter(({ value, max }) => !(value >= 0 && value <= max))).toEqual([]);
  });

  it('has words where there is nothing to draw', () => {
    const svg = reportSvg(nothing);
    expect(svg).toContain('Nothing to compare yet');
    expect(svg).not.toContain('<circle');
  });

  it('marks a scale with round numbers', () => {
    expect(scaleOf(-0.27, 0.27, 0, 100, 6).marks.map((mark) => mark.toFixed(2))).toEqual([
      '-0.20',
      '-0.10',
      '0.00',
      '0.10',
      '0.20',
    ]);
    expect(scaleOf(0, 1, 10, 110).at(0.25)).toBe(35);
    expect(scaleOf(0, 1, 10, 110).at(7)).toBe(110);
  });
});

describe('the page', () => {
  it('keeps stored text in code spans that it cannot end', () => {
    const page = reportMarkdown(report);
    for (const line of page.split('\n').filter((each) => each.includes('evil.example'))) {
      const spans = line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/gu, '');
      expect(spans).not.toContain('evil');
      expect(spans).not.toContain('<');
    }
    expect(page).not.toMatch(/^(?:# heading|- item)/mu);
    expect(page).toMatch(/^\| ``.*<b>&"shop\\\|` ``/mu);
  });

  it('begins with the verdict and holds the figures', () => {
    const [title, , verdict] = reportMarkdown(report).split('\n');
    expect(title).toBe('# Does it help?');
    expect(verdict).toMatch(/^\*\*(?:It helps|Cannot tell yet)\*\* \(all projects; made 2026-07-20T/u);
    for (const row of ['ended well', 'steps a run', 'tokens a run'])
      expect(reportMarkdown(report)).toMatch(new RegExp(`^\\| ${row} \\|`, 'mu'));
  });
});

describe('numbers', () => {
  it.each([
    [points(0.134), '+13'],
    [points(-0.004), '−0.4'],
    [points(0.0002), '0'],
    [pointRange([-0.011, 0.27]), '−1 to +27'],
    [change(-1234.4), '−1,234'],
    [change(0.004), '0'],
    [about(17), 'about 17'],
    [about(1_567), 'about 1,600'],
    [points(null), '–'],
    [percent(0.996), '99.6 %'],
    [percent(1), '100 %'],
  ])('%s', (told, expected) => expect(told).toBe(expected));
});

/** The first fault of a document of elements, text and the five named entities; undefined where there is none. */
function faultIn(xml: string): string | undefined {
  const open: string[] = [];
  for (const [token, name = '', rest = ''] of xml.trim().matchAll(/<(\/?[\w-]+)([^<>]*)>|[^<>]+|[<>]/gu)) {
    if (/&(?!(?:amp|lt|gt|quot|apos);)/u.test(token)) return `entity in ${token}`;
    if (name === '') {
      if (token === '<' || token === '>' || (open.length === 0 && token.trim() !== ''))
        return `stray ${token}`;
    } else if (name.startsWith('/')) {
      if (open.pop() !== name.slice(1)) return `end of ${name}`;
    } else {
      if (!/^(?:\s+[\w:-]+="[^"<]*")*\s*\/?$/u.test(rest)) return `attributes of ${token}`;
      if (!rest.endsWith('/')) open.push(name);
    }
  }
  return open.length === 0 ? undefined : `never ended: ${open.join(', ')}`;
}
