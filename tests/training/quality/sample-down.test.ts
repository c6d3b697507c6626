import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleDown } from '../../../src/training/quality/sample-down.ts';
import type { Sketch } from '../../../src/training/quality/sketch.ts';
import { sketch } from './sketches.ts';

const ROOMY = { most_examples: 10_000, most_per_task: 10_000, seed: 1 };
const keptOf = (sketches: Sketch[], settings: Partial<typeof ROOMY>) => {
  const { kept } = sampleDown(sketches, { ...ROOMY, ...settings });
  return sketches.filter((_, i) => kept[i]);
};
const idsOf = (sketches: Sketch[]) => sketches.map(({ id }) => id).sort();

describe('a task with too many attempts', () => {
  const attempts = [
    sketch('good', { task_key: 't', quality: 95 }),
    sketch('better', { task_key: 't', quality: 100 }),
    sketch('fair', { task_key: 't', quality: 80 }),
    sketch('mended', { task_key: 't', quality: 75, retry_count: 2 }),
    sketch('wrong', { task_key: 't', label: false, quality: 10 }),
    sketch('wrong, surely', { task_key: 't', label: false, quality: 10, confidence: 1 }),
  ];

  it('keeps the best, and of each course one before the second of another', () => {
    expect(idsOf(keptOf(attempts.slice(0, 4), { most_per_task: 1 }))).toEqual(['ex_better']);
    expect(idsOf(keptOf(attempts.slice(0, 4), { most_per_task: 2 }))).toEqual(['ex_better', 'ex_mended']);
    expect(idsOf(keptOf(attempts.slice(0, 4), { most_per_task: 3 }))).toEqual([
      'ex_better',
      'ex_good',
      'ex_mended',
    ]);
  });

  it('keeps a quarter of the room for rejected answers, and all of it where nobody else wants it', () => {
    expect(idsOf(keptOf(attempts, { most_per_task: 1 }))).toEqual(['ex_better']);
    expect(idsOf(keptOf(attempts, { most_per_task: 4 }))).toEqual([
      'ex_better',
      'ex_good',
      'ex_mended',
      'ex_wrong, surely',
    ]);
    expect(idsOf(keptOf(attempts.slice(3), { most_per_task: 2 }))).toEqual(['ex_mended', 'ex_wrong, surely']);
    expect(keptOf(attempts.slice(4), { most_per_task: 2 })).toHaveLength(2);
  });

  it('is not mixed up with the same task in another project', () => {
    const both = [sketch(1, { task_key: 't' }), sketch(2, { task_key: 't', project: 'q' })];
    expect(keptOf(both, { most_per_task: 1 })).toHaveLength(2);
  });
});

describe('too many examples', () => {
  const of = (domain: string, count: number, facts: Partial<Sketch> = {}) =>
    Array.from({ length: count }, (_, i) => sketch(`${domain}${i}`, { domain, ...facts }));

  it('cuts the full strata to one level, keeps small ones whole, and says so', () => {
    const { kept, report } = sampleDown([...of('coding', 80), ...of('qa', 40), ...of('travel', 6)], {
      ...ROOMY,
      most_examples: 46,
    });
    expect(kept.filter(Boolean)).toHaveLength(46);
    expect(report).toEqual([
      { stratum: 'coding/multi_step', of: 80, kept: 20 },
      { stratum: 'qa/multi_step', of: 40, kept: 20 },
      { stratum: 'travel/multi_step', of: 6, kept: 6 },
    ]);
  });

  it('takes the first of every task before the second of any', () => {
    const many = of('coding', 60).map((one, i) => ({ ...one, task_key: `task ${i % 20}` }));
    const kept = keptOf(many, { most_examples: 30 });
    expect(new Set(kept.map(({ task_key }) => task_key)).size).toBe(20);
  });

  it('leaves rejected answers a quarter of the room, and the rest to accepted ones', () => {
    const both = [...of('coding', 100), ...of('wrong', 1000, { label: false })];
    expect(keptOf(both, { most_examples: 80 }).filter(({ label }) => label)).toHaveLength(60);
    const few = [...of('coding', 10), ...of('wrong', 1000, { label: false })];
    expect(keptOf(few, { most_examples: 80 }).filter(({ label }) => label)).toHaveLength(10);
    expect(keptOf(few, { most_examples: 80 })).toHaveLength(80);
  });

  it('draws otherwise by another seed', () => {
    const many = of('coding', 200);
    const [one, same, other] = [1, 1, 2].map((seed) => idsOf(keptOf(many, { most_examples: 50, seed })));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });
});

const anySketch = fc
  .record({
    task_key: fc.constantFrom('a', 'b', 'c', 'd'),
    domain: fc.constantFrom('coding', 'qa'),
    label: fc.boolean(),
    quality: fc.constantFrom(null, 50, 100),
    confidence: fc.constantFrom(0.5, 1),
    retry_count: fc.nat(2),
  })
  .map((facts) => facts as Partial<Sketch>);

it('law: the room is kept to and filled, and the order of the examples does not matter', () => {
  fc.assert(
    fc.property(
      fc.array(anySketch, { maxLength: 40 }),
      fc.nat(30),
      fc.nat(8),
      fc.nat(),
      (facts, most_examples, most_per_task, seed) => {
        const sketches = facts.map((one, i) => sketch(i, one));
        const settings = { most_examples, most_per_task, seed };
        const kept = keptOf(sketches, settings);
        const perTask = Object.groupBy(sketches, ({ task_key }) => task_key);
        const room = Object.values(perTask).reduce(
          (sum, ofTask = []) => sum + Math.min(ofTask.length, most_per_task),
          0,
        );
        expect(kept).toHaveLength(Math.min(most_examples, room));
        for (const ofTask of Object.values(Object.groupBy(kept, ({ task_key }) => task_key)))
          expect(ofTask?.length).toBeLessThanOrEqual(most_per_task);
        expect(idsOf(keptOf(sketches.toReversed(), settings))).toEqual(idsOf(kept));
        const { report } = sampleDown(sketches, settings);
        expect(report.reduce((sum, row) => sum + row.kept, 0)).toBe(kept.length);
        expect(report.reduce((sum, row) => sum + row.of, 0)).toBe(sketches.length);
      },
    ),
  );
});
