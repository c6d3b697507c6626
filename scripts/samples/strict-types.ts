/** billing-service compiles strictly, and its lint refuses the usual ways of silencing the compiler. */
import { edit, type Problem, read, sh, write } from './problem.ts';
import { cacheCode, chunkCode, groupCode, retryCode, TEST_HEAD } from './snippets.ts';

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: [],
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  },
  include: ['src'],
};

const LINT = `import { readdirSync, readFileSync } from 'node:fs';

const banned = [/\\bas any\\b|: any\\b/, /@ts-(ignore|expect-error|nocheck)/, /[\\w\\])]!(\\.|;|,|\\))/];
let bad = 0;
for (const file of readdirSync('src')) {
  readFileSync('src/' + file, 'utf8').split('\\n').forEach((line, i) => {
    if (banned.some((pattern) => pattern.test(line))) {
      console.error('src/' + file + ':' + (i + 1) + ': silences the compiler: ' + line.trim());
      bad++;
    }
  });
}
process.exitCode = bad ? 1 : 0;
`;

interface Strict {
  id: string;
  ask: string;
  files?: Record<string, string>;
  source: string;
  /** Code as first written, with one type error; the text that silences it; the text that is right. */
  code: string;
  wrong: string;
  silenced: [string, string][];
  right: string;
  test: string;
  done: string;
  hardness?: number;
}

export function strictProblem(p: Strict): Problem {
  const source = `src/${p.source}.ts`;
  const test = `test/${p.source}.test.ts`;
  return {
    id: p.id,
    family: 'strict-types',
    project: 'billing-service',
    domain: 'typescript',
    ask: p.ask,
    files: {
      'package.json': `${JSON.stringify({ name: 'billing-service', private: true, type: 'module' }, null, 2)}\n`,
      'tsconfig.json': `${JSON.stringify(TSCONFIG, null, 2)}\n`,
      'tools/lint.mjs': LINT,
      'CONTRIBUTING.md':
        '# Contributing\n\n- `tsc -p .` and `node tools/lint.mjs` must be clean before review.\n- Do not silence the compiler: no `any`, no `!`, no `@ts-ignore`. Narrow, or fix the type.\n',
      [test]: p.test,
      ...p.files,
    },
    look: [
      sh(['What is in the project?', 'Look around first.'], 'ls . test tools'),
      read(['What is tested?', 'Read the test.'], test),
      read('How strict is the compiler?', 'tsconfig.json'),
    ],
    work: [write(['Write the module.', 'A first version.'], source, p.code)],
    check: `tsc -p . && node --test ${test}`,
    symptom: /error TS\d+/,
    deadEnds: [
      ...p.silenced.map(([from, to]) => ({
        acts: [
          edit(['Tell the compiler that it is fine.', 'Get the compiler out of the way.'], source, from, to),
        ],
        undo: [edit('Take that back.', source, to, from)],
      })),
      { acts: [sh('Does it work when run anyway?', `node --test ${test} | tail -n 9`)] },
    ],
    clue: [
      sh(
        ['What are the rules here?', 'Is silencing the compiler all right in this project?'],
        'cat CONTRIBUTING.md && node tools/lint.mjs',
      ),
    ],
    remedies: [[edit(['Say it in types instead.', 'Fix the cause.'], source, p.wrong, p.right)]],
    informed: [
      write(
        'Strict, and the lint refuses casts: write it so from the start.',
        source,
        p.code.replace(p.wrong, () => p.right),
      ),
    ],
    verify: ['tsc -p .', 'node tools/lint.mjs', `node --test ${test}`],
    done: p.done,
    hardness: p.hardness,
  };
}

const fetchRates = (
  line: string,
) => `${retryCode('ts', { name: 'withRetries', call: 'load', attempts: 'times', delay: 'waitMs' })}
function parseRate(text: string): number {
  return Number(text.trim());
}

export function rateFrom(lines: Map<string, string>, currency: string): number {
${line}
}
`;
const bare = '  return parseRate(lines.get(currency));';
const narrowed =
  "  const line = lines.get(currency);\n  if (line === undefined) throw new Error('no rate for ' + currency);\n  return parseRate(line);";

