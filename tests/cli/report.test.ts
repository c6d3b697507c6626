/** `knowhow report`: as text, as JSON, as a page and a picture, and what to do where there is nothing yet. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { trial } from '../feedback/uplift/seeded.ts';
import { runCommand, runCommandJson } from '../support/commands.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';
import { strategyOf } from '../support/strategies.ts';

const data = temporaryDirectory();

beforeAll(async () => {
  const ctx = await openStoreAt(data, { holdout: 0.5 });
  await ctx.memory.strategies.put([strategyOf({ id: 'strat_common' })]);
  await ctx.memory.exposures.put([
    ...trial({ tasks: 200, holdout: 0.5, base: 0.3, lift: 0.4, tokens: true }),
    ...trial({ tasks: 40, holdout: 0.5, project: 'other', seed: 8 }),
  ]);
});

describe('knowhow report', () => {
  it('gives a program everything it needs to know', async () => {
    const { code, value } = await runCommandJson(['report'], { data });
    expect(code).toBe(0);
    expect(value).toMatchObject({
      tasks: 240,
      verdict: 'helps',
      method: 'randomised',
      uplift: { with: expect.any(Number), without: expect.any(Number), difference: expect.any(Number) },
      strategies: [
        {
          id: 'strat_common',
          uplift: expect.any(Number),
          interval: [expect.any(Number), expect.any(Number)],
          shown: expect.any(Number),
          withheld: expect.any(Number),
          says: expect.stringContaining('tools/gen.mjs'),
        },
      ],
      tokens: { spent: expect.any(Number), saved: expect.any(Number), net: expect.any(Number) },
      projects: { shop: { verdict: 'helps' }, other: { verdict: 'cannot tell yet' } },
    });
    for (const name of ['retries', 'steps', 'claims', 'needed', 'words', 'warnings', 'over_time', 'checks'])
      expect(value).toHaveProperty(name);
    const {
      with: shown,
      without,
      difference,
      interval,
    } = value.uplift as Record<string, number> & {
      interval: [number, number];
    };
    expect(difference).toBeCloseTo((shown ?? 0) - (without ?? 0), 10);
    expect(interval[0]).toBeLessThan(difference ?? 0);
    expect(interval[1]).toBeGreaterThan(difference ?? 0);
  });

  it('tells people the verdict first, and writes the page and the picture', async () => {
    const [page, picture] = [join(data, 'report.md'), join(data, 'report.svg')];
    const { code, stdout } = await runCommand(['report', '--markdown', page, '--svg', picture], { data });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^It helps\.\n\nOf \d+ tasks shown what is known/u);
    expect(stdout).toMatch(/^ended well +\d+ % +\d+ % +\+\d+ points/mu);
    expect(stdout).toContain(`Written: ${picture}, ${page}`);
    expect(readFileSync(page, 'utf8')).toMatch(/^# Does it help\?/u);
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/u);
  });

  it('refuses a date that is none and a file that cannot be written', async () => {
    const wrong = await runCommandJson<{ error: { code: string } }>(['report', '--since', 'yesterday'], {
      data,
    });
    expect([wrong.code, wrong.value.error.code]).toEqual([2, 'usage']);
    const path = join(data, 'not', 'there', 'x.svg');
    const unwritable = await runCommandJson<{ error: { code: string } }>(['report', '--svg', path], { data });
    expect([unwritable.code, unwritable.value.error.code]).toEqual([1, 'unwritable_path']);
    expect(existsSync(path)).toBe(false);
  });

  it('says in two lines what to do where there is nothing yet', async () => {
    const { code, stdout } = await runCommand(['report'], { data: temporaryDirectory() });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'Nothing to compare yet: no run has named what it had been shown.',
      expect.stringContaining('`--holdout 0.2`'),
    ]);
  });
});
