import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autoDocument, extractConcepts } from '../../../src/learning/code/concepts.ts';
import { memoryOf, snippetsOf } from '../../../src/learning/code/snippets.ts';
import { CodeConcept, type Step, type Trajectory } from '../../../src/types.ts';

const AT = '2026-01-01T00:00:00Z';

const step = (fields: Partial<Step>): Step => ({ action: '', observation: '', ...fields });

const write = (path: string, content: string): Step =>
  step({ tool: 'Write', action: `Write ${path}`, args: { file_path: path, content } });

let runs = 0;
function run(
  task: string,
  success: boolean | null,
  steps: Step[],
  more: Partial<Trajectory> = {},
): Trajectory {
  runs += 1;
  return {
    id: `traj_${String(runs).padStart(4, '0')}`,
    at: AT,
    project: 'shop',
    derived_from: [],
    trust: 1,
    task: { description: task },
    steps,
    outcome: { success },
    ...more,
  };
}

const learn = (trajectories: Trajectory[]) => extractConcepts(trajectories, (t) => t.task.description, AT);

const clampTyped = `export function clampAll(values: number[], low: number, high: number): number[] {
  const kept: number[] = [];
  for (const value of values) {
    if (value < low) kept.push(low);
    else if (value > high) kept.push(high);
    else kept.push(value);
  }
  return kept;
}
`;

const clampArrow = `const limit = (list, least, most) => {
  let out = [];
  for (let item of list) {
    if (item < least) out.push(least);
    else if (item > most) out.push(most);
    else out.push(item);
  }
  return out;
};
`;

const poll = (name: string, pause: number, path = '/health') => `async function ${name}(base) {
  for (let turn = 0; turn < 20; turn++) {
    const answer = await fetch(base + '${path}', { headers: { from: '${path}' } });
    if (answer.ok) return turn;
    await new Promise((done) => setTimeout(done, ${pause}));
  }
  throw new Error('not up');
}
`;

