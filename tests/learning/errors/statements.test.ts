import { describe, expect, it } from 'vitest';
import { changeBetween, type Statement, statementOf } from '../../../src/learning/errors/statements.ts';
import { bash, call, say } from '../../support/fixtures.ts';

const parsed = (sql: string): Statement => {
  const statement = statementOf(say(sql));
  if (!statement) throw new Error('no statement');
  return statement;
};

describe('a statement is found wherever it stands', () => {
  it.each([
    ['the whole action', say('SELECT a FROM t')],
    ['an argument', call('run_query', { query: 'SELECT a FROM t' })],
    ['a client on the command line', bash('psql -U a shop -c "SELECT a FROM t" | head')],
    ['an action that carries it', say('execute[SELECT a FROM t]')],
    ['after looking', say('SHOW TABLES; SELECT a FROM t;')],
  ])('%s', (_what, step) => {
    expect(statementOf(step)).toMatchObject({ purpose: 'query', tables: new Set(['t']) });
  });

  it.each([
    say('Select the best of them and show it to the user.'),
    say('Show tables of contents in the README'),
    say('Use the other approach'),
    say('Describe what the function does.'),
    bash('grep -n "SELECT a FROM t" src/db.ts'),
    bash('ls'),
  ])('and not in %j', (step) => {
    expect(statementOf(step)).toBeUndefined();
  });

  it.each([
    ['SHOW TABLES', 'tables'],
    ["SELECT name FROM sqlite_master WHERE type = 'table'", 'tables'],
    ['DESC t', 'columns'],
    ['SHOW FULL COLUMNS FROM t', 'columns'],
    ['PRAGMA table_info(t)', 'columns'],
    ['SELECT * FROM t LIMIT 3', 'rows'],
    ['SELECT count(*) FROM t', 'query'],
    ['UPDATE t SET a = 1', 'query'],
  ])('%s looks at %s', (sql, purpose) => {
    expect(parsed(sql).purpose).toBe(purpose);
  });
});

describe('what changed between two statements', () => {
  it.each([
    ['SELECT a FROM t', 'select a  from t;', 'same'],
    ['SELECT a FROM t', 'SELECT a FROM u', 'table'],
    ['SELECT a FROM t', 'SELECT a FROM t JOIN u ON t.i = u.i', 'join'],
    ['SELECT a FROM t', 'SELECT b FROM t', 'column'],
    ['SELECT a FROM t JOIN u', 'SELECT t.a FROM t JOIN u', 'qualify'],
    ['SELECT a, count(*) FROM t', 'SELECT a, count(*) FROM t GROUP BY a', 'group'],
    ['SELECT a FROM (SELECT a FROM t)', 'SELECT a FROM (SELECT a FROM t) AS x', 'alias'],
    ['SELECT max(a) FROM t', 'SELECT a FROM t', 'aggregate'],
    ['SELECT a FROM t WHERE b = "x"', "SELECT a FROM t WHERE b = 'x'", 'column'],
    ["SELECT a FROM t WHERE b = 'x'", "SELECT a FROM t WHERE b = 'y!'", 'rewrite'],
  ])('%s → %s: %s', (before, after, change) => {
    expect(changeBetween(parsed(before), parsed(after))).toBe(change);
  });

  it('comes to an end on what only looks like SQL', () => {
    const hostile = `SELECT ${'('.repeat(2_000)} FROM ${'a,'.repeat(1_000)} JOIN ${'x AS '.repeat(500)}`;
    expect(changeBetween(parsed(hostile), parsed(`${hostile})`))).toBeDefined();
    for (const unit of ['select ', 'from a ', '"', "'", ';', ') as x ', 'group by '])
      expect(() => statementOf(say(`SELECT a FROM t ${unit.repeat(100_000)}`))).not.toThrow();
  });
});
