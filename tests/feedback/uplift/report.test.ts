/** Does it help? Given tasks with a planted difference, the report says so, and where it cannot be told it says that. */
import { describe, expect, it } from 'vitest';
import { type HelpReport, helpReport } from '../../../src/feedback/uplift/report.ts';
import type { Exposure } from '../../../src/types.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { DAY_MS, exposureOf, NOW, START, trial } from './seeded.ts';

const open = (holdout = 0) => openStoreAt(temporaryDirectory(), { holdout });

async function reportOf(exposures: Exposure[], holdout = 0): Promise<HelpReport> {
  const ctx = await open(holdout);
  await ctx.memory.exposures.put(exposures);
  return helpReport(ctx, { now: NOW });
}

describe('a hold-out', () => {
  it('finds a planted difference of 30 points and says it helps', async () => {
    const report = await reportOf(
      trial({ tasks: 200, holdout: 0.5, base: 0.4, lift: 0.3, runs: 2, tokens: true }),
      0.5,
    );
    expect(report).toMatchObject({ verdict: 'helps', method: 'randomised', tasks: 200, runs: 400 });
    const { with: shown, without, difference, interval } = report.uplift;
    expect(difference).toBeCloseTo((shown ?? 0) - (without ?? 0), 10);
    expect(interval?.[0]).toBeLessThan(0.3);
    expect(interval?.[1]).toBeGreaterThan(0.3);
    expect(report.words.slice(0, 2)).toEqual([
      'Of 98 tasks shown what is known 71 % ended well, of 102 held out 39 %: +32 points, 95 % interval +22 to +41.',
      'It helps: that is more than chance, however often one looks.',
    ]);
    expect(report.retries.difference).toBeLessThan(0);
    expect(report.steps.difference).toBeCloseTo(-3, 0);
    expect(report.needed.more).toBe(0);
  });

  it('weighs what showing cost against what it saved', async () => {
    const { tokens } = await reportOf(trial({ tasks: 200, holdout: 0.5, tokens: true }), 0.5);
    const shown = trial({ tasks: 200, holdout: 0.5, tokens: true }).filter(
      ({ arm }) => arm === 'shown',
    ).length;
    expect(tokens.spent).toBe(400 * shown);
    expect(tokens.net).toBe(Math.round(-(tokens.difference ?? 0) * shown));
    expect(tokens.saved).toBe((tokens.net ?? 0) + tokens.spent);
    expect(tokens.net_interval?.[0]).toBeLessThan(3_000 * shown);
    expect(tokens.net_interval?.[1]).toBeGreaterThan(3_000 * shown);
    const silent = await reportOf(trial({ tasks: 60, holdout: 0.5 }), 0.5);
    expect(silent.tokens).toMatchObject({ difference: null, saved: null, net: null });
  });

  it('cannot tell chance from nothing, and says what would', async () => {
    const report = await reportOf(trial({ tasks: 266, holdout: 0.2, seed: 3 }), 0.2);
    expect(report.verdict).toBe('cannot tell yet');
    expect(report.words).toEqual([
      'Of 209 tasks shown what is known 49 % ended well, of 57 held out 46 %: +3 points, 95 % interval −11 to +17.',
      'That may still be chance.',
      expect.stringMatching(
        /^If the difference is as large as that, about [\d,]+ more tasks, 20 % of them held out, would tell\.$/u,
      ),
      expect.stringMatching(
        /^A true difference of 5 points is told from about [\d,]+ tasks on, of 10 from about [\d,]+, of 15 from about [\d,]+ \(20 % of them held out\)\.$/u,
      ),
    ]);
    expect(report.needed.for.map(({ points }) => points)).toEqual([5, 10, 15]);
    for (const { tasks, more, one_look } of report.needed.for) {
      expect(more).toBe(tasks - 266);
      expect(one_look).toBeLessThan(tasks);
    }
  });

  it('says that it hurts, and how to switch it off', async () => {
    const report = await reportOf(trial({ tasks: 400, holdout: 0.3, base: 0.6, lift: -0.3 }), 0.3);
    expect(report.verdict).toBe('hurts');
    expect(report.words.join(' ')).toContain('It hurts');
    expect(report.words.join(' ')).toContain('`--holdout 1`');
  });

  it('tells strategies apart: those that help from those that hurt', async () => {
    const records = (task: number) => ['strat_common', `strat_${task % 3}`, 'traj_1', 'err_1'];
    const { strategies, others } = await reportOf(
      trial({
        tasks: 900,
        holdout: 0.5,
        base: 0.45,
        records,
        adds: { strat_0: 0.3, strat_1: 0, strat_2: -0.35 },
      }),
      0.5,
    );
    // Sorted by what they add, with their verdicts.
    expect([strategies[0]?.id, strategies[3]?.id]).toEqual(['strat_0', 'strat_2']);
    expect(strategies.map(({ flagged }) => flagged)).toEqual(['helps', undefined, undefined, 'hurts']);
    expect(others.map(({ id }) => id)).toEqual(['err_1']);
    const [first] = strategies;
    expect(first?.uplift).toBeLessThanOrEqual(first?.raw.uplift ?? 0);
    expect(first?.interval[0]).toBeGreaterThan(0);
    expect((first?.shown ?? 0) + (first?.withheld ?? 0)).toBe(300);
  });

  it('compares tasks under the share that they were drawn by, when it is changed midway', async () => {
    const early = trial({ tasks: 150, holdout: 0.1, base: 0.2 });
    const late = trial({ tasks: 150, holdout: 0.5, base: 0.8, prefix: 'u', from: 60, seed: 4 });
    const { uplift, over_time } = await reportOf([...early, ...late], 0.5);
    // Later tasks go better in both arms and more of them are held out: taken together it would seem to hurt.
    const rate = (arm: string) => {
      const rows = [...early, ...late].filter((row) => row.arm === arm);
      return rows.filter(({ success }) => success).length / rows.length;
    };
    expect(rate('shown') - rate('withheld')).toBeLessThan(-0.15);
    expect(Math.abs(uplift.difference ?? 1)).toBeLessThan(0.1);
    expect(over_time.length).toBe(8);
    expect(over_time.reduce((sum, span) => sum + span.with.tasks + span.without.tasks, 0)).toBe(300);
    expect(over_time[0]?.with.rate).toBeLessThan(over_time[7]?.with.rate ?? 0);
  });

  it('answers for each project, for one, and since a day', async () => {
    const ctx = await open(0.5);
    await ctx.memory.exposures.put([
      ...trial({ tasks: 200, holdout: 0.5, base: 0.3, lift: 0.4 }),
      ...trial({ tasks: 60, holdout: 0.5, project: 'other', seed: 6 }),
    ]);
    const report = await helpReport(ctx, { now: NOW });
    expect(Object.keys(report.projects)).toEqual(['shop', 'other']);
    expect(report.tasks).toBe(260);
    expect(report.projects.shop).toMatchObject({ verdict: 'helps', tasks: 200 });
    expect(report.projects.other).toMatchObject({ verdict: 'cannot tell yet', tasks: 60 });
    const {
      at: _,
      since: __,
      project: ___,
      projects,
      projects_left_out: ____,
      ...one
    } = await helpReport(ctx, { project: 'shop', now: NOW });
    expect(one).toEqual(report.projects.shop);
    expect(Object.keys(projects)).toEqual(['shop']);
    const since = new Date(START + 40 * DAY_MS).toISOString();
    expect((await helpReport(ctx, { since, now: NOW })).tasks).toBe(40);
    await expect(helpReport(ctx, { since: 'soon' })).rejects.toMatchObject({ code: 'bad_argument' });
    // The same memory at the same time: the same report.
    expect(await helpReport(ctx, { now: NOW })).toEqual(report);
  });

  it('warns where one arm loses more of its tasks than the other, and gives no verdict then', async () => {
    const rows = trial({ tasks: 300, holdout: 0.5, lift: 0.4 }).map((row, i) =>
      row.arm === 'withheld' && i % 2 === 0 ? { ...row, success: null, judged_by: 'unknown' as const } : row,
    );
    const { warnings, checks, verdict, uplift, words } = await reportOf(rows, 0.5);
    expect(checks.loss.warns).toBe(true);
    expect(uplift.interval_anytime?.[0]).toBeGreaterThan(0);
    expect(verdict).toBe('cannot tell yet');
    expect(words[1]).toContain('tells nothing');
    expect(warnings.join(' ')).toMatch(/100 % have a judged run, of those held out \d+ %/u);
    const crooked = await reportOf(
      trial({ tasks: 300, holdout: 0.1 }).map((row) => ({ ...row, holdout: 0.5 })),
      0.5,
    );
    expect(crooked.checks.ratio.warns).toBe(true);
    expect(crooked.warnings.join(' ')).toContain('something decides which tasks are recorded');
  });
});

