/** Reading what a model said: found wherever it stands, in time that grows with its length and no faster. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readAnswer } from '../../src/llm/structured.ts';
import { mapStrings } from '../../src/text.ts';

const schema = z.strictObject({ n: z.number() });
const value = { n: 1 };

describe('an answer', () => {
  it.each([
    ['bare', '{"n": 1}'],
    ['in a fence', '```json\n{"n": 1}\n```'],
    [
      'in a fence without a name, after one in another language',
      '```ts\nconst n = 1;\n```\nso\n```\n{"n": 1}\n```',
    ],
    ['after thoughts, with braces in them', '<think>{"n": 2}</think>\n<think>or {</think>{"n": 1}'],
    ['after a thought that is never closed', 'I think <think> so: {"n": 1} good'],
    ['with words around it', 'Here: {"n": 1}. Anything else?'],
  ])('is found %s', (_, text) => {
    expect(readAnswer(text, schema)).toEqual({ ok: true, value, said: JSON.stringify(value) });
  });

  it.each([
    ['marks that nothing closes', '<think>'.repeat(40_000)],
    ['fences that nothing closes', '```\n'.repeat(60_000)],
    ['one fence and blank lines', `\`\`\`${'\n'.repeat(250_000)}`],
    ['blanks in a fence', `\`\`\`json${' '.repeat(250_000)}x`],
    ['braces', '{'.repeat(250_000)],
    ['nested lists', `${'['.repeat(120_000)}${']'.repeat(120_000)}`],
  ])('of nothing but %s is refused', (_, text) => {
    expect(readAnswer(text, schema).ok).toBe(false);
  });

  it('is cleaned as the value that it stands for, before anything looks at it', () => {
    const open = z.object({ why: z.string() });
    const clean = (said: unknown) => mapStrings(said, (text) => text.replace('abc', '-'));
    const escaped = '{"why": "\\u0061\\u0062c"}';
    expect(readAnswer(escaped, open, clean)).toEqual({ ok: true, value: { why: '-' }, said: '{"why":"-"}' });
    const deep = `{"why": "", "more": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(readAnswer(deep, open, clean)).toMatchObject({ ok: false, problem: 'It is nested too deeply.' });
  });

  it('is told what was wrong in few words, whatever it was', () => {
    const answer = readAnswer(JSON.stringify({ n: 1, ['k'.repeat(100_000)]: 1 }), schema);
    expect(answer.ok).toBe(false);
    if (!answer.ok) expect(answer.problem.length).toBeLessThanOrEqual(1_000);
  });
});