const first = '  return head[0].trim();';
const firstSafe =
  "  const [title] = head;\n  if (title === undefined) throw new Error('empty statement');\n  return title.trim();";
const statement = (line: string) => `${chunkCode('ts', { name: 'pagesOf', rows: 'lines', size: 'perPage' })}
export function titleOf(lines: string[]): string {
  const head = lines.filter((line) => line.trim() !== '');
${line}
}
`;

const importLine = "import { Charge } from './charge.ts';";
const byMonth = (line: string) => `${line}

${groupCode('ts', { name: 'groupCharges', rows: 'charges', key: 'monthOf' })}
export function perMonth(charges: Charge[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [month, group] of groupCharges(charges, (charge) => charge.day.slice(0, 7))) {
    sums[month] = group.reduce((sum, charge) => sum + charge.cents, 0);
  }
  return sums;
}
`;
const accountImport = "import { Account } from './account.ts';";
const accounts = (line: string) => `${line}

${cacheCode('ts', { name: 'RecentAccounts', capacity: 'size' })}
export function lookUp(cache: RecentAccounts<string, Account>, id: string, load: (id: string) => Account): Account {
  const known = cache.get(id);
  if (known) return known;
  const account = load(id);
  cache.set(id, account);
  return account;
}
`;
const status = 'export enum Status {\n  Open = "open",\n  Paid = "paid",\n  Void = "void",\n}';
const statusSafe =
  "export const Status = { Open: 'open', Paid: 'paid', Void: 'void' } as const;\nexport type Status = (typeof Status)[keyof typeof Status];";
const statuses = (declaration: string) => `${declaration}

export function isFinal(status: Status): boolean {
  return status === Status.Paid || status === Status.Void;
}
`;
const level = 'enum Level {\n  Notice,\n  Warning,\n  Final,\n}';
const levelSafe =
  'const Level = { Notice: 0, Warning: 1, Final: 2 } as const;\ntype Level = (typeof Level)[keyof typeof Level];';
const dunning = (declaration: string) => `${declaration}

export function levelAfter(days: number): Level {
  if (days > 60) return Level.Final;
  return days > 30 ? Level.Warning : Level.Notice;
}
`;

