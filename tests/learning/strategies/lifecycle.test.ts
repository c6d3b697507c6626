import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Circumstances, nextStatus, RULES } from '../../../src/learning/strategies/lifecycle.ts';
import { alternativeTo, posterior, votesOf } from '../../../src/learning/strategies/posterior.ts';
import { tallyDrawn, tallyUses } from '../../../src/learning/uses.ts';
import { type Counted, STATUSES, type Strategy, VERDICT_TRUST } from '../../../src/types.ts';
import { AT, strategyOf, useOf } from '../../support/strategies.ts';

const now = new Date('2026-03-01T00:00:00.000Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
const statusOf = (strategy: Strategy, about: Partial<Circumstances> = {}) =>
  nextStatus(strategy, { now, ...about }).status;
const shown = (worked: number, failed: number) =>
  tallyUses(Array.from({ length: worked + failed }, (_, i) => useOf({ task: `t${i}`, success: i < worked })));
const others = (worked: number, failed: number): Counted => ({
  worked,
  tried: worked + failed,
  votes: { worked, failed },
});

describe('a candidate', () => {
  it('is active once two judged runs bear it out, not before, and not on the word of agents', () => {
    expect(statusOf(strategyOf({ worked: 1 }))).toBe('candidate');
    expect(statusOf(strategyOf({ worked: 2 }))).toBe('active');
    expect(statusOf(strategyOf({ worked: 9, trust: VERDICT_TRUST.agent }))).toBe('candidate');
  });

  it('stays one while runs without it do about as well, or the contrast may be chance', () => {
    expect(statusOf(strategyOf({ worked: 3, without: { worked: 8, tried: 8 } }))).toBe('candidate');
    const contrast = { kind: 'contrast' as const, worked: 6, without: { worked: 1, tried: 8 } };
    expect(statusOf(strategyOf({ ...contrast, firm: false }))).toBe('candidate');
    expect(statusOf(strategyOf({ ...contrast, firm: true }))).toBe('active');
    expect(statusOf(strategyOf({ ...contrast, firm: false, used: shown(2, 0) }))).toBe('active');
  });

  it('is active when it worked at two tasks that it was shown at', () => {
    expect(statusOf(strategyOf({ worked: 0, used: shown(2, 0) }))).toBe('active');
    expect(statusOf(strategyOf({ worked: 1, used: shown(1, 0) }))).toBe('active');
    const claims = [0, 1, 2, 3].map((nth) => useOf({ task: `t${nth}`, trust: VERDICT_TRUST.agent }));
    expect(statusOf(strategyOf({ worked: 0, used: tallyUses(claims) }))).toBe('candidate');
  });

  it('is archived when runs keep failing with it, one that a person gave is not', () => {
    expect(statusOf(strategyOf({ worked: 1, failed: 3 }))).toBe('candidate');
    expect(statusOf(strategyOf({ worked: 0, failed: 4 }))).toBe('archived');
    expect(statusOf(strategyOf({ kind: 'given', worked: 0, failed: 40 }))).toBe('candidate');
    // Rare success, but none at all without it.
    expect(statusOf(strategyOf({ worked: 2, failed: 8, without: { worked: 0, tried: 12 } }))).toBe('active');
  });

  it('of a contrast is not judged by failures at hard tasks, where others failed more', () => {
    const hard = strategyOf({ kind: 'contrast', worked: 10, failed: 27, without: { worked: 3, tried: 8 } });
    expect(statusOf(hard)).toBe('candidate');
  });

  it('that orders to a model were left out of is never made active', () => {
    const suspect = strategyOf({ worked: 5, trust: 0.1, judged: 5 });
    expect(statusOf(suspect)).toBe('candidate');
  });
});

describe('an active one', () => {
  const active = strategyOf({ worked: 3, status: 'active' });

  it('stays active while nothing speaks against it', () => {
    expect(statusOf(active, { told: true })).toBe('active');
    expect(statusOf(strategyOf({ worked: 1, failed: 1, status: 'active' }))).toBe('active');
  });

  it('goes stale when the code it cites changed, or its runs no longer show it, and says why', () => {
    const changed = nextStatus(active, { now, changed: ['src/a.ts'] });
    expect(changed).toEqual({ status: 'stale', why: 'src/a.ts changed since' });
    expect(statusOf(active, { told: false })).toBe('stale');
    expect(statusOf({ ...active, kind: 'given' }, { told: false })).toBe('active');
  });

  it('goes stale when runs that it was shown to did clearly worse', () => {
    const afterUses = (of: Strategy, used: Strategy['evidence']['used'], base?: Counted) =>
      nextStatus({ ...of, evidence: { ...of.evidence, used, ...(base ? { base } : {}) } }, { now });
    expect(afterUses(active, shown(0, 9)).status).toBe('active');
    expect(afterUses(active, shown(0, 5), others(30, 20)).status).toBe('active');
    expect(afterUses(active, shown(0, 12), others(30, 20))).toEqual({
      status: 'stale',
      why: 'runs that were shown it did worse than other runs of its project, by more than 10 points: 0 of 12 against 30 of 50',
    });
    // It may be asked for where tasks are a little harder.
    expect(afterUses(active, shown(50, 50), others(240, 160)).status).toBe('active');
    // As hard as everything there is.
    expect(afterUses(active, shown(1, 11), others(5, 45)).status).toBe('active');
    // It beats the nothing that others reached where it was learned, and yet it helps nobody.
    const proud = strategyOf({ worked: 6, without: { worked: 0, tried: 6 }, status: 'active' });
    expect(afterUses(proud, shown(0, 20)).status).toBe('active');
    expect(afterUses(proud, shown(0, 28))).toEqual({
      status: 'stale',
      why: '28 of 28 runs that it was shown to failed',
    });
    // Unless that is how hard everything is there.
    expect(afterUses(proud, shown(0, 28), others(3, 57)).status).toBe('active');
    expect(afterUses(proud, shown(0, 28), others(30, 30)).status).toBe('stale');
    // Ten attempts at one task are one witness.
    const once = tallyUses(
      Array.from({ length: 10 }, (_, i) => useOf({ task: 'one', run: `r${i}`, success: false })),
    );
    expect(afterUses(active, once, others(30, 20)).status).toBe('active');
  });

  it('goes stale when attempts without it do better, at as many tasks as tell of it', () => {
    const of = (tasks: number) =>
      strategyOf({
        worked: 3,
        status: 'active',
        tasks,
        used: shown(2, 10),
        without: { worked: 18, tried: 20 },
      });
    expect(statusOf(of(2))).toBe('active');
    expect(nextStatus(of(20), { now }).why).toBe(
      'runs with it did worse than without: 5 of 15 against 18 of 20',
    );
  });

  it('goes stale when the project went on without it, not because time passed', () => {
    const old = { ...active, confirmed_at: daysAgo(400) };
    expect(statusOf(old, { project_at: daysAgo(0) })).toBe('stale');
    expect(statusOf(old, { project_at: daysAgo(400 - RULES.unconfirmed_days + 1) })).toBe('active');
    expect(statusOf(old)).toBe('active');
  });
});

describe('a stale one', () => {
  const stale = (days: number): Strategy => ({
    ...strategyOf({ worked: 3, status: 'stale' }),
    status_since: daysAgo(days),
  });

  it('comes back when the reason has gone', () => {
    expect(statusOf(stale(500), { told: true })).toBe('active');
  });

  it('is archived when it stayed so and nobody used it', () => {
    expect(statusOf(stale(RULES.archive_days - 1), { told: false })).toBe('stale');
    expect(statusOf(stale(RULES.archive_days), { told: false })).toBe('archived');
    const used = stale(90);
    used.evidence.used = tallyUses([useOf({ at: daysAgo(10) })]);
    expect(statusOf(used, { told: false })).toBe('stale');
  });

  it('archived comes back too, unless its evidence stands elsewhere', () => {
    const archived = strategyOf({ worked: 3, status: 'archived' });
    expect(statusOf(archived, { told: true })).toBe('active');
    expect(statusOf(archived, { told: false })).toBe('archived');
    expect(statusOf({ ...archived, merged_into: 'strat_other' }, { told: true })).toBe('archived');
  });
});

describe('one that was withheld from some by a draw', () => {
  const drawn = (worked: number, failed: number, without: [worked: number, failed: number]) => ({
    used: shown(worked, failed),
    withheld: { ...others(...without), shown: others(worked, failed) },
  });
  const base = others(200, 20);

  it('is retired for doing worse than where it was withheld, and says so in numbers', () => {
    const worse = strategyOf({ worked: 3, status: 'active', ...drawn(12, 28, [27, 14]) });
    expect(nextStatus(worse, { now })).toEqual({
      status: 'stale',
      why: 'runs that were shown it did worse than those from which it was withheld: 12 of 40 against 27 of 41',
    });
  });

  it('is not retired where that may be chance, whatever others reach at other tasks', () => {
    const hard = { ...drawn(12, 28, [14, 27]), base, without: { worked: 19, tried: 20 }, tasks: 20 };
    expect(statusOf(strategyOf({ worked: 3, kind: 'contrast', status: 'active', ...hard }))).toBe('active');
    const hopeless = drawn(1, 59, [0, 12]);
    expect(statusOf(strategyOf({ worked: 3, status: 'active', ...hopeless }))).toBe('active');
    // A handful withheld is not asked yet.
    const few = strategyOf({ worked: 3, status: 'active', base, ...drawn(4, 12, [1, 3]) });
    expect(statusOf(few)).toBe('stale');
  });

  it('is active when it did better than where it was withheld, if it may be trusted', () => {
    const better = { kind: 'contrast' as const, firm: false, without: { worked: 19, tried: 20 } };
    const helped = { ...better, worked: 0, ...drawn(60, 40, [30, 70]) };
    expect(nextStatus(strategyOf(helped), { now })).toEqual({
      status: 'active',
      why: 'judged runs succeeded with it more often than without',
    });
    const barely = { ...better, worked: 0, failed: 300, kind: 'given' as const, ...drawn(60, 40, [30, 70]) };
    expect(nextStatus(strategyOf(barely), { now }).why).toContain(
      'did better than those from which it was withheld',
    );
    expect(statusOf(strategyOf({ ...barely, trust: 0.1 }))).toBe('candidate');
    expect(statusOf(strategyOf({ ...better, worked: 0, ...drawn(52, 48, [50, 50]) }))).toBe('candidate');
  });
});

// ---------------------------------------------------------------- laws

const trusts = fc.constantFrom(...Object.values(VERDICT_TRUST));
const uses = fc.array(
  fc.record({
    task: fc.constantFrom('t1', 't2', 't3', 't4', 't5'),
    success: fc.constantFrom(true, false, null),
    trust: trusts,
    at: fc.constantFrom(AT, daysAgo(1), daysAgo(70)),
    place: fc.constantFrom(undefined, 1, 2, 4),
    arm: fc.constantFrom({}, { holdout: 0.5 }, { holdout: 0.5, withheld: true as const }),
  }),
  { maxLength: 40 },
);
/** Uses as facts: the arm of a task is one for all its runs. */
const usesFrom = (
  seen: { task: string; arm: { holdout?: number; withheld?: true }; place?: number | undefined }[],
) =>
  seen.map(({ arm, place, task, ...use }, i) =>
    useOf({
      ...use,
      ...arm,
      task: `${task}${arm.withheld ? ' withheld' : ''}`,
      run: `r${i}`,
      ...(place ? { place } : {}),
    }),
  );
const counts = fc.record({ worked: fc.nat(40), failed: fc.nat(40) });
const facts = fc.record({
  kind: fc.constantFrom('contrast' as const, 'route' as const, 'given' as const),
  worked: fc.nat(12),
  failed: fc.nat(12),
  trust: trusts,
  firm: fc.boolean(),
  without: fc.option(
    fc.record({ worked: fc.nat(6), failed: fc.nat(6) }).map(({ worked, failed }) => ({
      worked,
      tried: worked + failed,
    })),
    { nil: undefined },
  ),
  base: fc.option(
    counts.map(({ worked, failed }) => others(worked, failed)),
    { nil: undefined },
  ),
  tasks: fc.constantFrom(1, 6),
  status: fc.constantFrom(...STATUSES),
});
const circumstances = fc.record({
  now: fc.constant(now),
  told: fc.constantFrom(true, false, undefined),
  project_at: fc.constantFrom(undefined, AT, daysAgo(0)),
  changed: fc.constantFrom<string[] | undefined>(undefined, ['src/a.ts']),
});
const since = fc.constantFrom(daysAgo(1), daysAgo(59), daysAgo(61), daysAgo(300));
const RANK = { archived: 0, stale: 1, candidate: 2, active: 3 };

describe('laws', () => {
  it('one more success never moves a strategy down, wherever it comes from', () => {
    const property = fc.property(
      facts,
      uses,
      circumstances,
      since,
      trusts,
      fc.constantFrom('t1', 'new'),
      (of, seen, about, status_since, trust, task) => {
        const known = usesFrom(seen);
        const before: Strategy = {
          ...strategyOf({ ...of, used: tallyUses(known), withheld: tallyDrawn(known) }),
          status_since,
          confirmed_at: daysAgo(250),
        };
        const more = [...known, useOf({ task, trust, run: 'more', at: daysAgo(0), holdout: 0.5 })];
        const learned: Strategy = {
          ...before,
          confirmed_at: daysAgo(0),
          evidence: {
            ...before.evidence,
            worked: before.evidence.worked + 1,
            tried: before.evidence.tried + 1,
            judged: (before.evidence.judged ?? 0) + (trust >= 0.6 ? 1 : 0),
            votes: {
              worked: (before.evidence.votes?.worked ?? 0) + trust,
              failed: before.evidence.votes?.failed ?? 0,
            },
          },
        };
        const used: Strategy = {
          ...before,
          confirmed_at: daysAgo(0),
          evidence: { ...before.evidence, used: tallyUses(more), withheld: tallyDrawn(more) },
        };
        const rank = (strategy: Strategy) => RANK[statusOf(strategy, about)];
        expect(rank(learned)).toBeGreaterThanOrEqual(rank(before));
        expect(rank(used)).toBeGreaterThanOrEqual(rank(before));
        expect(posterior(used).mean).toBeGreaterThanOrEqual(posterior(before).mean - 1e-9);
      },
    );
    fc.assert(property, { numRuns: 700 });
  });

  it('the order in which uses came does not matter, nor that some came twice', () => {
    const shuffled = uses.chain((all) => {
      const known = usesFrom(all);
      return fc.tuple(
        fc.constant(known),
        fc.shuffledSubarray([...known, ...known], { minLength: 2 * known.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([known, mixed]) => {
        const [one, other] = [tallyUses(known), tallyUses(mixed)];
        expect(other?.votes.worked ?? 0).toBeCloseTo(one?.votes.worked ?? 0, 12);
        expect({ ...other, votes: 0 }).toEqual({ ...one, votes: 0 });
        expect(statusOf(strategyOf({ used: other }))).toBe(statusOf(strategyOf({ used: one })));
        expect(tallyDrawn(mixed)?.votes.worked).toEqual(tallyDrawn(known)?.votes.worked);
      }),
    );
  });

  it('the status is reached at once: applying the rules to their own result changes nothing', () => {
    fc.assert(
      fc.property(facts, uses, circumstances, (of, seen, about) => {
        const known = usesFrom(seen);
        const strategy = strategyOf({ ...of, used: tallyUses(known), withheld: tallyDrawn(known) });
        const first = nextStatus(strategy, about);
        const again: Strategy = {
          ...strategy,
          status: first.status,
          status_since: about.now.toISOString(),
          status_why: first.why,
        };
        expect(nextStatus(again, about).status).toBe(first.status);
      }),
      { numRuns: 500 },
    );
  });

  it('a task has one vote at most, and the interval holds the mean', () => {
    fc.assert(
      fc.property(facts, uses, (of, seen) => {
        const used = tallyUses(usesFrom(seen));
        const { votes = { worked: 0, failed: 0 }, tasks = 0 } = used ?? {};
        expect(votes.worked + votes.failed).toBeLessThanOrEqual(tasks + 1e-9);
        const strategy = strategyOf({ ...of, used });
        const { low, mean, high } = posterior(strategy);
        expect(low).toBeLessThan(mean);
        expect(mean).toBeLessThan(high);
        const all = votesOf(strategy);
        expect(Math.abs(mean - (1 + all.worked) / (2 + all.worked + all.failed))).toBeLessThan(0.001);
        expect(alternativeTo(strategy)).toBeGreaterThan(0);
      }),
    );
  });
});
