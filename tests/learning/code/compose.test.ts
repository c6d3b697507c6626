import { afterEach, describe, expect, it } from 'vitest';
import { type Knowhow, type KnowhowError, openKnowhow } from '../../../src/index.ts';
import { composeConcepts } from '../../../src/learning/code/compose.ts';
import { temporaryDirectory } from '../../support/store.ts';
import { conceptOf } from './concepts.ts';
import { AT } from './runs.ts';

const cells = conceptOf({
  id: 'concept_cells',
  name: 'cells',
  description: 'Splits a line into cells; also written as parts.',
  language: 'javascript',
  code: "export const cells = (line, mark = ',') => line.split(mark).map((cell) => cell.trim());",
  examples: ["cells('b, a, b')"],
});
const counts = conceptOf({
  id: 'concept_counts',
  name: 'counts',
  description: 'Counts equal values.',
  code: `export function counts(values: string[], least: number): [string, number][] {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return [...found].filter(([, count]) => count >= least);
}`,
  examples: ["counts(['x', 'x'], 2)"],
});

describe('composeConcepts', () => {
  it('pipes one into the next, checked by running their examples together', async () => {
    const composed = await composeConcepts([cells, counts], AT);
    expect(composed).toMatchObject({
      name: 'cellsThenCounts',
      source: 'composed',
      derived_from: ['concept_cells', 'concept_counts'],
      description: 'Splits a line into cells, then: Counts equal values.',
      signature: 'cellsThenCounts(line, least)',
      examples: ["cellsThenCounts('b, a, b', 2)"],
      checked: { how: 'ran', output: "[ [ 'b', 2 ] ]" },
      usage: { worked: 0, tried: 0 },
    });
    expect((await composeConcepts([cells, counts], AT)).id).toBe(composed.id);
  });

  it('composes Python, and functions of one name', async () => {
    const python = (id: string, code: string) => conceptOf({ id, language: 'python', name: 'step', code });
    const first = python('concept_a', 'import math\n\ndef step(x):\n    return math.sqrt(x)');
    const second = python('concept_b', 'def step(x, by):\n    return x * by');
    const { code, checked } = await composeConcepts([first, second], AT);
    expect(code).toBe(
      'import math\n\ndef step(x):\n    return math.sqrt(x)\n\ndef step_2(x, by):\n    return x * by\n\ndef step_then_step_2(x, by):\n    return step_2(step(x), by)',
    );
    expect(checked).toEqual({ how: 'parsed' });
  });

  it('refuses what does not fit', async () => {
    const fails = conceptOf({
      ...counts,
      id: 'c',
      checked: { how: 'ran' },
      code: counts.code.replace('[...found]', '[...values.x]'),
    });
    const cases = [
      [cells],
      [cells, conceptOf({ language: 'python', code: 'def f(x):\n    return x' })],
      [cells, { ...counts, project: 'other' }],
      [cells, conceptOf({ code: 'class A { constructor(x: number) {} }' })],
      [cells, conceptOf({ code: 'function f() { return 1; }' })],
      [{ ...cells, checked: { how: 'ran' as const } }, fails],
    ];
    for (const parts of cases)
      await expect(composeConcepts(parts, AT)).rejects.toMatchObject({
        code: 'bad_argument',
      } satisfies Partial<KnowhowError>);
  });
});

describe('the library', () => {
  let knowhow: Knowhow | undefined;
  afterEach(() => knowhow?.close());

  it('composes what is stored, and counts what became of it from the facts', async () => {
    knowhow = await openKnowhow({ data: await temporaryDirectory(), llm: false, project: 'shop' });
    await knowhow.memory.concepts.put([cells, counts]);
    const composed = await knowhow.concepts.compose(['concept_cells', 'concept_counts']);
    expect(await knowhow.memory.concepts.get(composed.id)).toEqual(composed);
    await expect(knowhow.concepts.compose(['concept_cells', 'nope'])).rejects.toMatchObject({
      code: 'bad_argument',
    });

    const asked = await knowhow.retrieve({
      task: 'split a line into cells and count equal values',
      project: 'shop',
    });
    const [shown = ''] = asked.concepts.map(({ id }) => id);
    expect(shown).not.toBe('');
    await knowhow.record({
      task: { description: 'Count the cells of a line' },
      project: 'shop',
      steps: [{ action: 'ls' }],
      outcome: { success: true, verdict: { source: 'test' } },
      retrieval_id: asked.retrieval_id,
    });
    expect(await knowhow.concepts.usage(shown)).toMatchObject({
      id: shown,
      shown: 1,
      used: 1,
      outcomes: { worked: 1, tried: 1 },
    });
    await knowhow.memory.concepts.put([conceptOf({ id: 'concept_unseen' })]);
    expect(await knowhow.concepts.usage('concept_unseen')).toEqual({
      id: 'concept_unseen',
      shown: 0,
      used: 0,
      outcomes: null,
      written: { worked: 2, tried: 2 },
    });
    await expect(knowhow.concepts.usage('nope')).rejects.toMatchObject({ code: 'bad_argument' });
  });
});