export const strictTypes: Problem[] = [
  strictProblem({
    id: 'exchange-rates',
    ask: 'Please add src/rates.ts with withRetries(load, times, waitMs), which calls load again when it fails, and rateFrom(lines, currency), which reads a rate out of a map of texts and throws for unknown currencies. It has to compile.',
    source: 'rates',
    code: fetchRates(bare),
    wrong: bare,
    silenced: [
      [bare, '  return parseRate(lines.get(currency)!);'],
      [bare, '  return parseRate(lines.get(currency) as any);'],
    ],
    right: narrowed,
    test: `${TEST_HEAD}import { rateFrom, withRetries } from '../src/rates.ts';

test('reads a rate', () => assert.equal(rateFrom(new Map([['USD', ' 1.08 ']]), 'USD'), 1.08));
test('unknown currency', () => assert.throws(() => rateFrom(new Map(), 'XXX')));
test('calls load again', async () => {
  let calls = 0;
  const load = async () => {
    if (++calls < 3) throw new Error('503');
    return calls;
  };
  assert.equal(await withRetries(load, 3, 1), 3);
});
`,
    done: 'src/rates.ts compiles and its tests pass.',
  }),
  strictProblem({
    id: 'statement-title',
    ask: 'Statements are printed in pages. I need pagesOf(lines, perPage) and titleOf(lines), the first line that is not blank, in src/statement.ts. tsc has to be happy.',
    source: 'statement',
    code: statement(first),
    wrong: first,
    silenced: [
      [first, '  return head[0]!.trim();'],
      [first, '  // @ts-ignore\n  return head[0].trim();'],
    ],
    right: firstSafe,
    test: `${TEST_HEAD}import { pagesOf, titleOf } from '../src/statement.ts';

test('pages', () => assert.deepEqual(pagesOf(['a', 'b', 'c'], 2), [['a', 'b'], ['c']]));
test('title', () => assert.equal(titleOf(['', ' March ', 'x']), 'March'));
test('no title', () => assert.throws(() => titleOf(['  '])));
`,
    done: 'pages and title are in src/statement.ts.',
  }),
  strictProblem({
    id: 'charges-per-month',
    ask: 'Implement perMonth(charges) in src/per-month.ts: cents per calendar month ("2025-01"). Charge comes from src/charge.ts.',
    files: { 'src/charge.ts': 'export interface Charge {\n  day: string;\n  cents: number;\n}\n' },
    source: 'per-month',
    code: byMonth(importLine),
    wrong: importLine,
    silenced: [
      [importLine, `// @ts-ignore\n${importLine}`],
      [importLine, "import { Charge } from './charge.js';"],
    ],
    right: "import type { Charge } from './charge.ts';",
    test: `${TEST_HEAD}import { perMonth } from '../src/per-month.ts';

test('sums a month', () => {
  const charges = [{ day: '2025-01-03', cents: 5 }, { day: '2025-01-31', cents: 7 }, { day: '2025-02-01', cents: 1 }];
  assert.deepEqual(perMonth(charges), { '2025-01': 12, '2025-02': 1 });
});
`,
    done: 'perMonth() sums charges by calendar month.',
  }),
  strictProblem({
    id: 'recent-accounts',
    ask: 'Account look-ups hit the database too often. Write a bounded cache class RecentAccounts(size) that drops the least recently used entry, plus lookUp(cache, id, load), in src/recent-accounts.ts, using the Account type we have.',
    files: { 'src/account.ts': 'export interface Account {\n  id: string;\n  owner: string;\n}\n' },
    source: 'recent-accounts',
    code: accounts(accountImport),
    wrong: accountImport,
    silenced: [
      [accountImport, `// @ts-expect-error\n${accountImport}`],
      [accountImport, "import { Account } from './account';"],
    ],
    right: "import type { Account } from './account.ts';",
    test: `${TEST_HEAD}import { lookUp, RecentAccounts } from '../src/recent-accounts.ts';

test('loads once, drops the least recently used', () => {
  const cache = new RecentAccounts<string, { id: string; owner: string }>(2);
  let loads = 0;
  const load = (id: string) => ({ id, owner: 'o' + ++loads });
  for (const id of ['a', 'a', 'b', 'a', 'c', 'a']) lookUp(cache, id, load);
  assert.equal(loads, 3);
  lookUp(cache, 'b', load);
  assert.equal(loads, 4);
});
`,
    done: 'look-ups are cached, least recently used goes first.',
  }),
  strictProblem({
    id: 'invoice-status',
    ask: 'Add a Status (open, paid, void) and isFinal(status) to src/status.ts. Paid and void are final.',
    source: 'status',
    code: statuses(status),
    wrong: status,
    silenced: [[status, `// @ts-ignore\n${status}`]],
    right: statusSafe,
    test: `${TEST_HEAD}import { isFinal, Status } from '../src/status.ts';

test('final or not', () => assert.deepEqual([Status.Open, Status.Paid, Status.Void].map(isFinal), [false, true, true]));
`,
    done: 'Status and isFinal() are there.',
  }),
  strictProblem({
    id: 'dunning-level',
    ask: 'Dunning: levelAfter(days) in src/dunning.ts gives 0 (notice) up to 30 days, 1 (warning) up to 60, then 2 (final). Give the levels names in the code.',
    source: 'dunning',
    code: dunning(level),
    wrong: level,
    silenced: [
      [level, `// @ts-nocheck\n${level}`],
      [level, level.replace('enum', 'const enum')],
    ],
    right: levelSafe,
    test: `${TEST_HEAD}import { levelAfter } from '../src/dunning.ts';

test('levels', () => assert.deepEqual([0, 30, 31, 60, 61].map(levelAfter), [0, 0, 1, 1, 2]));
`,
    done: 'levelAfter() returns the dunning level.',
    hardness: 0.3,
  }),
];
