/** Every format read back: what went in comes out, to the character; what was rejected is never told as an answer. */
import fc from 'fast-check';
import type { OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { attempt, exampleRow, pairRow, smallDataset, sourceOf } from '../../../scripts/checks/export-rows.ts';
import { hasControlTokens } from '../../../src/training/examples/control-tokens.ts';
import { alpacaOf, promptOf } from '../../../src/training/examples/prompt.ts';
import { type ExportOptions, type ExportSource, exportRows } from '../../../src/training/export/export.ts';
import { FORMATS } from '../../../src/training/export/formats.ts';
import type { DatasetRow } from '../../../src/types.ts';

interface Message {
  role: string;
  content: string;
  weight?: 0 | 1;
}

async function lines<T>(source: ExportSource, options: Omit<ExportOptions, 'out'>): Promise<T[]> {
  const text: string[] = [];
  await exportRows(source, { ...options, out: async (line) => text.push(line) });
  // Python's splitlines, too, must find one row a line.
  const found = text.join('').split(/[\n\r\u0085\u2028\u2029]/u);
  expect(found.pop()).toBe('');
  return found.map((line) => JSON.parse(line) as T);
}

const small = smallDataset(2);
const source = sourceOf(small.rows, small.pairs);
const named = (rows: DatasetRow[], label: boolean) => rows.filter(({ example }) => example.label === label);

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '\\',
        '\n',
        '\r',
        '\u2028',
        '\u0085',
        '<|im_end|>',
        '[INST]',
        '</s>',
        '｜',
        '{}',
        '漢',
        '👩‍👧',
        '```',
        '\u0000',
        ' ',
      ),
      { minLength: 1, maxLength: 20 },
    )
    .map((parts) => parts.join('')),
);
/** As examples are: nothing that is no text, and no marks in answers. */
const answer = hostile.filter((text) => text.trim() !== '' && !hasControlTokens(text));

