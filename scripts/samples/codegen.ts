/** billing-service keeps its code tables in schema/ and generates src/generated/ from them; tests need the fresh ones. */
import { edit, type Problem, read, sh, write } from './problem.ts';
import { cacheCode, groupCode, retryCode, TEST_HEAD } from './snippets.ts';

const GENERATOR = `import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const check = process.argv.includes('--check');
mkdirSync('src/generated', { recursive: true });
for (const file of readdirSync('schema').filter((name) => name.endsWith('.json'))) {
  const raw = readFileSync('schema/' + file, 'utf8');
  const name = file.replace('.json', '');
  const stamp = createHash('sha256').update(raw).digest('hex').slice(0, 12);
  const text =
    '// generated from schema/' + file + ' (' + stamp + '), do not edit\\n' +
    'const table: Record<string, any> = ' + JSON.stringify(JSON.parse(raw), null, 2) + ';\\n' +
    'export function ' + name + '(key: string) {\\n' +
    "  if (!(key in table)) throw new Error('" + name + ": unknown key ' + key + ', generated from schema/" + file + "');\\n" +
    '  return table[key];\\n}\\n';
  const target = 'src/generated/' + name + '.ts';
  if (check) {
    if (readFileSync(target, 'utf8') !== text) {
      console.error(target + ' is out of date');
      process.exit(1);
    }
  } else {
    writeFileSync(target, text);
    console.log('wrote ' + target + ' (' + stamp + ')');
  }
}
`;

interface Table {
  id: string;
  ask: string;
  table: string;
  rows: Record<string, unknown>;
  /** The entry to add, as [text before it, text with it]. */
  add: [string, string];
  source: string;
  code: string;
  wrong: string;
  test: string;
  done: string;
  hardness?: number;
}

export function codegenProblem(p: Table): Problem {
  const schema = `schema/${p.table}.json`;
  const test = `test/${p.source}.test.ts`;
  const extend = edit(`Add the new entry to ${p.table}.`, schema, ...p.add);
  const generated = `src/generated/${p.table}.ts`;
  return {
    id: p.id,
    family: 'codegen',
    project: 'billing-service',
    domain: 'typescript',
    ask: p.ask,
    files: {
      'package.json': `${JSON.stringify({ name: 'billing-service', private: true, type: 'module', scripts: { pretest: 'node tools/gen.mjs', test: 'node --test' } }, null, 2)}\n`,
      'README.md': '# billing-service\n\nTypeScript, run by Node as it is. Tests: `node --test`.\n',
      '.gitignore': 'src/generated/\nnode_modules/\n',
      'tools/gen.mjs': GENERATOR,
      [schema]: `${JSON.stringify(p.rows, null, 2)}\n`,
      [test]: p.test,
    },
    look: [
      sh(['See what is there.', 'Look around.'], 'ls -R . | head -30'),
      read('The test says what is expected.', test),
      read('Look at the table.', schema),
    ],
    work: [extend, write(['Write the function.', 'Now the code.'], `src/${p.source}.ts`, p.code)],
    flaws: [
      {
        acts: [extend, write('Write the function.', `src/${p.source}.ts`, p.wrong)],
        mend: [write('The failing assertion shows the mistake, correct it.', `src/${p.source}.ts`, p.code)],
      },
    ],
    check: `node --test ${test}`,
    symptom: /Cannot find module .*generated|unknown key/,
    deadEnds: [
      {
        acts: [
          sh('The generated folder is missing, create it.', 'mkdir -p src/generated && ls src/generated'),
          write(
            'Write the missing module by hand.',
            generated,
            `const table: Record<string, any> = ${JSON.stringify(p.rows, null, 2)};\nexport const ${p.table} = (key: string) => table[key];\n`,
          ),
        ],
        undo: [sh('My hand-written copy is in the way.', `rm ${generated}`)],
      },
      { acts: [sh('Maybe dependencies are not installed.', 'npm install')] },
      {
        acts: [
          sh('Was the folder ever committed?', `find . -name '${p.table}*' -not -path './node_modules/*'`),
        ],
      },
      {
        acts: [
          edit(
            'Perhaps the extension is the problem.',
            `src/${p.source}.ts`,
            `./generated/${p.table}.ts`,
            `./generated/${p.table}.js`,
          ),
        ],
        undo: [
          edit(
            'Put the import back.',
            `src/${p.source}.ts`,
            `./generated/${p.table}.js`,
            `./generated/${p.table}.ts`,
          ),
        ],
      },
    ],
    clue: [
      sh(
        ['Where should src/generated come from?', 'Who writes src/generated?'],
        'cat .gitignore && grep -rn generated package.json tools README.md | head',
      ),
    ],
    remedies: [
      [
        sh(
          ['Run the generator.', 'src/generated is written by tools/gen.mjs: run it.'],
          'node tools/gen.mjs',
        ),
      ],
    ],
    remedyLast: true,
    verify: [`node --test ${test}`, 'node tools/gen.mjs --check'],
    done: p.done,
    hardness: p.hardness,
  };
}

