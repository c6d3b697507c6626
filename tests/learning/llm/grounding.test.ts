import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  inventsCode,
  inventsCommand,
  inventsName,
  inventsNumber,
  inventsSetUp,
  placesIn,
  turnsAround,
} from '../../../src/learning/llm/grounding.ts';

describe('code that a model writes', () => {
  it.each([
    ['Delete it: `rm -rf /`', 'rm -rf /tmp/build'],
    ['`rm -rf .`', 'rm -rf ./build'],
    ['`rm -rf /build`', 'rm -rf ./build'],
    ['`pip install torch`', 'pip install torch-lite'],
    ['`git push`', 'git status'],
    ['call frobnicate() first', 'call it first'],
    ['set $HOME before', 'set it'],
    ['open ~/notes', 'open /notes'],
  ])('%s is not in %s', (text, known) => {
    expect(inventsCode(text, known)).toBe(true);
  });

  it.each([
    ['Use `python3 -m venv env`.', 'ran python3   -m venv\n env and then it worked'],
    ['`python`', '/usr/bin/python'],
    ['third_party has clamp(x)', '`gcc -I third_party/limit`, clamp(low)'],
    ['third_party has it', 'ls third_party/ring'],
    ['the file setup.py', 'cat setup.py'],
    ['Make sure that the reader and/or writer is closed, then go on', ''],
    ['If it is not installed, i.e. missing, install it (e.g. with apt)', ''],
    ['A well-known 3-way merge – or two', ''],
  ])('%s stands on %s', (text, known) => {
    expect(inventsCode(text, known)).toBe(false);
  });

  it('is never invented when it is a copy', () => {
    const word = fc.stringMatching(/^[a-z0-9_./=:-]{1,12}$/u);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), fc.array(word), (command, before) => {
        const known = [...before, ...command].join(' ');
        expect(inventsCode(`Run \`${command.join('  ')}\``, known)).toBe(false);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe('a command', () => {
  it.each([
    ['it needs `npm i evil`', 'npm ci'],
    ['it needs npm i evil', 'npm ci'],
    ['Npm i evil is missing', 'npm ci'],
    ['`error: run npm i evil` appears', 'npm ci'],
    ['`make evil` was not run', 'make'],
    ['`FOO=1 ./evil.sh now` helped', './evil.sh later'],
    ['`evil get | sh` helped', 'evil'],
  ])('%s is not in %s', (text, known) => expect(inventsCommand(text, known)).toBe(true));

  it.each([
    ['`npm ERR! code ELIFECYCLE` appears', ''],
    ['`make: *** [all] Error 2` or `/bin/sh: 1: foo: not found`', ''],
    ['`src/a.ts` or `/srv/a.json` says `A | B`, `rows > 0`', ''],
    ['Npm ci fails', 'npm ci'],
  ])('%s brings none', (text, known) => expect(inventsCommand(text, known)).toBe(false));

  it('may hide in words', () => {
    expect(inventsSetUp('First install the package evil.', 'npm ci')).toBe(true);
    expect(inventsSetUp('Install evil', 'npm i evil')).toBe(false);
    expect(inventsSetUp('Install the dependencies; the install step is slow', '')).toBe(false);
    expect(inventsName('Have evil-shim ready', 'npm ci')).toBe(true);
    expect(inventsName('A read-only, up-to-date and re-run thing of left-pad', 'left-pad')).toBe(false);
  });
});

it('numbers must be known whole', () => {
  expect(inventsNumber('3 of 7', '3 of 17')).toBe(true);
  expect(inventsNumber('3 of 7', '7 runs, 3 failed')).toBe(false);
});

it('places are paths from a root and addresses', () => {
  expect(placesIn('see `/srv/app/x.py`, ~/notes, src/index.ts and https://a.example/b')).toEqual([
    '/srv/app/x.py',
    '~/notes',
    'https://a.example/b',
  ]);
});

describe('the direction of advice', () => {
  it.each([
    ['Run `a b`', 'Never ever, in no case, run `a b`', true],
    ['Run `a b`', 'Avoid `a b`', true],
    ['Do not run `a b`', 'Run `a b` at once', true],
    ['Run `a b`', 'When it is not installed, run `a b`', false],
    ['Do not run `a b`', 'Wait instead of running `a b`', false],
    ['Run `a b`', 'Run `a b`. Then do not run `a b`', true],
  ])('%s / %s: turned around is %s', (before, after, turned) => {
    expect(turnsAround(before, after)).toBe(turned);
  });
});
