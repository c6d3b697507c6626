/** With a model configured the same steps are refined; without a usable answer the heuristic stays and says so. */
import { describe, expect, it } from 'vitest';
import { openKnowhow } from '../../src/index.ts';
import type { TrajectoryDraft } from '../../src/types.ts';
import { type Script, startOpenAiServer } from '../support/openai-server.ts';
import { temporaryDirectory, whenOver } from '../support/store.ts';

const run: TrajectoryDraft = {
  task: { description: 'Make the reminder tests pass', id: 'reminders' },
  steps: [
    {
      tool: 'Bash',
      action: 'node --test',
      args: { command: 'node --test' },
      exit_code: 1,
      error: 'Error: no such table: reminders',
    },
    {
      tool: 'Bash',
      action: 'node db/migrate.mjs --db test',
      args: { command: 'node db/migrate.mjs --db test' },
      exit_code: 0,
    },
    {
      tool: 'Bash',
      action: 'node --test',
      args: { command: 'node --test' },
      exit_code: 0,
      observation: 'pass 3',
    },
  ],
  outcome: { success: true, verdict: { source: 'test', detail: 'node --test' } },
};

async function openWith(script: Script) {
  const server = await startOpenAiServer(script);
  const knowhow = await openKnowhow({
    data: temporaryDirectory(),
    llm: { base_url: server.baseUrl, api_key: 'k' },
    log_level: 'silent',
  });
  whenOver(() => knowhow.close());
  return { server, knowhow };
}

describe('a model that answers well', () => {
  it('decides the credit and the abstractability, and says that it did', async () => {
    const { knowhow, server } = await openWith((request) =>
      request.prompt.includes('Which steps made this outcome')
        ? { key_steps: [{ step: 1, score: 1, reason: 'migrated the test database' }] }
        : {
            abstractable: true,
            novelty: 0.9,
            generalizability: 0.8,
            complexity: 0.4,
            reasoning: 'The test database needs its own migration.',
          },
    );
    const { analysis, abstractability, strategies_extracted } = await knowhow.record(run);
    expect(analysis).toMatchObject({
      method: 'llm',
      key_steps: [1],
      reasons: { 1: 'migrated the test database' },
    });
    expect(analysis?.step_attribution).toEqual([
      [0, 0],
      [1, 1],
      [2, 0],
    ]);
    expect(abstractability?.method).toBe('llm');
    expect(abstractability?.reasoning).toContain('its own migration');
    expect(strategies_extracted).toBe(1);
    expect(server.requests.length).toBeGreaterThan(0);
    expect((await knowhow.stats()).llm?.calls).toBe(server.requests.length);
  });
});

describe('a model that answers prose', () => {
  it('leaves the heuristic in place, with a note, after one repair turn each', async () => {
    const { knowhow, server } = await openWith(() => 'I think step two was great.');
    const { analysis, abstractability, notes } = await knowhow.record(run);
    expect(analysis?.method).toBe('simple');
    expect(analysis?.note).toMatch(/language model not used/);
    expect(abstractability?.method).toBe('heuristic');
    expect(notes).toEqual([]);
    expect(server.requests).toHaveLength(4);
  });
});

describe('no model', () => {
  it('is asked where none is configured', async () => {
    const knowhow = await openKnowhow({ data: temporaryDirectory(), llm: false, log_level: 'silent' });
    whenOver(() => knowhow.close());
    expect((await knowhow.record(run)).analysis?.method).toBe('simple');
    expect((await knowhow.stats()).llm).toBeNull();
  });
});
