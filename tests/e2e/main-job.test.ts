/** The main job through every kind of client: record, learn, retrieve, match an error. */
import { describe, expect, it } from 'vitest';
import { serveOverHttp } from '../../src/http.ts';
import {
  type AnyClient,
  callTool,
  connectHttp,
  connectInProcess,
  connectOldHttp,
  connectOldStdio,
  connectStdio,
} from '../support/clients.ts';
import { FIX, history, MISSING_CLIENT, solved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory, whenOver } from '../support/store.ts';

const http = async () => {
  const ctx = await openStoreAt(temporaryDirectory());
  const endpoint = await serveOverHttp(ctx, { port: 0, host: '127.0.0.1' });
  whenOver(() => endpoint.close());
  return endpoint.url;
};

const CLIENTS: [name: string, connect: () => Promise<AnyClient>][] = [
  ['the current client in process', async () => connectInProcess(await openStoreAt(temporaryDirectory()))],
  ['the current client over stdio', async () => (await connectStdio(temporaryDirectory())).client],
  [
    'the current client over stdio, with initialize',
    async () => (await connectStdio(temporaryDirectory(), { era: 'legacy' })).client,
  ],
  ['the current client over HTTP', async () => connectHttp(await http(), 'modern')],
  ['the 1.x client over stdio', () => connectOldStdio(temporaryDirectory())],
  ['the 1.x client over HTTP', async () => (await connectOldHttp(await http())).client],
];

interface Recorded {
  trajectory_id: string;
  stored: boolean;
  analysis: { success: boolean; key_steps: number[]; step_attribution: [number, number][]; method: string };
  abstractability: { abstractable: boolean; scores: Record<string, number>; reasoning: string };
  strategies_extracted: number;
  batch: { pending: number; due: boolean; reasons: string[] };
}

interface Retrieved {
  retrieval_id: string;
  known: boolean;
  strategies: {
    id: string;
    suggestion: string;
    evidence: { worked: number; tried: number; from: string[] };
  }[];
  error_patterns: { name: string; suggested_fix: string }[];
  experiences: { id: string }[];
}

interface Matches {
  matches: { name: string; signature: string; frequency: number; suggested_fix: string; support: object }[];
}

it('takes a script of package.json for the fix that it is', async () => {
  const client = await connectInProcess(await openStoreAt(temporaryDirectory()));
  for (const nth of [0, 1, 2])
    await callTool(client, 'record_trajectory', solved(nth, 0, 'npm run generate'));
  const query = { error: MISSING_CLIENT, project: 'billing-service' };
  const { matches } = await callTool<Matches>(client, 'match_error', query);
  expect(matches[0]?.suggested_fix).toContain('npm run generate');
});

describe.each(CLIENTS)('%s', (_name, connect) => {
  it('records runs, learns from them, and gets back what fits the next task', async () => {
    const client = await connect();
    const nothing = await callTool<Retrieved>(client, 'retrieve_strategies', { task: 'Add an endpoint' });
    expect(nothing).toMatchObject({ known: false, strategies: [] });

    const recorded: Recorded[] = [];
    for (const run of history()) recorded.push(await callTool<Recorded>(client, 'record_trajectory', run));
    const [first] = recorded;
    expect(first).toMatchObject({
      stored: true,
      analysis: { success: true, method: 'simple' },
      batch: { pending: 1, due: false },
    });
    expect(recorded.at(-1)?.batch.pending).toBe(12);
    expect(new Set(recorded.map(({ trajectory_id }) => trajectory_id)).size).toBe(12);
    for (const { analysis } of recorded) {
      expect(analysis.step_attribution.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
    }

    // Errors are known from the first recorded run, before any batch.
    const early = await callTool<Matches>(client, 'match_error', {
      error: MISSING_CLIENT,
      project: 'billing-service',
    });
    expect(early.matches[0]?.suggested_fix).toContain(FIX);

    const waiting = await callTool<object>(client, 'run_batch_learning', {});
    expect(waiting).toMatchObject({ ran: false, remaining: 12, trajectories_processed: 0 });
    const learned = await callTool<object>(client, 'run_batch_learning', { min_trajectories: 0 });
    expect(learned).toMatchObject({ ran: true, remaining: 0, trajectories_processed: 12, success_rate: 0.5 });

    const found = await callTool<Retrieved>(client, 'retrieve_strategies', {
      task: 'Add the payout report endpoint to billing-service and make its tests pass.',
      error: MISSING_CLIENT,
      project: 'billing-service',
    });
    expect(found.known).toBe(true);
    expect(found.strategies.map(({ suggestion }) => suggestion).join('\n')).toContain(FIX);
    const ids = recorded.map(({ trajectory_id }) => trajectory_id);
    for (const { evidence } of found.strategies) {
      expect(evidence.from.length).toBeGreaterThan(0);
      for (const id of evidence.from) expect(ids).toContain(id);
      expect(evidence.worked).toBeLessThanOrEqual(evidence.tried);
    }
    expect(found.error_patterns[0]?.suggested_fix).toContain(FIX);
    expect(found.experiences.length).toBeGreaterThan(0);

    // Recorded again, also with the retrieval that helped, a run is the one it was.
    const again = await callTool<Recorded>(client, 'record_trajectory', {
      ...history()[0],
      retrieval_id: found.retrieval_id,
    });
    expect(again.trajectory_id).toBe(first?.trajectory_id);
    expect(again.batch.pending).toBe(0);

    const assessed = await callTool<{ scores: Record<string, number> }>(client, 'assess_abstractability', {
      trajectory_id: first?.trajectory_id,
    });
    expect(Object.keys(assessed.scores).sort()).toEqual(['complexity', 'generalizability', 'novelty']);
  });
});
