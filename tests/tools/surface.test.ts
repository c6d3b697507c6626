/** What a model pays for before it has done anything: the tools, their words and their tokens. */
import type { Client, Tool } from '@modelcontextprotocol/client';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Toolset } from '../../src/config/training.ts';
import { INSTRUCTIONS, instructionsFor } from '../../src/server.ts';
import { connectInProcess, type Era, toolAnswer } from '../support/clients.ts';
import { learnSamples, openStoreAt, temporaryDirectory } from '../support/store.ts';

const NAMES = [
  'retrieve_strategies',
  'match_error',
  'record_trajectory',
  'assess_abstractability',
  'submit_feedback',
  'run_batch_learning',
  'prepare_reflection',
  'submit_reflection',
];
/** Of the set that is shown only where it is asked for, after them. */
const TRAINING = ['build_dataset', 'show_datasets', 'review_examples'];
/** Tools that write; the others only read. */
const WRITING = [
  'retrieve_strategies',
  'record_trajectory',
  'submit_feedback',
  'run_batch_learning',
  'submit_reflection',
  'build_dataset',
  'review_examples',
];

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: unknown;
  description?: string;
}

const listed = async (era: Era, toolsets: Toolset[] = []): Promise<Tool[]> => {
  const client = await connectInProcess(await openStoreAt(temporaryDirectory(), { toolsets }), era);
  return (await client.listTools()).tools;
};

/** The answer without the lines around it that say where stored text begins and ends. */
const unfenced = (text: string): string =>
  /^[^\n]+\nbegin (\w+)\n([\s\S]*)\nend \1$/u.exec(text)?.[2] ?? text;

describe('the tools', () => {
  it('are these eight, in this order, in both eras', async () => {
    const [modern, legacy] = await Promise.all([listed('modern'), listed('legacy')]);
    expect(modern.map(({ name }) => name)).toEqual(NAMES);
    expect(legacy).toEqual(modern);
  });

  it('and, where the set is asked for, its own after the same eight', async () => {
    const [few, modern, legacy] = await Promise.all([
      listed('modern'),
      listed('modern', ['training']),
      listed('legacy', ['training']),
    ]);
    expect(modern.map(({ name }) => name)).toEqual([...NAMES, ...TRAINING]);
    expect(modern.slice(0, NAMES.length)).toEqual(few);
    expect(legacy).toEqual(modern);
    expect(countTokens(JSON.stringify(modern.slice(NAMES.length)))).toBeLessThanOrEqual(780);
  });

  it('say everything about themselves', async () => {
    for (const tool of await listed('modern', ['training'])) {
      expect(tool.title, tool.name).toMatch(/\S/u);
      expect(tool.description?.length, tool.name).toBeGreaterThan(40);
      expect(tool.description?.length, tool.name).toBeLessThan(600);
      expect(tool.inputSchema.type, tool.name).toBe('object');
      expect(tool.outputSchema?.type, tool.name).toBe('object');
      expect(tool.annotations, tool.name).toEqual({
        readOnlyHint: !WRITING.includes(tool.name),
        destructiveHint: false,
        idempotentHint: tool.name !== 'retrieve_strategies',
        openWorldHint: false,
      });
    }
  });

  it('refuse unknown arguments at every depth, but for the open ones', async () => {
    const open: string[] = [];
    const walk = (schema: JsonSchema, path: string) => {
      if (schema.properties && schema.additionalProperties !== false) open.push(path);
      for (const [name, inner] of Object.entries(schema.properties ?? {})) walk(inner, `${path}.${name}`);
      if (schema.items) walk(schema.items, `${path}[]`);
    };
    for (const tool of await listed('modern', ['training'])) walk(tool.inputSchema as JsonSchema, tool.name);
    expect(open).toEqual([]);
  });

  it('cost at most 3,250 tokens together, and 2,500 without those for reflection and feedback', async () => {
    const all = await listed('modern');
    expect(countTokens(JSON.stringify(all))).toBeLessThanOrEqual(3_250);
    const feedback = all.filter(({ name }) => name === 'submit_feedback');
    expect(countTokens(JSON.stringify(feedback))).toBeLessThanOrEqual(330);
    const five = all.filter(({ name }) => !/_(?:reflection|feedback)$/u.test(name));
    expect(five).toHaveLength(5);
    expect(countTokens(JSON.stringify(five))).toBeLessThanOrEqual(2_500);
  });
});

describe('the instructions', () => {
  it('fit where clients cut, and name every tool that an agent should call by itself', () => {
    expect(INSTRUCTIONS.length).toBeLessThanOrEqual(2_000);
    for (const name of NAMES.filter((each) => each !== 'assess_abstractability'))
      expect(INSTRUCTIONS).toContain(name);
  });

  it('tell of a set only where it is shown', () => {
    expect(instructionsFor([])).toBe(INSTRUCTIONS);
    const more = instructionsFor(['training']);
    expect(more.length).toBeLessThanOrEqual(2_000);
    for (const name of TRAINING) {
      expect(more).toContain(name);
      expect(INSTRUCTIONS).not.toContain(name);
    }
    expect(more.split('\n').at(-1)).toBe(INSTRUCTIONS.split('\n').at(-1));
  });
});

describe('a default answer on the sample runs', () => {
  const directory = temporaryDirectory();
  let client: Client;
  beforeAll(async () => {
    await learnSamples(directory);
    const ctx = await openStoreAt(directory);
    client = await connectInProcess(ctx);
  });

  it.each([
    ['a task like many', { task: 'CI needs a script ci/release that prints the newest tag. Commit it.' }],
    ['an error of the samples', { task: 'Run the new script', error: 'bash: ./ci/run: Permission denied' }],
    ['much text', { task: `Write a report. ${'The totals of every customer by month. '.repeat(300)}` }],
    ['the largest page', { task: 'Make the failing test pass', k: 20 }],
    [
      'a traceback',
      {
        task: 'Export orders to csv',
        error: `Traceback\n${'  File "x.py", line 3\n'.repeat(200)}KeyError: 'id'`,
      },
    ],
  ])('costs at most 900 tokens: %s', async (_name, query) => {
    const known: boolean[] = [];
    // Both the text and the structured form are counted as one answer: clients show one of them.
    for (const project of ['default', 'billing-service', 'data-tools', 'infra-scripts']) {
      const answer = await toolAnswer(client, 'retrieve_strategies', { ...query, project });
      expect(answer.isError, answer.content[0]?.text).toBeFalsy();
      expect(countTokens(answer.content[0]?.text ?? '')).toBeLessThanOrEqual(900);
      expect(JSON.parse(unfenced(answer.content[0]?.text ?? ''))).toEqual(answer.structuredContent);
      known.push((answer.structuredContent as { known: boolean }).known);
    }
    // Nothing is cheap: at least one project has something to say to each of these.
    expect(known).toContain(true);
  });

  it('keeps to max_tokens where the caller sets it', async () => {
    for (const max_tokens of [200, 600, 1_800, 5_000]) {
      const { content } = await toolAnswer(client, 'retrieve_strategies', {
        task: 'Make the failing test of the command line tool pass',
        project: 'billing-service',
        k: 20,
        max_tokens,
      });
      expect(countTokens(content[0]?.text ?? '')).toBeLessThanOrEqual(max_tokens);
    }
  });
});