describe('extractConcepts', () => {
  it('finds the shape that two tasks share under other names, with and without types', async () => {
    const [concept, ...others] = await learn([
      run('prices', true, [write('src/prices.ts', clampTyped)]),
      run('levels', true, [
        write('src/levels.mjs', clampArrow),
        write('src/levels.test.mjs', "import { limit } from '../levels.mjs';\nlimit([1, 5, 9], 2, 6);\n"),
      ]),
    ]);
    expect(others).toEqual([]);
    expect(CodeConcept.parse(concept)).toMatchObject({
      name: 'limit',
      language: 'javascript',
      // Types come from the writing that has them, names from the code that is shown.
      signature: 'limit(list: number[], least: number, most: number): number[]',
      code: clampArrow.trim(),
      examples: ['limit([1, 5, 9], 2, 6)'],
      usage: { worked: 2, tried: 2 },
      tasks: 2,
      abstractable: true,
      parameters: [],
      source: 'learned',
    });
    expect(concept?.description).toContain('also written as clampAll');
  });

  it('turns literals that differ into parameters, those that change together into one', async () => {
    const [concept] = await learn([
      run('a', true, [write('a.js', poll('waitForApi', 250))]),
      run('b', true, [write('b.js', poll('waitForDb', 1000, '/ready'))]),
    ]);
    expect(concept?.parameters).toEqual([
      { name: 'text', type: 'string', values: ['/health', '/ready'] },
      { name: 'delayMs', type: 'number', values: ['1000', '250'] },
    ]);
  });

  it('takes a statement more for a variant, and says what it adds', async () => {
    const guarded = clampTyped.replace(
      '  for (const',
      "  if (low > high) throw new RangeError('low is above high');\n  for (const",
    );
    const concepts = await learn([
      run('a', true, [write('a.ts', clampTyped)]),
      run('b', true, [write('b.ts', clampTyped)]),
      run('c', true, [write('c.ts', guarded)]),
    ]);
    expect(concepts).toHaveLength(1);
    expect(concepts[0]).toMatchObject({ tasks: 3, usage: { worked: 3, tried: 3 } });
    expect(concepts[0]?.code).not.toContain('RangeError');
    expect(concepts[0]?.description).toContain(
      "`if (low > high) throw new RangeError('low is above high');`",
    );
  });

  it('needs two tasks, not two attempts, and of one project', async () => {
    const steps = [write('a.ts', clampTyped)];
    expect(await learn([run('a', true, steps), run('a', true, steps)])).toEqual([]);
    expect(await learn([run('a', true, steps), run('b', true, steps, { project: 'other' })])).toEqual([]);
    expect(await learn([run('a', true, steps), run('b', false, steps)])).toHaveLength(1);
  });

  it('drops what never was part of a success', async () => {
    const steps = [write('a.ts', clampTyped)];
    expect(await learn([run('a', false, steps), run('b', null, steps)])).toEqual([]);
  });

  it('counts runs as they ended: a bug that was mended is not evidence for the bug', async () => {
    const wrong = clampTyped.replace('value < low', 'value <= high');
    const mend = step({
      tool: 'Edit',
      action: 'Edit a.ts',
      args: { file_path: 'a.ts', old_string: 'value <= high', new_string: 'value < low' },
    });
    const [concept, ...others] = await learn([
      run('a', true, [write('a.ts', wrong), mend]),
      run('b', true, [write('b.ts', wrong), write('b.ts', clampTyped)]),
      run('c', false, [write('c.ts', wrong)]),
    ]);
    expect(others).toEqual([]);
    expect(concept?.code).toBe(clampTyped.trim());
    expect(concept?.usage).toEqual({ worked: 2, tried: 2 });
  });

  it('ignores observations, failed steps, other languages, and code that was only shown', async () => {
    const shown = step({ tool: 'Read', action: 'Read a.ts', observation: clampTyped });
    const failed = { ...write('a.ts', clampTyped), error: 'EACCES: permission denied' };
    const numbered = clampTyped.replace(/^/gmu, '   12\t');
    const copied = [
      step({ tool: 'Read', action: 'Read a.ts', observation: numbered }),
      write('a.ts', clampTyped),
    ];
    for (const steps of [[shown], [failed], [write('a.py', clampTyped)], copied]) {
      expect(await learn([run('a', true, steps), run('b', true, steps)])).toEqual([]);
    }
  });

  it('drops one-liners, wrappers, entry points, test callbacks and forms of texts', async () => {
    const form = (word: string) =>
      `function texts(kind) {\n  if (kind === 'x') return {\n${Array.from({ length: 12 }, (_, i) => `    k${i}: '${word} ${i}',`).join('\n')}\n  };\n  return null;\n}`;
    const junk = (word: string) => `
      export const size = (list) => list.length;
      export function read(path) { return load(path, { encoding: 'utf8' }); }
      export async function main() { for (const x of list) { if (x > 1) await go(x); else stop(x); } }
      test('adds', () => { for (const x of [1, 2]) { if (x > 1) expect(x).toBe(2); else expect(x).toBe(1); } });
      ${form(word)}`;
    expect(
      await learn([
        run('a', true, [write('a.js', junk('one'))]),
        run('b', true, [write('b.js', junk('two'))]),
      ]),
    ).toEqual([]);
  });

  it('knows what cannot leave the project', async () => {
    const twice = async (code: string) => {
      const steps = [write('a.ts', code)];
      const [concept] = await learn([run('a', true, steps), run('b', true, steps)]);
      return concept;
    };
    const hash = `import { createHash } from 'node:crypto';
export function digest(parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) if (part !== '') hash.update(part);
  return hash.digest('hex');
}`;
    const packaged = await twice(hash);
    expect(packaged?.abstractable).toBe(true);
    expect(packaged?.code).toContain("import { createHash } from 'node:crypto';");
    expect((await twice(hash.replace('node:crypto', './crypto.ts')))?.abstractable).toBe(false);
    expect((await twice(hash.replaceAll('string[]', 'Part[]')))?.abstractable).toBe(false);
    expect((await twice(hash.replace("'sha256'", "'/srv/shop/key'")))?.abstractable).toBe(false);
  });

  it('gives the same ids in any order, the least trust of its lineage and successes first', async () => {
    const trajectories = [
      run('a', false, [write('a.ts', clampTyped)], { trust: 0.9 }),
      run('b', true, [write('b.ts', clampTyped)], { trust: 0.3 }),
      run('c', true, [write('c.mjs', clampArrow)]),
    ];
    const forth = await learn(trajectories);
    expect(await learn(trajectories.toReversed())).toEqual(forth);
    expect(forth[0]?.trust).toBe(0.3);
    expect(forth[0]?.derived_from).toEqual([trajectories[1]?.id, trajectories[2]?.id, trajectories[0]?.id]);
  });

  it('keeps what a shape keeps and generalizes only local names', async () => {
    const other = clampTyped.replaceAll('.push(', '.unshift(');
    expect(
      await learn([run('a', true, [write('a.ts', clampTyped)]), run('b', true, [write('b.ts', other)])]),
    ).toEqual([]);
    const name = fc.string({ unit: fc.constantFrom(...'abcxyzQR_'), minLength: 3, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 6, maxLength: 6 }), async (names) => {
        const [own = '', values = '', low = '', high = '', kept = '', value = ''] = names.map((n) => `v${n}`);
        const renamed = clampTyped
          .replace('clampAll', own)
          .replace(/\bvalues\b/gu, values)
          .replace(/\blow\b/gu, low)
          .replace(/\bhigh\b/gu, high)
          .replace(/\bkept\b/gu, kept)
          .replace(/\bvalue\b/gu, value);
        const concepts = await learn([
          run('a', true, [write('a.ts', clampTyped)]),
          run('b', true, [write('b.ts', renamed)]),
        ]);
        expect(concepts).toHaveLength(1);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it('survives hostile code, and stops when told to', async () => {
    const hostile = [
      `x=${'('.repeat(30_000)}`,
      `x=${'!'.repeat(60_000)}1`,
      `x=${'a=>'.repeat(20_000)}1`,
      `x=a${'.b'.repeat(30_000)}`,
      'if(a) b; else '.repeat(4_000),
      'function f( {',
      'class A { constructor( ',
    ];
    const steps = hostile.map((code, i) => write(`f${i}.ts`, code));
    const good = run('b', true, [...steps, write('a.ts', clampTyped)]);
    const concepts = await learn([run('a', true, [...steps, write('a.ts', clampTyped)]), good]);
    expect(concepts.map(({ name }) => name)).toEqual(['clampAll']);
    const reason = new Error('enough');
    await expect(extractConcepts([good], () => '', AT, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('snippetsOf', () => {
  it('reads Write, edits in place, here-documents and fenced blocks', () => {
    const steps = [
      write('/w/a.ts', 'const a = 1;\nconst b = 1;\n'),
      step({
        tool: 'MultiEdit',
        args: { file_path: '/w/a.ts', edits: [{ old_string: 'b = 1', new_string: 'b = $& 2' }] },
      }),
      step({ tool: 'str_replace_editor', args: { path: 'b.tsx', old_str: 'x', new_str: 'const c = <b/>;' } }),
      step({
        tool: 'Bash',
        args: { command: "mkdir -p d && cat > d/t.test.mjs <<'EOF'\nlet d;\nEOF\nnode d/t.test.mjs" },
      }),
      step({ action: 'Like this:\n```ts\nlet e = 5;\n```\nand\n```python\nf = 1\n```' }),
    ];
    expect(snippetsOf(steps)).toEqual([
      { text: 'const a = 1;\nconst b = $& 2;\n', dialect: 'ts', test: false, step: 0 },
      { text: 'let d;\n', dialect: 'js', test: true, step: 3 },
      { text: 'const c = <b/>;', dialect: 'tsx', test: false, step: 2, loose: true },
      { text: 'let e = 5;', dialect: 'ts', test: false, step: 4, loose: true },
      { text: 'f = 1', dialect: 'python', test: false, step: 4, loose: true },
    ]);
  });

  it('keeps to its limits, also when edits blow a file up', () => {
    const all = step({
      tool: 'Edit',
      args: { file_path: 'a.js', old_string: 'a', new_string: 'a'.repeat(60_000), replace_all: true },
    });
    expect(snippetsOf([write('a.js', 'a'.repeat(60_000)), all, all])).toEqual([
      { text: 'a'.repeat(60_000), dialect: 'js', test: false, step: 2, loose: true },
    ]);
    expect(snippetsOf(Array.from({ length: 300 }, (_, i) => write(`${i}.js`, 'x')))).toHaveLength(200);
    expect(snippetsOf([write('big.js', 'x'.repeat(65_537))])).toEqual([]);
  });

  it('remembers only what was shown before', () => {
    const wasSeen = memoryOf([step({ observation: 'a b' }), step({ observation: 'c  d' })]);
    expect(wasSeen('cd', 1)).toBe(false);
    expect(wasSeen('c\nd', 2)).toBe(true);
  });
});

describe('autoDocument', () => {
  const blank: CodeConcept = {
    id: 'concept_1',
    at: AT,
    project: 'shop',
    derived_from: [],
    trust: 1,
    name: '',
    description: '',
    signature: '',
    abstractable: true,
    code: '',
    language: 'typescript',
    parameters: [],
    examples: [],
    usage: { worked: 1, tried: 1 },
    tasks: 1,
    source: 'primitive',
    method: 'heuristic',
  };

  it('documents code that comes without words', () => {
    const code = `// function decoy() {}
export async function again<T>(call: () => Promise<T>, times = 3, { wait }: { wait: number }): Promise<T> {
  for (let i = 1; ; i++) {
    try {
      return await call();
    } catch (error) {
      if (i >= times) throw error;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}`;
    expect(autoDocument({ ...blank, code })).toMatchObject({
      name: 'again',
      signature: 'again<T>(call: () => Promise<T>, times = 3, { wait }: { wait: number }): Promise<T>',
      description: 'Calls a function again when it throws (retry), waiting between attempts.',
      examples: ['again(call, options)'],
    });
    expect(
      autoDocument({ ...blank, code: 'const sum2 = (a: number, b?: number) => a + (b ?? 0);' }),
    ).toMatchObject({
      name: 'sum2',
      signature: 'sum2(a: number, b?: number)',
      examples: ['sum2(a)'],
    });
  });

  it('leaves alone what is there', () => {
    const given = {
      ...blank,
      name: 'n',
      description: 'd',
      signature: 's',
      examples: ['e'],
      code: clampTyped,
    };
    expect(autoDocument(given)).toEqual(given);
  });

  it('never throws, always names and describes, and gives the same words again', () => {
    const token = fc.constantFrom(
      ...'function const class async f x = => ( ) { } [ ] < > : , ; // /* */ \' " ` ${ for try return\n def'.split(
        ' ',
      ),
    );
    const code = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(token).map((tokens) => tokens.join(' ')),
    );
    fc.assert(
      fc.property(code, (text) => {
        const concept = autoDocument({ ...blank, code: text });
        expect(concept.name).not.toBe('');
        expect(concept.signature).not.toBe('');
        expect(concept.description).toMatch(/^[^\n]+\.$/u);
        expect(autoDocument(concept)).toEqual(concept);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
