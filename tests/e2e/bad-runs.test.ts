/** Runs that teach badly: each is recorded and judged, and a batch over all of them ends with nothing false learned. */
import type { Client } from '@modelcontextprotocol/client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import type { BatchResult, Step, TrajectoryDraft } from '../../src/types.ts';
import { callTool, connectInProcess } from '../support/clients.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

interface Recorded {
  trajectory_id: string;
  stored: boolean;
  analysis: { step_attribution: [number, number][]; key_steps: number[] } | null;
  abstractability: { abstractable: boolean } | null;
  notes?: string[];
}

type DraftStep = Omit<Step, 'observation'> & { observation?: string };

const bash = (command: string, observation = '', exit_code = 0): DraftStep => ({
  action: command,
  tool: 'Bash',
  args: { command },
  observation,
  exit_code,
  ...(exit_code === 0 ? {} : { error: observation }),
});
const times = (count: number, make: (nth: number) => DraftStep) =>
  Array.from({ length: count }, (_, i) => make(i));
const failing = (nth: number) => bash(`make target-${nth}`, `Error: cannot find symbol s_${nth}`, 2);
const HOSTILE = `${'a'.repeat(50_000)}${'('.repeat(2_000)}${'\\'.repeat(2_000)}${'x+'.repeat(5_000)}`;

const RUNS: Record<string, Partial<TrajectoryDraft> & { steps: DraftStep[] }> = {
  'no steps': { steps: [] },
  'one step': { steps: [bash('make')] },
  'one failing step': { steps: [failing(1)], outcome: { success: false } },
  'all steps failing': { steps: times(12, failing), outcome: { success: false } },
  'all steps failing, called a success': {
    steps: times(12, failing),
    outcome: { success: true, verdict: { source: 'agent' } },
  },
  'equal steps': {
    steps: times(40, () => bash('npm test', 'Error: port 3000 is in use', 1)),
    outcome: { success: false },
  },
  '5,000 steps': {
    steps: times(5_000, (nth) => (nth % 7 === 0 ? failing(nth) : bash(`./configure --with=${nth % 50}`))),
  },
  'a success with a score of 0': {
    steps: [bash('make'), bash('make test', '0 passed')],
    outcome: { success: true, score: 0, verdict: { source: 'test', detail: 'all failed' } },
  },
  'a failure with a full score': {
    steps: [bash('make'), bash('make test', 'ok')],
    outcome: { success: false, score: 1, verdict: { source: 'test', detail: 'passed' } },
  },
  'code that does not parse': {
    steps: ['js', 'ts', 'py'].map((ending) => ({
      action: `Write src/broken.${ending}`,
      tool: 'Write',
      args: { file_path: `src/broken.${ending}`, content: 'function ((( { class def return ]]' },
      observation: 'File created',
    })),
  },
  'an error of a megabyte': { steps: [bash('make', 'Error: '.repeat(150_000), 2), bash('make')] },
  'an error made to blow up a pattern': {
    steps: [bash('make', `Error: ${HOSTILE} not found`, 2), bash('make', `Error: ${HOSTILE} not found!`, 2)],
  },
};

const draft = (name: string): TrajectoryDraft => ({
  task: { description: `Build the ${name} target of the engine`, domain: 'build' },
  outcome: { success: true, verdict: { source: 'test' } },
  project: 'engine',
  ...RUNS[name],
  steps: RUNS[name]?.steps ?? [],
});

let ctx: Context;
let client: Client;
const recorded = new Map<string, Recorded>();

beforeAll(async () => {
  ctx = await openStoreAt(temporaryDirectory());
  client = await connectInProcess(ctx);
  for (const name of Object.keys(RUNS))
    recorded.set(name, await callTool<Recorded>(client, 'record_trajectory', { ...draft(name) }));
}, 60_000);

describe('a run with', () => {
  it.each(Object.keys(RUNS))('%s is stored, its credit whole', (name) => {
    const { stored, analysis } = recorded.get(name) ?? {};
    expect(stored).toBe(true);
    const shares = (analysis?.step_attribution ?? []).map(([, share]) => share);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    const steps = RUNS[name]?.steps.length ?? 0;
    // Of a very long run the answer names the steps with the largest shares.
    if (steps > 0 && steps < 100) expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
    for (const step of analysis?.key_steps ?? []) expect(step).toBeLessThan(steps);
  });

  it('nothing that worked is not worth abstracting', () => {
    for (const name of ['no steps', 'all steps failing', 'equal steps', 'a success with a score of 0'])
      expect(recorded.get(name)?.abstractability?.abstractable, name).toBe(false);
  });
});

describe('a batch over all of them', () => {
  it('ends, twice the same, and makes nothing active', async () => {
    const first = await callTool<BatchResult>(client, 'run_batch_learning', { min_trajectories: 0 });
    expect(first).toMatchObject({ ran: true, remaining: 0, notes: [] });
    const learned = async () => (await ctx.memory.strategies.list()).map(({ at: _, ...rest }) => rest);
    const before = await learned();
    expect(before.filter(({ status }) => status === 'active')).toEqual([]);
    await ctx.memory.trajectories.mark({}, { batch: 'pending' });
    await callTool<BatchResult>(client, 'run_batch_learning', { min_trajectories: 0 });
    expect(await learned()).toEqual(before);
  });

  it('leaves signatures that end in time on hostile text', async () => {
    for (const { signature } of await ctx.memory.error_patterns.list()) {
      const matcher = new RegExp(signature, 'u');
      for (const text of [HOSTILE, `Error: ${HOSTILE}`, 'Error: cannot find symbol '.repeat(2_000)])
        matcher.test(text.slice(0, 1_000));
    }
    const found = await callTool<{ matches: unknown[] }>(client, 'match_error', {
      error: `${HOSTILE}\n${'Error: '.repeat(10_000)}`,
      project: 'engine',
    });
    expect(Array.isArray(found.matches)).toBe(true);
  });
});
