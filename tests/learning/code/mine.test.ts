import { describe, expect, it } from 'vitest';
import { plant } from '../../../scripts/eval/concepts/corpus.ts';
import { measurePlanted, writingsIn } from '../../../scripts/eval/concepts/planted.ts';
import { extractConcepts } from '../../../src/learning/code/concepts.ts';
import { conceptsAmong } from '../../../src/learning/code/mine.ts';
import { writingsOf } from '../../../src/learning/code/writings.ts';
import { CodeConcept, type Trajectory, Writing } from '../../../src/types.ts';
import { AT, write, wrote } from './runs.ts';

const learn = (runs: Trajectory[]) => extractConcepts(runs, ({ task }) => task.description, AT);

const polling = (name: string, pause: string, more = '') => `import time

def ${name}(check, limit):
    began = time.monotonic()
${more}    while not check():
        if time.monotonic() - began > limit:
            raise TimeoutError('never came')
        time.sleep(${pause})
    return time.monotonic() - began
`;

describe('conceptsAmong', () => {
  it('reads Python, with imports, holes with types, and what some writings add', async () => {
    const [concept, ...others] = await learn([
      wrote('a', 1, [
        write('a.py', polling('wait_until', '0.5')),
        write('run.py', 'from a import wait_until\nwait_until(ready, 3)\n'),
      ]),
      wrote('b', 2, [write('b.py', polling('poll', '2', "    assert limit > 0, 'no time'\n"))]),
      wrote('c', 3, [write('c.py', polling('wait_until', 'limit / 20'))]),
    ]);
    expect(others).toEqual([]);
    expect(CodeConcept.parse(concept)).toMatchObject({
      name: 'wait_until',
      language: 'python',
      signature: 'wait_until(check, limit)',
      tasks: 3,
      abstractable: true,
      examples: ['wait_until(ready, 3)'],
      parameters: [{ name: 'delay', type: 'number', values: ['0.5', '2', 'limit / 20'] }],
    });
    expect(concept?.code).toBe(polling('wait_until', '0.5').trim());
    expect(concept?.description).toContain(
      "also written as poll; some writings add `assert limit > 0, 'no time'`",
    );
  });

  it('names holes by what they are for, and tells functions, arrays and texts apart', async () => {
    const code = (call: string, list: string, label: string) => `export function tally(rows) {
  const counts = new Map();
  for (const row of rows.toSorted((a, b) => a.rank - b.rank)) {
    const key = ${call}(row.kind);
    if (${list}.includes(key)) continue;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  if (counts.size === 0) throw new Error('${label}');
  return counts;
}`;
    const [concept] = await learn([
      wrote('a', 1, [write('a.js', code('String', "['a']", 'nothing'))]),
      wrote('b', 2, [write('b.js', code('Number', '[1, 2]', 'no rows'))]),
    ]);
    expect(concept?.parameters.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'call: function',
      'list: array',
      'Error: string',
    ]);
  });

  it('makes no concept of a form to fill in, nor of what only one task wrote', async () => {
    const load = (words: string[]) => `import json

def load_${words[0]}(path):
    with open(path) as file:
        found = json.load(file)
    rows = []
    for one in found['${words[1]}']:
        if one.get('${words[2]}') and one['${words[3]}'] >= 3:
            rows.append((one['${words[4]}'], one['${words[5]}']))
    return rows
`;
    const forms = [
      load(['orders', 'orders', 'paid', 'amount', 'customer', 'number']),
      load(['ships', 'harbor', 'moored', 'length', 'captain', 'flag']),
    ];
    expect(await learn(forms.map((code, i) => wrote(`task ${i}`, i, [write('a.py', code)])))).toEqual([]);
    const twice = [1, 2].map((nth) => wrote('same', nth, [write(`${nth}.py`, polling('wait_until', '1'))]));
    expect(await learn(twice)).toEqual([]);
  });

  it('keeps its id as the set grows, in any order, and says what it takes in', async () => {
    const runs = ['0.5', '2', '3', 'limit / 9'].map((pause, i) =>
      wrote(`task ${i}`, i, [
        write('a.py', polling('wait_until', pause, i > 1 ? "    print('waiting')\n" : '')),
      ]),
    );
    const writings = (await Promise.all(runs.map((run) => writingsOf(run, run.task.description, AT)))).flat();
    const [first] = conceptsAmong(writings.slice(0, 2), AT);
    const [all, ...others] = conceptsAmong(writings, AT);
    expect(others).toEqual([]);
    expect(all?.id).toBe(first?.id);
    expect(all?.tasks).toBe(4);
    expect(conceptsAmong(writings.toReversed(), AT)).toEqual([all]);
    // Alone, the later ones made a concept of their own: this one has taken it in.
    const [later] = conceptsAmong(writings.slice(2), AT);
    expect(all?.replaces).toContain(later?.id);
    expect(all?.replaces).not.toContain(all?.id);
  });

  it('gives the same when only what shares a bucket with something new is handed in', async () => {
    const { trajectories } = plant(5, { tasks: 30, writers: 5, own: 2 });
    const writings = await writingsIn(trajectories);
    const fresh = writings.filter(({ trajectory }) => trajectory === trajectories.at(-1)?.id);
    const ids = new Set(fresh.map(({ id }) => id));
    const near = (of: Writing[]) => {
      const buckets = new Set(of.flatMap((each) => each.buckets));
      return writings.filter((each) => each.buckets.some((bucket) => buckets.has(bucket)));
    };
    const handed = near(near(fresh));
    expect(handed.length).toBeLessThan(writings.length);
    const told = conceptsAmong(handed, AT, ids);
    const whole = new Map(conceptsAmong(writings, AT).map((concept) => [concept.id, concept]));
    expect(told.length).toBeGreaterThan(2);
    for (const concept of told) expect(whole.get(concept.id)).toEqual(concept);
  });

  it('finds what several authors wrote, and little else', async () => {
    const { idioms, found, spurious, doubled } = await measurePlanted(11, { tasks: 40, writers: 3, own: 2 });
    expect(idioms).toBeGreaterThanOrEqual(30);
    expect(found / idioms).toBeGreaterThanOrEqual(0.9);
    expect(spurious).toBeLessThanOrEqual(1);
    expect(doubled).toBeLessThanOrEqual(2);
  });
});

