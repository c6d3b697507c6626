/** billing-service reads its settings from .env, which is not committed; exporting them lasts one command only. */
import { edit, type Problem, read, sh, write } from './problem.ts';
import { chunkCode, groupCode, retryCode, TEST_HEAD } from './snippets.ts';

const SETTINGS = `import { existsSync, readFileSync } from 'node:fs';

const fromFile = existsSync('.env')
  ? Object.fromEntries(readFileSync('.env', 'utf8').split('\\n').filter((line) => line.includes('=')).map((line) => line.split('=')))
  : {};

/** Throws rather than guess: a wrong region books into the wrong ledger. */
export function setting(name) {
  const value = process.env[name] ?? fromFile[name];
  if (value === undefined) throw new Error('Missing setting ' + name);
  return value;
}
`;

interface Setting {
  id: string;
  ask: string;
  names: [string, string][];
  source: string;
  code: string;
  wrong: string;
  test: string;
  done: string;
  hardness?: number;
}

export function settingProblem(p: Setting): Problem {
  const source = `src/${p.source}.mjs`;
  const test = `test/${p.source}.test.mjs`;
  const [[name, value] = ['', '']] = p.names;
  return {
    id: p.id,
    family: 'settings',
    project: 'billing-service',
    domain: 'node',
    ask: p.ask,
    files: {
      'package.json': `${JSON.stringify({ name: 'billing-service', private: true, type: 'module' }, null, 2)}\n`,
      '.gitignore': '.env\n',
      'src/settings.mjs': SETTINGS,
      'config/test.env': p.names.map(([key, set]) => `${key}=${set}\n`).join(''),
      'docs/development.md':
        '# Development\n\nSettings come from `.env` in the root. For tests: `cp config/test.env .env`.\nNever put defaults into the code, see src/settings.mjs.\n',
      [test]: p.test,
    },
    look: [
      sh(['What have we got?', 'Look around.'], 'ls . src test config'),
      read(['What does the test expect?', 'Read the test.'], test),
      read('Settings are read here.', 'src/settings.mjs'),
    ],
    work: [write(['Write the module.', 'Here is the code.'], source, p.code)],
    flaws: [
      {
        acts: [write('Write the module.', source, p.wrong)],
        mend: [write('A test shows the slip, mend it.', source, p.code)],
      },
    ],
    check: `node --test ${test}`,
    symptom: /Missing setting/,
    deadEnds: [
      { acts: [sh('The setting is missing: export it.', `export ${name}=${value}`)] },
      {
        acts: [
          sh(
            'Pass it on the command line.',
            `${name}=${value} node --test ${test} | grep -E 'Missing|^ℹ (pass|fail)'`,
          ),
        ],
      },
      {
        acts: [
          edit(
            'Fall back to a default when it is not set.',
            'src/settings.mjs',
            "if (value === undefined) throw new Error('Missing setting ' + name);",
            `if (value === undefined) return '${value}';`,
          ),
        ],
        undo: [
          edit(
            'No defaults in the code after all.',
            'src/settings.mjs',
            `if (value === undefined) return '${value}';`,
            "if (value === undefined) throw new Error('Missing setting ' + name);",
          ),
        ],
      },
      { acts: [sh('Is it set anywhere?', `env | grep ${name.split('_')[0]}`)] },
    ],
    clue: [
      sh(
        ['Where do settings come from?', 'Which settings exist, and where are they documented?'],
        'grep -rn "env" docs .gitignore',
      ),
    ],
    remedies: [
      [
        sh(
          ['The test settings go into .env.', 'Tests want .env from config/test.env.'],
          'cp config/test.env .env',
        ),
      ],
    ],
    verify: [`node --test ${test}`, "grep -q 'throw new Error' src/settings.mjs"],
    done: p.done,
    hardness: p.hardness,
  };
}

const HEAD = "import { setting } from './settings.mjs';\n\n";
const ledgerNames = { name: 'postEntry', call: 'post', attempts: 'maxTries', delay: 'backoffMs' };
const ledger =
  "\nexport const ledgerUrl = () => 'ledger://' + setting('LEDGER_REGION') + '/' + setting('LEDGER_BOOK');\n";
const mailNames = { name: 'mailBatches', rows: 'recipients', size: 'limit' };
const mail =
  "\nexport const batchesFor = (recipients) => mailBatches(recipients, Number(setting('MAIL_BATCH'))).map((batch) => ({ from: setting('MAIL_FROM'), to: batch }));\n";
