import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/learners/random.ts';
import { compositeOf, diversities, informativenessOf } from '../../../src/training/quality/composite.ts';
import { judge } from '../../../src/training/quality/judge.ts';
import type { Sketch } from '../../../src/training/quality/sketch.ts';
import { QualityJudgement } from '../../../src/types/training.ts';
import { SETTINGS, sketch } from './sketches.ts';

const alike = (count: number, facts: Partial<Sketch>) =>
  Array.from({ length: count }, (_, i) => sketch(i, facts));
/** Of which some belongs to a batch of 21 kinds: next to as diverse as can be. */
const among = (facts: Partial<Sketch>) =>
  judge(
    [
      sketch('x', facts),
      ...Array.from({ length: 20 }, (_, i) => sketch(i, { domain: `d${i}`, task_type: `t${i}` })),
    ],
    SETTINGS,
  )[0];

describe('the composite of the seed', () => {
  it('quality 80, confidence .7 in a batch of one kind is .63, for review', () => {
    const [one] = judge(alike(12, { quality: 80, confidence: 0.7, difficulty: 0, actions: 1 }), SETTINGS);
    expect(one).toMatchObject({
      verdict: 'review',
      composite: 0.63,
      quality: 0.8,
      confidence: 0.7,
      diversity: 0,
      informativeness: 0.1,
    });
    expect(one?.reasons).toEqual(['its worth is 0.63, below 0.7 from which it is accepted']);
  });

  it('weighs .60, .20, .10 and .10, and 0.70 is no rounding below 0.70', () => {
    expect(compositeOf({ quality: 1, confidence: 0, diversity: 0, informativeness: 0 })).toBe(0.6);
    expect(compositeOf({ quality: 0, confidence: 1, diversity: 0, informativeness: 0 })).toBe(0.2);
    expect(compositeOf({ quality: 0, confidence: 0, diversity: 1, informativeness: 0 })).toBe(0.1);
    expect(compositeOf({ quality: 0, confidence: 0, diversity: 0, informativeness: 1 })).toBe(0.1);
    // 0.42 + 0.14 + 0.05 + 0.09 is 0.7000000000000001 or 0.6999999999999998, as it is added up.
    expect(compositeOf({ quality: 0.7, confidence: 0.7, diversity: 0.5, informativeness: 0.9 })).toBe(0.7);
    expect(compositeOf({ quality: 1, confidence: 1, diversity: 1, informativeness: 1 })).toBe(1);
  });

  it('is informative by difficulty and acts, five of which are as many as any', () => {
    expect(informativenessOf({ difficulty: 0.4, actions: 0 })).toBe(0.2);
    expect(informativenessOf({ difficulty: 0, actions: 2 })).toBe(0.2);
    expect(informativenessOf({ difficulty: 1, actions: 50 })).toBe(1);
  });

  it('is as diverse as pairwise counting says, the example itself counted', () => {
    const kind = fc.record({ domain: fc.constantFrom('a', 'b', 'c'), task_type: fc.constantFrom('x', 'y') });
    fc.assert(
      fc.property(fc.array(kind, { maxLength: 40 }), (batch) => {
        const counted = batch.map((one) => {
          if (batch.length <= 10) return 0.5;
          const same = batch.map(
            (other) => Number(other.domain === one.domain) + Number(other.task_type === one.task_type),
          );
          return 1 - same.reduce((a, b) => a + b, 0) / (2 * batch.length);
        });
        expect(diversities(batch)).toEqual(counted);
      }),
    );
  });
});

