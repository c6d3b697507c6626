import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redact.ts';

const { redact } = createRedactor();
const GONE = '[redacted:url_password]';

describe('passwords in URLs', () => {
  const scheme = fc.constantFrom(
    'postgres',
    'postgresql',
    'mysql',
    'mongodb',
    'mongodb+srv',
    'amqp',
    'redis',
  );
  const sign = fc.constantFrom('"', '\\', '\n', '\t', ',', ';', '!', '$', '{', ']');
  // What leaves no doubt that it is one, and what must be escaped.
  const password = fc
    .tuple(fc.stringMatching(/^[a-z]{3}[A-Z][0-9]$/), sign, fc.stringMatching(/^[a-z][0-9][A-Z]{3}$/), sign)
    .map(([first, one, second, two]) => ({ written: `${first}${one}${second}${two}q7`, first, second }));
  const before = fc.constantFrom('', 'see ', 'so much '.repeat(100), 'it said "no" to ', 'x=', '\n');
  const after = fc.constantFrom('', ' ok', '\nnext', '", "b": "', '?ssl=true', ' mail me@example.org');

  it('go out of JSON, and JSON inside of JSON, and leave it JSON', () => {
    const written = fc.record({
      scheme,
      password,
      before,
      after,
      inner: fc.boolean(),
      indent: fc.constantFrom(undefined, 2),
    });
    fc.assert(
      fc.property(written, ({ scheme, password, before, after, inner, indent }) => {
        const text = `${before}${scheme}://app:${password.written}@db.example.com/x${after}`;
        const record = { a: text, mail: 'ann@example.org', list: [text, 1], n: 7 };
        const json = JSON.stringify(inner ? { inner: JSON.stringify(record, null, indent), m: 1 } : record);
        const clean = redact(json).text;
        let read = JSON.parse(clean);
        if (inner) {
          expect(read.m).toBe(1);
          read = JSON.parse(read.inner);
        }
        const left = `${before}${scheme}://app:${GONE}@db.example.com/x${after}`;
        expect(read).toEqual({ ...record, a: left, list: [left, 1] });
      }),
      { numRuns: 1_000, seed: 11 },
    );
  });

  it.each([
    '{"url":"mongodb://localhost:27017","mail":"ann@example.org"}',
    '{"url":"mongodb://db:main","list":["a","ann@example.org"]}',
    '{"a":"{\\"url\\":\\"mysql://db:main\\",\\"mail\\":\\"ann@example.org\\"}"}',
    '{"log":"GET https://deb.example.org:443\\nroot@localhost"}',
  ])('are not seen where the URL ends before the @: %s', (text) => {
    expect(redact(text)).toEqual({ text, found: {} });
  });
});
