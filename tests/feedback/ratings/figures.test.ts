/** Scores, statistics, trends and exports: each against numbers that are known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openContext } from '../../../src/context.ts';
import { contradictory } from '../../../src/feedback/ratings/disagree.ts';
import { exportRatings } from '../../../src/feedback/ratings/export.ts';
import { highScoring, scoresFrom } from '../../../src/feedback/ratings/scores.ts';
import { feedbackStatistics } from '../../../src/feedback/ratings/statistics.ts';
import { feedbackTrends } from '../../../src/feedback/ratings/trends.ts';
import { voicesOf } from '../../../src/feedback/ratings/voices.ts';
import { clusteredMean, studentQuantile } from '../../../src/learners/clustered-mean.ts';
import { createRandom, type Random } from '../../../src/learners/random.ts';
import type { RaterKind, Rating, RatingParts } from '../../../src/types.ts';
import { temporaryDirectory, whenOver } from '../../support/store.ts';

/** After Box and Muller. */
const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const NOW = Date.UTC(2026, 5, 30);
const DAY = 86_400_000;

let rows = 0;
const rating = (workflow: string, said: RatingParts, more: Partial<Rating> = {}): Rating => {
  rows += 1;
  return {
    id: `rate_${rows}`,
    at: new Date(NOW - DAY + rows).toISOString(),
    project: 'p',
    derived_from: [workflow],
    trust: 0.8,
    workflow,
    trajectories: [workflow],
    task_key: `task of ${workflow}`,
    rater: 'Ann',
    rater_kind: 'human',
    said,
    ...more,
  };
};
const by = (rater: string, workflow: string, value: number, rater_kind: RaterKind = 'human') =>
  rating(workflow, { satisfaction: value }, { rater, rater_kind });

async function storeOf(ratings: Rating[]) {
  const flags = { data: temporaryDirectory(), log_level: 'silent' } as const;
  const ctx = await openContext(flags, { llm: null, now: () => new Date(NOW) });
  whenOver(() => ctx.close());
  await ctx.memory.ratings.put(ratings);
  return ctx;
}

describe('scores', () => {
  it('take a rater’s habit out: a strict one’s work is not worse', () => {
    const random = createRandom(3);
    const truth = Array.from({ length: 40 }, () => 0.3 + 0.5 * random());
    // Each workflow is rated by two of three; Cid is strict.
    const habits = { Ann: 0.05, Bob: 0.05, Cid: -0.2 };
    const names = Object.keys(habits) as (keyof typeof habits)[];
    const all = truth.flatMap((worth, i) =>
      names
        .filter((_, nth) => nth !== i % 3)
        .map((name) => by(name, `w${i}`, worth + habits[name] + 0.02 * gaussian(random))),
    );
    const scores = new Map(scoresFrom(voicesOf(all)).map((score) => [score.workflow, score]));
    const off = (read: (score: { composite: number; adjusted: number }) => number) => {
      const errors = truth.map((worth, i) => read(scores.get(`w${i}`) as never) - worth);
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      return Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / errors.length);
    };
    expect(off(({ composite }) => composite)).toBeGreaterThan(0.05);
    expect(off(({ adjusted }) => adjusted)).toBeLessThan(0.025);
  });

  it('never mix kinds: people’s word first, an agent’s apart', async () => {
    const ctx = await storeOf([
      by('Ann', 'w1', 0.2),
      by('bot', 'w1', 1, 'agent'),
      by('bot', 'w2', 1, 'agent'),
      by('j', 'w3', 0.9, 'judge'),
      by('Ann', 'w4', 0.8),
    ]);
    expect((await highScoring(ctx)).map(({ workflow, by: whose }) => [workflow, whose])).toEqual([
      ['w3', 'judge'],
      ['w4', 'human'],
    ]);
    const [w1] = scoresFrom(voicesOf([by('Ann', 'w1', 0.2), by('bot', 'w1', 1, 'agent')]));
    expect(w1).toMatchObject({ by: 'human', composite: 0.2, kinds: { agent: { said: 1, raters: 1 } } });
  });
});