const shopNames = { name: 'splitByShop', rows: 'sales', key: 'shopOf' };
const shop = `
export function commission(sales) {
  const share = Number(setting('SHOP_SHARE'));
  const result = {};
  for (const [shop, group] of splitByShop(sales, (sale) => sale.shop)) {
    result[shop] = Math.round(group.reduce((sum, sale) => sum + sale.cents, 0) * share);
  }
  return result;
}
`;
const sign = (part: string) => `import { createHmac } from 'node:crypto';
${HEAD}export function signed(path) {
  const mac = createHmac('sha256', setting('LINK_KEY')).update(path).digest('hex').slice(0, ${part});
  return setting('LINK_BASE') + path + '?s=' + mac;
}
`;

export const settings: Problem[] = [
  settingProblem({
    id: 'ledger-post',
    ask: 'Posting to the ledger should survive short outages: postEntry(post, maxTries, backoffMs) and ledgerUrl() in src/ledger.mjs. Make the test pass.',
    names: [
      ['LEDGER_REGION', 'eu-central'],
      ['LEDGER_BOOK', 'b17'],
    ],
    source: 'ledger',
    code: HEAD + retryCode('js', ledgerNames) + ledger,
    wrong: HEAD + retryCode('js', { ...ledgerNames, short: true }) + ledger,
    test: `${TEST_HEAD}import { ledgerUrl, postEntry } from '../src/ledger.mjs';

test('url', () => assert.equal(ledgerUrl(), 'ledger://eu-central/b17'));
test('posts again', async () => {
  let n = 0;
  const post = async () => {
    if (++n < 2) throw new Error('502');
    return n;
  };
  assert.equal(await postEntry(post, 2, 1), 2);
});
`,
    done: 'postEntry() tries again and ledgerUrl() is right.',
  }),
  settingProblem({
    id: 'mail-batches',
    ask: 'The mail provider takes a limited number of recipients per call. Write batchesFor(recipients) in src/mail-batches.mjs; batch size and sender are settings (MAIL_BATCH, MAIL_FROM).',
    names: [
      ['MAIL_FROM', 'billing@example.com'],
      ['MAIL_BATCH', '2'],
    ],
    source: 'mail-batches',
    code: HEAD + chunkCode('js', mailNames) + mail,
    wrong: HEAD + chunkCode('js', { ...mailNames, lossy: true }) + mail,
    test: `${TEST_HEAD}import { batchesFor } from '../src/mail-batches.mjs';

test('nobody is left out', () => {
  assert.deepEqual(batchesFor(['a', 'b', 'c']).map((b) => b.to), [['a', 'b'], ['c']]);
});
test('sender', () => assert.equal(batchesFor(['a'])[0].from, 'billing@example.com'));
`,
    done: 'recipients are split into batches.',
  }),
  settingProblem({
    id: 'shop-commission',
    ask: 'commission(sales) per shop, in cents: the sum of the sales times the SHOP_SHARE setting, rounded. Goes into src/commission.mjs, tests exist.',
    names: [
      ['SHOP_SHARE', '0.125'],
      ['SHOP_CURRENCY', 'EUR'],
    ],
    source: 'commission',
    code: HEAD + groupCode('js', shopNames) + shop,
    wrong: HEAD + groupCode('js', { ...shopNames, lossy: true }) + shop,
    test: `${TEST_HEAD}import { commission } from '../src/commission.mjs';

test('per shop', () => {
  assert.deepEqual(commission([{ shop: 'x', cents: 800 }, { shop: 'x', cents: 80 }, { shop: 'y', cents: 8 }]), { x: 110, y: 1 });
});
`,
    done: 'commission() works per shop.',
  }),
  settingProblem({
    id: 'signed-links',
    ask: 'Invoice links must be signed. Implement signed(path) in src/links.mjs: base URL + path + "?s=" + the first 16 hex digits of an HMAC-SHA256 of the path. Key and base are settings LINK_KEY and LINK_BASE.',
    names: [
      ['LINK_KEY', 'test-only-key'],
      ['LINK_BASE', 'https://pay.example.com'],
    ],
    source: 'links',
    code: sign('16'),
    wrong: sign('12'),
    test: `${TEST_HEAD}import { createHmac } from 'node:crypto';
import { signed } from '../src/links.mjs';

test('signed', () => {
  const mac = createHmac('sha256', 'test-only-key').update('/i/1').digest('hex').slice(0, 16);
  assert.equal(signed('/i/1'), 'https://pay.example.com/i/1?s=' + mac);
});
`,
    done: 'signed() adds the signature.',
    hardness: 0.2,
  }),
];
