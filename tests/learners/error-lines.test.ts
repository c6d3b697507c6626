import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanMessage, messagesOf, ownErrors } from '../../src/learners/error-lines.ts';
import { MAX_MESSAGE } from '../../src/learners/template.ts';

const TRACEBACK = `Traceback (most recent call last):
  File "/srv/app/run.py", line 3, in <module>
    import numpy
ModuleNotFoundError: No module named 'numpy'`;

describe('messages of a text that is known to be an error', () => {
  it('a Python traceback gives its last line, not a frame', () => {
    expect(messagesOf(TRACEBACK)).toEqual(["ModuleNotFoundError: No module named 'numpy'"]);
  });

  it('of chained tracebacks the error that came out in the end', () => {
    const chained = `Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 3\nRuntimeError: no such customer`;
    expect(messagesOf(chained)).toEqual(['RuntimeError: no such customer']);
  });

  it('Node gives the error before its stack', () => {
    const text =
      "node:internal/modules/cjs/loader:1\n  throw err;\n\nError: Cannot find module './x'\n    at f (a.js:1:2)\n    at TypeError.g (b.js:1:1)";
    expect(messagesOf(text)).toEqual(["Error: Cannot find module './x'"]);
  });

  it('a compiler gives its first errors, at most three', () => {
    const text = [1, 2, 3, 4].map((n) => `a.c:${n}:1: error: unknown type name 'w${n}'`).join('\n');
    expect(messagesOf(text)).toEqual(text.split('\n').slice(0, 3));
  });

  it.each([
    ['/bin/sh: 1: ss: not found', 'ss: command not found'],
    ['bash: line 1: ping: command not found', 'ping: command not found'],
    ['Exit code 1\nfatal: not a git repository', 'fatal: not a git repository'],
    ['<tool_use_error>File does not exist.</tool_use_error>', 'File does not exist.'],
    ['npm error Missing script: "lint"', 'npm error Missing script: "lint"'],
    ['E   AssertionError: 3 != 4', 'AssertionError: 3 != 4'],
    ['The reservation cannot be changed', 'The reservation cannot be changed'],
    ['\u001b[1;31mError: boom\u001b[0m', 'Error: boom'],
    ['数据库连接失败', '数据库连接失败'],
    ['Datei »a.csv« nicht gefunden', 'Datei »a.csv« nicht gefunden'],
    ['/bin/bash: -c: line 3: syntax error: unexpected end of file', 'syntax error: unexpected end of file'],
    ["error near 'SELECT a\n  FROM b' at line 2", "error near 'SELECT a FROM b' at line 2"],
  ])('%s', (text, expected) => {
    expect(messagesOf(text)[0]).toBe(expected);
  });

  it('finds the error at the end of a very long output', () => {
    expect(messagesOf(`${'compiling module\n'.repeat(50_000)}${TRACEBACK}`)).toEqual([
      "ModuleNotFoundError: No module named 'numpy'",
    ]);
  });

  it.each(['', '\n\n', 'Exit code 1', '0\n1\n2'])('%j says nothing', (text) => {
    expect(messagesOf(text)).toEqual([]);
  });

  it('never gives more than three, nor longer ones than are looked at, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(40), (text, times) => {
        const messages = messagesOf(`${text}\nError: ${text}`.repeat(times + 1));
        expect(messages.length).toBeLessThanOrEqual(3);
        for (const one of messages) expect(one.length).toBeLessThanOrEqual(MAX_MESSAGE);
        expect(new Set(messages).size).toBe(messages.length);
      }),
      { seed: 21, numRuns: 300 },
    );
  });
});

describe('a program that nothing else says failed', () => {
  it('is believed a traceback, an error at the head, and a missing command', () => {
    expect(ownErrors(TRACEBACK)).toEqual(["ModuleNotFoundError: No module named 'numpy'"]);
    expect(ownErrors('error: pathspec x did not match')).toEqual(['error: pathspec x did not match']);
    expect(ownErrors('starting\nbash: line 3: ss: command not found')).toEqual(['ss: command not found']);
  });

  it.each([
    'Error handling was improved in 2.0.',
    '12 passed, 0 errors',
    'class ValueError(Exception): pass',
    '-rw-r--r-- 1 a a 12 error.log',
    '2025-01-01 ERROR upstream timed out',
    'ok',
  ])('is not believed %j', (text) => {
    expect(ownErrors(text)).toEqual([]);
  });
});

describe('cleaning a message', () => {
  it('drops prefixes of shells and reporters, once and for all', () => {
    expect(cleanMessage('/usr/bin/bash: line 12: foo: command not found')).toBe('foo: command not found');
    expect(cleanMessage('zsh: 3: foo: not found')).toBe('foo: command not found');
    expect(cleanMessage('Uncaught TypeError: x is not a function')).toBe('TypeError: x is not a function');
  });

  it('is done after one time for what programs print', () => {
    const line = fc
      .tuple(
        fc.constantFrom('', 'bash: ', 'sh: 1: ', 'E   ', 'Uncaught '),
        fc.lorem({ maxCount: 5 }),
        fc.constantFrom('', ': not found', ': command not found', ' failed'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(line, (text) => {
        expect(cleanMessage(cleanMessage(text))).toBe(cleanMessage(text));
      }),
      { seed: 22 },
    );
  });
});