describe('every format', () => {
  it('gives back what went in, whatever the texts hold', async () => {
    const row = fc.record({
      specification: hostile.filter((text) => text.trim() !== ''),
      output: answer,
      label: fc.boolean(),
      attempts: fc.array(fc.record({ item_id: fc.constant('i'), answer: hostile, feedback: hostile }), {
        maxLength: 3,
      }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), answer, async (changes, other) => {
        const rows = [
          exampleRow(100),
          exampleRow(101, { label: false }),
          ...changes.map((each, i) => exampleRow(i, each)),
        ];
        const pairs = changes.map(({ label: _, output, ...asked }, i) =>
          pairRow(i, { ...asked, chosen: output, rejected: other }),
        );
        const from = sourceOf(rows, pairs);
        const accepted = named(rows, true).map(({ example }) => example);
        const asked = (each: { specification: string; attempts: DatasetRow['example']['attempts'] }) => [
          { role: 'user', content: promptOf(each) },
        ];
        const told = (content: string) => [{ role: 'assistant', content }];

        const chat = await lines<{ messages: Message[] }>(from, { format: 'chat', metadata: 'none' });
        expect(chat).toEqual(accepted.map((each) => ({ messages: [...asked(each), ...told(each.output)] })));
        expect(await lines(from, { format: 'chat-openai' })).toEqual(chat);
        expect(await lines(from, { format: 'prompt-completion', metadata: 'none' })).toEqual(
          accepted.map((each) => ({ prompt: asked(each), completion: told(each.output) })),
        );
        const plain = await lines<{ prompt: string; completion: string }>(from, {
          format: 'prompt-completion-text',
        });
        expect(plain.map(({ completion }) => completion)).toEqual(accepted.map(({ output }) => output));
        expect(
          plain.every(({ prompt }, i) => prompt.startsWith(promptOf(accepted[i] ?? exampleRow(0).example))),
        ).toBe(true);
        expect(await lines(from, { format: 'alpaca', metadata: 'none' })).toEqual(
          accepted.map((each) => ({ ...alpacaOf(each), output: each.output })),
        );
        expect(await lines(from, { format: 'kto', metadata: 'none' })).toEqual(
          rows.map(({ example }) => ({
            prompt: asked(example),
            completion: told(example.output),
            label: example.label,
          })),
        );
        const dpo = pairs.map((pair) => ({
          prompt: asked(pair),
          chosen: told(pair.chosen),
          rejected: told(pair.rejected),
        }));
        expect(await lines(from, { format: 'dpo', metadata: 'none' })).toEqual(dpo);
        expect(await lines(from, { format: 'dpo-openai' })).toEqual(
          dpo.map(({ prompt, chosen, rejected }) => ({
            input: { messages: prompt },
            preferred_output: chosen,
            non_preferred_output: rejected,
          })),
        );
        for (const { prompt } of dpo)
          expect(prompt.some(({ content }) => hasControlTokens(content))).toBe(false);
        expect(plain.some(({ prompt }) => hasControlTokens(prompt))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('says of each line which run it is from, in it or beside it, always with the same keys', async () => {
    for (const { name, strict } of FORMATS) {
      const told = await lines<{ metadata?: Record<string, unknown> }>(source, { format: name });
      const keys = ['source', 'action_pair_id', 'workflow_id', 'retry_count', 'item_id'];
      for (const { metadata } of told)
        if (strict) expect(metadata).toBeUndefined();
        else expect(Object.keys(metadata ?? {})).toEqual(expect.arrayContaining(keys));
      expect(new Set(told.map((line) => Object.keys(line).join())).size).toBe(1);
    }
    const [, retry] = await lines<{ metadata: object }>(source, { format: 'chat' });
    expect(retry?.metadata).toEqual({
      source: 'generated',
      action_pair_id: 'add_guard',
      workflow_id: 'arithmetic',
      retry_count: 5,
      item_id: 'traj_1',
      steps: 1,
      licence: '',
      consent: '',
      redacted: false,
    });
  });

  it('carries licence, consent and redaction, and leaves out what nobody consented to where that is asked', async () => {
    const tags = { licence: 'MIT', consent: 'yes' };
    const from = sourceOf(
      [
        exampleRow(0),
        exampleRow(1, { ...tags, redacted: true }),
        exampleRow(2, tags),
        exampleRow(3, { ...tags, label: false }),
      ],
      [pairRow(1), pairRow(2, tags)],
    );
    for (const { name: format, of } of FORMATS) {
      const found: { metadata: object }[] = [];
      const report = await exportRows(from, {
        format,
        consented: true,
        metadata: 'line',
        out: async (line) => found.push(JSON.parse(line)),
      });
      expect(report.left_out.no_consent_tag).toBe(1);
      for (const { metadata } of found) expect(metadata).toMatchObject(tags);
      if (of === 'rows') expect(found[0]?.metadata).toMatchObject({ redacted: true });
    }
  });

  it('tells a conversation turn by turn or not at all, and begins with a row that has an answer', async () => {
    const talk = { conversation: true, steps: 2, output: 'Which date?\nbook({})' } as const;
    const turns = [
      { action: 'Which date?', observation: 'Monday' },
      { action: 'book({})', observation: '' },
    ];
    const from = sourceOf([
      exampleRow(0, { ...talk, turns }),
      exampleRow(1, talk),
      exampleRow(2, { label: false }),
      exampleRow(3),
    ]);
    for (const { name: format, of } of FORMATS.filter((each) => each.of === 'rows')) {
      const found: string[] = [];
      const report = await exportRows(from, { format, out: async (line) => found.push(line) });
      const inTurns = format.startsWith('chat');
      expect([of, report.left_out.conversation]).toEqual(['rows', inTurns ? 1 : 2]);
      expect(found[0]).toContain(inTurns ? '"Monday"' : 'n + 3;');
      expect(found.join('')).not.toContain('Which date?\\nbook');
    }
  });

  it('never tells a rejected answer as one to imitate', async () => {
    const wrong = named(small.rows, false).map(({ example }) => example.output);
    for (const format of ['chat', 'chat-openai', 'prompt-completion', 'prompt-completion-text', 'alpaca']) {
      const told = JSON.stringify(await lines(source, { format }));
      for (const output of wrong) expect(told).not.toContain(output);
    }
    const kto = await lines<{ completion: Message[]; label: boolean }>(source, { format: 'kto' });
    expect(kto.filter(({ label }) => !label).map(({ completion }) => completion[0]?.content)).toEqual(wrong);
  });
});

describe('chat', () => {
  it('tells a run of several steps turn by turn; for OpenAI what failed on the way has weight 0', async () => {
    const [, , chat] = await lines<{ messages: Message[] }>(source, { format: 'chat' });
    expect(chat?.messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      'user: Write a function that adds 2 to a number.',
      'assistant: ls',
      'user: add.ts\nadd.test.ts',
      'assistant: npm tset',
      'user: Unknown command: "tset"',
      'assistant: npm test',
      'user: (nothing came back)',
      'assistant: Done: all tests pass.',
    ]);
    const [, , weighed] = await lines<{ messages: Message[] }>(source, { format: 'chat-openai' });
    expect(weighed?.messages.flatMap(({ role, weight }) => (role === 'assistant' ? [weight] : []))).toEqual([
      1, 0, 1, 1,
    ]);
  });

  it('is what the openai package takes as messages', async () => {
    // Checked by the compiler: a row of the format is assignable to the package's own type.
    const typed = (messages: { role: 'system' | 'user' | 'assistant'; content: string }[]) =>
      messages satisfies OpenAI.Chat.ChatCompletionMessageParam[];
    for (const { messages } of await lines<{ messages: Parameters<typeof typed>[0] }>(source, {
      format: 'chat-openai',
    }))
      expect(typed(messages).at(-1)?.role).toBe('assistant');
  });
});

describe('soar', () => {
  it('tells an accepted retry as an answer and as a mending, a rejected answer as neither', async () => {
    const told = await lines<{
      bucket: string;
      weight: number;
      prompt: Message[];
      completion: Message[];
      negative: string;
    }>(source, { format: 'soar', metadata: 'none' });
    const shown = told
      .slice(0, 5)
      .map(({ bucket, weight, prompt, completion, negative }) => [
        bucket,
        weight,
        prompt[0]?.content.includes('rejected'),
        completion[0]?.content,
        negative,
      ]);
    expect(shown).toEqual([
      ['sampling', 2, false, 'const add = (n: number): number => n + 0;', ''],
      ['sampling', 2, false, 'const add = (n: number): number => n + 1;', ''],
      ['refinement', 1.5, true, 'const add = (n: number): number => n + 1;', ''],
      ['sampling', 2, false, 'ls\nnpm test\nDone: all tests pass.', ''],
      ['error', 1, false, undefined, 'const add = (n) => n;'],
    ]);
  });

  it('writes weights with their fraction and an accepted answer first: readers take types from the first rows', async () => {
    const rows = [exampleRow(0, { label: false }), exampleRow(1, { attempts: [attempt(1)] })];
    const text: string[] = [];
    await exportRows(sourceOf(rows), { format: 'soar', out: async (line) => text.push(line) });
    expect(text.map((line) => line.slice(0, 36))).toEqual([
      '{"bucket":"sampling","weight":2.0,"p',
      '{"bucket":"refinement","weight":1.5,',
      '{"bucket":"error","weight":1.0,"prom',
    ]);
  });
});