describe('contradiction', () => {
  const noisy = (spread: number, seed: number) => {
    const random = createRandom(seed);
    return new Map(
      Array.from({ length: 40 }, (_, i) => [`w${i}`, [0, 1, 2].map(() => 0.5 + spread * gaussian(random))]),
    );
  };

  it('is seldom found where there is none, and found where it is', () => {
    let alarms = 0;
    for (let seed = 0; seed < 100; seed += 1) alarms += contradictory(noisy(0.1, seed)).size > 0 ? 1 : 0;
    expect(alarms).toBeLessThanOrEqual(12);
    expect(contradictory(noisy(0.05, 1).set('odd', [0.05, 0.5, 0.95]))).toEqual(new Set(['odd']));
  });

  it('is plain where nothing says what chance does', () => {
    expect(contradictory(new Map([['one', [0.1, 0.9]]]))).toEqual(new Set(['one']));
    expect(contradictory(new Map([['one', [0.5, 0.8]]]))).toEqual(new Set());
  });

  it('is none between scores of different parts', () => {
    const apart = [rating('w', { quality: 0.1 }), rating('w', { novelty: 0.9 }, { rater: 'Bob' })];
    expect(scoresFrom(voicesOf(apart))[0]?.kinds.human?.contradictory).toBe(false);
  });
});

describe('means', () => {
  it('have Student’s interval, over clusters', () => {
    // qt(0.975, c(1, 4, 30)) in R.
    for (const [freedom, quantile] of [
      [1, 12.7062],
      [4, 2.776445],
      [30, 2.042272],
    ] as const)
      expect(studentQuantile(freedom)).toBeCloseTo(quantile, 3);
    const values = [0.2, 0.4, 0.6, 0.8].map((value, i) => ({ value, cluster: `t${i}` }));
    // t.test(c(.2, .4, .6, .8)) in R.
    const plain = clusteredMean(values, [-9, 9]);
    expect([plain.low, plain.high]).toEqual([expect.closeTo(0.0891617, 4), expect.closeTo(0.9108383, 4)]);
    // Ten copies of each are no more witnesses.
    const copies = clusteredMean(Array.from({ length: 10 }, () => values).flat(), [-9, 9]);
    expect(copies.low).toBeCloseTo(plain.low as number, 9);
  });

  it('say nothing of what they cannot tell', () => {
    expect(clusteredMean([], [0, 1])).toEqual({ n: 0, clusters: 0, mean: null, low: null, high: null });
    const same = [1, 2, 3].map((i) => ({ value: 0.7, cluster: `t${i}` }));
    expect(clusteredMean(same, [0, 1])).toMatchObject({ n: 3, low: null, high: null });
    expect(clusteredMean([{ value: 0.7, cluster: 't' }], [0, 1])).toMatchObject({ mean: 0.7, low: null });
  });
});

describe('statistics', () => {
  it('count voices, not rows, each kind apart', async () => {
    const ctx = await storeOf([
      rating('w1', { cat: { score: 10 } }),
      rating('w1', { cat: { score: 1 } }),
      rating('w2', { cat: { score: 10 }, satisfaction: 0.5 }, { rater: 'Bob' }),
      rating('w2', { cat: { score: 10 } }, { rater: 'bot', rater_kind: 'agent' }),
      rating('w3', { text: 'no score' }, { project: 'q' }),
    ]);
    const { kinds, ...counts } = await feedbackStatistics(ctx, { project: 'p' });
    expect(counts).toMatchObject({ ratings: 4, workflows: 2 });
    expect(kinds.human).toMatchObject({ ratings: 3, voices: 2, workflows: 2, tasks: 2 });
    expect(kinds.human?.measures.cat).toMatchObject({ n: 2, mean: 0.5, distribution: [1, 0, 0, 0, 1] });
    expect(kinds.human?.measures.novelty).toMatchObject({ n: 0, mean: null });
    expect(kinds.human?.agreement.icc).toBeNull();
    expect(kinds.agent?.measures.cat.mean).toBe(1);
    expect((await feedbackStatistics(ctx)).kinds.human?.measures.composite.n).toBe(2);
  });

  it('find how far raters agree', async () => {
    const values = [0.1, 0.3, 0.5, 0.7, 0.9, 0.2, 0.6, 0.8];
    const agreeing = values.flatMap((value, i) => [
      by('Ann', `w${i}`, value),
      by('Bob', `w${i}`, value + 0.02),
    ]);
    const turned = values.flatMap((value, i) => [by('Ann', `w${i}`, value), by('Bob', `w${i}`, 1 - value)]);
    const iccOf = async (all: Rating[]) =>
      (await feedbackStatistics(await storeOf(all))).kinds.human?.agreement.icc as number;
    expect(await iccOf(agreeing)).toBeGreaterThan(0.9);
    expect(await iccOf(turned)).toBeLessThan(0.1);
  });
});