const importOf = (table: string) => `import { ${table} } from './generated/${table}.ts';\n\n`;
const retryable = `${importOf('codes')}const mayRetry = (error: unknown) =>
  error instanceof Error && codes(error.message).retry === true;

`;
const retryNames = {
  name: 'retryCharge',
  call: 'charge',
  attempts: 'attempts',
  delay: 'delayMs',
  only: 'mayRetry',
};

const tierOf = `${importOf('tiers')}export interface Usage {
  account: string;
  tier: string;
  units: number;
}

`;
const overage = `
export function overage(usage: Usage[]): Record<string, number> {
  const over: Record<string, number> = {};
  for (const [tier, rows] of groupUsage(usage, (row) => row.tier)) {
    const used = rows.reduce((sum, row) => sum + row.units, 0);
    over[tier] = Math.max(0, used - tiers(tier).quota);
  }
  return over;
}
`;

const dedupe = `
export function firstDelivery(seen: SeenEvents<string, true>, event: { id: string; kind: string }): boolean {
  if (!events(event.kind).billable) return false;
  if (seen.get(event.id)) return false;
  seen.set(event.id, true);
  return true;
}
`;
const minor = (
  round: string,
) => `${importOf('currencies')}export function toMinor(amount: string, currency: string): number {
  const digits: number = currencies(currency).digits;
  return ${round}(Number(amount) * 10 ** digits);
}
`;

