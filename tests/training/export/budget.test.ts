/** Rows that must fit: what came before the answer gives way, the specification and the answer never do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { attempt, exampleRow, pairRow, sourceOf } from '../../../scripts/checks/export-rows.ts';
import { estimateText } from '../../../src/training/export/estimate.ts';
import {
  type ExportOptions,
  type ExportReport,
  type ExportSource,
  exportRows,
} from '../../../src/training/export/export.ts';
import { tokenizerAt } from '../../../src/training/export/tokenizer.ts';
import { ROOT, temporaryDirectory } from '../../support/store.ts';

interface Row {
  messages: { role: string; content: string }[];
}

async function told(
  from: ExportSource,
  options: Omit<ExportOptions, 'out'>,
): Promise<{ rows: Row[]; report: ExportReport }> {
  const rows: Row[] = [];
  const report = await exportRows(from, {
    ...options,
    out: async (line) => rows.push(JSON.parse(line) as Row),
  });
  return { rows, report };
}

const WORDS = ['[UNK]', 'one', 'two', 'three', 'answer', '<|user|>', '<|assistant|>', '<|end|>'];
const TEMPLATE =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}";

/** A model's folder: words of the vocabulary are a token each, and so are the template's marks. */
function modelFolder(config: object = { chat_template: TEMPLATE }, marks: string[] = []): string {
  const folder = temporaryDirectory();
  const words = [...WORDS, ...marks];
  const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
  const added_tokens = words.flatMap((content, id) =>
    content.startsWith('<|') || marks.includes(content)
      ? [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }]
      : [],
  );
  writeFileSync(
    join(folder, 'tokenizer.json'),
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens,
      normalizer: null,
      pre_tokenizer: { type: 'WhitespaceSplit' },
      post_processor: null,
      decoder: null,
      model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
    }),
  );
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ unk_token: '[UNK]', ...config }));
  return folder;
}

