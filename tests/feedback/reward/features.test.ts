import { expect, it } from 'vitest';
import { FEATURE_NAMES, type FeatureRun, featuresOf } from '../../../src/feedback/reward/features.ts';
import type { Step } from '../../../src/types.ts';
import { TrajectoryInput } from '../../../src/types.ts';
import { longRun, solved } from '../../support/runs.ts';

const named = (run: FeatureRun, steps?: number): Record<string, number | null> =>
  Object.fromEntries(featuresOf(run, steps).map((value, i) => [FEATURE_NAMES[i] ?? '', value]));

const run = TrajectoryInput.parse(solved(0));

it('says in words what a run was like', () => {
  const seen = named(run);
  expect(seen['steps taken']).toBeCloseTo(Math.log1p(5));
  expect(seen['share of steps that failed']).toBeCloseTo(1 / 5);
  expect(seen['failures got past']).toBeCloseTo(Math.log1p(1));
  expect(seen['failures left open']).toBe(0);
  expect(seen['checked after the last change']).toBe(1);
  expect(seen['ended well, as judged']).toBe(1);
  expect(new Set(FEATURE_NAMES).size).toBe(FEATURE_NAMES.length);
});

it('tells what is not known from 0', () => {
  const seen = named(run);
  for (const name of ['tokens used', 'seconds it took', 'agents at work', 'earlier attempts at the task'])
    expect(seen[name]).toBeNull();
  expect(named({ ...run, usage: { tokens: 0 } })['tokens used']).toBe(0);
  const nobody = named({ ...run, outcome: { success: null } });
  expect(nobody['ended well, as judged']).toBeNull();
  expect(nobody['how far its judge is to be trusted']).toBeNull();
});

it('sees nothing of the end in an early look', () => {
  const [early, other] = [solved(0), solved(0)];
  const cut = TrajectoryInput.parse({
    ...other,
    steps: early.steps.slice(0, 2),
    outcome: { success: false, error: 'broke', verdict: { source: 'test' } },
    usage: { tokens: 9 },
    ended_at: '2026-01-01T00:00:00Z',
  });
  expect(featuresOf(cut, 2)).toEqual(featuresOf(run, 2));
});

it('never looks at what anybody thinks of the run', () => {
  const praised: FeatureRun = TrajectoryInput.parse({
    ...solved(0),
    feedback: [{ text: 'Splendid', from: 'ada' }],
  });
  expect(featuresOf(praised)).toEqual(featuresOf(run));
  const judged = (success: boolean) =>
    featuresOf({ ...run, outcome: { success, score: Number(success), verdict: { source: 'human' } } });
  expect(judged(true)).toEqual(judged(false));
});

it('stays bounded on hostile runs', () => {
  const step: Step = {
    action: 'x['.repeat(200_000),
    observation: '('.repeat(400_000),
    thought: 'a '.repeat(200_000),
  };
  const values = featuresOf({ ...run, steps: Array.from({ length: 40 }, () => step) });
  expect(values).toHaveLength(FEATURE_NAMES.length);
  const long = TrajectoryInput.parse(longRun(5_000));
  expect(named(long)['steps taken']).toBeCloseTo(Math.log1p(5_000));
  expect(featuresOf({ ...run, steps: [] }).every((value) => value === null || Number.isFinite(value))).toBe(
    true,
  );
});
