import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../../src/learning/acts/attempt.ts';
import { type Witnesses, witnessesOf } from '../../../src/learning/strategies/evidence.ts';
import { absorb, joinNear } from '../../../src/learning/strategies/merge.ts';
import { isNear, readingOf, saysSame } from '../../../src/learning/strategies/near.ts';
import type { Strategy } from '../../../src/types.ts';
import { bash, failing, runOf } from '../../support/fixtures.ts';
import { strategyOf } from '../../support/strategies.ts';

const near = (a: Parameters<typeof strategyOf>[0], b: Parameters<typeof strategyOf>[0]) => {
  const [one, other] = [readingOf(strategyOf(a)), readingOf(strategyOf(b))];
  expect(isNear(other, one)).toBe(isNear(one, other));
  return isNear(one, other);
};

const same = (a: string, b: string) =>
  saysSame(readingOf(strategyOf({ suggestion: a })), readingOf(strategyOf({ suggestion: b })));

describe('two suggestions', () => {
  it.each([
    ['Run `node tools/gen.mjs`.', 'What worked: `node ./tools/gen.mjs`.'],
    ['What worked: `cp a.env {file}`.', 'What worked: `cp a.env {file_2}`.'],
    ['Ask for the id of the order before you change it', 'Ask for the id of an order before you change it'],
  ])('say the same: %s | %s', (a, b) => expect(same(a, b)).toBe(true));

  it.each([
    ['Run `chmod +x ci/run`.', 'Run `chmod -x ci/run`.'],
    ['Run `sleep 5`.', 'Run `sleep 50`.'],
    ['Do `a` before `b`.', 'Do `b` before `a`.'],
    ['Run `rm -f agent`.', 'Do not run `rm -f agent`.'],
    ['Read `docs/x.md` before changing anything.', 'Change `docs/x.md`.'],
    ['Change `a` to `b` in `f.ts`.', 'Change `b` to `a` in `f.ts`.'],
    [
      'Look up the order before you change the address',
      'Change the address before you look up the order, you',
    ],
    ['Never offer a refund by yourself', 'Offer a refund by yourself'],
    ['Run `npm test`.', 'Test it.'],
  ])('do not: %s | %s', (a, b) => expect(same(a, b)).toBe(false));
});

describe('two strategies of one project', () => {
  const gen = { suggestion: 'Run `node tools/gen.mjs`.' };

  it('are one when their situations are alike, or their runs are the same', () => {
    expect(near({ ...gen, situation: 'When the tables are old' }, { ...gen, situation: 'the tables' })).toBe(
      true,
    );
    const apart = { ...gen, kind: 'contrast' as const, situation: 'Once `E1` appears' };
    expect(near({ ...apart, from: ['r1', 'r2', 'r3'] }, { ...gen, from: ['r1', 'r2'] })).toBe(true);
    expect(near({ ...apart, from: ['r1', 'r2', 'r3'] }, { ...gen, from: ['r3', 'r4', 'r5'] })).toBe(false);
  });

  it('are one though a contrast also names the check that came next', () => {
    const contrast = {
      kind: 'contrast' as const,
      suggestion: 'Run `make gen`, then `npm test`.',
      from: ['r1'],
    };
    const route = { suggestion: 'What worked: `make gen`.', situation: 'Another', from: ['r1'] };
    expect(near(contrast, route)).toBe(true);
    expect(near(contrast, { ...route, from: ['r9'] })).toBe(false);
  });

  it('are one when a concrete act did it at other tasks, not when a bare tool was called there', () => {
    const at = (situation: string, suggestion: string) => ({ situation, suggestion, from: [situation] });
    const command = 'What worked: `cp config/test.env .env`.';
    expect(near(at('Mail to many', command), at('Ledger retries', command))).toBe(true);
    const tool = 'What worked: `transfer_to_human_agents`.';
    expect(near(at('Refund of an insurance', tool), at('Delayed flight', tool))).toBe(false);
  });

  it('of two projects only when both hold beyond their own, for the same situation', () => {
    const [here, there] = [
      { ...gen, project: 'shop' },
      { ...gen, project: 'bank' },
    ];
    expect(near(here, there)).toBe(false);
    expect(near({ ...here, abstractable: true }, there)).toBe(false);
    expect(near({ ...here, abstractable: true }, { ...there, abstractable: true })).toBe(true);
    expect(
      near({ ...here, abstractable: true }, { ...there, abstractable: true, situation: 'In git work' }),
    ).toBe(false);
  });
});

const green = [bash('npm test', 'ok')];
const red = [failing('npm test', 'Error: regions are out of date')];
const runs = [
  runOf(green, { id: 'r1', task: 'One' }),
  runOf(green, { id: 'r2', task: 'One' }),
  runOf(red, { id: 'r3', task: 'Two', success: false }),
  runOf(green, { id: 'r4', task: 'Two', at: '2026-02-05T00:00:00.000Z' }),
];
const witnesses: Witnesses = witnessesOf(runs.map(attemptOf));

