import { describe, expect, it } from 'vitest';
import { templateOf } from '../../../src/learners/template.ts';
import { attemptsAfter, failuresOf, generalize } from '../../../src/learning/errors/fixes.ts';
import { readingOf } from '../../../src/learning/errors/reading.ts';
import type { Step } from '../../../src/types.ts';
import { bash, call, edit, failing } from '../../support/fixtures.ts';

/** What was tried after the error of one step. */
function attempts(steps: Step[], at = 0) {
  const failures = failuresOf(steps);
  const { template, values } = templateOf(failures[at]?.messages[0] ?? '');
  return attemptsAfter(readingOf(steps, failures), at, template, values).map(
    ({ kind: _kind, ...told }) => told,
  );
}

const missing = (module: string) =>
  failing(
    'python3 report.py',
    `Traceback (most recent call last):\nModuleNotFoundError: No module named '${module}'`,
  );

describe('the fix is what stands between the failing command and its first later success', () => {
  it('an install, with the module as parameter', () => {
    const steps = [missing('numpy'), bash('pip install numpy'), bash('python3 report.py', '42')];
    expect(attempts(steps)).toEqual([{ fix: '`pip install {module}`', worked: true, step: 2 }]);
  });

  it('not the next call: notes, looking and messages fix nothing', () => {
    const steps = [
      missing('numpy'),
      call('TodoWrite', { todos: 'install numpy' }),
      bash('cat requirements.txt', 'numpy'),
      bash('echo hm'),
      bash('pip install numpy'),
      bash('ls'),
      bash('python3 report.py', '42'),
    ];
    expect(attempts(steps)).toEqual([{ fix: '`pip install {module}`', worked: true, step: 6 }]);
  });

  it('not what failed itself on the way', () => {
    const steps = [
      missing('numpy'),
      failing('pip install numpy', 'error: externally-managed-environment'),
      bash('apt-get install -y python3-numpy'),
      bash('python3 report.py', '42'),
    ];
    const [{ fix, worked } = { fix: '', worked: false }] = attempts(steps);
    expect(worked).toBe(true);
    expect(fix).toContain('apt-get install');
    expect(fix).not.toContain('pip install');
  });

  it('only with the same command: success of another proves nothing', () => {
    const steps = [missing('numpy'), bash('pip install numpy'), bash('python3 other.py', 'ok')];
    expect(attempts(steps)).toEqual([]);
  });

  it('an edit is told by its lines', () => {
    const steps = [
      failing('npm test', "TypeError: Cannot read properties of undefined (reading 'id')"),
      edit('/srv/app/src/user.ts', 'return user.id', 'return user?.id'),
      bash('npm test', 'ok'),
    ];
    expect(attempts(steps)[0]).toMatchObject({ worked: true, step: 2 });
    expect(attempts(steps)[0]?.fix).toContain('src/user.ts');
    expect(attempts(steps)[0]?.fix).not.toContain('/srv');
  });

  it('other flags of the same command are the fix where nothing else was done', () => {
    const steps = [
      failing('pip install torch', 'error: externally-managed-environment'),
      bash('pip install --break-system-packages torch'),
    ];
    expect(attempts(steps)).toEqual([
      {
        fix: 'run `pip install --break-system-packages {package}` instead of `pip install {package}`',
        values: { package: 'torch' },
        worked: true,
        step: 1,
      },
    ]);
  });

  it('dropping what failed is giving up, not a fix', () => {
    const steps = [failing('cat a.txt b.txt', 'cat: b.txt: No such file or directory'), bash('cat a.txt')];
    expect(attempts(steps)).toEqual([]);
    const checks = [
      failing('pytest a.py b.py', 'ERROR: file or directory not found: b.py', 4),
      bash('pytest a.py'),
    ];
    expect(attempts(checks)).toEqual([]);
  });

  it('set-up in the same line as the retry counts', () => {
    const steps = [missing('yaml'), bash('pip install yaml && python3 report.py', '42')];
    expect(attempts(steps)).toEqual([{ fix: '`pip install {module}`', worked: true, step: 1 }]);
  });

  it('other arguments of the same call are told by their names', () => {
    const steps = [
      call('book_flight', { flight: 'X1', payment: 'card' }, '', { error: 'Error: payment not on file' }),
      call('book_flight', { flight: 'X1', payment: 'voucher' }),
    ];
    expect(attempts(steps)).toEqual([
      { fix: 'call `book_flight` again with other `payment`', worked: true, step: 1 },
    ]);
  });
});

