import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../../src/learning/acts/attempt.ts';
import { routeOf, routesOf } from '../../../src/learning/strategies/route.ts';
import type { Attempt, Step } from '../../../src/types.ts';
import { AT, bash, call, runOf, say } from '../../support/fixtures.ts';

const tried = (task: string, steps: Step[], ...outcomes: boolean[]): Attempt[] =>
  outcomes.map((success) => attemptOf(runOf(steps, { task, success })));
const advice = (attempts: Attempt[]) => routesOf(attempts, AT).map(({ suggestion }) => suggestion);

const gen = [bash('node tools/gen.mjs')];

describe('a way', () => {
  it('is counted wherever it was gone, not where it worked', () => {
    const all = [...tried('Add VAT', gen, true), ...tried('Show totals', gen, false, false, true, true)];
    for (const route of routesOf(all, AT))
      expect(route.evidence).toMatchObject({ worked: 3, tried: 5, tasks: 2 });
  });

  it('that failed most of the time is nothing that worked', () => {
    expect(
      advice([...tried('Add VAT', gen, true), ...tried('Show totals', gen, false, false, false)]),
    ).toEqual([]);
  });

  it('is not told where those who went otherwise fared as well', () => {
    const other = [bash('node tools/other.mjs')];
    expect(advice([...tried('T', gen, true, false), ...tried('T', other, true, true, true)])).toEqual([
      'What worked: `node tools/other.mjs`.',
    ]);
  });

  it('of parameters alone, or of what everybody does, is none', () => {
    const bare = [say('take mug 1 from desk 1'), say('put mug 1 in/on desk 1')];
    expect(advice(tried('take the mug from the desk and put it in the desk', bare, true, true))).toEqual([]);
    const buy = 'abcdef'.split('').flatMap((name) => tried(`Buy ${name}`, [say('click[Buy Now]')], true));
    expect(advice(buy)).toEqual([]);
    expect(advice(tried('Help', [call('transfer_to_human')], true))).toEqual([]);
    expect(advice(tried('Look', [call('get_order'), call('find_user')], true))).toEqual([]);
  });

  it('has the things of a command in words as parameters', () => {
    const steps = [say('cool mug 1 with fridge 1'), say('put mug 1 in/on cabinet 2')];
    expect(routeOf(tried('put a cool mug in cabinet', steps, true, true), AT)).toMatchObject({
      suggestion: 'What worked: `cool {object} with fridge`, then `put {object} in/on {place}`.',
      parameters: [{ name: 'object', values: ['mug'] }],
    });
  });

  it('is short: its last acts, and a program by its name', () => {
    const long = Array.from({ length: 9 }, (_, i) =>
      bash(`node tools/make-${i}.mjs --with ${'x'.repeat(80)}`),
    );
    const [told = ''] = advice(tried('Make all', long, true, true));
    expect(told.length).toBeLessThan(400);
    expect(told).toContain('make-8');
    expect(advice(tried('Run tools/john.pl on a.zip', [bash('./tools/john.pl a.zip')], true, true))).toEqual([
      'What worked: `./tools/john.pl {file}`.',
    ]);
  });
});
