/** Whether the comparison may be trusted. */
import { describe, expect, it } from 'vitest';
import { checks } from '../../../src/feedback/uplift/checks.ts';
import { arms, tasksOf } from './tasks.ts';

describe('the checks', () => {
  it('are content with a lot that fell as it should', () => {
    const drawn = arms([50, 102], [50, 98]);
    const found = checks(drawn, drawn);
    expect(found.ratio).toMatchObject({ drawn: 200, withheld: 98, expected: 100, warns: false });
    expect(found.loss).toMatchObject({
      with: { drawn: 102, judged: 102, share: 1 },
      difference: 0,
      p: 1,
      warns: false,
    });
  });

  it('warn where far more are held out than should be', () => {
    const drawn = arms([50, 70], [50, 130]);
    expect(checks(drawn, drawn).ratio.warns).toBe(true);
    // The same tasks, had 65 % been asked for.
    const asked = drawn.map((task) => ({ ...task, holdout: 0.65 }));
    expect(checks(asked, asked).ratio).toMatchObject({ expected: 130, warns: false });
  });

  it('warn where one arm loses more of its tasks', () => {
    const drawn = arms([100, 100], [100, 100]);
    const judged = drawn.filter(({ arm }, i) => arm === 'shown' || i % 2 === 0);
    const { loss } = checks(judged, drawn);
    expect(loss).toMatchObject({
      with: { share: 1 },
      without: { judged: 50, share: 0.5 },
      difference: 0.5,
      warns: true,
    });
  });

  it('say nothing of nothing, and of one arm alone', () => {
    expect(checks([], []).ratio).toMatchObject({ drawn: 0, p: 1, warns: false });
    expect(checks([], []).loss.warns).toBe(false);
    expect(checks(tasksOf('withheld', ['+', '+'], 1), []).ratio.warns).toBe(false);
  });
});
