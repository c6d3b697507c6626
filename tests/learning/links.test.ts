/** A run belongs to the retrieval that it names, else, while there is a hold-out, to the last one about its task. */
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { retrievalsIn } from '../../src/learners/own-questions.ts';
import { noteUses } from '../../src/learning/uses.ts';
import { exposureId, taskKey } from '../../src/memory/memory.ts';
import type { Arm, Retrieval, Trajectory } from '../../src/types.ts';
import { bash, call, clockAt, inputOf, openFresh, runOf } from '../support/fixtures.ts';

const HOUR = 3_600_000;
const NOON = '2026-03-01T12:00:00.000Z';
const task = 'Make the nightly report build again';

const asked = (id: string, hours: number, more: Partial<Retrieval> = {}): Retrieval => ({
  id,
  at: new Date(Date.parse(NOON) + hours * HOUR).toISOString(),
  project: 'shop',
  derived_from: [],
  trust: 1,
  task,
  known: true,
  shown: ['strat_1'],
  arm: 'shown',
  holdout: 0.5,
  task_key: taskKey('shop', { description: task }),
  ...more,
});
const withheld = { arm: 'withheld' as Arm, shown: [], withheld: ['strat_1'] };

/** The exposure of a run that ended at noon and names nothing, as noted with these retrievals in store. */
async function exposureAmong(
  retrievals: Retrieval[],
  { holdout = 0.5, run = {} }: { holdout?: number; run?: Partial<Trajectory> } = {},
) {
  const ctx = await openFresh({ holdout });
  await ctx.memory.retrievals.put(retrievals);
  const ended = { ...runOf([bash('npm test')], { task, at: NOON }), ...run };
  const { notes } = await noteUses(ctx, [ended]);
  return {
    exposure: await ctx.memory.exposures.get(exposureId(ended.id)),
    notes,
    uses: await ctx.memory.uses.list(),
  };
}

describe('a run that names no retrieval', () => {
  it('belongs to the last one about its task within a day before it, in its project', async () => {
    const among = [
      asked('ret_old', -25),
      asked('ret_first', -5, withheld),
      asked('ret_last', -2, withheld),
      asked('ret_late', 1),
      asked('ret_other', -1, { task_key: taskKey('shop', { description: 'Another' }) }),
      asked('ret_elsewhere', -1, { project: 'mall' }),
    ];
    const { exposure, uses } = await exposureAmong(among);
    expect(exposure).toMatchObject({ retrieval: 'ret_last', arm: 'withheld', records: ['strat_1'] });
    expect(uses).toMatchObject([{ shown: 'strat_1', withheld: true, retrieval: 'ret_last' }]);
    expect((await exposureAmong(among, { holdout: 0 })).exposure).toBeUndefined();
    expect((await exposureAmong(among.slice(0, 1))).exposure).toBeUndefined();
  });

  it('that is told of long after it ended belongs to what was asked then', async () => {
    const run = { ended_at: '2026-02-01T10:00:00Z', started_at: '2026-01-30T10:00:00Z' };
    const then = Date.parse('2026-01-29T12:00:00Z') - Date.parse(NOON);
    const among = [asked('ret_then', then / HOUR), asked('ret_now', -1)];
    expect((await exposureAmong(among, { run })).exposure?.retrieval).toBe('ret_then');
  });

  it('belongs to the question about the task before a look at one error', async () => {
    const error = asked('ret_error', -1, { error: 'boom', shown: ['err_1'] });
    expect((await exposureAmong([asked('ret_task', -2), error])).exposure?.retrieval).toBe('ret_task');
    expect((await exposureAmong([error])).exposure?.retrieval).toBe('ret_error');
  });

  it('or one that is not stored, is told so only where no other is found', async () => {
    const run = { retrieval_id: 'ret_nobody' };
    const found = await exposureAmong([asked('ret_task', -2)], { run });
    expect([found.exposure?.retrieval, found.notes]).toEqual(['ret_task', []]);
    expect((await exposureAmong([], { run })).notes[0]).toContain('no stored retrieval');
  });
});

describe('what an agent asked by itself', () => {
  const answer = (id: string) => `Quoted.\nbegin 01\n{"retrieval_id":"${id}","known":false}\nend 01`;
  const [one, two] = ['1a', '2b'].map((part) => `ret_${part.repeat(12)}`) as [string, string];

  it('is found in what its calls were answered, however that was quoted, and nowhere else', () => {
    const tool = 'mcp__knowhow__retrieve_strategies';
    const steps = [
      bash(`echo '"retrieval_id":"${one}"'`, answer(one)),
      call('mcp__knowhow__record_trajectory', {}, answer(one)),
      call(tool, {}, 'It failed'),
      call(tool, {}, JSON.stringify(JSON.stringify([{ text: answer(two) }]))),
      call('knowhow.retrieve_strategies', {}, answer(one).replace('":"', '" : "')),
      call(tool, {}, answer(two)),
      call(tool, {}, '"retrieval_id": "ret_../../x"'),
    ];
    expect(retrievalsIn(steps)).toEqual([two, one]);
    expect(retrievalsIn([call(tool, {}, `retrieval_id${'\\'.repeat(1_000_000)}`)])).toEqual([]);
  });

  it('names the run’s retrieval at every door, where it is stored here', async () => {
    const clock = clockAt(NOON);
    const ctx: Context = await openFresh({}, { now: clock.now });
    await ctx.memory.retrievals.put([asked(two, -1)]);
    const steps = [one, two].map((id) => call('retrieve_strategies', {}, answer(id)));
    const input = inputOf(steps, { project: 'shop', task });
    const { trajectory } = await recordTrajectory(ctx, input);
    expect(trajectory.retrieval_id).toBe(two);
    expect((await recordTrajectory(ctx, input)).state).toBe('known');
    const named = await recordTrajectory(ctx, { ...input, session: 's', retrieval_id: 'ret_mine' });
    expect(named.trajectory.retrieval_id).toBe('ret_mine');
  });

  it('in words that drew the other arm, leaves the run in its own and marks it', async () => {
    const steps = [call('retrieve_strategies', {}, answer(one))];
    const run = { retrieval_id: 'ret_mine', steps };
    const mixed = async (mine: object, other: object) =>
      (await exposureAmong([asked('ret_mine', -2, mine), asked(one, -1, other)], { run })).exposure?.mixed;
    expect(await mixed(withheld, {})).toBe(true);
    expect(await mixed({}, withheld)).toBe(true);
    expect(await mixed(withheld, withheld)).toBeUndefined();
    expect(await mixed({}, {})).toBeUndefined();
    expect(await mixed(withheld, { shown: [], known: false })).toBeUndefined();
    // Told nothing at first, it asked again and names what it was told then.
    const among = [asked('ret_mine', -1), asked(one, -2, withheld)];
    const { exposure } = await exposureAmong(among, { run });
    expect(exposure).toMatchObject({ retrieval: one, arm: 'withheld', mixed: true });
  });
});
