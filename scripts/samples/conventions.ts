/**
 * billing-service has conventions that the visible tests do not cover (docs/conventions.md): who codes from the task's
 * text alone passes what it can see and fails in review.
 */
import { type Problem, read, sh, write } from './problem.ts';
import { groupCode, parseCode, TEST_HEAD } from './snippets.ts';

const CONVENTIONS = `# Conventions

- Amounts are integer cents. A half cent is rounded to the even cent (10.5 -> 10, 11.5 -> 12).
- A period includes its last day. \`from\` and \`to\` are ISO days.
- Pages count from 1. Page 0 is a mistake and throws a RangeError, a page behind the end is empty.
- Ids look like INV-9, INV-10 and sort by their number.
- A blank cell in an import means "unknown" and becomes null, never ''.
`;

interface Convention {
  id: string;
  ask: string;
  source: string;
  code: string;
  naive: string;
  test: string;
  hidden: string;
  done: string;
  hardness?: number;
}

export function conventionProblem(p: Convention): Problem {
  const source = `src/${p.source}.ts`;
  const test = `test/${p.source}.test.ts`;
  const review = `test/${p.source}.review.test.ts`;
  return {
    id: p.id,
    family: 'conventions',
    project: 'billing-service',
    domain: 'typescript',
    ask: p.ask,
    files: {
      'package.json': `${JSON.stringify({ name: 'billing-service', private: true, type: 'module' }, null, 2)}\n`,
      'docs/conventions.md': CONVENTIONS,
      'docs/releases.md': '# Releases\n\nEvery second Tuesday.\n',
      [test]: TEST_HEAD + p.test,
    },
    hidden: { [review]: TEST_HEAD + p.hidden },
    look: [
      sh(['Look around.', 'What is in here?'], 'ls . docs test'),
      read(['What does the test want?', 'The test.'], test),
    ],
    work: [write(['Write it.', 'Straightforward.'], source, p.naive)],
    check: `node --test ${test}`,
    symptom: /Cannot find module/,
    deadEnds: [],
    clue: [
      read(
        ['Are there conventions to follow?', 'Read the conventions before writing code.'],
        'docs/conventions.md',
      ),
    ],
    remedies: [[write('By the conventions.', source, p.code)]],
    informed: [write(['Write it by the conventions.', 'With the conventions in mind.'], source, p.code)],
    silent: true,
    verify: [`node --test ${test} ${review}`],
    done: p.done,
    hardness: p.hardness,
  };
}

const share = (round: string) => `export function share(cents: number, percent: number): number {
  const exact = (cents * percent) / 100;
${round}
}
`;
const even =
  '  const floor = Math.floor(exact);\n  if (exact - floor === 0.5) return floor % 2 === 0 ? floor : floor + 1;\n  return Math.round(exact);';
const revenue = (compare: string) => `interface Sale {
  day: string;
  cents: number;
}

export function revenue(sales: Sale[], from: string, to: string): number {
  return sales
    .filter((sale) => sale.day >= from && sale.day ${compare} to)
    .reduce((sum, sale) => sum + sale.cents, 0);
}
`;
const pageNaive = `export function pageOf<T>(rows: T[], page: number, size: number): T[] {
  return rows.slice(page * size, (page + 1) * size);
}
`;
const page = `export function pageOf<T>(rows: T[], page: number, size: number): T[] {
  if (page < 1) throw new RangeError('pages count from 1');
  return rows.slice((page - 1) * size, page * size);
}
`;
const latest = (newer: string) => `interface Invoice {
  id: string;
  customer: string;
}

${groupCode('ts', { name: 'invoicesBy', rows: 'invoices', key: 'customerOf' })}
export function latest(invoices: Invoice[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [customer, group] of invoicesBy(invoices, (invoice) => invoice.customer)) {
    const ids = group.map((invoice) => invoice.id);
    ids.sort(${newer});
    result[customer] = ids.at(-1) ?? '';
  }
  return result;
}
`;
const contacts = (
  cell: string,
) => `${parseCode('ts', { name: 'readCells', text: 'source', separator: 'mark' })}
export function contacts(source: string): { name: string; mail: string | null }[] {
  const [, ...rows] = readCells(source, ';');
  return rows.map(([name = '', mail = '']) => ({ name, mail: ${cell} }));
}
`;

