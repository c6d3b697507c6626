/** Small made-up transcripts, one run each unless said otherwise: the same little story in every format. */

export const PROMPT = 'Make the tests of the parser pass';

export const jsonl = (...lines: unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

const SESSION = '0a1b2c3d-0000-4000-8000-00000000c0de';

/** Lines of a session file, a second apart, each with the one before as its parent. */
export function sessionLines(...lines: Record<string, unknown>[]): string {
  const base = { sessionId: SESSION, cwd: '/home/dev/parser', version: '2.1.0', isSidechain: false };
  return jsonl(
    ...lines.map((line, index) => ({
      uuid: `u${index}`,
      parentUuid: index === 0 ? null : `u${index - 1}`,
      timestamp: `2026-11-02T10:00:${String(index).padStart(2, '0')}.000Z`,
      ...base,
      ...line,
    })),
  );
}

export const userSays = (content: unknown, more: object = {}) => ({
  type: 'user',
  message: { role: 'user', content },
  ...more,
});

export const assistantSays = (id: string, content: unknown[], more: object = {}) => ({
  type: 'assistant',
  message: {
    id,
    role: 'assistant',
    model: 'claude-x',
    content,
    usage: { input_tokens: 10, output_tokens: 5 },
  },
  ...more,
});

export const toolUse = (id: string, name: string, input: object) => ({ type: 'tool_use', id, name, input });

export const toolResult = (tool_use_id: string, content: unknown, is_error?: boolean) => ({
  type: 'tool_result',
  tool_use_id,
  content,
  ...(is_error === undefined ? {} : { is_error }),
});

export const text = (words: string) => ({ type: 'text', text: words });

const story = [
  assistantSays('m1', [text('I run the tests first.')]),
  assistantSays('m1', [toolUse('t1', 'Bash', { command: 'npm test' })]),
  userSays([toolResult('t1', 'Exit code 1\n2 failed', true)]),
  assistantSays('m2', [
    toolUse('t2', 'Edit', { file_path: 'src/parser.ts', old_string: 'a', new_string: 'b' }),
  ]),
  userSays([toolResult('t2', 'edited', false)]),
  assistantSays('m3', [text('Done, all tests pass.')]),
];

export const claudeSession = sessionLines(userSays(PROMPT), ...story);

export const claudeStream = jsonl(
  { type: 'system', subtype: 'init', session_id: SESSION, cwd: '/app', model: 'claude-x', uuid: 'i' },
  ...story.map((line) => ({ ...line, parent_tool_use_id: null, session_id: SESSION, uuid: 'same' })),
  {
    type: 'result',
    subtype: 'success',
    is_error: false,
    session_id: SESSION,
    uuid: 'r',
    result: 'Done, all tests pass.',
    total_cost_usd: 0.02,
    usage: { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 9_000 },
  },
);

export const chatCall = (id: string, name: string, args: object | string) => ({
  id,
  type: 'function',
  function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
});

export const chatMessages = [
  { role: 'system', content: 'You mend parsers. SECRET POLICY' },
  { role: 'user', content: PROMPT },
  {
    role: 'assistant',
    content: 'I run the tests first.',
    tool_calls: [chatCall('c1', 'bash', { command: 'npm test' })],
  },
  { role: 'tool', tool_call_id: 'c1', name: 'bash', content: '2 failed' },
  { role: 'assistant', content: 'Shall I rewrite it?', tool_calls: null },
  { role: 'user', content: 'Yes, do' },
  { role: 'assistant', content: null, tool_calls: [chatCall('c2', 'edit', { path: 'src/parser.ts' })] },
  { role: 'tool', tool_call_id: 'c2', content: '{"error": "no such file"}' },
  { role: 'assistant', content: 'Done, all tests pass.' },
];

export const tauRecord = (task_id: number, trial: number, reward: number) => ({
  task_id,
  trial,
  reward,
  info: {
    task: {
      instruction: 'HIDDEN INSTRUCTION',
      actions: [{ name: 'GOLD ACTION', kwargs: {} }],
      outputs: ['GOLD OUTPUT'],
    },
    reward_info: { reward, actions: [{ name: 'GOLD ACTION' }] },
  },
  traj: [
    ...chatMessages.slice(0, 3),
    { role: 'tool', tool_call_id: 'c1', name: 'bash', content: 'Error: no such tool' },
    { role: 'assistant', content: `Done. (${trial})` },
    { role: 'user', content: '###STOP###' },
  ],
});

const historyOf = [
  { role: 'system', content: 'SETTING: you fix things', agent: 'main' },
  { role: 'user', content: 'Here is a demonstration', is_demo: true },
  { role: 'user', content: `Our issue:\nISSUE:\n${PROMPT}\n\nINSTRUCTIONS:\nNow solve it.` },
];

export const sweAgentRun = {
  environment: 'main',
  trajectory: [
    {
      action: 'npm test\n',
      observation: '2 failed',
      response: '…',
      thought: 'I run the tests.\n',
      state: '{"open_file":"n/a"}',
    },
    {
      action: 'open src/parser.ts',
      observation: '[File]',
      thought: 'Look.',
      state: { open_file: 'x' },
      execution_time: 0.25,
    },
    { action: '', observation: 'Your command was not formatted', response: 'I am lost', thought: '' },
    { action: 'submit', observation: 'diff --git', thought: 'Done, all tests pass.' },
  ],
  history: [
    ...historyOf,
    {
      role: 'assistant',
      content: 'I run the tests.',
      action: 'npm test',
      tool_calls: [chatCall('1', 'bash', { command: 'npm test' })],
    },
    { role: 'tool', content: '2 failed' },
    {
      role: 'assistant',
      content: 'Look.',
      action: 'open src/parser.ts',
      tool_calls: [chatCall('2', 'open', { path: 'src/parser.ts' })],
    },
  ],
  info: {
    exit_status: 'submitted',
    submission: 'diff',
    model_stats: { instance_cost: 0.5, tokens_sent: 100, api_calls: 4 },
  },
};

export const sweAgentDemo = {
  history: [
    ...historyOf,
    {
      role: 'assistant',
      content: 'I run the tests.',
      tool_calls: [chatCall('1', 'bash', { command: 'npm test' })],
    },
    { role: 'tool', content: '2 failed', tool_call_ids: ['1'] },
  ],
};

export const atifDocument = {
  schema_version: 'ATIF-v1.5',
  session_id: 'atif-1',
  agent: { name: 'mender', version: '1', model_name: 'model-y' },
  steps: [
    { step_id: 1, source: 'system', message: 'SECRET POLICY' },
    { step_id: 2, source: 'user', message: PROMPT },
    {
      step_id: 3,
      timestamp: '2026-11-02T10:00:00+02:00',
      source: 'agent',
      message: 'I look and run.',
      reasoning_content: 'Both at once.',
      tool_calls: [
        { tool_call_id: 'a', function_name: 'Read', arguments: { file_path: 'src/parser.ts' } },
        { tool_call_id: 'b', function_name: 'Bash', arguments: { command: 'npm test' } },
      ],
      observation: {
        results: [
          { source_call_id: 'b', content: '2 failed' },
          {
            source_call_id: 'a',
            content: [
              { type: 'text', text: 'source' },
              { type: 'image', source: {} },
            ],
          },
        ],
      },
      metrics: { prompt_tokens: 3 },
    },
    { step_id: 4, source: 'agent', message: 'Shall I?' },
    { step_id: 5, source: 'user', message: 'Yes' },
    { step_id: 6, source: 'agent', message: 'Done, all tests pass.' },
  ],
  final_metrics: { total_prompt_tokens: 30, total_completion_tokens: 12, total_cost_usd: 0.1 },
};

export const draft = {
  task: { description: PROMPT, id: 'parser-1' },
  session: 'run-7',
  steps: [{ action: 'npm test', tool: 'Bash', observation: '2 failed', error: '2 failed', exit_code: 1 }],
  outcome: { success: false, verdict: { source: 'test', detail: '2 failed' } },
};
