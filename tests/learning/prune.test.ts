import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../src/learning/acts/attempt.ts';
import { clustersOf } from '../../src/learning/clusters.ts';
import {
  applyPrune,
  planPrune as planAttempts,
  pruneClusters,
  restorePruned,
} from '../../src/learning/prune.ts';
import type { Trajectory } from '../../src/types.ts';
import { bash, failing, keyOf, openFresh, type RunFacts, runOf } from '../support/fixtures.ts';

const planPrune = (runs: Trajectory[]) => planAttempts(runs.map(attemptOf));
const stuck = (what: string, facts: RunFacts = {}) =>
  runOf([failing('make', `error: ${what}`)], { task: 'Hopeless', ...facts, success: false });
const done = (command: string, facts: RunFacts = {}) =>
  runOf([bash(command)], { task: 'Easy', ...facts, success: true });
const many = (count: number, make: () => Trajectory) => Array.from({ length: count }, make);
const idsOf = (runs: { id: string }[]) => runs.map(({ id }) => id).sort();

describe('planPrune', () => {
  it('keeps one for each way of failing, and every success, where a task consistently fails', () => {
    const linker = many(12, () => stuck('the linker is missing'));
    const disk = many(3, () => stuck('the disk is full'));
    const worked = many(1, () => done('make', { task: 'Hopeless' }));
    const plan = planPrune([...linker, ...disk, ...worked]);
    expect(plan).toHaveLength(13);
    const left = new Set(idsOf([...linker, ...disk, ...worked]));
    for (const { id } of plan) left.delete(id);
    for (const group of [linker, disk, worked])
      expect(group.filter(({ id }) => left.has(id))).toHaveLength(1);
    expect(plan[0]?.reason).toBe('15 of 16 attempts failed; one that ended in the same way stays');
  });

  it('never takes a single failure, nor anything where attempts are few or the outcome is open', () => {
    expect(planPrune([stuck('alone')])).toEqual([]);
    expect(planPrune(many(9, () => stuck('x')))).toEqual([]);
    expect(
      planPrune([...many(20, () => stuck('x')), ...many(5, () => done('make', { task: 'Hopeless' }))]),
    ).toEqual([]);
    expect(planPrune(many(30, () => runOf([bash('ls')], { success: null })))).toEqual([]);
  });

  it('keeps twenty of a task that is solved again and again, and every way it was solved', () => {
    const usual = many(40, () => done('make'));
    const rare = [done('ninja', { at: '2020-01-01T00:00:00.000Z' }), done('bazel build')];
    const failed = [stuck('once', { task: 'Easy' })];
    const plan = planPrune([...usual, ...rare, ...failed]);
    expect(plan).toHaveLength(22);
    const gone = new Set(idsOf(plan));
    for (const run of [...rare, ...failed]) expect(gone.has(run.id)).toBe(false);
    expect(plan[0]?.reason).toMatch(/^42 attempts succeeded; 20 stay/u);
    expect(planPrune(many(20, () => done('make')))).toEqual([]);
  });

  it('prefers to keep what was judged best, then what is newest', () => {
    const agent = many(10, () => stuck('x', { source: 'agent' }));
    const old = stuck('x', { at: '2026-01-01T00:00:00.000Z' });
    const young = stuck('x', { at: '2026-02-01T00:00:00.000Z' });
    const gone = new Set(idsOf(planPrune([old, ...agent, young])));
    expect(gone.has(young.id)).toBe(false);
    expect(gone.size).toBe(11);
  });

  it('judges nearly the same tasks together and still keeps a run of each', () => {
    const told =
      'Make the nightly report of all European warehouses build again on the new build server please';
    const again = `${told}!`.replace('nightly', 'Nightly');
    const runs = [
      ...many(6, () => stuck('x', { task: told })),
      ...many(6, () => stuck('x', { task: again, task_id: 'b' })),
    ];
    expect(new Set(runs.map(keyOf)).size).toBe(2);
    const gone = new Set(idsOf(planPrune(runs)));
    const left = runs.filter(({ id }) => !gone.has(id));
    expect(left).toHaveLength(2);
    expect(new Set(left.map(keyOf)).size).toBe(2);
  });

  it('always covers what there was, in whatever order the runs come', () => {
    const run = fc.record({
      task: fc.constantFrom('Easy', 'Hopeless', 'Mixed'),
      success: fc.constantFrom(true, false, false, false, null),
      what: fc.constantFrom('linker', 'disk', 'network'),
    });
    fc.assert(
      fc.property(
        fc.array(run, { maxLength: 120 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (given, order) => {
          const runs = given.map(({ task, success, what }) => {
            const step = success ? bash(`build-${what}`) : failing('make', `error: no ${what} here`);
            return runOf([step], { task, success });
          });
          const gone = new Set(idsOf(planPrune(runs)));
          const left = runs.filter(({ id }) => !gone.has(id));
          const ways = (of: Trajectory[]) =>
            new Set(
              of.map(
                ({ task, outcome, steps }) => `${task.description} ${outcome.success} ${steps[0]?.action}`,
              ),
            );
          expect(ways(left)).toEqual(ways(runs));
          const shuffled = runs
            .map((each) => ({ each, key: order.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key);
          expect(idsOf(planPrune(shuffled.map(({ each }) => each)))).toEqual([...gone].sort());
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('clusters', () => {
  it('hold runs at one task and at nearly the same, of one project', () => {
    const words =
      'list every reservation of the customer and cancel those that start before Monday in the old system';
    const runs = [
      runOf([], { task: words }),
      runOf([], { task: `${words}.` }),
      runOf([], { task: words, project: 'bank' }),
      runOf([], { task: words.replace('customer', 'supplier') }),
      runOf([], { task: 'something else' }),
    ];
    const clusters = clustersOf(runs.map(attemptOf)).map((cluster) => cluster.runs.length);
    expect(clusters.sort()).toEqual([1, 1, 1, 2]);
  });

  it('of thousands of different tasks take no time and join none', () => {
    const runs = many(3_000, () => runOf([], {})).map((run, i) => ({
      ...run,
      task: { description: `Change order number ${i} of customer ${i * 7} to warehouse ${i % 13}` },
    }));
    expect(clustersOf(runs.map(attemptOf))).toHaveLength(3_000);
  });
});

describe('pruning a store', () => {
  it('archives, leaves alone what was brought back, and by itself takes only failures', async () => {
    const ctx = await openFresh();
    const runs = [...many(14, () => stuck('x')), ...many(30, () => done('make'))];
    await ctx.memory.trajectories.put(runs);
    expect(await pruneClusters(ctx, runs.map(attemptOf))).toBe(13);
    expect(await applyPrune(ctx, planPrune(runs.slice(14)))).toHaveLength(10);
    expect(await ctx.memory.trajectories.count({ status: 'archived' })).toBe(23);
    expect(await restorePruned(ctx, 'nobody')).toEqual([]);
    expect(await restorePruned(ctx, 'shop', true)).toHaveLength(23);
    expect(await restorePruned(ctx)).toHaveLength(23);
    expect(await pruneClusters(ctx, runs.map(attemptOf))).toBe(0);
    expect(await ctx.memory.trajectories.count({ status: 'active' })).toBe(44);
  });
});