describe('the one that is left', () => {
  const leader = strategyOf({ id: 'strat_a', worked: 2, failed: 1, from: ['r1', 'r2', 'r3'] });
  const member = strategyOf({ id: 'strat_b', worked: 2, failed: 1, from: ['r2', 'r3', 'r4'] });

  it('has the evidence of all, each run once, and says where it came from', () => {
    const merged = absorb(leader, [{ ...member, pitfalls: ['Slow.'], seen_at: ['Two'] }], witnesses);
    expect(merged.evidence).toMatchObject({
      worked: 3,
      tried: 4,
      tasks: 2,
      judged: 3,
      votes: { worked: 3, failed: 1 },
      failures: ['Error: regions are out of date'],
    });
    expect(merged.evidence.from.toSorted()).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(merged).toMatchObject({
      merged_from: ['strat_b'],
      pitfalls: ['Slow.'],
      seen_at: ['Two'],
      confirmed_at: '2026-02-05T00:00:00.000Z',
    });
  });

  it('never counts more than there may be where tallies name fewer runs than they count', () => {
    const many = { ...leader, evidence: { ...leader.evidence, worked: 40, tried: 45 } };
    const more = { ...member, evidence: { ...member.evidence, worked: 30, tried: 41 } };
    expect(absorb(many, [more], witnesses).evidence).toMatchObject({ worked: 40, tried: 51 });
  });

  it('names the tasks of several routes, each once', () => {
    const like = (id: string, gist: string) =>
      strategyOf({ id, situation: `When the task is like "${gist}"`, from: [id] });
    const merged = absorb(
      like('strat_a', 'Add the tax of Norway'),
      [like('strat_b', "Show the day's totals"), like('strat_c', 'Add the tax of Norway!')],
      new Map(),
    );
    expect(merged.situation).toBe(
      'When the task is like "Add the tax of Norway" or "Show the day\'s totals"',
    );
    expect(absorb(merged, [like('strat_b', "Show the day's totals")], new Map())).toEqual(merged);
  });
});

// ---------------------------------------------------------------- laws

const some: fc.Arbitrary<Strategy> = fc
  .record({
    nth: fc.nat(40),
    kind: fc.constantFrom('given' as const, 'contrast' as const, 'route' as const),
    project: fc.constantFrom('shop', 'bank'),
    abstractable: fc.boolean(),
    suggestion: fc.constantFrom('Run `make gen`.', 'Run `make db`.', 'Keep the order of the lines'),
    situation: fc.constantFrom('In c work', 'In c work at night', 'Once `E1` appears'),
    from: fc.subarray(['r1', 'r2', 'r3', 'r4'], { minLength: 1 }),
  })
  .map(({ nth, ...facts }) =>
    strategyOf({
      ...facts,
      id: `strat_${String(nth).padStart(2, '0')}`,
      worked: facts.from.filter((id) => id !== 'r3').length,
      failed: facts.from.includes('r3') ? 1 : 0,
    }),
  );
const several = fc.uniqueArray(some, { selector: ({ id }) => id, maxLength: 12 });
const sorted = (joined: Map<string, string>) => [...joined].sort();

describe('laws', () => {
  it('who joins whom does not depend on the order, and stands when asked again', () => {
    const shuffled = several.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, mixed]) => {
        const joined = joinNear(all, new Set());
        expect(sorted(joinNear(mixed, new Set()))).toEqual(sorted(joined));
        for (const leader of joined.values()) expect(joined.has(leader)).toBe(false);
        const standing = new Set(all.map(({ id }) => id).filter((id) => !joined.has(id)));
        const marked = all.map((each) => {
          const into = joined.get(each.id);
          return into ? { ...each, merged_into: into } : each;
        });
        expect(sorted(joinNear(marked, standing))).toEqual(sorted(joined));
      }),
    );
  });

  it('one that comes later joins the one that stands, among those of its kind', () => {
    const standing = strategyOf({ id: 'strat_z', worked: 1, situation: 'In c work' });
    const later = strategyOf({ id: 'strat_a', worked: 9, situation: 'In c work' });
    expect(joinNear([later, standing], new Set(['strat_z']))).toEqual(new Map([['strat_a', 'strat_z']]));
    expect(joinNear([later, standing], new Set())).toEqual(new Map([['strat_z', 'strat_a']]));
  });

  it('absorbing twice is absorbing once, in any order, and no run is lost or counted twice', () => {
    fc.assert(
      fc.property(some, several, ({ ...leader }, others) => {
        const members = others.filter(({ id }) => id !== leader.id);
        const merged = absorb(leader, members, witnesses);
        expect(absorb(leader, members.toReversed(), witnesses)).toEqual(merged);
        const again = absorb(merged, members, witnesses);
        expect(again.evidence).toEqual(merged.evidence);
        expect(again.merged_from).toEqual(merged.merged_from);
        const all = new Set([leader, ...members].flatMap(({ evidence }) => evidence.from));
        expect(merged.evidence.tried).toBe(all.size);
        expect(merged.evidence.worked).toBe(all.size - (all.has('r3') ? 1 : 0));
      }),
    );
  });
});
