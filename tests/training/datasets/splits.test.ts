/** Row D5 as laws: whatever the tasks, shares hold, nothing moves, nothing is in two splits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../../src/learners/minhash.ts';
import { groupTasks } from '../../../src/training/datasets/groups.ts';
import { assignSplits, type Group, type Ratios } from '../../../src/training/datasets/splits.ts';
import { SPLITS, type Split } from '../../../src/types/training.ts';

const RATIOS: Ratios = { train: 0.8, validation: 0.1, test: 0.1 };

const groupsOf = (sizes: number[]): Group[] =>
  sizes.flatMap((size, s) =>
    Array.from({ length: size }, (_, i) => ({ key: `g${s}-${i}`, stratum: `s${s}` })),
  );

const countsOf = (groups: Group[], assigned: Map<string, Split>, stratum?: string) =>
  SPLITS.map(
    (split) =>
      groups.filter(
        (group) => (stratum ?? group.stratum) === group.stratum && assigned.get(group.key) === split,
      ).length,
  );

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 25 });
const ratios = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 }))
  .map(
    ([a, b, c]): Ratios => ({ train: a / (a + b + c), validation: b / (a + b + c), test: c / (a + b + c) }),
  );
const seed = fc.nat();
const some = { numRuns: 150 };

describe('splits', () => {
  it.each([
    [
      [1, 1, 1, 1, 1, 1, 1, 1, 1],
      [7, 1, 1],
    ],
    [
      [17, 17, 16],
      [40, 5, 5],
    ],
    [[3], [1, 1, 1]],
    [
      [1, 1],
      [2, 0, 0],
    ],
    [[10], [8, 1, 1]],
    [Array.from({ length: 100 }, () => 1), [80, 10, 10]],
    [Array.from({ length: 40 }, () => 4), [128, 16, 16]],
  ])('of strata of %j groups are %j in all', (strata, expected) => {
    const groups = groupsOf(strata);
    expect(countsOf(groups, assignSplits(groups, RATIOS, 42))).toEqual(expected);
  });

  it('hold the shares within one group, in each stratum and overall; what is owed to an empty split aside', () => {
    fc.assert(
      fc.property(sizes, ratios, seed, (strata, shares, drawn) => {
        const groups = groupsOf(strata);
        const assigned = assignSplits(groups, shares, drawn);
        expect(assigned.size).toBe(groups.length);
        const owed = SPLITS.filter((split) => shares[split] > 0 && shares[split] * groups.length < 1).length;
        for (const [s, size] of [...strata.entries(), [undefined, groups.length] as const]) {
          const counts = countsOf(groups, assigned, s === undefined ? undefined : `s${s}`);
          for (const [c, split] of SPLITS.entries())
            expect(Math.abs((counts[c] ?? 0) - shares[split] * size)).toBeLessThanOrEqual(1 + owed + 1e-6);
        }
      }),
      some,
    );
  });

  it('are strict where no split is owed anything', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 10, maxLength: 40 }),
        seed,
        (strata, drawn) => {
          const groups = groupsOf(strata);
          const assigned = assignSplits(groups, RATIOS, drawn);
          for (const [s, size] of [...strata.entries(), [undefined, groups.length] as const]) {
            const counts = countsOf(groups, assigned, s === undefined ? undefined : `s${s}`);
            for (const [c, split] of SPLITS.entries())
              expect(Math.abs((counts[c] ?? 0) - RATIOS[split] * size)).toBeLessThan(1 + 1e-6);
          }
        },
      ),
      some,
    );
  });

  it('leave none empty that has a share, from three groups on', () => {
    fc.assert(
      fc.property(sizes, ratios, seed, (strata, shares, drawn) => {
        const groups = groupsOf(strata);
        fc.pre(groups.length >= 3);
        const counts = countsOf(groups, assignSplits(groups, shares, drawn));
        for (const [c, split] of SPLITS.entries()) expect((counts[c] ?? 0) > 0).toBe(shares[split] > 0);
      }),
      some,
    );
  });

  it('depend on the seed, not on the order', () => {
    const shuffled = sizes.chain((strata) =>
      fc.shuffledSubarray(groupsOf(strata), { minLength: strata.reduce((a, b) => a + b, 0) }),
    );
    fc.assert(
      fc.property(shuffled, seed, (groups, drawn) => {
        const sorted = groups.toSorted((a, b) => (a.key < b.key ? -1 : 1));
        expect([...assignSplits(groups, RATIOS, drawn)].sort()).toEqual(
          [...assignSplits(sorted, RATIOS, drawn)].sort(),
        );
      }),
      { numRuns: 60 },
    );
    const groups = groupsOf([60]);
    const test = (drawn: number) =>
      [...assignSplits(groups, RATIOS, drawn)].filter(([, split]) => split === 'test').map(([key]) => key);
    expect(test(1).sort()).not.toEqual(test(2).sort());
  });

  it('never move what is fixed; additions bring the shares back', () => {
    fc.assert(
      fc.property(sizes, sizes, seed, (before, more, drawn) => {
        const first = assignSplits(groupsOf(before), RATIOS, drawn);
        const later = groupsOf(before.map((size, s) => size + (more[s] ?? 0))).map((group) => ({
          ...group,
          fixed: first.get(group.key),
        }));
        const second = assignSplits(later, RATIOS, drawn + 1);
        for (const [key, split] of first) expect(second.get(key)).toBe(split);
        expect(second.size).toBe(later.length);
        if (later.length < 10) return;
        const counts = countsOf(later, second);
        for (const [c, split] of SPLITS.entries())
          expect(Math.abs((counts[c] ?? 0) - RATIOS[split] * later.length)).toBeLessThanOrEqual(
            1 + before.length / 2,
          );
      }),
      some,
    );
    // Nothing but a test set so far: what comes goes to the others first.
    const fixed = groupsOf([5]).map((group) => ({ ...group, fixed: 'test' as const }));
    const added = Array.from({ length: 15 }, (_, i) => ({ key: `new${i}`, stratum: 's0' }));
    const all = [...fixed, ...added];
    expect(countsOf(all, assignSplits(all, RATIOS, 1))).toEqual([13, 2, 5]);
  });

  it('take ten thousand strata of one', () => {
    const groups = Array.from({ length: 10_000 }, (_, i) => ({ key: `g${i}`, stratum: `s${i}` }));
    expect(countsOf(groups, assignSplits(groups, RATIOS, 7))).toEqual([8_000, 1_000, 1_000]);
  });
});

describe('groups of tasks', () => {
  const words = (prefix: string) => Array.from({ length: 60 }, (_, i) => `${prefix}${i}`).join(' ');
  const task = (key: string, ...texts: string[]) => ({ key, signatures: texts.map(signatureOf) });
  const [a, b] = [words('alpha'), words('beta')];
  const nearly = (text: string) => `${text} please`;

  it('join tasks that ask nearly the same, in any of their wordings, whatever the order', () => {
    const tasks = [
      task('t1', a),
      task('t2', words('other'), nearly(a)),
      task('t3', b),
      task('t4', nearly(b), 'x'),
    ];
    for (const given of [tasks, tasks.toReversed()]) {
      const { groups, left_out } = groupTasks(given, 0.8, new Map());
      expect([...groups].sort()).toEqual([
        ['t1', 't1'],
        ['t2', 't1'],
        ['t3', 't3'],
        ['t4', 't3'],
      ]);
      expect([...left_out]).toEqual([]);
    }
  });

  it('put what is like a fixed task into its split, the test before all; fixed ones that are torn give way, and are not moved', () => {
    const joins = task('new', nearly(a), nearly(b));
    const tasks = [task('old-test', a), task('old-train', b), joins, task('alone', words('gamma'))];
    const fixed = new Map<string, Split>([
      ['old-test', 'test'],
      ['old-train', 'train'],
      ['not here', 'test'],
    ]);
    const grouped = groupTasks(tasks, 0.8, fixed);
    expect(grouped.groups.get('new')).toBe(grouped.groups.get('old-test'));
    expect(grouped.groups.get('old-train')).not.toBe(grouped.groups.get('old-test'));
    expect(grouped.fixed.get(grouped.groups.get('new') ?? '')).toBe('test');
    expect(grouped.fixed.get(grouped.groups.get('old-train') ?? '')).toBe('train');
    expect([...grouped.left_out]).toEqual(['old-train']);
    const validation = groupTasks(
      tasks,
      0.8,
      new Map([...fixed, ['old-test', 'validation']] as [string, Split][]),
    );
    expect(validation.fixed.get(validation.groups.get('new') ?? '')).toBe('validation');
  });

  it('leave no near-duplicate on both sides', () => {
    const texts = fc.array(fc.tuple(fc.nat(6), fc.nat(4), fc.option(fc.constantFrom(...SPLITS))), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(texts, seed, (drawn, n) => {
        const tasks = drawn.map(([family, extra], i) =>
          task(`t${i}`, `${words(`w${family}_`)} ${'more '.repeat(extra)}`),
        );
        const fixed = new Map(
          drawn.flatMap(([, , split], i): [string, Split][] => (split ? [[`t${i}`, split]] : [])),
        );
        const { groups, fixed: held, left_out } = groupTasks(tasks, 0.8, fixed);
        const strata = [...new Set(groups.values())].map((key) => ({
          key,
          stratum: 'x',
          fixed: held.get(key),
        }));
        const assigned = assignSplits(strata, RATIOS, n);
        const where = (i: number) => assigned.get(groups.get(`t${i}`) ?? '');
        for (const [i, [family]] of drawn.entries()) {
          if (fixed.has(`t${i}`)) expect(where(i)).toBe(fixed.get(`t${i}`));
          for (const [j, [other]] of drawn.entries())
            if (family === other && !left_out.has(`t${i}`) && !left_out.has(`t${j}`))
              expect(where(i)).toBe(where(j));
        }
      }),
      { numRuns: 60 },
    );
  });
});
