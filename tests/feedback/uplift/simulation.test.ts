/** `npm run check:uplift` in short: planted effects through the real functions. */
import { describe, expect, it } from 'vitest';
import { coverage, coverageCells } from '../../../scripts/checks/uplift/coverage.ts';
import { falseFlags, found } from '../../../scripts/checks/uplift/flags.ts';
import { looks } from '../../../scripts/checks/uplift/looks.ts';
import { meanCoverage } from '../../../scripts/checks/uplift/means.ts';

describe('planted effects', () => {
  it('lie in the interval 95 times in 100', () => {
    const cells = coverageCells({ tasks: [100], effects: [0, 0.3], holdouts: [0.5, 0.1] });
    for (const row of coverage(cells, 250)) {
      expect(row.measured, row.case).toBeGreaterThanOrEqual(0.93);
      expect(row.measured, row.case).toBeLessThanOrEqual(0.97);
      expect(Math.abs(row.told.bias_points ?? 9), row.case).toBeLessThan(2);
    }
  });

  it('are seldom seen where none is, and mostly found where one is', () => {
    const cell = { strategies: 20, tasks: 150, holdout: 0.5, runs: 'one', base: 0.5 } as const;
    expect(falseFlags([cell], 100)[0]?.measured).toBeLessThanOrEqual(0.09);
    for (const row of found([20], 25)) expect(row.measured, row.case).toBeGreaterThanOrEqual(0.8);
  });

  it('make no false word of twenty looks, which the interval of one look would', () => {
    const [row] = looks([{ tasks: 100, holdout: 0.5, runs: 'one' }], 150);
    expect(row?.measured).toBeLessThanOrEqual(0.064);
    expect(row?.told.by_the_interval_of_one_look).toBeGreaterThan(0.12);
  });

  it('lie in the interval of means on skewed tokens', () => {
    const rows = meanCoverage(40, [100]);
    expect(rows.reduce((sum, { measured }) => sum + measured, 0) / rows.length).toBeGreaterThanOrEqual(0.9);
  });
});
