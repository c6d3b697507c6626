import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import { assessHeuristic } from '../../src/learning/abstractability.ts';
import { createExtractor } from '../../src/learning/extractor.ts';
import { Abstractability, type Step } from '../../src/types.ts';
import { bash, call, failing, inputOf, openFresh, runOf } from '../support/fixtures.ts';

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

  it('names everything that stands in the way', () => {
    const { reasoning } = assessHeuristic(runOf([], { success: false }), []);
    expect(reasoning).toMatch(/^Not abstracted, because it has no steps and it failed and/u);
  });
});

describe('novelty', () => {
  const run = runOf(route);
  const novelty = (similarity: number, steps: Step[]) =>
    assessHeuristic(run, [{ trajectory: runOf(steps), similarity }]).scores.novelty;

  it('is gone when the same was done at the same task', () => {
    expect(novelty(1, route)).toBe(0);
    const judged = assessHeuristic(run, [{ trajectory: runOf(route), similarity: 1 }]);
    expect(judged.abstractable).toBe(false);
    expect(judged.reasoning).toMatch(/novelty is below .*much the same was done/u);
  });

  it('is there for another way at the same task, and for the same way at another task', () => {
    expect(novelty(1, [bash('cargo build'), bash('docker compose up')])).toBe(1);
    expect(novelty(0.1, route)).toBeCloseTo(0.9, 10);
  });

  it('falls with what is nearest, however many others there are', () => {
    const near = { trajectory: runOf(route), similarity: 0.8 };
    const far = { trajectory: runOf([bash('cargo build')]), similarity: 0.3 };
    expect(assessHeuristic(run, [far, near, far]).scores.novelty).toBe(
      assessHeuristic(run, [near]).scores.novelty,
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
