import { describe, expect, it } from 'vitest';
import { gist } from '../../../src/learning/acts/task-in-short.ts';
import { contrast } from '../../../src/learning/strategies/contrast.ts';
import { strategiesFromContrast } from '../../../src/learning/strategies/from-contrast.ts';
import { routeOf } from '../../../src/learning/strategies/route.ts';
import { type Attempt, Strategy } from '../../../src/types.ts';
import { AT, attempts, bash, call, edit, failing, type RunFacts } from '../../support/fixtures.ts';

const tell = (pool: Attempt[]) =>
  strategiesFromContrast(contrast(pool), AT).map((each) => Strategy.parse(each));

const check = bash('npm test', 'ok');
const red = failing('npm test', 'Error: regions table is out of date');
const plain = [edit('src/total.ts', 'a', 'b'), check];
const generates = [red, bash('node tools/gen.mjs'), check];
const tasks = ['Add the VAT of Norway to src/vat.ts', 'Show the totals of an invoice in cents'];
const pool = (facts: RunFacts = {}) =>
  tasks.flatMap((task) => [
    ...attempts(task, generates, 4, 0, facts),
    ...attempts(task, [red, ...plain], 1, 4, facts),
  ]);

describe('a strategy from contrast', () => {
  const [strategy] = tell(pool({ domain: 'typescript' }));

  it('says when, do, and what it rests on', () => {
    expect(strategy).toMatchObject({
      kind: 'contrast',
      suggestion: 'Run `node tools/gen.mjs`, then `npm test`.',
      evidence: { worked: 8, tried: 8, without: { worked: 2, tried: 10 }, tasks: 2 },
      status: 'active',
      abstractable: true,
      trust: 1,
    });
    expect(strategy?.situation).toContain('In typescript work');
    expect(strategy?.situation).toContain('regions table is out of date');
    expect(strategy?.seen_at).toHaveLength(2);
    expect(strategy?.evidence.from).toHaveLength(8);
    expect(strategy?.derived_from).toEqual(strategy?.evidence.from);
  });

  it('is short', () => {
    expect(`${strategy?.situation} ${strategy?.suggestion}`.length).toBeLessThan(400);
  });

  it('keeps its id when it is told anew from other runs, and has another in another project', () => {
    const [again] = tell(pool({ domain: 'typescript' }));
    const [elsewhere] = tell(pool({ project: 'bank' }));
    expect(again?.id).toBe(strategy?.id);
    expect(again?.derived_from).not.toEqual(strategy?.derived_from);
    expect(elsewhere?.id).not.toBe(strategy?.id);
    expect(elsewhere?.project).toBe('bank');
  });

  it('stays a candidate when only the agents said that it worked', () => {
    const [claimed] = tell(pool({ source: 'agent' }));
    expect(claimed?.suggestion).toBe(strategy?.suggestion);
    expect(claimed).toMatchObject({ status: 'candidate', trust: 0.3 });
  });

  it('stays a candidate at a single task', () => {
    const [single] = tell(pool().filter(({ task }) => task === tasks[0]));
    expect(single).toMatchObject({ status: 'candidate', abstractable: false });
  });
});

describe('a habit that hurts', () => {
  const hurts = [bash('git reset --hard'), ...plain];

  it('is a pitfall of the better way at the same task', () => {
    const told = ['A', 'B'].flatMap((task) => [
      ...attempts(task, [bash('node tools/gen.mjs'), ...plain], 5, 0),
      ...attempts(task, hurts, 0, 5),
      ...attempts(task, plain, 2, 2),
    ]);
    const [strategy] = tell(told);
    expect(strategy?.suggestion).toContain('node tools/gen.mjs');
    expect(strategy?.pitfalls).toEqual([
      'Runs that ran `git reset --hard` ended well 0 of 10; those that did not 14 of 18.',
    ]);
  });

  it('is advice of its own where nothing better is known', () => {
    const told = ['A', 'B'].flatMap((task) => [
      ...attempts(task, hurts, 0, 5),
      ...attempts(task, plain, 4, 1),
    ]);
    const [strategy, ...more] = tell(told);
    expect(more).toEqual([]);
    expect(strategy?.suggestion).toBe('Do not run `git reset --hard`.');
    // The evidence is of those who left it.
    expect(strategy?.evidence).toMatchObject({ worked: 8, tried: 10, without: { worked: 0, tried: 10 } });
  });
});

