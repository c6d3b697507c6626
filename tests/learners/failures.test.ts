import { describe, expect, it } from 'vitest';
import { failureOf } from '../../src/learners/failures.ts';
import type { Step } from '../../src/types.ts';
import { bash, call, edit, failing, say } from '../support/fixtures.ts';

const TRACEBACK = `Traceback (most recent call last):
  File "/srv/app/load.py", line 7, in load
    raise ValueError("bad row")
ValueError: bad row`;

/** A transcript that tells no exit code. */
const ran = (command: string, observation: string): Step =>
  bash(command, observation, { exit_code: undefined });

describe('what is not an error of the run', () => {
  it.each<[string, Step]>([
    ['a log that was read', bash('cat app.log', '2025-01-01 ERROR upstream timed out\nfatal: gave up')],
    ['a log that was read, no exit code told', ran('cat app.log', 'Error: upstream timed out')],
    ['a traceback in a log', ran('tail -20 worker.log', TRACEBACK)],
    ['a line of source that raises', ran('sed -n 1,9p load.py', 'raise ValueError("bad row")')],
    [
      'source shown by a program',
      ran('python3 show.py', 'class ValueError(Exception): ...\nraise ValueError("x")'),
    ],
    ['a search that found errors', bash('grep -rn Error src', 'src/a.ts:3: throw new Error("x")')],
    ['a listing', ran('ls -l', '-rw-r--r-- 1 a a 120 error.log\n-rw-r--r-- 1 a a 3 failed.txt')],
    ['grep that found nothing', failing('grep -n TODO src/a.ts', '')],
    ['diff that found something', failing('diff a b', '< error: old\n> error: new')],
    ['test -f of what is not there', failing('test -f a.txt', '')],
    ['a check that went well and says so', bash('npm test', '12 passed, 0 failed, 0 errors')],
    [
      'a check that went well while printing an error',
      bash('npm test', 'ok 1 - throws\nError: expected one'),
    ],
    ['a file read through a tool', call('Read', { file_path: 'a.py' }, TRACEBACK)],
    ['something said', say('The error was a missing module: ModuleNotFoundError: x')],
    ['an edit', edit('a.py', 'x', 'raise ValueError("bad")')],
    ['a note', call('TodoWrite', { todos: 'fix Error: x' }, 'error: none')],
  ])('%s', (_what, step) => {
    expect(failureOf(step)).toBeUndefined();
  });
});

describe('what is one, and what it says', () => {
  it.each<[string, Step, string[]]>([
    ['an exit code', failing('python3 load.py', TRACEBACK), ['ValueError: bad row']],
    [
      'a tool that says so',
      call('Edit', { file_path: 'a' }, '', { error: 'String not found in file.' }),
      ['String not found in file.'],
    ],
    [
      'a read of what is not there',
      failing('cat nope.txt', 'cat: nope.txt: No such file or directory'),
      ['cat: nope.txt: No such file or directory'],
    ],
    ['grep with a broken expression', failing('grep "[" a', 'grep: Unmatched [', 2), ['grep: Unmatched [']],
    [
      'a traceback of a program, no exit code told',
      ran('python3 load.py', TRACEBACK),
      ['ValueError: bad row'],
    ],
    [
      'a missing command',
      failing('ss -ltn', 'bash: line 1: ss: command not found', 127),
      ['ss: command not found'],
    ],
    [
      'a missing command, no exit code told',
      ran('ss -ltn', '/bin/sh: 1: ss: not found'),
      ['ss: command not found'],
    ],
    ['a failure that says nothing', failing('make', ''), []],
    ['a signal', failing('node big.mjs', '', 137), []],
  ])('%s', (_what, step, messages) => {
    expect(failureOf(step)).toEqual({ messages });
  });

  it('the word of the tool counts more than a good exit code', () => {
    expect(failureOf(bash('deploy', 'ok', { error: 'Error: deployment was refused' }))).toEqual({
      messages: ['Error: deployment was refused'],
    });
  });

  it('an empty error is none', () => {
    expect(failureOf(bash('deploy', 'ok', { error: '  ' }))).toBeUndefined();
  });
});
