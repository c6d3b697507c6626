import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doingsOf, type FeatureKind, featureKey, featuresOf } from '../../../src/learning/acts/features.ts';
import type { Step } from '../../../src/types.ts';
import { bash, call, edit, failing, say } from '../../support/fixtures.ts';

const featuresIn = (steps: Step[]) => featuresOf(doingsOf({ steps }));
const features = (steps: Step[]) =>
  [...featuresIn(steps).values()].map(({ kind, act, than }) => ({ kind, act, ...(than ? { than } : {}) }));
const acts = (steps: Step[], kind: FeatureKind) =>
  features(steps)
    .filter((feature) => feature.kind === kind)
    .map(({ act }) => act);

describe('what a run did', () => {
  it('is what it ran, called, read and changed', () => {
    const steps = [
      bash('cat docs/BUILD.md'),
      call('get_order', { id: '7' }),
      edit('/srv/app/src/total.ts', 'a', 'b'),
      bash('node tools/gen.mjs'),
    ];
    expect(acts(steps, 'read')).toEqual(['`docs/BUILD.md`']);
    expect(acts(steps, 'used')).toEqual(['`get_order`']);
    expect(acts(steps, 'edited')).toEqual(['`app/src/total.ts`']);
    expect(acts(steps, 'ran')).toContain('`node tools/gen.mjs`');
  });

  it('is not what failed, was noted or said', () => {
    const steps = [
      failing('npm run migrate', 'Error: no database'),
      call('refund', { id: '7' }, '', { error: 'Error: too late' }),
      call('TodoWrite', { todos: 'x' }),
      say('All done.'),
      bash('cd app'),
    ];
    expect(features(steps)).toEqual([]);
  });

  it('is not what says nothing: versions, listings, whole programs in one line', () => {
    const steps = [
      bash('node --version'),
      bash('ls -la src'),
      bash('python3 -c "import os\nprint(os.getcwd())"'),
    ];
    expect(features(steps).filter(({ kind }) => kind === 'ran')).toEqual([]);
  });

  it("is the project's own scripts too: they are what cannot be guessed", () => {
    expect(acts([bash('npm run migrate')], 'ran')).toEqual(['`npm run migrate`']);
    expect(acts([bash('make schema')], 'ran')).toEqual(['`make schema`']);
    // But running a check changes nothing.
    for (const line of ['npm test', 'npm run lint', 'npm run test:unit', 'make test'])
      expect([line, acts([bash(line)], 'ran')]).toEqual([line, []]);
  });

  it('keeps no place of one machine', () => {
    const read = acts([bash('cat /home/ann/work/shop/docs/BUILD.md')], 'read');
    expect(read).toHaveLength(1);
    expect(read.join()).not.toContain('ann');
  });

  it('is each thing once, at its first time', () => {
    const found = featuresIn([bash('ls'), bash('node tools/gen.mjs'), bash('node tools/gen.mjs')]);
    expect([...found.values()].filter(({ kind }) => kind === 'ran')).toHaveLength(1);
    expect([...found.values()].find(({ kind }) => kind === 'ran')?.step).toBe(1);
  });
});

describe('which came before which', () => {
  const ordersOf = (steps: Step[]) =>
    features(steps)
      .filter(({ kind }) => kind === 'before')
      .map(({ act, than }) => `${act} < ${than}`);

  it('is told towards acts that change something only', () => {
    const steps = [call('get_reservation'), call('get_fare'), call('change_flight')];
    expect(ordersOf(steps)).toEqual(['`get_reservation` < `change_flight`', '`get_fare` < `change_flight`']);
  });

  it('turns round with the steps', () => {
    expect(ordersOf([call('cancel_order'), call('refund_order')])).toEqual([
      '`cancel_order` < `refund_order`',
    ]);
    expect(ordersOf([call('refund_order'), call('cancel_order')])).toEqual([
      '`refund_order` < `cancel_order`',
    ]);
  });

  it('never goes both ways in one run', () => {
    const tool = fc.constantFrom('get_a', 'book_b', 'change_c', 'cancel_d', 'send_e', 'refund_f');
    fc.assert(
      fc.property(fc.array(tool, { maxLength: 20 }), (tools) => {
        const found = featuresIn(tools.map((name) => call(name)));
        for (const feature of found.values()) {
          if (feature.kind !== 'before') continue;
          const back = featureKey({ kind: 'before', act: feature.than ?? '', than: feature.act });
          expect(found.has(back)).toBe(false);
        }
      }),
      { seed: 61 },
    );
  });
});
