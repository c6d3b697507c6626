/** Without a hold-out: like compared with like, said to be no experiment. */
import { describe, expect, it } from 'vitest';
import { toTrajectory } from '../../../src/capture/recorder.ts';
import { matchedEffect } from '../../../src/feedback/uplift/matched.ts';
import { helpReport } from '../../../src/feedback/uplift/report.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { taskKey } from '../../../src/memory/memory.ts';
import { TrajectoryInput } from '../../../src/types.ts';
import { solved, unsolved } from '../../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { exposureOf, NOW } from './seeded.ts';

describe('without a hold-out', () => {
  it('compares like with like, and says that it is no experiment', async () => {
    const ctx = await openStoreAt(temporaryDirectory());
    const drafts = [0, 1, 2].flatMap((task) => [
      ...[0, 1, 2, 3].map((variant) => solved(task, variant)),
      ...[0, 1, 2, 3].map((variant) => unsolved(task, variant)),
    ]);
    const runs = drafts.map((draft) => toTrajectory(ctx, TrajectoryInput.parse(draft)));
    // Of other kinds: an agent's own word, and another domain.
    const claimed = { ...solved(0, 99), outcome: { success: true } };
    const strange = { ...solved(1, 98), task: { description: 'Something else', domain: 'go' } };
    await ctx.memory.trajectories.put([
      ...runs,
      ...[claimed, strange].map((draft) => toTrajectory(ctx, TrajectoryInput.parse(draft))),
    ]);
    const wereShown = runs.filter(({ outcome }, i) => (outcome.success ? true : i % 4 === 0));
    await ctx.memory.exposures.put(
      wereShown.map((run) =>
        exposureOf({
          task: '',
          trajectory: run.id,
          project: run.project,
          task_key: taskKey(run.project, run.task),
          success: run.outcome.success,
          ran_at: run.at,
        }),
      ),
    );
    const report = await helpReport(ctx, { now: NOW });
    expect(report).toMatchObject({ method: 'matched', verdict: 'cannot tell yet' });
    expect(report.matched).toMatchObject({ same_task: 3, kinds: 0, left_out: 1 });
    expect(report.uplift).toMatchObject({ without: 0, sides: { with: { tasks: 3, runs: 15 } } });
    expect(report.uplift.with).toBeCloseTo(0.8, 10);
    expect(report.uplift.interval?.[0]).toBeGreaterThan(0);
    expect(report.words[0]).toMatch(/^No experiment: of 3 tasks .* \+80 points/u);
    expect(report.words.join(' ')).toContain('`--holdout 0.2`');
  });

  it('takes out that some kinds of work go better and are shown more', () => {
    const draws = 200;
    let [held, matched, plain] = [0, 0, 0];
    for (let seed = 1; seed <= draws; seed += 1) {
      const random = createRandom(seed);
      const runs = Array.from({ length: 120 }, (_, task) => {
        const kind = Math.floor(4 * random());
        const shown = random() < 0.2 + 0.2 * kind;
        const success = random() < 0.2 + 0.2 * kind;
        return { task: `t${task}`, project: 'shop', shown, success, like: `kind ${kind}` };
      });
      const effect = matchedEffect(runs);
      if (!effect) continue;
      const [low, high] = effect.interval;
      held += Number(low <= 0 && 0 <= high);
      matched += effect.difference / draws;
      const rate = (shown: boolean) => {
        const side = runs.filter((run) => run.shown === shown);
        return side.filter(({ success }) => success).length / side.length;
      };
      plain += (rate(true) - rate(false)) / draws;
    }
    expect(plain).toBeGreaterThan(0.15);
    expect(Math.abs(matched)).toBeLessThan(0.03);
    expect(held / draws).toBeGreaterThan(0.93);
  });

  it('has nothing to say of runs that have nothing alike', () => {
    const run = { project: 'shop', success: true, like: 'a' };
    expect(matchedEffect([{ ...run, task: 'x', shown: true }])).toBeUndefined();
    const other = [
      { ...run, task: 'x', shown: true },
      { ...run, task: 'y', shown: true },
      { ...run, task: 'z', shown: false, like: 'b' },
      { ...run, task: 'w', shown: false, like: 'b' },
    ];
    expect(matchedEffect(other)).toBeUndefined();
  });
});
