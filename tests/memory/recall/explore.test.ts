/** The last place, now and then, to what would not have been told. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/learners/random.ts';
import { recall } from '../../../src/memory/recall.ts';
import type { Strategy } from '../../../src/types.ts';
import { openFresh } from '../../support/fixtures.ts';
import { strategyOf } from '../../support/strategies.ts';

const TASK = 'The nightly export to the ledger stalls again';
const ACTS = [
  'rotate the client certificate',
  'lower the batch size',
  'reopen the pool',
  'run vacuum first',
  'pin the clock',
];
const of = (nth: number, more: Partial<Strategy> = {}): Strategy => ({
  ...strategyOf({ id: `strat_${nth}`, kind: 'given', worked: 10 - nth, failed: nth, status: 'active' }),
  situation: 'When the nightly export to the ledger stalls',
  suggestion: ACTS[nth] ?? '',
  ...more,
});

async function asking(strategies = ACTS.map((_, nth) => of(nth))) {
  const ctx = await openFresh();
  await ctx.memory.strategies.put(strategies);
  return (more: { k?: number; share?: number; seed?: number } = {}) => {
    const { k = 3, share, seed = 1 } = more;
    const explore = share === undefined ? {} : { explore: { share, random: createRandom(seed) } };
    return recall(ctx.memory, { task: TASK, project: 'shop', k, ...explore });
  };
}
const idsOf = ({ strategies }: Awaited<ReturnType<Awaited<ReturnType<typeof asking>>>>) =>
  strategies.map(({ strategy }) => strategy.id);

describe('exploring', () => {
  it('gives the last place alone to one that fits and was not among them, and says so', async () => {
    const ask = await asking();
    const [usual, tried] = [await ask(), await ask({ share: 1 })];
    expect(tried.strategies.slice(0, -1)).toEqual(usual.strategies.slice(0, -1));
    expect(idsOf(usual)).not.toContain(idsOf(tried).at(-1));
    expect(tried.strategies.map(({ explored }) => explored)).toEqual([undefined, undefined, true]);
    expect({ ...tried, strategies: [] }).toEqual({ ...usual, strategies: [] });
  });

  it('changes nothing with a share of 0, and nothing where all that fits is told or there is one place', async () => {
    const ask = await asking();
    expect(JSON.stringify(await ask({ share: 0 }))).toBe(JSON.stringify(await ask()));
    expect(await ask({ share: 1, k: 5 })).toEqual(await ask({ k: 5 }));
    expect(await ask({ share: 1, k: 1 })).toEqual(await ask({ k: 1 }));
  });

  it('happens as often as it says, the same for the same seed, and tries what is likelier to be good more often', async () => {
    // The two that come after: one that failed as often as it worked, one of which little is known.
    const ask = await asking([
      of(0),
      of(1),
      of(2),
      of(3, { evidence: { ...of(3).evidence, worked: 1, tried: 10, votes: { worked: 1, failed: 9 } } }),
      of(4, { trust: 0.3 }),
    ]);
    const tried = new Map<string, number>();
    for (let seed = 0; seed < 120; seed += 1) {
      const found = await ask({ share: 0.3, seed });
      const explored = found.strategies.find((each) => each.explored)?.strategy.id ?? '';
      tried.set(explored, (tried.get(explored) ?? 0) + 1);
    }
    expect(tried.get('')).toBeGreaterThan(120 * 0.58);
    expect(tried.get('')).toBeLessThan(120 * 0.82);
    expect(tried.get('strat_4') ?? 0).toBeGreaterThan(3 * (tried.get('strat_3') ?? 0));
    expect(idsOf(await ask({ share: 1, seed: 4 }))).toEqual(idsOf(await ask({ share: 1, seed: 4 })));
  });

  it('never tries what is stale or archived, nor what says the same as something told', async () => {
    const ask = await asking([
      of(0),
      of(1),
      of(2, { status: 'stale' }),
      of(3, { status: 'archived' }),
      of(4, { suggestion: ACTS[0] ?? '', trust: 0.3 }),
    ]);
    expect(await ask({ share: 1, k: 2 })).toEqual(await ask({ k: 2 }));
  });
});

describe('advice that was withheld from some', () => {
  const drawn = (worked: number, without: number) => {
    const of = (good: number) => ({ worked: good, tried: 20, votes: { worked: good, failed: 20 - good } });
    return { withheld: { ...of(without), shown: of(worked) } };
  };
  const first = async (...changes: [number, number][]) => {
    const strategies = changes.map(([worked, without], nth) => {
      const one = of(nth, { win_rate: { mean: 0.6, low: 0.5, high: 0.7 } });
      return { ...one, evidence: { ...one.evidence, tasks: 2, ...drawn(worked, without) } };
    });
    return idsOf(await (await asking(strategies))({ k: 2 }));
  };

  it('comes first where showing it helped, and last where it did harm', async () => {
    expect(await first([12, 16], [12, 12])).toEqual(['strat_1', 'strat_0']);
    expect(await first([12, 12], [12, 8])).toEqual(['strat_1', 'strat_0']);
    expect(await first([12, 8], [12, 12])).toEqual(['strat_0', 'strat_1']);
  });

  it('is not put behind for having been withheld once', async () => {
    const known = { win_rate: { mean: 0.8, low: 0.7, high: 0.9 } };
    const [one, two] = [of(0, known), of(1, known)];
    const few = (worked: number) => ({ worked, tried: 1, votes: { worked, failed: 1 - worked } });
    const without = { worked: 4, tried: 20 };
    const drawnOnce = { without, withheld: { ...few(1), shown: few(1) } };
    const ask = await asking([
      { ...one, evidence: { ...one.evidence, tasks: 2, without: { worked: 9, tried: 20 } } },
      { ...two, evidence: { ...two.evidence, tasks: 2, ...drawnOnce } },
    ]);
    expect(idsOf(await ask({ k: 2 }))).toEqual(['strat_1', 'strat_0']);
  });
});
