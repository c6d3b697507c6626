/** Training texts that give away what is evaluated on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  contaminated,
  contamination,
  evaluationTasks,
} from '../../../src/training/datasets/contamination.ts';
import { taskTexts } from '../../../src/training/datasets/task-texts.ts';
import { temporaryDirectory } from '../../support/store.ts';

const sequence = (prefix: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}`).join(' ');

async function textsOf(path: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of taskTexts(path)) texts.push(text);
  return texts;
}

describe('contamination', () => {
  const tasks = evaluationTasks([
    sequence('w', 0, 60),
    'Add two numbers.',
    '把这个表格转换成一个新的文件并且检查每一行的内容',
  ]);

  it.each([
    ['twelve words in a row', `before ${sequence('w', 20, 32)} after ${sequence('x', 0, 30)}`, undefined],
    [
      'thirteen words in a row',
      `before ${sequence('w', 20, 33)} after ${sequence('x', 0, 30)}`,
      'shared_words',
    ],
    ['the same in other typography', `“${sequence('W', 20, 33).replaceAll(' ', ',\n— ')}”!`, 'shared_words'],
    ['words far apart', Array.from({ length: 60 }, (_, i) => `w${i} and`).join(' '), undefined],
    ['a short task', 'add TWO numbers', 'same_text'],
    ['more than a short task', 'Add two numbers. Then stop.', undefined],
    ['a task in a script without spaces', '请把这个表格转换成一个新的文件并且检查', 'shared_words'],
    ['nothing', '', undefined],
  ])('of %s is %3$s', (_, text, expected) => {
    expect(contamination(text, tasks)).toBe(expected);
  });

  it('takes what most tasks have in common for their frame, but not what is nearly a whole task', () => {
    const frame = sequence('frame', 0, 30);
    const framed = (n: number, own: number) =>
      evaluationTasks(Array.from({ length: n }, (_, i) => `${frame} ${sequence(`task${i}_`, 0, own)}`));
    expect(contamination(`${frame} ${sequence('own', 0, 200)}`, framed(12, 200))).toBeUndefined();
    expect(contamination(`${frame} ${sequence('task3_', 50, 70)}`, framed(12, 200))).toBe('shared_words');
    expect(contamination(`${frame} ${sequence('own', 0, 200)}`, framed(3, 200))).toBe('shared_words');
    expect(contamination(`${frame} own`, framed(12, 1))).toBe('near_duplicate');
    expect(contaminated([sequence('own', 0, 30), `${frame} own`], framed(12, 1))).toBe(true);
  });

  it('reads JSON lines and plain lines', async () => {
    const file = join(temporaryDirectory(), 'tasks.jsonl');
    const lines = [
      '\uFEFF{"id":"1","specification":"first one"}',
      '{"task":{"description":"second one"}}',
      '',
      '{"prompt":[{"role":"user","content":"third one"}]}',
      '{"question":"fourth one"}',
      'fifth one',
      '"sixth one"',
      'fifth one\r',
    ];
    writeFileSync(file, lines.join('\n'));
    const { count, short } = evaluationTasks(await textsOf(file));
    expect([count, [...short].map((text) => text.split(' ')[0])]).toEqual([
      6,
      ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'],
    ]);
  });

  it.each([
    ['\n\n', 'E7404'],
    ['fine\n{"answer":"secret text"}\n', 'E7404'],
    ['{"task": broken\n', 'E7404'],
    [undefined, 'E7404'],
  ])('refuses %j with %s, by the line, and does not quote it', async (text, code) => {
    const file = join(temporaryDirectory(), 'tasks.jsonl');
    if (text !== undefined) writeFileSync(file, text);
    const error: Error = await textsOf(file)
      .then(evaluationTasks)
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ code });
    expect(error.message).not.toMatch(/secret|broken/u);
  });

  it('stays linear on long and hostile texts', () => {
    const hostile = [
      'a '.repeat(100_000),
      '\u0301'.repeat(100_000),
      'x'.repeat(1_000_000),
      '。'.repeat(100_000),
    ];
    for (const text of hostile) expect(contamination(text, tasks)).toBeUndefined();
  });
});
