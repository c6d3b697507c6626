import { describe, expect, it } from 'vitest';
import { PROMPT, sweAgentDemo, sweAgentRun } from './fixtures.ts';
import { readRun } from './reading.ts';

const read = (traj: object) => readRun('acme__parser-1.traj', JSON.stringify(traj, null, 2));

describe('a .traj file', () => {
  it('becomes steps, with the tools its history knows', async () => {
    const { draft } = await read(sweAgentRun);
    expect(draft.task).toEqual({ description: PROMPT, id: 'acme__parser-1' });
    expect(draft.steps).toEqual([
      {
        thought: 'I run the tests.',
        action: 'npm test',
        tool: 'bash',
        args: { command: 'npm test' },
        observation: '2 failed',
        state: { open_file: 'n/a' },
      },
      {
        thought: 'Look.',
        action: 'open src/parser.ts',
        tool: 'open',
        args: { path: 'src/parser.ts' },
        observation: '[File]',
        state: { open_file: 'x' },
        duration_ms: 250,
      },
      { action: 'I am lost', observation: 'Your command was not formatted' },
      { thought: 'Done, all tests pass.', action: 'submit', tool: 'shell', observation: 'diff --git' },
    ]);
    expect(draft.usage).toEqual({ tokens: 100, llm_calls: 4, cost_usd: 0.5 });
  });

  it('does not take a submission for success', async () => {
    expect((await read(sweAgentRun)).draft.outcome).toEqual({
      success: null,
      verdict: { source: 'unknown', detail: 'exit_status submitted' },
    });
    const spent = { ...sweAgentRun, info: { exit_status: 'exit_cost' } };
    expect((await read(spent)).draft.outcome).toMatchObject({
      success: null,
      error: 'exit_status exit_cost',
    });
  });

  it('can be a history alone, without its demonstration', async () => {
    const { draft } = await read(sweAgentDemo);
    expect(draft.task.description).toBe(PROMPT);
    expect(draft.steps).toMatchObject([
      { thought: 'I run the tests.', action: 'npm test', observation: '2 failed' },
    ]);
    expect(JSON.stringify(draft)).not.toContain('demonstration');
  });

  it('knows the problem statement of newer runs', async () => {
    const problem_statement = { type: 'text', text: 'The lexer drops tabs' };
    const config = { problem_statement };
    for (const replay_config of [config, JSON.stringify(config)]) {
      expect((await read({ ...sweAgentRun, replay_config })).draft.task.description).toBe(
        'The lexer drops tabs',
      );
    }
  });
});
