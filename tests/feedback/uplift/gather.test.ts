/** Exposures become units: whose runs count, in which arm, and what is left out and said. */
import { describe, expect, it } from 'vitest';
import { type Asked, gather } from '../../../src/feedback/uplift/gather.ts';
import { readAsked, readExposures } from '../../../src/feedback/uplift/read.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { type ExposureFacts, exposureOf, START } from './seeded.ts';

const at = (day: number) => new Date(START + day * 86_400_000).toISOString();
const shown = (task: string, day: number, more: Partial<ExposureFacts> = {}) =>
  exposureOf({ task, arm: 'shown', holdout: 0.2, ran_at: at(day), ...more });
const withheld = (task: string, day: number, more: Partial<ExposureFacts> = {}) =>
  shown(task, day, { arm: 'withheld', ...more });

const asked = (id: string, task: string, arm: Asked['arm'], day: number, records = ['strat_1']): Asked => ({
  id,
  project: 'shop',
  task,
  arm,
  holdout: 0.2,
  at: at(day),
  records,
});

describe('gather', () => {
  it('makes one unit of all runs of a task, in order of time', () => {
    const { units, counts } = gather([
      shown('a', 2, { success: true, records: ['strat_x'] }),
      shown('a', 1, { success: false, records: ['strat_y'], tokens: 7 }),
      withheld('b', 1, { success: false }),
    ]);
    expect(units.map(({ task, arm, runs }) => [task, arm, runs.map(({ success }) => success)])).toEqual([
      ['task_shop_a', 'shown', [false, true]],
      ['task_shop_b', 'withheld', [false]],
    ]);
    // Those of the first alone: what was chosen later was chosen for tasks that the first did not help.
    expect(units[0]?.records).toEqual(['strat_y']);
    expect(units[0]?.runs[0]?.tokens).toBe(7);
    expect(counts).toMatchObject({ runs: 3, drawn: 2, switched: 0, nothing_known: 0 });
  });

  it('counts a task that was in both arms in the first, with the runs that it had there', () => {
    const { units, counts } = gather([
      withheld('a', 3, { holdout: 0.5, success: true }),
      shown('a', 1, { success: false }),
      shown('a', 2, { success: false }),
    ]);
    expect(units).toMatchObject([
      { arm: 'shown', holdout: 0.2, runs: [{ success: false }, { success: false }] },
    ]);
    expect(counts.switched).toBe(1);
    // What came before the time asked for still says which arm it is in.
    expect(gather([withheld('a', 3, { holdout: 0.5 }), shown('a', 1)], [], at(2)).units).toEqual([]);
  });

  it('compares only tasks for which something was known, and says how many were not', () => {
    const { units, drawn, counts } = gather([
      shown('a', 1, { records: [] }),
      withheld('b', 1, { records: [] }),
      shown('c', 1, { records: [] }),
      shown('c', 2),
    ]);
    expect(units.map(({ task, runs }) => [task, runs.length])).toEqual([['task_shop_c', 1]]);
    expect(drawn).toHaveLength(1);
    expect(counts).toMatchObject({ drawn: 3, nothing_known: 2 });
  });

  it('keeps what only agents say apart, and what nobody says out', () => {
    const { units, claims, drawn, counts } = gather([
      ...(['test', 'exit_code', 'human', 'llm_judge'] as const).map((judged_by, i) =>
        shown(`j${i}`, 1, { judged_by }),
      ),
      shown('c', 1, { judged_by: 'agent', success: true }),
      withheld('u', 1, { judged_by: 'unknown', success: false }),
      shown('n', 1, { judged_by: 'unknown', success: null }),
      // One task, both kinds of verdict: each counts where it belongs.
      shown('j0', 2, { judged_by: 'agent', success: false }),
    ]);
    expect(units.map(({ task }) => task)).toEqual([
      'task_shop_j0',
      'task_shop_j1',
      'task_shop_j2',
      'task_shop_j3',
    ]);
    expect(units[0]?.runs).toHaveLength(1);
    expect(claims.map(({ task, arm }) => [task, arm])).toEqual([
      ['task_shop_c', 'shown'],
      ['task_shop_j0', 'shown'],
      ['task_shop_u', 'withheld'],
    ]);
    expect(drawn).toHaveLength(7);
    expect(counts.unjudged).toBe(1);
  });

  it('knows of tasks that asked and were never heard of again, once they had the time', () => {
    const { drawn, counts } = gather(
      [shown('a', 1, { retrieval: 'ret_1' })],
      [
        asked('ret_1', 'named otherwise', 'shown', 1),
        asked('ret_2', 'task_shop_a', 'shown', 1),
        asked('ret_3', 'gone', 'withheld', 1),
        asked('ret_4', 'gone', 'withheld', 2),
        asked('ret_5', 'at work', 'withheld', 9),
      ],
      '',
      at(8),
    );
    expect(counts.never_recorded).toBe(1);
    expect(drawn.map(({ task }) => task)).toEqual(['gone', 'task_shop_a']);
  });

  it('counts tasks that one question, or the same words, put into an arm at once as one witness', () => {
    const questions = [
      asked('ret_1', 'a session', 'shown', 1),
      asked('ret_2', 'words', 'withheld', 1),
      asked('ret_3', 'words', 'withheld', 2),
    ];
    const { units, counts } = gather(
      [
        shown('a', 2, { retrieval: 'ret_1', context_tokens: 90 }),
        shown('b', 3, { retrieval: 'ret_1', context_tokens: 90, success: false }),
        withheld('c', 2, { retrieval: 'ret_2' }),
        withheld('d', 3, { retrieval: 'ret_3' }),
      ],
      questions,
    );
    expect(units.map(({ task, runs }) => [task, runs.length])).toEqual([
      ['task_shop_a', 2],
      ['task_shop_c', 2],
    ]);
    expect(counts).toMatchObject({ drawn: 2, together: 2 });
    // One answer is paid for once.
    expect(units[0]?.runs.map(({ context_tokens }) => context_tokens)).toEqual([90, 0]);
  });

  it('leaves a task in the arm of its first question, whatever it asked, named and was told later', () => {
    const questions = [
      asked('ret_1', 'task_shop_a', 'withheld', 1, ['strat_first']),
      asked('ret_2', 'in other words', 'shown', 2, ['strat_first', 'err_stuck']),
    ];
    const { units, counts } = gather(
      [
        shown('a', 3, { retrieval: 'ret_2', records: ['strat_first', 'err_stuck'] }),
        shown('a', 4, { retrieval: 'ret_nothing_known', records: [] }),
      ],
      questions,
    );
    expect(units).toMatchObject([{ arm: 'withheld', records: ['strat_first'] }]);
    expect(units[0]?.runs).toHaveLength(2);
    expect(counts).toMatchObject({ mixed: 2, switched: 0 });
  });

  it('reads a store: every exposure, and what was asked while tasks were held out', async () => {
    const ctx = await openStoreAt(temporaryDirectory());
    await ctx.memory.exposures.put([
      shown('a', 1),
      shown('b', 1, { project: 'other' }),
      exposureOf({ task: 'c' }),
    ]);
    const fact = { at: at(1), project: 'shop', derived_from: [], trust: 1, task: 'x', task_key: 'task_x' };
    await ctx.memory.retrievals.put([
      {
        ...fact,
        id: 'ret_1',
        known: true,
        shown: [],
        withheld: ['strat_a'],
        arm: 'withheld',
        holdout: 0.2,
      },
      { ...fact, id: 'ret_2', known: true, shown: ['strat_a'] },
      { ...fact, id: 'ret_3', known: false, shown: [], arm: 'shown', holdout: 0.2 },
    ]);
    expect(await readExposures(ctx)).toHaveLength(3);
    expect((await readExposures(ctx, 'other')).map(({ project }) => project)).toEqual(['other']);
    expect(await readAsked(ctx)).toEqual([
      {
        id: 'ret_1',
        project: 'shop',
        task: 'task_x',
        arm: 'withheld',
        holdout: 0.2,
        at: at(1),
        records: ['strat_a'],
      },
    ]);
  });
});
