import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, fence } from '../../../src/learning/llm/prompt.ts';
import { writtenCode } from '../../../src/learning/llm/written-code.ts';
import { runOf, splitFence } from './asking.ts';

describe('what goes into a prompt', () => {
  it('is cut to its length, on one line, whole in its characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 4_000 }),
        fc.integer({ min: 20, max: 300 }),
        (text, longest) => {
          const short = cut(text, longest);
          expect(short.length).toBeLessThanOrEqual(longest);
          expect(short).not.toMatch(/[\n\r]/u);
          expect(short.isWellFormed()).toBe(true);
        },
      ),
      { seed: 11 },
    );
    expect(cut(`start ${'x'.repeat(10_000)} the error`, 60)).toMatch(/^start x+ … x+ the error$/u);
    expect(cut('short\n text', 60)).toBe('short text');
  });

  it('comes back whole from between the marks, and the mark is nowhere in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (entries) => {
        const prompt = fence(entries);
        const { inside } = splitFence(`${prompt}\nQuestion?`);
        expect(inside.split('\n').map((line) => JSON.parse(line))).toEqual(entries);
        const mark = /=== (\w+) data begins/u.exec(prompt)?.[1] ?? '';
        expect(inside).not.toContain(mark);
      }),
      { seed: 12 },
    );
    // Who has seen the mark of one prompt does not know that of the next.
    const [one, other] = ['a', 'b'].map((text) => /=== (\w+) data/u.exec(fence([text]))?.[1]);
    expect(one).not.toBe(other);
  });
});

it('the code that a run wrote: by tools and here-documents, not in failed steps', () => {
  const code = (name: string) => `export const ${name} = () => 'long enough to count';`;
  const { steps } = runOf([
    { tool: 'Write', action: 'Write a.ts', args: { file_path: 'a.ts', content: code('a') } },
    {
      tool: 'MultiEdit',
      action: 'MultiEdit b.ts',
      args: {
        file_path: 'b.ts',
        edits: [{ old_string: code('old'), new_string: code('b') }, { new_string: code('c') }],
      },
    },
    { action: `cat <<EOF > d.ts\n${code('d')}\nEOF\nnode - <<'JS'\n${code('e')}\nJS`, exit_code: 0 },
    {
      tool: 'Write',
      action: 'Write f.ts',
      args: { path: 'f.ts', content: code('f') },
      error: 'Permission denied',
    },
    { tool: 'Read', action: 'Read g.ts', args: { file_path: 'g.ts' }, observation: code('g') },
    { action: `cat <<EOF > h.ts\n${code('h')}`, exit_code: 0 },
  ]);
  expect(writtenCode(steps)).toEqual([
    { path: 'a.ts', code: code('a') },
    { path: 'b.ts', code: code('b') },
    { path: 'b.ts', code: code('c') },
    { path: 'd.ts', code: code('d') },
    { path: '', code: code('e') },
  ]);
});
