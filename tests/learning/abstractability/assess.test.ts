import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../../src/capture/recorder.ts';
import { assessHeuristic } from '../../../src/learning/abstractability/assess.ts';
import { doneIn, sameness } from '../../../src/learning/abstractability/lesson.ts';
import { attemptOf } from '../../../src/learning/acts/attempt.ts';
import { createExtractor } from '../../../src/learning/extractor.ts';
import { Abstractability, Outcome, type Step } from '../../../src/types.ts';
import { bash, call, failing, inputOf, openFresh, runOf } from '../../support/fixtures.ts';

const route = [
  failing('npm test', 'Error: regions table is out of date'),
  bash('node tools/gen.mjs'),
  bash('npm install --save-dev vitest'),
  bash('npm test', 'ok'),
];

describe('whether a run is worth abstracting', () => {
  it('a solved run with several acts is, and it is said why', () => {
    const judged = Abstractability.parse(assessHeuristic(runOf(route), []));
    expect(judged).toMatchObject({ abstractable: true, method: 'heuristic' });
    expect(judged.scores.novelty).toBe(1);
    expect(judged.reasoning).toMatch(/^Worth abstracting: nothing similar is in memory; .*1 failed step/u);
  });

  it.each<[string, Step[], boolean | null, RegExp]>([
    ['a failure', route, false, /because it failed/u],
    ['a run that nobody judged', route, null, /nobody judged it a success/u],
    ['a run without steps', [], true, /it has no steps/u],
    ['a single step', [bash('ls')], true, /fewer than two acts/u],
    ['a single act', [bash('make release')], true, /fewer than two acts/u],
    ['a run of lookups', [bash('ls'), bash('cat a'), call('TodoWrite')], true, /fewer than two acts/u],
    [
      'a run of private literals',
      [bash('/srv/a/x9 /srv/b/y.csv 20250101'), bash("/srv/a/z7 '/srv/c/d' 99")],
      true,
      /its generalizability is below/u,
    ],
  ])('%s is not, and it is said why', (_what, steps, success, reason) => {
    const judged = assessHeuristic(runOf(steps, { success }), []);
    expect(judged.abstractable).toBe(false);
    expect(judged.reasoning).toMatch(reason);
  });

  it.each([
    [{ success: true, score: 0 }, /called a success and scored 0/u],
    [
      { success: true, verdict: { source: 'test', detail: 'FAILED 2 of 9' } },
      /its verdict says that it failed/u,
    ],
    [{ success: false, verdict: { source: 'test', detail: '9 passed' } }, /because it failed/u],
  ])('an outcome that contradicts itself is nobody’s success: %j', (outcome, reason) => {
    const judged = assessHeuristic({ ...runOf(route), outcome: Outcome.parse(outcome) }, []);
    expect(judged.abstractable).toBe(false);
    expect(judged.reasoning).toMatch(reason);
  });

  it('sees all steps, not the first few', () => {
    const looks = Array.from({ length: 30 }, (_, i) => bash(`cat part-${i}.c`));
    const judged = assessHeuristic(runOf([...looks, ...route]), []);
    expect(judged.abstractable).toBe(true);
    expect(judged.scores.complexity).toBe(assessHeuristic(runOf(route), []).scores.complexity);
  });

  it('counts the words of a tool’s call, and its values as private', () => {
    const calls = [
      call('get_order', { order_id: 'W7263521' }),
      call('cancel_order', { order_id: 'W7263521' }),
    ];
    expect(assessHeuristic(runOf(calls), []).scores.generalizability).toBeGreaterThan(0.3);
  });

  it('names everything that stands in the way', () => {
    const { reasoning } = assessHeuristic(runOf([], { success: false }), []);
    expect(reasoning).toMatch(/^Not abstracted, because it has no steps and it failed and/u);
  });
});

const near = (similarity: number, same: number) => ({ similarity, same });

describe('novelty', () => {
  const run = runOf(route);
  const novelty = (similarity: number, steps: Step[]) => {
    const [one, other] = [run, runOf(steps)].map((each) => doneIn(attemptOf(each)));
    const same = one && other ? sameness(one, other) : Number.NaN;
    return assessHeuristic(run, [near(similarity, same)]).scores.novelty;
  };

  it('is gone when the same was done at the same task', () => {
    expect(novelty(1, route)).toBe(0);
    const judged = assessHeuristic(run, [near(1, 1)]);
    expect(judged.abstractable).toBe(false);
    expect(judged.reasoning).toMatch(/novelty is below .*much the same was done/u);
  });

  it('is there for another way at the same task, and for the same way at another task', () => {
    expect(novelty(1, [bash('cargo build'), bash('docker compose up')])).toBe(1);
    expect(novelty(0.1, route)).toBeCloseTo(0.9, 10);
  });

  it('falls with what is nearest, however many others there are', () => {
    const [close, far] = [near(0.8, 1), near(0.3, 0.2)];
    expect(assessHeuristic(run, [far, close, far]).scores.novelty).toBe(
      assessHeuristic(run, [close]).scores.novelty,
    );
  });

  it('is judged against the memory, never against the run itself or its own session', async () => {
    const ctx = await openFresh();
    const { isAbstractable } = createExtractor(ctx);
    const record = async (session: string) =>
      (await recordTrajectory(ctx, inputOf(route, { source: 'test', session }))).trajectory;
    const first = await record('s1');
    expect((await isAbstractable(first)).scores.novelty).toBe(1);
    const second = await record('s2');
    expect((await isAbstractable(second)).scores.novelty).toBeLessThan(0.05);
    const other = (
      await recordTrajectory(ctx, inputOf(route, { source: 'test', session: 's3', task: 'Rank zebras' }))
    ).trajectory;
    expect((await isAbstractable(other)).scores.novelty).toBeGreaterThan(0.5);
  });
});

describe('scores', () => {
  it('lie within 0..1 and complexity grows with what was done', () => {
    const line = fc.oneof(
      fc.constantFrom('make', 'npm ci', 'ls', 'rm -r x', 'cat a'),
      fc.string({ maxLength: 60 }),
    );
    const steps = fc.array(
      fc.oneof(
        line.map((text) => bash(text)),
        line.map((text) => failing(text, text)),
      ),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const { scores } = Abstractability.parse(assessHeuristic(runOf(all), []));
        const more = assessHeuristic(runOf([...all, bash('make'), bash('npm ci')]), []).scores;
        expect(more.complexity).toBeGreaterThanOrEqual(scores.complexity);
      }),
      { seed: 91, numRuns: 150 },
    );
  });
});
