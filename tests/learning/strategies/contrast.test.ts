import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/learners/random.ts';
import { attemptOf } from '../../../src/learning/acts/attempt.ts';
import { contrast, type Finding, isFirm } from '../../../src/learning/strategies/contrast.ts';
import type { Attempt } from '../../../src/types.ts';
import { attempts, bash, call, edit, runOf, say } from '../../support/fixtures.ts';

const plain = [edit('src/total.ts', 'a', 'b'), bash('npm test', 'ok')];
const generates = [bash('node tools/gen.mjs'), ...plain];
const of = (findings: Finding[], act: string) => findings.find(({ feature }) => feature.act === act);

describe('what successful attempts did and failed ones did not', () => {
  it('is found, with both sides counted', () => {
    const findings = contrast([
      ...attempts('Add the VAT of Norway', generates, 4, 0),
      ...attempts('Add the VAT of Norway', plain, 1, 4),
      ...attempts('Show totals in cents', generates, 3, 1),
      ...attempts('Show totals in cents', plain, 0, 3),
    ]);
    const finding = of(findings, '`node tools/gen.mjs`');
    expect(finding).toMatchObject({ worked: 7, without: { worked: 1, tried: 8 }, tasks: 2 });
    expect(finding?.did).toHaveLength(8);
    // (4·5/9)·(1 − 1/5) + (4·3/7)·(3/4 − 0), over the weights.
    expect(finding?.difference).toBeCloseTo(((20 / 9) * 0.8 + (12 / 7) * 0.75) / (20 / 9 + 12 / 7), 10);
    expect(finding && isFirm(finding)).toBe(true);
  });

  it('turned round is a warning', () => {
    const findings = contrast([...attempts('T', generates, 0, 5), ...attempts('T', plain, 5, 0)]);
    expect(of(findings, '`node tools/gen.mjs`')?.difference).toBeCloseTo(-1, 10);
  });

  it('is not what everybody did', () => {
    const findings = contrast([...attempts('T', generates, 5, 0), ...attempts('T', plain, 0, 5)]);
    expect(of(findings, '`src/total.ts`')).toBeUndefined();
    expect(findings).toHaveLength(1);
  });

  it('is not a fluke: one attempt tells nothing', () => {
    expect(contrast([...attempts('T', generates, 1, 0), ...attempts('T', plain, 0, 5)])).toEqual([]);
    expect(contrast([])).toEqual([]);
  });

  it('counts no attempt that nobody judged', () => {
    const unjudged = Array.from({ length: 5 }, () =>
      attemptOf(runOf(generates, { task: 'T', success: null })),
    );
    expect(contrast([...unjudged, ...attempts('T', plain, 0, 5)])).toEqual([]);
  });
});

describe('an easy task cannot pass for good advice', () => {
  // At the easy task nearly all succeed and most run the generator; at the hard one nearly all fail and few do.
  const pool = [
    ...attempts('easy', generates, 18, 2),
    ...attempts('easy', plain, 5, 0),
    ...attempts('hard', generates, 0, 5),
    ...attempts('hard', plain, 4, 16),
  ];

  it('though it looks like it in the sum', () => {
    const ran = ({ did: all }: Attempt) => all.some(({ kind }) => kind === 'ran');
    const did = pool.filter(ran);
    const rate = (all: Attempt[]) => all.filter(({ success }) => success).length / all.length;
    expect(rate(did)).toBeGreaterThan(2 * rate(pool.filter((attempt) => !did.includes(attempt))) - 0.01);
    const finding = of(contrast(pool), '`node tools/gen.mjs`');
    expect(finding?.difference ?? 0).toBeLessThanOrEqual(0);
  });

  it('and a task at which all did the same says nothing', () => {
    expect(contrast([...attempts('easy', generates, 9, 1), ...attempts('hard', plain, 1, 9)])).toEqual([]);
  });
});

describe('orders', () => {
  const first = [call('get_reservation'), call('check_fare'), call('change_flight')];
  const later = [call('get_reservation'), call('change_flight'), call('check_fare')];
  const never = [call('get_reservation'), call('transfer_to_human')];

  it('are compared among those who did the later act at all', () => {
    const findings = contrast([
      ...attempts('Move my flight', first, 9, 2),
      ...attempts('Move my flight', later, 1, 7),
      ...attempts('Move my flight', never, 0, 4),
    ]);
    const order = findings.find(({ feature }) => feature.kind === 'before' && feature.act === '`check_fare`');
    expect(order).toMatchObject({
      feature: { than: '`change_flight`' },
      worked: 9,
      without: { worked: 1, tried: 8 },
    });
  });
});

