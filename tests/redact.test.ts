import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/redact.ts';

const { redact, redactDeep } = createRedactor();

/** Keys are made at run time from seeded characters, so that no scanner finds one in this file. */
function characters(alphabet: string, length: number, seed: number): string {
  let state = seed * 2_654_435_761 + 1;
  let text = '';
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += alphabet[(state >>> 8) % alphabet.length];
  }
  return text;
}
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const WORD = `${UPPER}${LOWER}0123456789`;
const word = (length: number, seed = length) => characters(WORD, length, seed);
const hex = (length: number, seed = length) => characters('0123456789abcdef', length, seed);
const base64 = (length: number, seed = length) => characters(`${WORD}+/`, length, seed);
const encode = (text: string) => Buffer.from(text).toString('base64url');

const jwt = [encode('{"alg":"HS256"}'), encode('{"sub":"1234567890"}'), word(43)].join('.');
const pemLines = Array.from({ length: 8 }, (_, i) => base64(64, 100 + i));
const begin = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----`;
const end = (kind: string) => `-----END ${kind}PRIVATE KEY-----`;

/** [kind, secret] */
const SHOWN: [kind: string, secret: string][] = [
  ['aws_access_key_id', `AKIA${characters(`${UPPER}234567`, 16, 1)}`],
  ['aws_access_key_id', `ASIA${characters(`${UPPER}234567`, 16, 2)}`],
  ['github_token', `ghp_${word(36)}`],
  ['github_token', `gho_${word(36)}`],
  ['github_token', `ghs_${word(36)}`],
  ['github_token', `ghu_${word(36)}`],
  ['github_token', `github_pat_${word(22)}_${word(59)}`],
  ['gitlab_token', `glpat-${word(20)}`],
  ['huggingface_token', `hf_${word(34)}`],
  ['anthropic_key', `sk-ant-api03-${word(93)}`],
  ['openai_key', `sk-${word(48)}`],
  ['openai_key', `sk-proj-${word(40)}-${word(40)}`],
  ['google_api_key', `AIza${word(35)}`],
  ['google_oauth', `ya29.${word(60)}`],
  ['slack_token', `xoxb-${characters('0123456789', 12, 3)}-${word(24)}`],
  ['stripe_key', `sk_live_${word(24)}`],
  ['stripe_key', `rk_live_${word(24)}`],
  ['npm_token', `npm_${word(36)}`],
  ['pypi_token', `pypi-${word(100)}`],
  ['sendgrid_key', `SG.${word(22)}.${word(43)}`],
  ['twilio_key', `SK${hex(32)}`],
  ['digitalocean_token', `dop_v1_${hex(64)}`],
  ['jwt', jwt],
  ['access_token', `shpat_${hex(32)}`],
];

const SETTINGS: [before: string, after: string][] = [
  ['', ''],
  ['export KEY=', '\nnext line'],
  ['{"stdout": "first\\n', '\\nlast"}'],
  ['https://example.org/?key=', '&page=2'],
  ['    12→  use("', '")'],
  ['`', '`, which works'],
  ['https://', ':x-oauth-basic@github.com/a/b.git'],
];

describe('secrets that show themselves', () => {
  it.each(SHOWN)('%s is replaced wherever it stands (%#)', (kind, secret) => {
    for (const [before, after] of SETTINGS) {
      const { text, found } = redact(`${before}${secret}${after}`);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(secret.slice(-12));
      expect(text.startsWith(before)).toBe(true);
      expect(found[kind]).toBe(1);
    }
    expect(redact(`a ${secret} b`)).toEqual({ text: `a [redacted:${kind}] b`, found: { [kind]: 1 } });
  });

  it('takes the path of a web hook and leaves the host', () => {
    const path = `services/T${word(9)}/B${word(9)}/${word(24)}`;
    expect(redact(`POST https://hooks.slack.com/${path} 200`).text).toBe(
      'POST https://hooks.slack.com/[redacted:webhook] 200',
    );
  });

  it('takes the AWS secret that follows an access key, also without a name', () => {
    const id = `AKIA${characters(`${UPPER}234567`, 16, 9)}`;
    const secret = base64(40, 11);
    const { text, found } = redact(`aws configure\n${id}\n${secret}\nus-east-1`);
    expect(text).toBe(
      'aws configure\n[redacted:aws_access_key_id]\n[redacted:aws_secret_access_key]\nus-east-1',
    );
    expect(found).toEqual({ aws_access_key_id: 1, aws_secret_access_key: 1 });
    expect(redact(`- Replaced AWS Secret Access Key (\`${secret}\`)`).text).not.toContain(secret);
  });
});

