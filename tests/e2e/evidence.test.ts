/** Evidence through the door: what was shown is credited with how the run ended, and advice about code that changed says so. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Context } from '../../src/context.ts';
import { type AnyClient, callTool, connectInProcess } from '../support/clients.ts';
import { FIX, history, MISSING_CLIENT, solved, unsolved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

interface Strategy {
  id: string;
  suggestion: string;
  status: string;
  stale?: string;
  evidence: {
    worked: number;
    tried: number;
    win_rate?: string;
    without?: string;
    failed_when?: string[];
    used?: string;
  };
}

interface Retrieved {
  retrieval_id: string;
  known: boolean;
  strategies: Strategy[];
  error_patterns: { id: string; used?: string }[];
}

const QUERY = {
  task: 'Add the payout report endpoint to billing-service and make its tests pass.',
  error: MISSING_CLIENT,
  project: 'billing-service',
};

async function learned(settings = {}): Promise<{ ctx: Context; client: AnyClient }> {
  const ctx = await openStoreAt(temporaryDirectory(), { project: 'billing-service', ...settings });
  const client = await connectInProcess(ctx);
  for (const run of history()) await callTool(client, 'record_trajectory', run);
  await callTool(client, 'run_batch_learning', { min_trajectories: 0 });
  return { ctx, client };
}

const retrieve = async (client: AnyClient) => {
  const found = await callTool<Retrieved>(client, 'retrieve_strategies', QUERY);
  const advice = found.strategies.find(({ suggestion }) => suggestion.includes(FIX));
  if (!advice) throw new Error('the advice was not found');
  return { found, advice };
};

const payout = (run: ReturnType<typeof solved>, session: string, retrieval_id?: string) => ({
  ...run,
  task: { description: QUERY.task, id: 'payout' },
  session,
  retrieval_id,
});

describe('what was shown', () => {
  it('is told with its evidence for and against, and once only', async () => {
    const { client } = await learned();
    const { found, advice } = await retrieve(client);
    expect(advice).toMatchObject({
      status: 'active',
      evidence: { worked: 6, tried: 6, win_rate: expect.stringMatching(/^88 % \(\d\d–\d\d\)$/u) },
    });
    expect(advice.evidence.without).toContain('0 of 6');
    expect(advice.evidence.used).toBeUndefined();
    expect(found.strategies.filter(({ suggestion }) => suggestion.includes(FIX))).toHaveLength(1);
  });

  it('is credited with the outcome of the run that names the retrieval', async () => {
    const { client } = await learned();
    const first = await retrieve(client);
    const { retrieval_id } = first.found;
    await callTool(client, 'record_trajectory', payout(solved(1), 'helped', retrieval_id));
    const again = await retrieve(client);
    expect(again.advice.evidence.used).toBe('of 1 later run that was shown this, 1 succeeded');
    expect(again.found.error_patterns[0]?.used).toBe('of 1 later run that was shown this, 1 succeeded');

    const failed = payout(unsolved(1), 'not-helped', again.found.retrieval_id);
    await callTool(client, 'record_trajectory', failed);
    await callTool(client, 'record_trajectory', failed);
    const last = await retrieve(client);
    expect(last.advice.evidence.used).toBe('of 2 later runs that were shown this, 1 succeeded');

    // The batch that follows finds the helped run among those that did it, and does not count it twice.
    await callTool(client, 'run_batch_learning', { min_trajectories: 0 });
    const after = await retrieve(client);
    expect(after.advice.evidence).toMatchObject({ worked: 7, tried: 7 });
    expect(after.advice.evidence.used).toBe('of 1 later run that was shown this, 0 succeeded');
  });

  it('of a retrieval that nobody knows is said to be credited to nothing, and the run is stored', async () => {
    const { client } = await learned();
    const answer = await callTool<{ stored: boolean; notes?: string[] }>(
      client,
      'record_trajectory',
      payout(solved(0), 'lost', 'ret_000000000000000000000000'),
    );
    expect(answer.stored).toBe(true);
    expect(answer.notes?.join()).toContain('no stored retrieval');
  });

  it('to a run that was over before is not credited', async () => {
    const { client, ctx } = await learned();
    const { found } = await retrieve(client);
    const [run] = history();
    const { retrieval_id } = found;
    const answer = await callTool<{ notes?: string[] }>(client, 'record_trajectory', {
      ...run,
      retrieval_id,
    });
    expect(answer.notes?.join()).toContain('after the run');
    expect(await ctx.memory.uses.count()).toBe(0);
  });

  it('and kept failing is told what it failed with, and in the end no longer shown', async () => {
    const { client, ctx } = await learned();
    const { advice } = await retrieve(client);
    for (let nth = 0; nth < 30; nth += 1) {
      const found = await callTool<Retrieved>(client, 'retrieve_strategies', QUERY);
      if (!found.strategies.some(({ id }) => id === advice.id)) break;
      const run = payout(unsolved(nth), `failed-${nth}`, found.retrieval_id);
      const task = { description: `${QUERY.task} Part ${nth}.`, id: `payout-${nth}` };
      await callTool(client, 'record_trajectory', { ...run, task });
    }
    const kept = await ctx.memory.strategies.get(advice.id);
    expect(kept?.status).toBe('stale');
    expect(kept?.status_why).toContain('runs that it was shown to failed');
    expect(kept?.evidence.failures?.[0]).toContain('Cannot find module');
  });
});

describe('advice that cites code', () => {
  it('says when the code has changed since, and goes stale', async () => {
    const workspace = temporaryDirectory();
    mkdirSync(join(workspace, 'scripts'));
    const script = join(workspace, 'scripts', 'generate-client.mjs');
    writeFileSync(script, 'generate();\n');
    const { ctx, client } = await learned({ workspace });
    expect((await retrieve(client)).advice.stale).toBeUndefined();
    writeFileSync(script, 'generateAll();\n');
    const { advice } = await retrieve(client);
    expect(advice).toMatchObject({
      status: 'stale',
      stale: 'scripts/generate-client.mjs changed since',
    });
    await vi.waitFor(async () => {
      const stored = await ctx.memory.strategies.get(advice.id);
      expect(stored?.status).toBe('stale');
    });
  });
});