describe('a route: what worked at one task', () => {
  const task = 'Convert data/orders-2025.csv to JSON. Write the result to out/orders.json.';
  const convert = [
    failing('python3 convert.py data/orders-2025.csv', "ModuleNotFoundError: No module named 'polars'"),
    bash('uv sync --extra frames'),
    bash('uv run convert.py data/orders-2025.csv'),
  ];

  it('has the literals of its task as parameters, and keeps the telling words', () => {
    const route = routeOf(attempts(task, convert, 2, 0), AT);
    expect(route && Strategy.parse(route)).toMatchObject({
      kind: 'route',
      suggestion: 'What worked: `uv sync --extra frames`, then `uv run convert.py {file}`.',
      parameters: [{ name: 'file', values: ['data/orders-2025.csv'] }],
      evidence: { worked: 2, tried: 2, tasks: 1 },
      abstractable: false,
    });
    expect(route?.situation).toContain('{file}');
    expect(route?.situation).not.toContain('orders-2025');
  });

  it('is active only after two judged episodes took it', () => {
    const status = (pool: Attempt[]) => routeOf(pool, AT)?.status;
    expect(status(attempts(task, convert, 1, 0))).toBe('candidate');
    expect(status(attempts(task, convert, 2, 0))).toBe('active');
    expect(status(attempts(task, convert, 5, 0, { source: 'agent' }))).toBe('candidate');
    expect(
      status([...attempts(task, convert, 1, 0), ...attempts(task, convert, 5, 0, { source: 'agent' })]),
    ).toBe('candidate');
  });

  it('tells the better judged way, then the shorter one', () => {
    const short = [bash('uv run quick.py')];
    expect(
      routeOf([...attempts(task, short, 1, 0, { source: 'agent' }), ...attempts(task, convert, 1, 0)], AT)
        ?.suggestion,
    ).toContain('uv sync');
    expect(
      routeOf([...attempts(task, short, 1, 0), ...attempts(task, convert, 1, 0)], AT)?.suggestion,
    ).toContain('quick.py');
  });

  it('counts those who took it and failed', () => {
    expect(routeOf(attempts(task, convert, 2, 1), AT)?.evidence).toMatchObject({ worked: 2, tried: 3 });
  });

  it('names the dead end of failed attempts that no success met', () => {
    const stuck = [failing('python3 convert.py', "PermissionError: cannot write 'out'")];
    const route = routeOf([...attempts(task, convert, 2, 0), ...attempts(task, stuck, 0, 3)], AT);
    expect(route?.pitfalls).toHaveLength(1);
    expect(route?.pitfalls[0]).toMatch(/^3 failed attempts .*PermissionError/u);
  });

  it.each<[string, Attempt[]]>([
    ['without a success', attempts(task, convert, 0, 3)],
    ['without anything done', attempts(task, [bash('cat a.txt')], 3, 0)],
    ['that only looks things up', attempts(task, [call('get_order'), call('find_user')], 3, 0)],
    ['without attempts', []],
  ])('there is none %s', (_what, pool) => {
    expect(routeOf(pool, AT)).toBeUndefined();
  });

  it('there is one a task, however many attempts, with the same id each time', () => {
    const one = routeOf(attempts(task, convert, 2, 0), AT);
    const more = routeOf(attempts(task, convert, 7, 2), AT);
    const other = routeOf(attempts('Another task entirely.', convert, 2, 0), AT);
    expect(more?.id).toBe(one?.id);
    expect(other?.id).not.toBe(one?.id);
  });
});

describe('the gist of a task', () => {
  it('is enough sentences to say what it is about', () => {
    expect(gist('Hi! Please move my flight to Friday, I have the confirmation at hand. Thanks.')).toBe(
      'Hi! Please move my flight to Friday, I have the confirmation at hand.',
    );
  });
});