describe('private keys', () => {
  const whole = [begin('RSA '), ...pemLines, `${base64(27)}=`, end('RSA ')];

  it.each([
    ['plain', '\n'],
    ['carriage returns', '\r\n'],
    ['escaped in JSON', '\\n'],
    ['escaped twice', '\\\\n'],
    ['a diff', '\n+'],
    ['line numbers', '\n    12→'],
    ['concatenated strings', '\\n" +\n  "'],
    ['one line', ' '],
  ])('go whole: %s', (_, between) => {
    const { text, found } = redact(`before ${whole.join(between)} after`);
    expect(text).toBe('before [redacted:private_key] after');
    expect(found).toEqual({ private_key: 1 });
  });

  it('go as far as they reach where the log was cut', () => {
    const cut = [begin(''), ...pemLines.slice(0, 3), pemLines[3]?.slice(0, 21)].join('\n');
    expect(redact(`key:\n${cut}`).text).toBe('key:\n[redacted:private_key]');
    expect(redact(`${cut}\n[output truncated]\nall 12 tests passed`).text).toBe(
      '[redacted:private_key]\n[output truncated]\nall 12 tests passed',
    );
  });

  it('in a service account, with everything else left in place', () => {
    const account = { type: 'service_account', project_id: 'p-1', private_key: `${whole.join('\n')}\n` };
    expect(JSON.parse(redact(JSON.stringify(account)).text)).toEqual({
      ...account,
      private_key: '[redacted:private_key]\n',
    });
    expect(redactDeep(account).value.private_key).toBe('[redacted:private_key]\n');
  });

  it('are not seen in code and prose that only name the format', () => {
    const code = `if (pem.startsWith('${begin('')}') && pem.endsWith('${end('')}')) return true;`;
    expect(redact(code).text).toBe(code);
    const prose = `Look for ${begin('RSA ')} and report the file.`;
    expect(redact(prose).text).toBe(prose);
  });
});

describe('secrets in headers, URLs and commands', () => {
  const token = word(40);
  const pair = Buffer.from(`admin:${word(10)}`).toString('base64');
  it.each([
    [`Authorization: Bearer ${token}`, 'Authorization: Bearer [redacted:bearer_token]'],
    [`{"authorization": "bearer ${token}"}`, '{"authorization": "bearer [redacted:bearer_token]"}'],
    [`curl -H 'Authorization: Basic ${pair}' x`, `curl -H 'Authorization: Basic [redacted:basic_auth]' x`],
    [`Authorization: token ${token}`, 'Authorization: token [redacted:token]'],
    [`X-Api-Key: ${token}`, 'X-Api-Key: [redacted:api_key]'],
    [`Set-Cookie: sid=${token}; Path=/; HttpOnly`, 'Set-Cookie: sid=[redacted:cookie]; Path=/; HttpOnly'],
    [
      `Cookie: theme=dark; session=${token}; lang=en`,
      'Cookie: theme=dark; session=[redacted:cookie]; lang=en',
    ],
    ['postgres://app:s3cr3t@db:5432/app', 'postgres://app:[redacted:url_password]@db:5432/app'],
    ['redis://:p@ss@host/0', 'redis://:[redacted:url_password]@host/0'],
    [`git clone https://${word(40)}@host/x.git`, 'git clone https://[redacted:url_password]@host/x.git'],
    ['curl -s -u admin:hunter2 http://h/', 'curl -s -u admin:[redacted:password] http://h/'],
    ['mysql -h db -uroot -ps3cr3t app', 'mysql -h db -uroot -p[redacted:password] app'],
    ['tool login --password hunter2 --yes', 'tool login --password [redacted:password] --yes'],
    [
      `Endpoint=sb://x/;SharedAccessKeyName=all;SharedAccessKey=${base64(43)}=`,
      'Endpoint=sb://x/;SharedAccessKeyName=all;SharedAccessKey=[redacted:api_key]',
    ],
    [
      `AccountName=x;AccountKey=${base64(86)}==;EndpointSuffix=y`,
      'AccountName=x;AccountKey=[redacted:api_key];EndpointSuffix=y',
    ],
    ['Server=db;User Id=sa;Password=Tr0ub4dor&3;', 'Server=db;User Id=sa;Password=[redacted:password]&3;'],
  ])('%#', (text, expected) => {
    expect(redact(text).text).toBe(expected);
  });
});