describe('trends', () => {
  it('have five bins; what is empty stays empty, and a rater counts once a bin', async () => {
    const at = (days: number) => ({ at: new Date(NOW - days * DAY).toISOString() });
    const ctx = await storeOf([
      rating('w1', { quality: 1 }, at(31)),
      rating('w1', { quality: 0 }, at(29)),
      rating('w2', { quality: 0.4 }, at(28)),
      rating('w1', { quality: 0.1 }, at(3)),
      rating('w1', { quality: 0.9 }, at(2)),
      rating('w1', { quality: 0 }, { ...at(1), rater: 'bot', rater_kind: 'agent' }),
    ]);
    const { bins, ...what } = await feedbackTrends(ctx);
    expect(what).toEqual({ measure: 'composite', kind: 'human', days: 30 });
    expect(bins.map(({ n, mean }) => [n, mean])).toEqual([
      [2, 0.2],
      [0, null],
      [0, null],
      [0, null],
      [1, 0.9],
    ]);
    expect([bins[0]?.from, bins[4]?.to]).toEqual([at(30).at, at(0).at]);
    for (const days of [0, -3, Number.NaN, 1e9])
      await expect(feedbackTrends(ctx, { days })).rejects.toMatchObject({ code: 'bad_argument' });
  });
});

describe('the export', () => {
  /** RFC 4180 read back, strictly. */
  const parse = (csv: string): string[][] => {
    const cells = [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu)];
    expect(cells.map(([whole]) => whole).join('')).toBe(csv);
    const lines: string[][] = [[]];
    for (const [, quotedCell, plain = '', end] of cells) {
      lines.at(-1)?.push(quotedCell === undefined ? plain : quotedCell.replaceAll('""', '"'));
      if (end === '\r\n') lines.push([]);
    }
    return lines.slice(0, -1);
  };
  const csvOf = (all: Rating[]) => parse([...exportRatings(all, 'csv')].join(''));
  const cell = (table: string[][], column: string) => table[1]?.[table[0]?.indexOf(column) ?? -1] as string;

  it('as CSV is read back as it was said, whatever was said, and runs nowhere', () => {
    const start = fc.constantFrom('', '=', '+', '-', '@', '\t=', ' =', "'", '"=', '\n', '＝', '|', '%');
    fc.assert(
      fc.property(start, fc.string(), fc.array(fc.string(), { maxLength: 3 }), (first, rest, tags) => {
        const text = `${first}${rest}`;
        const table = csvOf([rating('w', { text, tags, quality: 0.25 }, { rater: text })]);
        for (const column of ['text', 'rater']) {
          const kept = cell(table, column);
          expect(kept.replace(/^'/u, '')).toBe(text);
          expect(kept).not.toMatch(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u);
        }
        expect(cell(table, 'quality')).toBe('0.25');
        expect(cell(table, 'novelty')).toBe('');
        expect(JSON.parse(cell(table, 'tags'))).toEqual(tags);
        expect(new Set(table.map(({ length }) => length)).size).toBe(1);
      }),
    );
    expect(csvOf([])).toHaveLength(1);
  });

  it('as JSON and JSON Lines holds the records and their composite', () => {
    const all = [rating('w', { quality: 0.5 }), rating('v', { text: 'only words' })];
    const [scored, unscored] = [{ ...all[0], composite: 0.5 }, all[1]];
    expect(JSON.parse([...exportRatings(all, 'json')].join(''))).toEqual([scored, unscored]);
    const lines = [...exportRatings(all, 'jsonl')].join('').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([scored, unscored]);
    expect(JSON.parse([...exportRatings([], 'json')].join(''))).toEqual([]);
  });
});
