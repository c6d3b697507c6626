import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate, MAX_MESSAGE, signatureOf, templateOf } from '../../src/learners/template.ts';

describe('a template keeps what tells and masks what is private', () => {
  it.each([
    [
      "ModuleNotFoundError: No module named 'numpy'",
      "ModuleNotFoundError: No module named '{module}'",
      { module: 'numpy' },
    ],
    [
      "ModuleNotFoundError: No module named 'notebook.auth'",
      "ModuleNotFoundError: No module named '{module}'",
      { module: 'notebook.auth' },
    ],
    ["Error: Cannot find module 'left-pad'", "Error: Cannot find module '{module}'", { module: 'left-pad' }],
    ['/usr/bin/python3: No module named pytest', '<path>: No module named {module}', { module: 'pytest' }],
    ['ss: command not found', '{command}: command not found', { command: 'ss' }],
    ["KeyError: 'customer'", "KeyError: '{key}'", { key: 'customer' }],
    ['/srv/app/main.py:12:4: error: bad token', '<path>:<n>:<n>: error: bad token', {}],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED <n>:<n>', {}],
    ['failed at 2025-03-01T10:00:00Z after 3.5 s', 'failed at <time> after <n> s', {}],
    ['GET https://a.example/x?y=1 gave HTTP 503', 'GET <url> gave HTTP 503', {}],
    ['the process ended with exit code 127', 'the process ended with exit code 127', {}],
    ['mail to ann@shop.example bounced', 'mail to <email> bounced', {}],
    ['error: externally-managed-environment', 'error: externally-managed-environment', {}],
    ['src/a.ts(3,7): error TS2304: bad name', '<path>(<n>): error TS2304: bad name', {}],
  ])('%s', (message, template, values) => {
    expect(templateOf(message)).toEqual({ template, values });
  });

  it('so that two tasks with the same trouble share one', () => {
    const one = templateOf("  File missing: '/home/ann/a.csv' at line 3");
    const other = templateOf("File   missing: '/srv/b.csv' at line 4711");
    expect(one.template).toBe(other.template);
    expect(one.template).not.toMatch(/ann|csv|\d/u);
  });

  it('and so that two modules of one name are told apart by number', () => {
    const { template, values } = templateOf("cannot import name 'a' from module 'b', module 'c'");
    expect(new Set(Object.values(values))).toEqual(new Set(['a', 'b', 'c']));
    expect(Object.keys(values)).toHaveLength(3);
    for (const name of Object.keys(values)) expect(template).toContain(`'{${name}}'`);
  });
});

describe('messages that differ in a literal share a template, quoted or not', () => {
  it.each([
    [["Table X doesn't exist", "Table orders doesn't exist", "Table shop.order_lines doesn't exist"]],
    [["Unknown column 'a.b' in 'field list'", "Unknown column 'c' in 'where clause'"]],
    [["Column 'id' in field list is ambiguous", "Column 'no' in where clause is ambiguous"]],
    [
      [
        "right syntax to use near 'x = 'a' AND y' at line 1",
        "right syntax to use near '' at line 12",
        "right syntax to use near ')' at line 3",
      ],
    ],
    [['cat: a.csv: No such file or directory', "find: 'b c': No such file or directory"]],
    [
      [
        "ls: cannot access 'x': No such file or directory",
        "cp: cannot stat '/a/b': No such file or directory",
      ],
    ],
    [["ps: invalid option -- 'x'", "wc: invalid option -- 'u'"]],
    [['package jq is not installed', 'package left-pad is not installed']],
    [['TypeError: load() missing 1 argument', 'TypeError: Store.save() missing 2 argument']],
  ])('%j', (messages) => {
    expect(new Set(messages.map((message) => templateOf(message).template)).size).toBe(1);
  });

  it.each([
    ["Table 'a' doesn't exist", "Unknown column 'a' in 'field list'"],
    ['Error: user not found', 'Error: reservation not found'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNRESET 127.0.0.1:5432'],
    ['error TS2304: bad name', 'error TS2305: bad name'],
    ['ER_NO_SUCH_TABLE: gone', 'ER_BAD_FIELD_ERROR: gone'],
    ['cat: a: No such file or directory', 'cat: a: Permission denied'],
    ['grant failed: invalid_grant', 'grant failed: invalid_client'],
  ])('but not other errors: %s / %s', (one, other) => {
    expect(templateOf(one).template).not.toBe(templateOf(other).template);
  });
});

describe('signatures match errors, not what merely names them', () => {
  const signature = (message: string) => new RegExp(signatureOf(templateOf(message).template), 'u');

  it.each([
    ['Error: bad weights', 'printf("Error: bad weights\\n");'],
    ['NotImplementedError', '        raise NotImplementedError("later")'],
    ['NotImplementedError', 'except (KeyError, NotImplementedError):'],
    ['No a/b.c available', '[(8, "No details available")]'],
  ])('%s is not in %s', (message, text) => {
    expect(signature(message).test(text)).toBe(false);
    expect(signature(message).test(`worker 3 died: ${message}`)).toBe(true);
  });
});

/** Messages as programs print them. */
const literal = fc.stringMatching(/^[A-Za-z][\w.-]{0,20}$/u);
const path = fc.array(literal, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
const piece = fc.oneof(
  literal.map((name) => `No module named '${name}'`),
  literal.map((name) => `${name}: command not found`),
  literal.map((name) => `cannot find "${name}"`),
  literal.map((name) => `undefined name \`${name}\``),
  path,
  fc.tuple(path, fc.nat(), fc.nat()).map(([file, line, column]) => `${file}:${line}:${column}: error:`),
  fc.double({ noNaN: true }).map(String),
  fc.uuid(),
  fc.tuple(literal, literal).map(([who, where]) => `${who}@${where}.example`),
  fc.webUrl({ validSchemes: ['http', 'https'] }).filter((url) => !/['"<>)]/u.test(url)),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-01-01') }).map((d) => d.toISOString()),
  fc.stringMatching(/^[0-9a-f]{7,40}$/u),
  fc.lorem({ maxCount: 4 }),
  fc.constantFrom(
    'expected (',
    '[a-z]+',
    '\\',
    '$1',
    '|',
    '…',
    'C:\\Users\\ann',
    'x = y',
    'array[3]',
    '=>',
    ',',
  ),
);
const message = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(' '));