describe('secrets that have a name', () => {
  const secret = word(32, 5);
  it.each([
    ['.env', `# db\nDB_PASSWORD=hunter2\nSECRET_KEY=${secret}\nDEBUG=true`, 2],
    ['.env with words only', 'POSTGRES_PASSWORD=swordfish\n', 1],
    ['.env with quotes', `export API_KEY="${secret}"`, 1],
    ['JSON', `{"user": "ann", "password": "sword fish 1!", "client_secret": "${secret}"}`, 2],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ password: 'say-"fish1"', api_key: secret })), 2],
    ['YAML', `db:\n  password: hunter2\n  token: ${secret}`, 2],
    ['Python', `password: str = "hunter2"\nos.environ["API_TOKEN"] = '${secret}'`, 2],
    ['a call', `os.environ.setdefault("APP_SECRET", "${secret}")`, 1],
    ['Go', `apiKey := "${secret}"`, 1],
    ['PHP', `'password' => 'hunter2',`, 1],
    ['XML', '<password>hunter2</password>', 1],
    ['Kubernetes', `- name: DB_PASSWORD\n  value: "hunter2"`, 1],
    ['a query', `GET /login?user=a&password=hunter&access_token=${secret}`, 2],
  ])('%s', (_, text, secrets) => {
    const { text: clean, found } = redact(text);
    for (const value of [secret, 'hunter', 'swordfish', 'fish']) expect(clean).not.toContain(value);
    expect(Object.values(found).reduce((a, b) => a + b, 0)).toBe(secrets);
  });

  it('leaves JSON readable', () => {
    const json = JSON.stringify({ a: JSON.stringify({ password: 'x"y\\z1', next: [1, 'two'] }) });
    const inner = JSON.parse(JSON.parse(redact(json).text).a);
    expect(inner).toEqual({ password: '[redacted:password]', next: [1, 'two'] });
  });

  it.each([
    'token: string; password?: string; secret: SecretStr',
    'password = getpass()',
    'password = getpass.getpass("Password: ")',
    'const token = tokens[i].value2;',
    'token = self.tokenizer.encode2(text)',
    'api_key = os.environ["OPENAI_API_KEY"]',
    'const apiKey = process.env.API_KEY_2;',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell writes it so
    'PASSWORD=${DB_PASSWORD_1}',
    'PASSWORD=$DB_PASSWORD_1 TOKEN=$(cat token1.txt)',
    'export AWS_SECRET_ACCESS_KEY=<your-aws-secret-access-key>',
    'API_KEY=your-api-key-1',
    '{"password": null, "token": true, "secret": ""}',
    'def login(user, password=None, token: Optional[str] = None):',
    'if (password === undefined) throw new Error("password: required");',
    'max_tokens=4096, total_tokens: 12345678, token_type: "bearer"',
    'tokenizer = "gpt-4o-mini-2024-07-18"',
    'eos_token: "<|endoftext|>", pad_token_id = 50256',
    'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    'password: ********',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell writes it so
    'git clone https://${TOKEN}@github.com/x/y.git',
    'see http://localhost:3000/a@b and ftp://user:***@host',
    'Use Basic authentication or Bearer authentication-tokens-of-2 kinds.',
    'docker run -u 1000:1000 --name task-scheduler-component-1 x',
    '<div class="sk-loading-indicator-container2">',
    'primary_key=True, cache_key="user:42:profile", sort_key = "created_at_1"',
    'from hf_transformers_and_other_libraries_of_theirs import x',
    '[redacted:password] and password=[redacted:password]',
    'grep -rn "AKIA[0-9A-Z]{16}\\|ghp_[A-Za-z0-9]{36}" .',
  ])('leaves ordinary code and prose alone: %s', (text) => {
    expect(redact(text)).toEqual({ text, found: {} });
  });
});