describe('where it cannot be told', () => {
  const nothing = { with: null, without: null, difference: null, interval: null };

  it.each<[string, Exposure[], number, RegExp]>([
    ['nothing was ever shown', [], 0, /^Nothing to compare yet: no run has named what it had been shown\./u],
    ['all are held out', trial({ tasks: 30, holdout: 1 }), 1, /^All 30 tasks .* were held out/u],
    [
      'none is held out so far',
      trial({ tasks: 3, holdout: 0.05 }),
      0.05,
      /^3 tasks were shown what is known, none was held out so far\. At a share of 5 % about one task in 20 will be\./u,
    ],
    [
      'nothing is known',
      trial({ tasks: 30, records: () => [] }),
      0.3,
      /^For none of 30 tasks anything was known/u,
    ],
    [
      'shares never had both arms',
      [...trial({ tasks: 20, holdout: 0 }), ...trial({ tasks: 20, holdout: 1, prefix: 'u' })],
      0,
      /never under the same share/u,
    ],
    [
      'nobody judged',
      trial({ tasks: 30 }).map((row) => ({ ...row, success: null })),
      0.3,
      /^30 runs followed .* nobody judged/u,
    ],
    [
      'there is nothing alike',
      [exposureOf({ task: 'a' })],
      0,
      /^Nothing was held out, and there is nothing alike/u,
    ],
  ])('%s', async (_, exposures, holdout, words) => {
    const report = await reportOf(exposures, holdout);
    expect(report.verdict).toBe('cannot tell yet');
    expect(report.method).toBe('none');
    expect(report.uplift).toMatchObject(nothing);
    expect(report.words.join(' ')).toMatch(words);
  });

  it('few tasks, and a single class', async () => {
    const few = await reportOf(trial({ tasks: 12 }), 0.3);
    expect(few.verdict).toBe('cannot tell yet');
    expect(few.words).toContain('These are few tasks.');
    const good = await reportOf(trial({ tasks: 60, base: 1 }), 0.3);
    expect(good.verdict).toBe('cannot tell yet');
    expect(good.uplift.difference).toBe(0);
    expect(good.words[1]).toBe('All of them ended well, with and without: there is nothing to tell apart.');
  });

  it('only agents say so: their word is told apart, and tells nothing', async () => {
    const report = await reportOf(trial({ tasks: 300, base: 0.2, lift: 0.6, judged_by: 'agent' }), 0.3);
    expect(report).toMatchObject({ verdict: 'cannot tell yet', method: 'none', tasks: 0 });
    expect(report.words[0]).toBe(
      'Only their agents say how these runs ended, and that is no evidence of help.',
    );
    expect(report.claims.tasks).toBe(300);
    expect(report.claims.uplift.difference).toBeGreaterThan(0.4);
    const both = await reportOf(
      [...trial({ tasks: 100 }), ...trial({ tasks: 50, judged_by: 'agent', prefix: 'c' })],
      0.3,
    );
    expect(both.tasks).toBe(100);
    expect(both.words.find((sentence) => sentence.startsWith('Told apart'))).toBeDefined();
  });
});