describe('writingsOf', () => {
  it('gives the same facts again, bounded, with few buckets', async () => {
    const run = wrote('a', 1, [write('a.py', polling('wait_until', '1'))]);
    const [writing, ...others] = await writingsOf(run, 'key', AT);
    expect(others).toEqual([]);
    expect(Writing.parse(writing)).toEqual(writing);
    expect(writing).toMatchObject({ trajectory: run.id, task_key: 'key', name: 'wait_until', success: true });
    expect(writing?.buckets.length).toBeLessThanOrEqual(10);
    expect((await writingsOf(run, 'key', AT)).map(({ id }) => id)).toEqual([writing?.id]);
  });

  it('survives what does not parse, is nested without end, minified, too big or too much', async () => {
    const minified = Array.from(
      { length: 300 },
      (_, i) =>
        `function f${i}(a,b){let c=[];for(const d of a)if(d.k${i}>b)c.push(d*${i});else c.at(b);return c}`,
    ).join('');
    const steps = [
      write('a.py', '(=%$ def )x: [ '.repeat(4_000)),
      write(
        'b.py',
        `${Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}if x:\n`).join('')}${' '.repeat(500)}pass`,
      ),
      write('c.py', `x = ${'1 + '.repeat(15_000)}1`),
      write('d.py', `x = ${'not '.repeat(15_000)}1`),
      write('e.js', minified),
      write('f.js', 'x'.repeat(1_048_576)),
      write('g.py', 'function f(a) { return a; }'),
      ...Array.from({ length: 5_000 }, (_, i) => write(`${i % 60}.py`, polling(`wait_${i}`, String(i)))),
    ];
    const writings = await writingsOf(wrote('a', 1, steps), 'a', AT);
    expect(writings.length).toBeGreaterThan(10);
    expect(writings.length).toBeLessThanOrEqual(50);
    for (const writing of writings) expect(JSON.stringify(writing).length).toBeLessThanOrEqual(16_384);
  });

  it('takes the last of what an interpreter was given under one name', async () => {
    const cell = (code: string) => ({ action: code, tool: 'python', observation: '' });
    const wrong = polling('wait_until', '1').replace('not check()', 'check()');
    const run = wrote('a', 1, [cell(wrong), cell(polling('wait_until', '1'))]);
    expect((await writingsOf(run, 'a', AT)).map(({ code }) => code)).toEqual([
      polling('wait_until', '1').trim(),
    ]);
  });
});