describe('whole records', () => {
  const token = `ghp_${word(36, 77)}`;

  it('keep their shape, judge by key, and are cleaned of a value wherever it is repeated', () => {
    const opaque = hex(24, 81);
    const record = {
      task: { description: `find ${opaque} in the logs`, tries: 3, done: null },
      steps: [{ args: { password: 'swordfish', apiToken: opaque, [token]: 1 }, observation: `ok ${opaque}` }],
      flag: true,
    };
    const before = structuredClone(record);
    const { value, found } = redactDeep(record);
    expect(value).toEqual({
      task: { description: 'find [redacted:token] in the logs', tries: 3, done: null },
      steps: [
        {
          args: {
            password: '[redacted:password]',
            apiToken: '[redacted:token]',
            '[redacted:github_token]': 1,
          },
          observation: 'ok [redacted:token]',
        },
      ],
      flag: true,
    });
    expect(found).toEqual({ password: 1, token: 3, github_token: 1 });
    expect(record).toEqual(before);
  });

  it('do not lose entries whose keys become the same', () => {
    const other = `ghp_${word(36, 79)}`;
    expect(redactDeep({ [token]: 1, [other]: 2 }).value).toEqual({
      '[redacted:github_token]': 1,
      '[redacted:github_token]#2': 2,
    });
  });

  it('come back themselves when there is nothing to hide, and when redaction is off', () => {
    const record = { a: ['b', { c: 'password' }], __proto__: null };
    expect(redactDeep(record).value).toBe(record);
    expect(createRedactor(false).redact(token)).toEqual({ text: token, found: {} });
  });
});

describe('laws', () => {
  const piece = fc.oneof(
    fc.constantFrom(...SHOWN.map(([, secret]) => secret)),
    fc.constantFrom(
      'password',
      'token',
      'API_KEY',
      'secret',
      'Authorization',
      'Cookie',
      'curl',
      'mysql',
      '--token',
    ),
    fc.constantFrom(
      '=',
      ': ',
      ' = ',
      '"',
      "'",
      '\\"',
      '\\',
      '\n',
      '\\n',
      ' ',
      '@',
      '://',
      ':',
      ';',
      '&',
      '>',
      '[',
      ']',
    ),
    fc.constantFrom(
      'Bearer ',
      'Basic ',
      ' -u ',
      ' -p',
      begin(''),
      end(''),
      pemLines[0] ?? '',
      'sk-',
      'hf_',
      'eyJ',
      '%20',
    ),
    fc.constantFrom(
      'hunter2',
      'S3cr3t!pass',
      '[redacted:password]',
      '[redacted:',
      'x1Y2z3W4v5U6',
      '🔑',
      'value',
    ),
    fc.string({ maxLength: 12 }),
  );
  const mixture = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));

  it('redacting twice changes nothing', () => {
    fc.assert(
      fc.property(mixture, (text) => {
        const once = redact(text).text;
        expect(redact(once)).toEqual({ text: once, found: {} });
      }),
      { numRuns: 1_500, seed: 7 },
    );
  });

  it('a secret that shows itself never survives among other words', () => {
    const shown = fc.constantFrom(...SHOWN.map(([, secret]) => secret));
    const apart = fc.constantFrom(' ', '\n', '"', '\\n', '=', '`', ', ', '(', '%20', "'");
    fc.assert(
      fc.property(mixture, apart, shown, apart, mixture, (before, a, secret, b, after) => {
        expect(redact(before + a + secret + b + after).text).not.toContain(secret);
      }),
      { numRuns: 1_000, seed: 8 },
    );
  });

  it('costs no more than the length of a hostile text', { timeout: 60_000 }, () => {
    const units = [
      'a',
      '-----BEGIN ',
      `${begin('')}\n`,
      `${begin('')}\n${pemLines[0]}\n`,
      'key=',
      'password=',
      'secret="',
      "token='",
      'api_key=\\"',
    ];
    units.push(
      '://a:',
      '://',
      'Bearer ',
      'Basic aaaaaaaa',
      'cookie: a=b; ',
      'cookie:',
      'eyJ',
      'eyJaaaaaaaaaaa.',
      '\\neyJ',
      'sk-',
      'AKIA',
      'curl ',
      'mysql -',
      '\\',
      '"',
      '[redacted:',
      '{',
      'aA1',
      'AKIA2345672345672345 ',
    );
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      expect(redact(text).text.length).toBeGreaterThan(0);
    }
  });
});