describe('a token budget', () => {
  it('counts the whole row, template and answer, by the tokenizer of the model', async () => {
    const tokenizer = modelFolder();
    const tokens = await tokenizerAt(tokenizer);
    const messages = [
      { role: 'user' as const, content: 'one two three' },
      { role: 'assistant' as const, content: 'answer unheard' },
    ];
    // Three and two words, and two marks each.
    expect(tokens.count(messages)).toBe(9);
    expect(tokens.about(messages)).toBe(9);
    const from = sourceOf([exampleRow(0, { specification: 'one two three', output: 'answer unheard' })]);
    const fits = await told(from, { format: 'chat', tokenizer, max_tokens: 9 });
    expect(fits.report).toMatchObject({ rows: 1, shortened: 0, tokens: { longest: 9, most: 9 } });
    await expect(told(from, { format: 'chat', tokenizer, max_tokens: 8 })).rejects.toMatchObject({
      code: 'E7901',
    });
  });

  it('leaves out earlier attempts first, and rows that still do not fit, and says so', async () => {
    const attempts = [attempt(1), attempt(2), { ...attempt(3), feedback: 'one two '.repeat(200) }];
    const long = 'answer '.repeat(500).trim();
    const from = sourceOf([
      exampleRow(0, { specification: 'one two three', attempts, output: 'answer' }),
      exampleRow(1, { specification: 'one two three', output: long }),
    ]);
    const { rows, report } = await told(from, { format: 'chat', tokenizer: modelFolder(), max_tokens: 100 });
    expect(report).toMatchObject({ rows: 1, shortened: 1, left_out: { too_long: 1 } });
    expect(report.tokens?.longest).toBeLessThanOrEqual(100);
    expect(rows[0]?.messages[0]?.content).toMatch(/^one two three\n\n---/u);
    expect(rows[0]?.messages.at(-1)?.content).toBe('answer');
  });

  it('shortens old observations of a run, the oldest first, with a mark, and nothing that was done', async () => {
    const turns = Array.from({ length: 6 }, (_, i) => ({
      action: `do ${i}`,
      observation: 'one two '.repeat(300),
    }));
    const from = sourceOf([exampleRow(0, { turns, output: 'answer' })]);
    const { rows, report } = await told(from, {
      format: 'chat',
      tokenizer: modelFolder(),
      max_tokens: 1_200,
    });
    expect(report.shortened).toBe(1);
    const [{ messages } = { messages: [] }] = rows;
    const seen = messages.filter(({ role }) => role === 'user').slice(1);
    // The last observation is nobody's answer and not there; of the others the older are the shorter.
    const lengths = seen.map(({ content }) => content.length);
    expect(seen.length).toBe(5);
    expect(seen[0]?.content).toMatch(/\[… [\d,]+ characters trimmed of 2,400 …\]/u);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(lengths[0]).toBeLessThan(lengths[4] ?? 0);
    expect(messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual(
      turns.map(({ action }) => action),
    );
  });

  it('holds for both answers of a pair', async () => {
    const from = sourceOf(
      [],
      [
        pairRow(0, { chosen: 'answer', rejected: 'one '.repeat(50) }),
        pairRow(1, { chosen: 'two', rejected: 'one' }),
      ],
    );
    const { report } = await told(from, { format: 'dpo', tokenizer: modelFolder(), max_tokens: 40 });
    expect(report).toMatchObject({ rows: 1, left_out: { too_long: 1 } });
  });

  it('is estimated without a tokenizer, above what a tokenizer counts', () => {
    const files = ['docs/architecture.md', 'src/training/export/chat.ts', 'package.json'];
    for (const text of files.map((file) => readFileSync(join(ROOT, file), 'utf8')))
      expect(estimateText(text)).toBeGreaterThan(1.2 * encode(text).length);
    for (const text of [
      '漢字かな交じり文 '.repeat(20),
      '👩‍👩‍👧‍👦🏳️‍🌈 '.repeat(20),
      '0x7ffd3c2a 31415926 '.repeat(20),
      '\n\t\n  {}[];'.repeat(20),
    ])
      expect(estimateText(text)).toBeGreaterThanOrEqual(encode(text).length);
  });
});

describe('a tokenizer', () => {
  it('leaves out answers in which its model would read marks of its own', async () => {
    const from = sourceOf([
      exampleRow(0, { output: 'one <|user|> two' }),
      exampleRow(1, { output: 'one two' }),
    ]);
    const { report } = await told(from, { format: 'chat', tokenizer: modelFolder() });
    expect(report).toMatchObject({ rows: 1, left_out: { control_tokens_in_answer: 1 } });
  });

  it('leaves out prompts with a mark of its own that nobody else has', async () => {
    const rows = [
      exampleRow(0, { specification: 'one @@own@@ two' }),
      exampleRow(1),
      exampleRow(2, { label: false }),
    ];
    const tokenizer = modelFolder({}, ['@@own@@']);
    for (const format of ['chat', 'prompt-completion-text', 'alpaca', 'kto', 'soar']) {
      const { report } = await told(sourceOf(rows), { format, tokenizer });
      expect(report.left_out.control_tokens_in_prompt).toBe(1);
    }
  });

  it('whose template loops for ever is an error in the end', async () => {
    const loop =
      '{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}{% endfor %}{% endfor %}{% endfor %}';
    const tokens = await tokenizerAt(modelFolder({ chat_template: loop }), 50);
    expect(() => tokens.count([{ role: 'user', content: 'one' }])).toThrow(
      expect.objectContaining({ code: 'E7502' }),
    );
  });

  it('without a chat template has an allowance for each message', async () => {
    const tokens = await tokenizerAt(modelFolder({}));
    expect(tokens.count([{ role: 'user', content: 'one two' }])).toBe(2 + 8 + 32);
  });

  it('that cannot be read, or whose template refuses, is an error of its own', async () => {
    await expect(tokenizerAt(join(temporaryDirectory(), 'none'))).rejects.toMatchObject({ code: 'E7502' });
    const broken = temporaryDirectory();
    writeFileSync(join(broken, 'tokenizer.json'), '{"model":');
    await expect(tokenizerAt(broken)).rejects.toMatchObject({ code: 'E7502' });
    const refusing = modelFolder({ chat_template: "{{ raise_exception('no') }}" });
    await expect(
      told(sourceOf([exampleRow(0)]), { format: 'chat', tokenizer: refusing, max_tokens: 9 }),
    ).rejects.toMatchObject({
      code: 'E7502',
    });
  });
});
