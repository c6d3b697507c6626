import { describe, expect, it } from 'vitest';
import { recordAll } from '../../../src/capture/recorder.ts';
import type { Context } from '../../../src/context.ts';
import { general } from '../../../src/learning/abstractability/lesson.ts';
import { assessing } from '../../../src/learning/abstractability/many.ts';
import { faredWorse, tell } from '../../../src/learning/abstractability/replay.ts';
import { noteAttempts } from '../../../src/learning/attempts.ts';
import { noteErrors } from '../../../src/learning/errors/learn.ts';
import { createExtractor } from '../../../src/learning/extractor.ts';
import type { Abstractability, Replay, Step, Trajectory, VerdictSource } from '../../../src/types.ts';
import { bash, edit, failing, inputOf, openFresh, runOf } from '../../support/fixtures.ts';
import { judging } from './model.ts';

interface Told {
  task: string;
  steps: Step[];
  success?: boolean | null;
  source?: VerdictSource;
}

let sessions = 0;

async function remember(ctx: Context, runs: Told[]): Promise<Trajectory[]> {
  const recorded = await recordAll(
    ctx,
    runs.map(({ task, steps, success = true, source = 'test' }) => {
      sessions += 1;
      return { input: inputOf(steps, { task, success, source, session: `s${sessions}` }) };
    }),
  );
  const stored = recorded.map(({ trajectory }) => trajectory);
  await noteAttempts(ctx, stored);
  await noteErrors(
    ctx,
    stored.map((trajectory) => ({ trajectory, abstractable: false })),
  );
  return stored;
}

/** What both forms make of a run: one at a time, and as part of a batch. They must agree. */
async function judged(ctx: Context, run: Trajectory): Promise<Abstractability> {
  const one = await createExtractor(ctx).isAbstractable(run);
  const [many] = await assessing(ctx)([run]);
  expect(many).toEqual(one);
  return one;
}

const SERVICES = ['invoice', 'refund', 'voucher', 'ledger', 'payout', 'tariff'];
const taskOf = (service: string) =>
  `Add the ${service} endpoint to the billing service and make its tests pass`;
const lint = (service: string) => failing(`make check-${service}`, "Error: Cannot find module '../client'");
const passes = (service: string) => bash(`make check-${service}`, 'ok');
const generate = bash('node tools/generate.mjs --all');
const guess = bash('npm install client --save');

/** Attempts at other tasks that met the same error. */
const fixed = (service: string, success = true): Told => ({
  task: taskOf(service),
  steps: [lint(service), generate, passes(service)],
  success,
});
const stuck = (service: string, success = false): Told => ({
  task: taskOf(service),
  steps: [lint(service), guess, lint(service)],
  success,
});