describe('what was tried in vain is counted too', () => {
  it('a second attempt that met the same error did not work; the third did', () => {
    const steps = [
      missing('numpy'),
      bash('pip install numpy'),
      missing('numpy'),
      bash('apt-get install -y python3-numpy'),
      bash('python3 report.py', '42'),
    ];
    expect(attempts(steps).map(({ worked, step }) => [worked, step])).toEqual([
      [false, 2],
      [true, 4],
    ]);
    expect(attempts(steps)[0]?.fix).toBe('`pip install {module}`');
    expect(attempts(steps)[1]?.fix).toContain('apt-get install');
  });

  it('getting past this error into another one is progress', () => {
    const steps = [
      missing('numpy'),
      bash('pip install numpy'),
      failing('python3 report.py', "FileNotFoundError: No such file: 'a.csv'"),
    ];
    expect(attempts(steps)).toMatchObject([{ fix: '`pip install {module}`', worked: true }]);
  });

  it('a retry that failed without a word proves nothing', () => {
    const steps = [missing('numpy'), bash('pip install numpy'), failing('python3 report.py', '', 137)];
    expect(attempts(steps)).toMatchObject([{ worked: false }]);
  });

  it('the same act for the same error in another module is the same fix', () => {
    const fixOf = (module: string) =>
      attempts([missing(module), bash(`pip install ${module}`), bash('python3 report.py')])[0]?.fix;
    expect(fixOf('numpy')).toBe(fixOf('pandas'));
  });

  it('an error that nobody came back to has no attempts, nor has the last step', () => {
    expect(attempts([missing('numpy'), bash('pip install numpy')])).toEqual([]);
    expect(attempts([missing('numpy')])).toEqual([]);
  });

  it('what had been done before the error already is no fix', () => {
    const steps = [
      bash('npm run build'),
      failing('npm test', 'Error: no schema'),
      bash('npm run build'),
      bash('node tools/gen.mjs'),
      bash('npm test'),
    ];
    expect(attempts(steps, 1)[0]?.fix).toBe('`node tools/gen.mjs`');
  });
});

const select = (sql: string, error?: string): Step =>
  call('query_db', { sql }, error ? '' : '[(1,)]', error ? { error } : {});

describe('a statement that fails is got past by another statement', () => {
  const NO_TABLE = "Table 'shop.clients' doesn't exist";
  const NO_COLUMN = "Unknown column 'price' in 'field list'";

  it('what was looked at first is the act, not the words of the statement', () => {
    const steps = [
      select('SELECT name FROM clients', NO_TABLE),
      select('SHOW TABLES'),
      select('SELECT name FROM customers'),
    ];
    expect(attempts(steps)).toEqual([
      { fix: 'list the tables (`SHOW TABLES`), then use one that is there', worked: true, step: 2 },
    ]);
  });

  it('the same act at another table and another column is the same fix', () => {
    const fixOf = (column: string, table: string) =>
      attempts([
        select(`SELECT ${column} FROM ${table}`, `Unknown column '${column}' in 'field list'`),
        select(`DESC ${table}`),
        select(`SELECT unit_${column} FROM ${table}`),
      ])[0]?.fix;
    expect(fixOf('price', 'items')).toBe(fixOf('age', 'people'));
    expect(fixOf('price', 'items')).toContain('DESCRIBE');
  });

  it('guessing in vain is counted against guessing, before what helped', () => {
    const steps = [
      select('SELECT price FROM items', NO_COLUMN),
      select('SELECT cost FROM items', "Unknown column 'cost' in 'field list'"),
      select('DESCRIBE items'),
      select('SELECT unit_price FROM items'),
    ];
    expect(attempts(steps).map(({ worked, step }) => [worked, step])).toEqual([
      [false, 1],
      [true, 3],
    ]);
  });

  it('the same statement again is no attempt', () => {
    const again = select('SELECT price FROM items;', NO_COLUMN);
    expect(attempts([select('SELECT price  FROM items', NO_COLUMN), again])).toEqual([]);
  });

  it('through a client on the command line as well', () => {
    const steps = [
      failing('mysql -u a shop -e "SELECT price FROM items"', `ERROR 1054 (42S22) at line 1: ${NO_COLUMN}`),
      bash('mysql -u a shop -e "SHOW COLUMNS FROM items"'),
      bash('mysql -u a shop -e "SELECT unit_price FROM items"'),
    ];
    expect(attempts(steps)[0]?.fix).toBe(
      'look at the table (`SHOW COLUMNS FROM table`), then use columns that it has',
    );
  });
});

describe('errors that pass by themselves', () => {
  const busy = () => call('get_order', { id: '7' }, '', { error: 'Error: 503 Service Unavailable' });

  it('the same call again went well', () => {
    expect(attempts([busy(), call('get_order', { id: '7' })])).toEqual([
      { fix: 'try the same again', worked: true, step: 1 },
    ]);
  });

  it('another thing looked up is no second try', () => {
    expect(attempts([busy(), call('get_order', { id: '8' })])).toEqual([]);
  });

  it('not where something else was done in between', () => {
    const steps = [failing('node a.mjs', 'Error: no schema'), bash('node tools/gen.mjs'), bash('node a.mjs')];
    expect(attempts(steps)[0]?.fix).toBe('`node tools/gen.mjs`');
  });
});

describe('literals become parameters', () => {
  it.each([
    ['pip install numpy', { module: 'numpy' }, 'pip install {module}'],
    ['pip install numpy-extra', { module: 'numpy' }, 'pip install numpy-extra'],
    ['cp a/numpy b', { module: 'numpy' }, 'cp a/numpy b'],
    ['x y xy', { a: 'x', b: 'xy' }, 'x y {b}'],
    ['kill 42', { n: '42' }, 'kill 42'],
    ['grep a.b c', { name: 'a.b' }, 'grep {name} c'],
    ['grep aXb c', { name: 'a.b' }, 'grep aXb c'],
  ])('%s with %j', (text, values, general) => {
    expect(generalize(text, values)).toBe(general);
  });
});
