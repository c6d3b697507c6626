/** Which strategy comes first: relevance, then evidence. Strategies are put as they would be stored, in a real store. */
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { recall } from '../../../src/memory/recall.ts';
import { Strategy } from '../../../src/types.ts';
import { AT, openFresh } from '../../support/fixtures.ts';

const SITUATION = 'When the nightly export to the ledger stalls';
const TASK = 'The nightly export to the ledger stalls again';

type Facts = Partial<Omit<Strategy, 'evidence'>> & { evidence?: Partial<Strategy['evidence']> };

/** Advice that differs in its act, so that none passes for another. */
const ACTS = ['rotate the client certificate', 'lower the batch size', 'reopen the pool', 'run vacuum first'];

async function store(ctx: Context, facts: Facts[]): Promise<void> {
  const strategies = facts.map(({ evidence, ...more }, nth) =>
    Strategy.parse({
      id: `strat_${nth}`,
      at: AT,
      project: 'shop',
      derived_from: [],
      trust: 1,
      kind: 'given',
      situation: SITUATION,
      abstractable: true,
      suggestion: ACTS[nth % ACTS.length],
      seen_at: [],
      pitfalls: [],
      parameters: [],
      evidence: { worked: 4, tried: 5, from: [], tasks: 2, ...evidence },
      status: 'active',
      method: 'heuristic',
      ...more,
    }),
  );
  await ctx.memory.strategies.put(strategies);
}

async function order(
  facts: Facts[],
  more: { now?: Date; task?: string; k?: number } = {},
): Promise<string[]> {
  const ctx = await openFresh();
  await store(ctx, facts);
  const { strategies } = await recall(ctx.memory, { task: TASK, project: 'shop', k: 5, ...more });
  return strategies.map(({ strategy }) => strategy.id);
}

describe('of strategies about equally near', () => {
  it('one that works more often comes first', async () => {
    const rates = [
      { evidence: { worked: 1, tried: 6 } },
      { evidence: { worked: 6, tried: 6 } },
      { evidence: { worked: 3, tried: 6 } },
    ];
    expect(await order(rates)).toEqual(['strat_1', 'strat_2', 'strat_0']);
  });

  it('nine of ten come before one of one: few attempts prove little', async () => {
    expect(
      await order([{ evidence: { worked: 1, tried: 1 } }, { evidence: { worked: 9, tried: 10 } }]),
    ).toEqual(['strat_1', 'strat_0']);
  });

  it('the posterior that learning stored is the one believed', async () => {
    const posterior = (mean: number) => ({ win_rate: { mean, low: mean, high: mean } });
    expect(await order([posterior(0.2), posterior(0.9)])).toEqual(['strat_1', 'strat_0']);
  });

  it('one that attempts without it do as well comes later', async () => {
    const without = (worked: number) => ({
      evidence: { worked: 8, tried: 10, without: { worked, tried: 10 } },
    });
    expect(await order([without(8), without(1)])).toEqual(['strat_1', 'strat_0']);
  });

  it('one judged by a test comes before an agent’s own word', async () => {
    expect(await order([{ trust: 0.3 }, { trust: 1 }])).toEqual(['strat_1', 'strat_0']);
  });

  it('one seen at more tasks comes first', async () => {
    expect(await order([{ evidence: { tasks: 1 } }, { evidence: { tasks: 4 } }])).toEqual([
      'strat_1',
      'strat_0',
    ]);
  });

  it('an active one comes before a candidate', async () => {
    expect(await order([{ status: 'candidate' }, { status: 'active' }])).toEqual(['strat_1', 'strat_0']);
  });

  it('one confirmed lately comes before one long unconfirmed, if it is told what time it is', async () => {
    const facts = [
      { confirmed_at: '2024-01-31T12:00:00.000Z' },
      { confirmed_at: '2026-01-30T12:00:00.000Z', evidence: { worked: 33, tried: 50 } },
    ];
    expect(await order(facts)).toEqual(['strat_0', 'strat_1']);
    expect(await order(facts, { now: new Date(AT) })).toEqual(['strat_1', 'strat_0']);
  });
});

describe('a strategy', () => {
  it('that is far nearer comes before a better proven one', async () => {
    const proven = { evidence: { worked: 9, tried: 10, tasks: 4 } };
    const found = await order([{ situation: 'When an import of the stock list stalls', ...proven }, {}]);
    expect(found[0]).toBe('strat_1');
  });

  it('gone stale is shown only where nothing better is known', async () => {
    expect(await order([{ status: 'stale' }, { status: 'candidate', trust: 0.1 }])).toEqual(['strat_1']);
    expect(await order([{ status: 'stale' }])).toEqual(['strat_0']);
  });

  it('that is archived is never shown', async () => {
    expect(await order([{ status: 'archived' }])).toEqual([]);
  });

  it('of the own project comes first, whatever others have proven', async () => {
    const proven = { evidence: { worked: 20, tried: 20, tasks: 9 } };
    expect(await order([{ project: 'bank', ...proven }, { trust: 0.3 }])).toEqual(['strat_1', 'strat_0']);
  });

  it('of another project is shown only if it was judged to hold there', async () => {
    expect(await order([{ project: 'bank', abstractable: false }])).toEqual([]);
    expect(await order([{ project: 'bank', abstractable: true }])).toEqual(['strat_0']);
  });

  it('is found by a task it was seen at, in whatever words it is told', async () => {
    const found = await order(
      [
        {
          situation: 'When a queue backs up',
          seen_at: ['Ship the parcels of the Aarhus depot'],
          kind: 'contrast',
        },
      ],
      { task: 'Ship the parcels of the Aarhus depot' },
    );
    expect(found).toEqual(['strat_0']);
  });

  it('made of one task’s steps needs a task nearly like it', async () => {
    const task = 'Compress the ledger archive on the backup host';
    expect(await order([{ kind: 'given' }], { task: 'Check the export to the archive' })).toEqual([
      'strat_0',
    ]);
    expect(await order([{ kind: 'route' }], { task: 'Check the export to the archive' })).toEqual([]);
    expect(await order([{ kind: 'route', situation: task }], { task })).toEqual(['strat_0']);
  });

  it('is not told twice in nearly the same words', async () => {
    const same = {
      suggestion: 'Restart the pool of the exporter, then run the export again with a smaller batch.',
    };
    const nearly = {
      suggestion: 'Restart the pool of the exporter and then run the export again with a smaller batch',
    };
    expect(await order([same, nearly, {}])).toHaveLength(2);
  });
});