export const conventions: Problem[] = [
  conventionProblem({
    id: 'partner-share',
    ask: 'Write share(cents, percent) in src/share.ts, the partner share of an amount, in whole cents.',
    source: 'share',
    code: share(even),
    naive: share('  return Math.round(exact);'),
    test: "import { share } from '../src/share.ts';\n\ntest('a quarter', () => assert.equal(share(1000, 25), 250));\ntest('rounds', () => assert.equal(share(333, 10), 33));\n",
    hidden:
      "import { share } from '../src/share.ts';\n\ntest('half a cent', () => assert.deepEqual([share(105, 10), share(115, 10)], [10, 12]));\n",
    done: 'share() returns whole cents.',
  }),
  conventionProblem({
    id: 'revenue-between',
    ask: 'The finance page needs revenue(sales, from, to) from src/revenue.ts, cents sold in that period.',
    source: 'revenue',
    code: revenue('<='),
    naive: revenue('<'),
    test: "import { revenue } from '../src/revenue.ts';\n\nconst sales = [{ day: '2025-01-01', cents: 1 }, { day: '2025-01-20', cents: 2 }, { day: '2025-02-03', cents: 4 }];\ntest('January', () => assert.equal(revenue(sales, '2025-01-01', '2025-01-31'), 3));\n",
    hidden:
      "import { revenue } from '../src/revenue.ts';\n\ntest('the last day counts', () => assert.equal(revenue([{ day: '2025-01-31', cents: 7 }], '2025-01-01', '2025-01-31'), 7));\n",
    done: 'revenue() sums the period.',
  }),
  conventionProblem({
    id: 'invoice-pages',
    ask: 'Lists get long: add pageOf(rows, page, size) to src/page-of.ts for our invoice list.',
    source: 'page-of',
    code: page,
    naive: pageNaive,
    test: "import { pageOf } from '../src/page-of.ts';\n\ntest('behind the end', () => assert.deepEqual(pageOf([1, 2, 3], 9, 2), []));\n",
    hidden:
      "import { pageOf } from '../src/page-of.ts';\n\ntest('first page', () => assert.deepEqual(pageOf([1, 2, 3], 1, 2), [1, 2]));\ntest('last page', () => assert.deepEqual(pageOf([1, 2, 3], 2, 2), [3]));\ntest('page 0', () => assert.throws(() => pageOf([1], 0, 2), RangeError));\n",
    done: 'pageOf() returns one page.',
  }),
  conventionProblem({
    id: 'latest-invoice',
    ask: 'For every customer I need the id of the latest invoice (highest id). latest(invoices) in src/latest.ts please.',
    source: 'latest',
    code: latest('(a, b) => Number(a.slice(4)) - Number(b.slice(4))'),
    naive: latest(''),
    test: "import { latest } from '../src/latest.ts';\n\ntest('per customer', () => assert.deepEqual(latest([{ id: 'INV-1', customer: 'a' }, { id: 'INV-3', customer: 'a' }, { id: 'INV-2', customer: 'b' }]), { a: 'INV-3', b: 'INV-2' }));\n",
    hidden:
      "import { latest } from '../src/latest.ts';\n\ntest('two digits', () => assert.deepEqual(latest([{ id: 'INV-10', customer: 'a' }, { id: 'INV-9', customer: 'a' }]), { a: 'INV-10' }));\n",
    done: 'latest() gives the newest invoice per customer.',
  }),
  conventionProblem({
    id: 'contact-import',
    ask: 'Import contacts: contacts(source) in src/contacts.ts turns "name;mail" text with a header line into objects. Names may be quoted and contain semicolons.',
    source: 'contacts',
    code: contacts("mail === '' ? null : mail"),
    naive: contacts('mail'),
    test: `import { contacts } from '../src/contacts.ts';\n\ntest('quoted', () => assert.deepEqual(contacts('name;mail\\n"Lee; Kim";k@example.com\\n'), [{ name: 'Lee; Kim', mail: 'k@example.com' }]));\n`,
    hidden: `import { contacts } from '../src/contacts.ts';\n\ntest('no mail', () => assert.deepEqual(contacts('name;mail\\nLee;\\n'), [{ name: 'Lee', mail: null }]));\n`,
    done: 'contacts() reads the import.',
  }),
];