describe('findings with the same followers', () => {
  it('are one finding, told by the most telling of them', () => {
    const route = [bash('cat docs/BUILD.md'), bash('node tools/gen.mjs'), ...plain];
    const findings = contrast([...attempts('T', route, 5, 0), ...attempts('T', plain, 0, 5)]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.feature).toMatchObject({ kind: 'ran', act: '`node tools/gen.mjs`' });
  });

  it('come out the same in any order of attempts', () => {
    const pool = [
      ...attempts('A', generates, 4, 1),
      ...attempts('A', plain, 1, 4),
      ...attempts('B', [bash('npm run migrate'), ...plain], 3, 0),
      ...attempts('B', plain, 0, 3),
    ];
    const told = (findings: Finding[]) => findings.map(({ feature, z }) => [feature.act, z.toFixed(9)]);
    expect(told(contrast(pool.toReversed()))).toEqual(told(contrast(pool)));
  });
});

describe('tasks that were tried once', () => {
  const places = 'kitchen hall cellar attic garage garden office porch'.split(' ');
  const run = (act: string, place: string, success: boolean) =>
    attemptOf(runOf([say(act)], { task: `Put a clean cup in the cabinet of the ${place}`, success }));
  const washed = (place: string) => run('clean cup 1 with sinkbasin 1', place, true);
  const wiped = (place: string) => run('polish cup 1 with sponge 1', place, false);

  it('are compared with those like them', () => {
    const findings = contrast([...places.slice(0, 4).map(washed), ...places.slice(4).map(wiped)]);
    const finding =
      of(findings, '`clean cup with sinkbasin`') ?? of(findings, '`clean {object} with sinkbasin`');
    expect(finding).toMatchObject({ worked: 4, without: { worked: 0, tried: 4 }, tasks: 4 });
  });

  it('count half of what attempts at one task do', () => {
    const apart = contrast([...places.slice(0, 4).map(washed), ...places.slice(4).map(wiped)]);
    const [first = ''] = places;
    const together = contrast([
      ...Array.from({ length: 4 }, () => washed(first)),
      ...Array.from({ length: 4 }, () => wiped(first)),
    ]);
    expect(together[0]?.z).toBeGreaterThan((apart[0]?.z ?? 0) * 1.2);
  });

  it('are not compared with those unlike them', () => {
    const foreign = places.map((place) =>
      attemptOf(
        runOf([say('count sheep 1 in field 1')], { task: `Sheep of flock ${place}${place}`, success: false }),
      ),
    );
    const found = of(contrast([...places.map(washed), ...foreign]), '`clean {object} with sinkbasin`');
    expect(found).toBeUndefined();
  });
});

describe('outcomes dealt out by chance', () => {
  it('give hardly anything to believe in', () => {
    const random = createRandom(77);
    const tools = Array.from({ length: 30 }, (_, i) => `node tools/step-${i}.mjs`);
    let believed = 0;
    for (let round = 0; round < 20; round += 1) {
      const pool = Array.from({ length: 80 }, (_, i) =>
        attemptOf(
          runOf(
            tools.filter(() => random() < 0.3).map((tool) => bash(tool)),
            { task: `Task ${i % 10}`, success: random() < 0.5 },
          ),
        ),
      );
      if (contrast(pool).some(isFirm)) believed += 1;
    }
    // 600 acts were looked at.
    expect(believed).toBeLessThanOrEqual(2);
  });
});

describe('bad input', () => {
  it('of equal steps, very many steps and empty actions gives at most one finding', () => {
    const long = Array.from({ length: 5_000 }, (_, i) => bash(i % 2 ? 'node tools/gen.mjs' : ''));
    const findings = contrast([...attempts('T', long, 3, 0), ...attempts('T', [say('')], 0, 3)]);
    expect(findings.map(({ feature }) => feature.act)).toEqual(['`node tools/gen.mjs`']);
  });

  it('believes the outcome where a verdict says otherwise only by its trust', () => {
    const claimed = attempts('T', generates, 4, 0, { source: 'agent' });
    const [finding] = contrast([...claimed, ...attempts('T', plain, 0, 4)]);
    expect(finding?.did.every(({ trust }) => trust < 0.5)).toBe(true);
  });

  it('with thousands of different acts compares no more than it must', () => {
    const many = Array.from({ length: 40 }, (_, run) =>
      attemptOf(
        runOf(
          Array.from({ length: 250 }, (__, i) => bash(`node tools/run-${run}-${i}.mjs`)),
          { task: `T${run % 4}`, success: run % 2 === 0 },
        ),
      ),
    );
    expect(contrast(many)).toEqual([]);
  });
});