/** And as nobody would. */
const noise = fc
  .array(
    fc.oneof(
      piece,
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('{module}', '<path>', '<n>', '{', '}', '<', '>', "'", '"', '`', '…', '@', '://'),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

describe('laws of templates', () => {
  it('masking a template again changes nothing', () => {
    fc.assert(
      fc.property(message, (text) => {
        const { template } = templateOf(text);
        expect(templateOf(template).template).toBe(template);
      }),
      { seed: 11, numRuns: 1_500 },
    );
  });

  it('the signature of a template compiles and matches the message it came from', () => {
    fc.assert(
      fc.property(message, (text) => {
        const { template } = templateOf(text);
        expect(text.slice(0, MAX_MESSAGE)).toMatch(new RegExp(signatureOf(template), 'u'));
      }),
      { seed: 12, numRuns: 1_500 },
    );
  });

  it('whatever comes, masking comes to an end and the signature compiles', () => {
    fc.assert(
      fc.property(noise, (text) => {
        const { template } = templateOf(text);
        expect(() => new RegExp(signatureOf(template), 'u')).not.toThrow();
        expect(templateOf(text).template).toBe(template);
      }),
      { seed: 15, numRuns: 1_000 },
    );
  });

  it('the signature of a message about one module gives back its name', () => {
    fc.assert(
      fc.property(literal, (name) => {
        const signature = signatureOf(templateOf(`No module named '${name}'`).template);
        // A name with an ending of a file may be read as a path; its value is kept all the same.
        const [value] = Object.values(
          new RegExp(signature, 'u').exec(`No module named '${name}'`)?.groups ?? {},
        );
        expect(value).toBe(name);
      }),
      { seed: 13 },
    );
  });

  it('a template filled with its own values is the message again, where nothing was masked', () => {
    fc.assert(
      fc.property(literal, literal, (one, two) => {
        const text = `cannot import name "${one}" from module "${two}"`;
        const { template, values } = templateOf(text);
        expect(fillTemplate(template, values)).toBe(text);
      }),
      { seed: 14 },
    );
  });

  it('matching a megabyte of near misses takes time that grows with it, no faster', () => {
    const messages = [
      "Unknown column 'a' in 'b' for 'c' of 'd' and 'e'",
      'a/b=c/d=e/f=g/h=i/j at 1,2-3.4:5/6',
      "near 'x = 'a'' at line 1",
      'Expression #1 of SELECT list is not in GROUP BY clause and not in WHERE clause or ORDER BY clause',
      'x@y.z u@v.w 0xab 0xcd <n>-<n>-<n>-<n> ab12cd34-ab12cd34-ab12cd34 !',
      'cat: a: No such file or directory',
    ];
    for (const message of messages) {
      const { template } = templateOf(message);
      const compiled = new RegExp(signatureOf(template), 'u');
      const part = message.slice(0, -1);
      // A blow-up would never come back; the time itself is nobody's promise.
      for (const unit of [
        part,
        `${part} `,
        `${part}'`,
        message.slice(0, message.length / 2),
        "'",
        ' ',
        'a/',
        '1,',
      ])
        expect(typeof compiled.test(unit.repeat(Math.ceil(1_000_000 / unit.length)))).toBe('boolean');
    }
  });

  it('matching finishes on the longest hostile messages', () => {
    const units = [
      'a',
      '/',
      'a/',
      '/a.',
      '1',
      '1.',
      "'",
      "'a",
      ' ',
      'A1',
      'a_',
      '0x',
      ':',
      '<n>',
      '{a}',
      'a@',
      '-',
      '\t',
    ];
    for (const unit of units) {
      const text = unit.repeat(MAX_MESSAGE).slice(0, MAX_MESSAGE);
      const { template } = templateOf(`${text} !`);
      const signature = new RegExp(signatureOf(template), 'u');
      // Neither what nearly matches nor what is far longer may take long; a blow-up would never come back.
      expect(typeof signature.test(`${text}?`)).toBe('boolean');
      expect(typeof signature.test(unit.repeat(1_000).slice(0, 1_000))).toBe('boolean');
    }
  });
});
