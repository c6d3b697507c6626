import { describe, expect, it } from 'vitest';
import { occurrencesOf, patternOf } from '../../../src/learning/errors/patterns.ts';
import { ErrorPattern, type Step, type Trajectory } from '../../../src/types.ts';
import { AT, bash, call, failing, keyOf, runOf } from '../../support/fixtures.ts';

const missing = (module: string): Step =>
  failing(
    'python3 report.py',
    `Traceback (most recent call last):\nModuleNotFoundError: No module named '${module}'`,
  );

function only(runs: Trajectory[]): ErrorPattern {
  const pattern = patternOf(
    runs.flatMap((run) => occurrencesOf(run, keyOf(run), false, AT)),
    AT,
  );
  if (!pattern) throw new Error('no pattern');
  return ErrorPattern.parse(pattern);
}

describe('evidence adds up', () => {
  const with_ = (line: (module: string) => string, module: string, task: string) =>
    runOf([missing(module), bash(line(module)), bash('python3 report.py', '42')], { task });

  it('over flags, versions and ways to call the same installer', () => {
    const pattern = only([
      with_((module) => `pip install ${module}`, 'numpy', 'A'),
      with_((module) => `pip3 install -q --no-cache-dir ${module}==1.2`, 'pandas', 'B'),
      with_((module) => `python3 -m pip install --user ${module}`, 'six', 'C'),
    ]);
    expect(pattern.fixes).toHaveLength(1);
    expect(pattern).toMatchObject({
      suggested_fix: '`pip install {module}`',
      support: { worked: 3, tried: 3 },
    });
  });

  it('over packages, and says which one brought which command', () => {
    const ran = (command: string, item: string, task: string) =>
      runOf(
        [
          failing(`${command} -x`, `bash: line 1: ${command}: command not found`, 127),
          bash(`apt-get update && apt-get install -y ${item}`),
          bash(`${command} -x`),
        ],
        { task },
      );
    const pattern = only([ran('ps', 'procps', 'A'), ran('netstat', 'net-tools', 'B')]);
    expect(pattern).toMatchObject({
      suggested_fix: '`apt-get install -y {package}`',
      support: { worked: 2, tried: 2 },
    });
    expect(pattern.fixes[0]?.seen).toEqual([
      { command: 'ps', package: 'procps' },
      { command: 'netstat', package: 'net-tools' },
    ]);
  });

  it('installing the project itself is another fix than installing what is missing', () => {
    const pattern = only([
      with_(() => 'pip install -e .', 'shop', 'A'),
      with_((module) => `pip install ${module}`, 'numpy', 'B'),
      with_((module) => `pip install ${module}`, 'six', 'C'),
    ]);
    expect(pattern.suggested_fix).toBe('`pip install {module}`');
    expect(pattern.fixes.map(({ fix }) => fix)).toContain('`pip install -e .`');
  });

  it('what only guesses is told as tried, never as advice', () => {
    const guess = (task: string) =>
      runOf(
        [
          call('db', { sql: 'SELECT a FROM clients' }, '', { error: "Table 's.clients' doesn't exist" }),
          call('db', { sql: 'SELECT a FROM customers' }, '[]'),
        ],
        { task },
      );
    const pattern = only([guess('A'), guess('B'), guess('C')]);
    expect(pattern.suggested_fix).toBe('');
    expect(pattern.fixes[0]).toMatchObject({ worked: 3, tried: 3 });
  });
});