describe('a verdict', () => {
  it('accepts what is good and believed, and rejects what is not good', () => {
    expect(among({ quality: 90, confidence: 0.9 })).toMatchObject({ verdict: 'accept' });
    expect(among({ quality: 38, confidence: 0.9 })).toMatchObject({ verdict: 'reject' });
    expect(among({ quality: 38 })?.reasons[0]).toMatch(/^its worth is 0\.55, below 0\.56 /);
  });

  it('sends what is good and hardly believed to review, and what nobody graded', () => {
    const unsure = among({ quality: 100, confidence: 0.55, actions: 9 });
    expect(unsure?.composite).toBeGreaterThan(0.8);
    expect(unsure).toMatchObject({
      verdict: 'review',
      reasons: ['its verdict is worth 0.55, less than 0.6'],
    });
    expect(among({ quality: null })).toMatchObject({
      verdict: 'review',
      composite: null,
      quality: null,
      reasons: ['nobody graded the quality of the answer'],
    });
  });

  it('takes negatives by what their verdict is worth, whatever their grade, apart from the others', () => {
    const positives = alike(30, {});
    const negatives = [0.6, 0.59].map((confidence, i) =>
      sketch(`n${i}`, { label: false, quality: 0, confidence, domain: 'travel' }),
    );
    const judged = judge([...positives, ...negatives], SETTINGS);
    expect(judged.slice(30).map(({ verdict }) => verdict)).toEqual(['accept', 'reject']);
    expect(judged[31]?.reasons).toEqual(['that it is wrong is worth 0.59, less than 0.6']);
    expect(judged.slice(0, 30)).toEqual(judge(positives, SETTINGS));
  });
});

it('a reason never rounds a number over to the other side of its limit', () => {
  const [near] = judge([sketch(1, { quality: 59.99, confidence: 0.5, actions: 2.5 })], SETTINGS);
  expect(near).toMatchObject({ verdict: 'reject', composite: 0.55994 });
  expect(near?.reasons).toEqual(['its worth is 0.5599, below 0.56 from which it is looked at']);
});

describe('outliers', () => {
  const random = createRandom(11);
  const usual = Array.from({ length: 300 }, (_, i) =>
    sketch(i, {
      quality: 85 + 15 * random(),
      confidence: 0.8 + 0.2 * random(),
      difficulty: random(),
      actions: Math.floor(5 * random()),
      input_chars: Math.round(300 * 3 ** random()),
      output_chars: Math.round(500 * 4 ** random()),
    }),
  );
  const odd = [
    sketch('empty', { quality: 100, output_chars: 0 }),
    sketch('endless', { quality: 95, output_chars: 4_000_000, actions: 5 }),
  ];

  it('go to review with the reason, and next to nothing else does', () => {
    const judged = judge([...usual, ...odd], SETTINGS);
    for (const one of judged.slice(300)) {
      expect(one.verdict).toBe('review');
      expect(one.reasons.join()).toMatch(/unlike the others: 0\.\d\d, and from 0\.\d\d it is an outlier/);
    }
    expect(judged.filter(({ reasons }) => /unlike/.test(reasons.join())).length).toBeLessThanOrEqual(4);
    expect(judged.every((one) => QualityJudgement.safeParse(one).success)).toBe(true);
  });

  it('are looked for above 100 examples only, and never among negatives', () => {
    const hundred = judge([...usual.slice(0, 98), ...odd], SETTINGS);
    expect(hundred.some((one) => 'outlier' in one)).toBe(false);
    const negatives = usual.map((one) => ({ ...one, id: `n${one.id}`, label: false }));
    expect(judge(negatives, SETTINGS).some((one) => 'outlier' in one)).toBe(false);
    expect(judge([...usual.slice(0, 99), ...odd], SETTINGS).every((one) => 'outlier' in one)).toBe(true);
  });

  it('are not what every tenth is, where little else differs', () => {
    const draw = createRandom(3);
    const judged = judge(
      Array.from({ length: 400 }, (_, i) =>
        sketch(i, { confidence: i % 10 === 0 ? 0.7 : 1, output_chars: Math.round(300 * 4 ** draw()) }),
      ),
      SETTINGS,
    );
    expect(judged.filter(({ reasons }) => /unlike/.test(reasons.join()))).toEqual([]);
  });

  it('are none where all examples are the same', () => {
    const judged = judge(alike(200, { quality: 100, confidence: 1, difficulty: 1, actions: 5 }), SETTINGS);
    expect(new Set(judged.map(({ verdict }) => verdict))).toEqual(new Set(['accept']));
  });

  it('law: the judgement of an example does not depend on the order of the others', () => {
    const all = [...usual.slice(0, 150), ...odd, sketch('n', { label: false })];
    const byId = (sketches: Sketch[]) =>
      new Map(judge(sketches, SETTINGS).map((one, i) => [sketches[i]?.id, one]));
    const wanted = byId(all);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        const found = byId(shuffled);
        for (const { id } of all) expect(found.get(id)).toEqual(wanted.get(id));
      }),
      { numRuns: 3 },
    );
  });
});