export const codegen: Problem[] = [
  codegenProblem({
    id: 'charge-retry',
    ask: 'Card charges fail now and then because an issuer is slow. Add retryCharge(charge, attempts, delayMs) in src/retry-charge.ts that tries again only for error codes marked retryable, and make issuer_timeout one of them. test/retry-charge.test.ts has to pass.',
    table: 'codes',
    rows: { card_declined: { retry: false }, network_down: { retry: true } },
    add: ['"network_down": {', '"issuer_timeout": {\n    "retry": true\n  },\n  "network_down": {'],
    source: 'retry-charge',
    code: retryable + retryCode('ts', retryNames),
    wrong: retryable + retryCode('ts', { ...retryNames, short: true }),
    test: `${TEST_HEAD}import { retryCharge } from '../src/retry-charge.ts';

const failing = (times: number, code: string) => {
  let calls = 0;
  return async () => {
    calls++;
    if (calls <= times) throw new Error(code);
    return calls;
  };
};
test('tries again after issuer_timeout', async () => {
  assert.equal(await retryCharge(failing(2, 'issuer_timeout'), 3, 1), 3);
});
test('does not retry a declined card', async () => {
  await assert.rejects(retryCharge(failing(1, 'card_declined'), 3, 1), /card_declined/);
});
test('gives up after the last attempt', async () => {
  await assert.rejects(retryCharge(failing(9, 'network_down'), 2, 1), /network_down/);
});
`,
    done: 'retryCharge retries retryable codes and issuer_timeout is one of them; the tests pass.',
  }),
  codegenProblem({
    id: 'usage-overage',
    ask: 'We need the overage per plan tier: overage(usage) in src/overage.ts, grouped by tier, units above the quota of that tier, never below 0. There is also a new tier "scale" with a quota of 50000 that is missing from the tiers. Test file is already there.',
    table: 'tiers',
    rows: { free: { quota: 100 }, team: { quota: 5000 } },
    add: ['"team": {', '"scale": {\n    "quota": 50000\n  },\n  "team": {'],
    source: 'overage',
    code: tierOf + groupCode('ts', { name: 'groupUsage', rows: 'usage', key: 'tierOf' }) + overage,
    wrong:
      tierOf + groupCode('ts', { name: 'groupUsage', rows: 'usage', key: 'tierOf', lossy: true }) + overage,
    test: `${TEST_HEAD}import { overage } from '../src/overage.ts';

test('sums the units of a tier', () => {
  const rows = [
    { account: 'a', tier: 'free', units: 80 },
    { account: 'b', tier: 'free', units: 70 },
    { account: 'c', tier: 'team', units: 10 },
  ];
  assert.deepEqual(overage(rows), { free: 50, team: 0 });
});
test('knows the scale tier', () => {
  assert.deepEqual(overage([{ account: 'd', tier: 'scale', units: 50020 }]), { scale: 20 });
});
`,
    done: 'overage() groups usage by tier and the scale tier exists.',
  }),
  codegenProblem({
    id: 'webhook-dedupe',
    ask: 'Webhooks get delivered twice. Please write src/deliveries.ts with a small LRU class SeenEvents(capacity) and firstDelivery(seen, event), which ignores events that are not billable. refund_settled should count as billable, add it to the events schema. See test/deliveries.test.ts.',
    table: 'events',
    rows: { invoice_paid: { billable: true }, customer_seen: { billable: false } },
    add: ['"invoice_paid": {', '"refund_settled": {\n    "billable": true\n  },\n  "invoice_paid": {'],
    source: 'deliveries',
    code: importOf('events') + cacheCode('ts', { name: 'SeenEvents', capacity: 'capacity' }) + dedupe,
    wrong:
      importOf('events') + cacheCode('ts', { name: 'SeenEvents', capacity: 'capacity', fifo: true }) + dedupe,
    test: `${TEST_HEAD}import { firstDelivery, SeenEvents } from '../src/deliveries.ts';

test('a second delivery is ignored', () => {
  const seen = new SeenEvents<string, true>(2);
  assert.equal(firstDelivery(seen, { id: 'e1', kind: 'refund_settled' }), true);
  assert.equal(firstDelivery(seen, { id: 'e1', kind: 'refund_settled' }), false);
  assert.equal(firstDelivery(seen, { id: 'e2', kind: 'customer_seen' }), false);
});
test('what was used last stays', () => {
  const seen = new SeenEvents<string, number>(2);
  seen.set('a', 1);
  seen.set('b', 2);
  seen.get('a');
  seen.set('c', 3);
  assert.equal(seen.get('a'), 1);
  assert.equal(seen.get('b'), undefined);
});
`,
    done: 'duplicate deliveries are dropped through an LRU; refund_settled is billable.',
  }),
  codegenProblem({
    id: 'currency-minor-units',
    ask: 'toMinor("12.30", "EUR") should give 1230. Implement it in src/to-minor.ts on top of the currencies schema and add JPY, which has no minor units (0 digits). Run the test in test/ when done.',
    table: 'currencies',
    rows: { EUR: { digits: 2 }, BHD: { digits: 3 } },
    add: ['"BHD": {', '"JPY": {\n    "digits": 0\n  },\n  "BHD": {'],
    source: 'to-minor',
    code: minor('Math.round'),
    wrong: minor('Math.floor'),
    test: `${TEST_HEAD}import { toMinor } from '../src/to-minor.ts';

test('two digits', () => assert.equal(toMinor('12.30', 'EUR'), 1230));
test('does not lose a cent', () => assert.equal(toMinor('8.29', 'EUR'), 829));
test('three digits', () => assert.equal(toMinor('1.005', 'BHD'), 1005));
test('no minor units', () => assert.equal(toMinor('4200', 'JPY'), 4200));
`,
    done: 'toMinor works for EUR, BHD and JPY.',
  }),
];
