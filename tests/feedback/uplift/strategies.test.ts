/** Which records help. */
import { describe, expect, it } from 'vitest';
import { strategyEffects } from '../../../src/feedback/uplift/strategies.ts';
import { tasksOf, worked } from './tasks.ts';

const record = (id: string, shown: [number, number], withheld: [number, number]) => [
  ...tasksOf('shown', worked(...shown), 0.5, [id]),
  ...tasksOf('withheld', worked(...withheld), 0.5, [id]),
];

const IDLE = ['strat_idle_1', 'strat_idle_2', 'strat_idle_3', 'strat_idle_4'];

describe('the effect of each record', () => {
  const effects = strategyEffects([
    ...record('strat_good', [80, 100], [50, 100]),
    ...record('strat_bad', [40, 100], [70, 100]),
    ...IDLE.flatMap((id) => record(id, [25, 50], [25, 50])),
    ...record('strat_new', [2, 2], [0, 1]),
    ...tasksOf('shown', ['+', '+'], 0.5, ['strat_never_withheld']),
  ]);
  const of = (id: string) => effects.find((effect) => effect.id === id);

  it('is told of those with tasks in both arms, most helpful first', () => {
    expect(effects.map(({ id }) => id)).toEqual(['strat_good', 'strat_new', ...IDLE, 'strat_bad']);
    expect(of('strat_good')).toMatchObject({ shown: 100, withheld: 100, with: 0.8, without: 0.5 });
    expect(of('strat_good')?.uplift).toBeCloseTo(0.3, 12);
  });

  it('is flagged either way where it is plain, and only there', () => {
    expect(effects.map(({ flagged }) => flagged)).toEqual([
      'helps',
      undefined,
      ...IDLE.map(() => undefined),
      'hurts',
    ]);
    expect(of('strat_new')?.p_adjusted).toBe(1);
  });

  it('is drawn towards the others the more, the less is known of it', () => {
    const [good, fresh] = [of('strat_good'), of('strat_new')];
    expect(fresh?.uplift).toBe(1);
    expect(fresh?.shrunk).toBeLessThan(good?.shrunk ?? 0);
    expect(good?.shrunk).toBeGreaterThan(0.2);
    expect(good?.shrunk).toBeLessThan(0.3);
    expect(good?.shrunk_interval[0]).toBeGreaterThan(0);
  });

  it('pays for looking at many: a p of 2 % alone is no flag among twenty', () => {
    const alone = record('strat_00', [35, 50], [23, 50]);
    const others = Array.from({ length: 19 }, (_, i) =>
      record(`strat_other_${i}`, [25, 50], [25, 50]),
    ).flat();
    expect(strategyEffects(alone)[0]).toMatchObject({ flagged: 'helps' });
    expect(strategyEffects([...alone, ...others]).some(({ flagged }) => flagged)).toBe(false);
  });

  it('lies within what a difference of shares can be', () => {
    const sure = ['a', 'b', 'c'].flatMap((id) => record(`strat_${id}`, [8, 8], [0, 8]));
    for (const { shrunk_interval } of strategyEffects(sure)) expect(shrunk_interval[1]).toBe(1);
  });

  it('is nothing where all or none are held out', () => {
    expect(strategyEffects([])).toEqual([]);
    expect(strategyEffects(tasksOf('withheld', ['+', '-'], 1, ['strat_a']))).toEqual([]);
    expect(strategyEffects(tasksOf('shown', ['+', '-'], 0, ['strat_a']))).toEqual([]);
  });
});
