import { describe, expect, it } from 'vitest';
import { recordTrajectory } from '../../src/capture/recorder.ts';
import { bash, inputOf, openFresh } from '../support/fixtures.ts';

describe('versions of one run recorded at once in one process', () => {
  it('leave the longest, in whatever order they are committed together', async () => {
    const ctx = await openFresh();
    const steps = Array.from({ length: 6 }, (_, i) => bash(`make step-${i}`));
    const lengths = [1, 6, 2, 5, 3, 4];
    const recorded = await Promise.all(
      lengths.map((length) =>
        recordTrajectory(ctx, { ...inputOf(steps.slice(0, length)), session: 'grows' }),
      ),
    );
    expect(new Set(recorded.map(({ trajectory }) => trajectory.id)).size).toBe(1);
    const stored = await ctx.memory.trajectories.list();
    expect(stored.map((run) => run.steps.length)).toEqual([6]);
  });
});