describe('a lesson replayed at other tasks', () => {
  it('of an error and its fix counts those that met it elsewhere, not at its own task', async () => {
    const ctx = await openFresh();
    const others = SERVICES.slice(1).flatMap((service) => [fixed(service), stuck(service)]);
    const [run] = await remember(ctx, [fixed('invoice'), fixed('invoice'), stuck('invoice'), ...others]);
    const { replay, reasoning, abstractable, scores } = await judged(ctx, run as Trajectory);
    expect(replay).toEqual({
      lesson: 'fix',
      tasks: 5,
      did: { worked: 5, tried: 5 },
      without: { worked: 0, tried: 5 },
      difference: 1,
    });
    expect(reasoning).toContain(
      'it would have applied at 5 other tasks where the same error came: 5 of 5 that did it succeeded, 0 of 5 that did not',
    );
    expect(scores.generalizability).toBeGreaterThan(0.9);
    expect(abstractable).toBe(false); // Its own task was solved that way before.
    expect(reasoning).toMatch(/^Not abstracted, because its novelty is below/u);
  });

  it('is not abstracted when those who did the same fared worse', async () => {
    const ctx = await openFresh();
    const others = SERVICES.slice(1).flatMap((service) => [fixed(service, false), stuck(service, true)]);
    const [run] = await remember(ctx, [fixed('invoice'), ...others]);
    const { abstractable, reasoning, replay } = await judged(ctx, run as Trajectory);
    expect(replay?.difference).toBe(-1);
    expect(abstractable).toBe(false);
    expect(reasoning).toMatch(/^Not abstracted, because .*those who did the same elsewhere fared worse/u);
  });

  it('of acts is held against runs at tasks that are alike, whatever their numbers and own words', async () => {
    const ctx = await openFresh();
    const careful = (service: string, i: number, success: boolean): Told => ({
      task: taskOf(service),
      steps: [bash(`psql --file migrate-${service}-${i}.sql`), bash('systemctl restart billing')],
      success,
    });
    const hasty = (service: string, success: boolean): Told => ({
      task: taskOf(service),
      steps: [bash('git reset hard main'), bash('systemctl stop billing')],
      success,
    });
    const others = SERVICES.slice(1).flatMap((service, i) => [
      careful(service, i, true),
      hasty(service, false),
    ]);
    const unlike = {
      task: 'Rank zebras by stripe count',
      steps: [bash('psql --file zebra.sql')],
      success: false,
    };
    const [run] = await remember(ctx, [careful('invoice', 9, true), ...others, unlike]);
    const { replay, reasoning, scores } = await judged(ctx, run as Trajectory);
    expect(replay).toMatchObject({
      lesson: 'acts',
      tasks: 5,
      did: { worked: 5, tried: 5 },
      without: { worked: 0, tried: 5 },
      difference: 1,
    });
    expect(reasoning).toContain('5 other tasks that are alike');
    expect(reasoning).not.toContain('fared worse');
    expect(scores.generalizability).toBeGreaterThan(0.9);
  });

  it('is judged by its words while nobody else met the situation, or nobody judged those that did', async () => {
    const ctx = await openFresh();
    const unjudged = SERVICES.slice(1).map((service) => ({ ...fixed(service), success: null }));
    const [run, other] = await remember(ctx, [
      fixed('invoice'),
      { task: 'Rank zebras by stripe count', steps: [edit('a.ts', 'x', 'y')], success: true },
      ...unjudged,
    ]);
    for (const each of [run, other])
      expect(await judged(ctx, each as Trajectory)).not.toHaveProperty('replay');
  });

  it('takes nobody’s own word for a success', async () => {
    const ctx = await openFresh();
    const claimed = SERVICES.slice(1).map((service) => ({ ...fixed(service), source: 'agent' as const }));
    const [run] = await remember(ctx, [fixed('invoice'), ...claimed, stuck('refund'), stuck('voucher')]);
    const { replay } = await judged(ctx, run as Trajectory);
    expect(replay).toMatchObject({ did: { tried: 0 }, without: { worked: 0, tried: 2 } });
  });

  it('says so where others met it and none did the same', async () => {
    const ctx = await openFresh();
    const [run] = await remember(ctx, [fixed('invoice'), ...SERVICES.slice(1, 4).map((each) => stuck(each))]);
    const { reasoning, abstractable } = await judged(ctx, run as Trajectory);
    expect(reasoning).toContain('none did it, 0 of 3 that did not succeeded');
    expect(abstractable).toBe(true);
  });

  it('binds a model that judges otherwise', async () => {
    const others = SERVICES.slice(1).flatMap((service) => [fixed(service, false), stuck(service, true)]);
    const llm = await judging({ abstractable: true, reasoning: 'A needed order of acts.' });
    const ctx = await openFresh({ llm }, { llm: undefined });
    const [run] = await remember(ctx, [fixed('invoice'), ...others]);
    const { abstractable, method, reasoning, replay } = await judged(ctx, run as Trajectory);
    expect({ abstractable, method }).toEqual({ abstractable: false, method: 'llm' });
    expect(reasoning).toMatch(/^A needed order of acts\. Replay: .*5 other tasks.*fared worse/u);
    expect(replay?.tasks).toBe(5);
  });
});

describe('a batch', () => {
  it('keeps a run that cannot be judged from no other, and judges every run in its place', async () => {
    const ctx = await openFresh();
    const [one, two] = await remember(ctx, [fixed('invoice'), stuck('refund')]);
    const broken = { ...one, steps: undefined } as unknown as Trajectory;
    const all = await assessing(ctx)([one as Trajectory, broken, two as Trajectory]);
    expect(all.map((each) => each instanceof Error)).toEqual([false, true, false]);
  });

  it('takes runs without steps, and of 5,000 failing steps', async () => {
    const ctx = await openFresh();
    const long = Array.from({ length: 5_000 }, (_, i) =>
      failing(`make part-${i}`, `error: no rule for ${i}`),
    );
    const runs = await remember(ctx, [{ task: 'Do nothing', steps: [] }]);
    runs.push(runOf(long, { success: false }));
    const all = (await assessing(ctx)(runs)) as Abstractability[];
    expect(all.map(({ abstractable }) => abstractable)).toEqual([false, false]);
  });
});

describe('what a replay proves', () => {
  const replay = (
    did: [number, number],
    without: [number, number],
    difference: number,
    tasks = 5,
  ): Replay => ({
    lesson: 'acts',
    tasks,
    did: { worked: did[0], tried: did[1] },
    without: { worked: without[0], tried: without[1] },
    difference,
  });

  it('is nothing from one side, one run or one task', () => {
    expect(faredWorse(replay([0, 9], [0, 0], 0))).toBe(false);
    expect(faredWorse(replay([0, 1], [9, 9], -0.6))).toBe(false);
    expect(faredWorse(replay([0, 9], [9, 9], -1, 1))).toBe(false);
    expect(faredWorse(replay([0, 9], [9, 9], -1))).toBe(true);
    expect(faredWorse(replay([4, 9], [5, 9], -0.1))).toBe(false);
  });

  it('is told with its counts', () => {
    expect(tell(replay([7, 8], [2, 9], 0.6))).toBe(
      'it would have applied at 5 other tasks that are alike: 7 of 8 that did it succeeded, 2 of 9 that did not',
    );
    expect(tell(replay([1, 1], [0, 0], 0, 1))).toContain('1 other task that is alike: 1 of 1');
  });
});

describe('an act in general', () => {
  it('has the task’s own words and numbers taken out, and keeps its program', () => {
    const topics = new Set(['clean', 'apple', 'fridge']);
    expect(general('`clean apple 1 with sinkbasin 12`', topics)).toBe('`clean {} # with sinkbasin #`');
    expect(general('`python3 {file_2} --apples`', topics)).toBe('`python# {} --{}`');
  });
});
