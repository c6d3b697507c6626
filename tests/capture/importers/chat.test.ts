import { describe, expect, it } from 'vitest';
import * as made from './fixtures.ts';
import { chatCall, tauRecord } from './fixtures.ts';
import { readRun, readText } from './reading.ts';

const conversation = (messages: unknown[], more: object = {}) =>
  readRun('c.jsonl', `${JSON.stringify({ messages, ...more })}\n`);

describe('a chat', () => {
  it('becomes steps: calls with their results, words with their answers', async () => {
    const { draft, steps, skipped } = await conversation(made.chatMessages);
    expect(steps).toEqual([
      {
        thought: 'I run the tests first.',
        action: 'npm test',
        tool: 'bash',
        args: { command: 'npm test' },
        observation: '2 failed',
      },
      { action: 'Shall I rewrite it?', observation: 'Yes, do' },
      {
        action: 'edit({"path":"src/parser.ts"})',
        tool: 'edit',
        args: { path: 'src/parser.ts' },
        observation: '{"error": "no such file"}',
        error: 'no such file',
      },
      { action: 'Done, all tests pass.', observation: '' },
    ]);
    expect(draft.outcome).toEqual({ success: null, verdict: { source: 'unknown' } });
    expect(skipped).toEqual({ 'role system': 1 });
    expect(JSON.stringify(draft)).not.toContain('SECRET POLICY');
  });

  it('reads old function calls, ids used twice, and arguments that are no JSON', async () => {
    const { steps } = await conversation([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'go' },
          { type: 'image_url', image_url: {} },
        ],
      },
      { role: 'assistant', content: null, function_call: { name: 'old', arguments: '{"a":1}' } },
      { role: 'function', name: 'old', content: 'one' },
      { role: 'assistant', content: '', tool_calls: [chatCall('0', 'f', '{"b":')] },
      { role: 'tool', tool_call_id: '0', content: 'two' },
      { role: 'assistant', content: '', tool_calls: [chatCall('0', 'g', '')] },
      { role: 'tool', tool_call_id: '0', content: [{ type: 'text', text: 'three' }] },
      { role: 'tool', tool_call_id: 'nobody', content: 'four' },
    ]);
    expect(steps.map(({ action, args, observation }) => [action, args, observation])).toEqual([
      ['old({"a":1})', { a: 1 }, 'one'],
      ['f({"input":"{\\"b\\":"})', { input: '{"b":' }, 'two'],
      ['g({})', {}, 'three'],
    ]);
  });

  it('hears a greeting’s answer as task and as answer', async () => {
    const { draft } = await conversation([
      { role: 'assistant', content: 'How can I help?' },
      { role: 'user', content: 'Change my flight' },
      { role: 'assistant', content: 'Done.' },
    ]);
    expect(draft.task.description).toBe('Change my flight');
    expect(draft.steps.map(({ observation }) => observation)).toEqual(['Change my flight', '']);
  });

  it.each([
    [1, { success: true, score: 1 }],
    [0, { success: false, score: 0 }],
    [-2, { success: false, score: 0 }],
    [0.4, { success: null, score: 0.4 }],
  ])('with reward %d', async (reward, outcome) => {
    const { draft } = await conversation(made.chatMessages, { reward });
    expect(draft.outcome).toEqual({ ...outcome, verdict: { source: 'test', detail: `reward ${reward}` } });
  });

  it('is named by its own id where it has one', async () => {
    expect((await conversation(made.chatMessages, { id: 'chat-9' })).key).toBe('chat/chat-9');
    expect((await conversation(made.chatMessages, { session_id: 's-9' })).draft.session).toBe('s-9');
  });

  it('that cannot be read leaves the others alone', async () => {
    const good = JSON.stringify({ messages: made.chatMessages });
    const { runs, broken, skipped } = await readText(
      'c.jsonl',
      [
        good,
        '{"messages": [',
        '{"other": 1}',
        '{"messages": [{"role": "user", "content": "hm"}]}',
        good,
      ].join('\n'),
    );
    expect(runs.map(({ line }) => line)).toEqual([1, 5]);
    expect(broken).toEqual(['2: not JSON']);
    expect(skipped).toMatchObject({ 'record without messages': 1, 'conversation without a step': 1 });
  });
});

describe('tau-bench', () => {
  const read = (...records: object[]) => readText('airline.json', JSON.stringify(records, null, 2));

  it('asks what the user asked; the answer key stays out', async () => {
    const { runs } = await read(tauRecord(3, 1, 0));
    expect(runs[0]).toMatchObject({
      key: expect.stringMatching(/^chat\/3\/1\/[0-9a-f]{24}$/),
      line: 2,
      draft: {
        task: { id: 'airline/3', description: made.PROMPT },
        metadata: { trial: '1' },
        outcome: { success: false, score: 0, verdict: { source: 'test', detail: 'reward 0' } },
      },
    });
    expect(runs[0]?.draft.steps.map(({ observation, error }) => [observation, error])).toEqual([
      ['Error: no such tool', 'Error: no such tool'],
      ['###STOP###', undefined],
    ]);
    expect(JSON.stringify(runs)).not.toMatch(/HIDDEN|GOLD|SECRET/);
  });

  it('takes a composite reward above 0 for a success', async () => {
    const { runs } = await read(tauRecord(3, 0, 0.85), tauRecord(4, 0, 0));
    expect(runs.map(({ draft: { outcome } }) => [outcome.success, outcome.score])).toEqual([
      [true, 0.85],
      [false, 0],
    ]);
  });

  it('keeps trials apart that went word for word alike', async () => {
    const alike = { ...tauRecord(3, 0, 1), trial: 1 };
    const { runs } = await read(tauRecord(3, 0, 1), alike);
    expect(new Set(runs.map(({ key }) => key)).size).toBe(2);
  });

  it('loses only the last record when the file is cut off', async () => {
    const whole = JSON.stringify([tauRecord(1, 0, 1), tauRecord(2, 0, 1)]);
    const { runs, broken } = await readText('airline.json', whole.slice(0, -40));
    expect(runs).toHaveLength(1);
    expect(broken).toEqual(['1: cut off: not JSON at the end of the file']);
  });
});
