/** How many tasks it takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { successEffect } from '../../../src/feedback/uplift/effect.ts';
import {
  detectable,
  moreTasks,
  type PowerRow,
  powerTable,
  tasksNeeded,
} from '../../../src/feedback/uplift/power.ts';
import { ROOT } from '../../support/store.ts';
import { arms } from './tasks.ts';

describe('tasks that it takes', () => {
  it('are 1,570 an arm for five points at a half, and more for who looks often', () => {
    expect(tasksNeeded(0.05)).toEqual({ with: 1570, without: 1570 });
    expect(tasksNeeded(-0.05)).toEqual({ with: 1570, without: 1570 });
    expect(tasksNeeded(0.05, 0.5, { often: true })?.with).toBeGreaterThan(3_000);
    // A tenth held out: 9 with for each without, (10/9) / 2 · 1570 … of them without.
    expect(tasksNeeded(0.05, 0.5, { ratio: 1 / 9 })).toEqual({ with: 7849, without: 873 });
    expect(tasksNeeded(0.05, 0.5, { power: 0.9 })?.with).toBe(2102);
  });

  it('are not told for no difference, nor for one that cannot be', () => {
    expect(tasksNeeded(0)).toBeUndefined();
    expect(tasksNeeded(0.6, 0.5)).toBeUndefined();
    expect(tasksNeeded(0.1, 0.95)).toBeDefined();
  });

  it('turn into the difference that so many tell', () => {
    expect(detectable(1570, 1570)).toBeCloseTo(0.05, 4);
    expect(detectable(7849, 873)).toBeCloseTo(0.05, 4);
    expect(detectable(0, 10)).toBeUndefined();
    expect(detectable(1, 1)).toBeUndefined();
  });

  it('fill a table', () => {
    const rows = powerTable();
    expect(rows).toContainEqual(
      expect.objectContaining({ difference: 0.05, base: 0.5, holdout: 0.5, tasks: 3140 }),
    );
    expect(rows.every(({ tasks, often }) => often > tasks)).toBe(true);
    expect(rows.some(({ difference, base }) => difference + base > 1)).toBe(false);
  });
});

describe('the table in docs/uplift.md', () => {
  it('is what is reckoned', () => {
    const page = readFileSync(join(ROOT, 'docs', 'uplift.md'), 'utf8');
    const number = (count: number) => count.toLocaleString('en-US');
    const groups = Map.groupBy(powerTable(), ({ difference, base }) => `${difference} ${base}`);
    for (const rows of groups.values()) {
      const [{ difference, base }] = rows as [PowerRow];
      const cells = rows.map(({ tasks, often }) => `${number(tasks)} (${number(often)})`);
      const points = `+${Math.round(100 * difference)} points`;
      expect(page).toContain(`| ${[points, `${Math.round(100 * base)} %`, ...cells].join(' | ')} |`);
    }
  });
});

describe('tasks that are still missing', () => {
  it('are none once it is told, fewer the more there are, and none that would do for no difference', () => {
    const more = (shown: [number, number], withheld: [number, number]) => {
      const effect = successEffect(arms(shown, withheld));
      return effect && moreTasks(effect, 0.5);
    };
    expect(more([80, 100], [50, 100])).toBe(0);
    const [few, many] = [more([6, 10], [5, 10]) ?? 0, more([60, 100], [50, 100]) ?? 0];
    expect(few).toBeGreaterThan(many);
    // Ten points seen: about what the table says for ten points.
    expect(many).toBeGreaterThan(1_000);
    expect(many).toBeLessThan(1_586);
    expect(more([5, 10], [5, 10])).toBeUndefined();
  });
});
