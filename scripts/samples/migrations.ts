/** billing-service's tests read data/test.db, which has no tables until the migrations ran against it by name. */
import { type Problem, read, sh, write } from './problem.ts';
import { chunkCode, groupCode, retryCode, TEST_HEAD } from './snippets.ts';

const MIGRATE = `import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

// usage: node db/migrate.mjs [--db <name>]     name is dev unless told otherwise
const at = process.argv.indexOf('--db');
const name = at > 0 ? process.argv[at + 1] : 'dev';
mkdirSync('data', { recursive: true });
const db = new DatabaseSync('data/' + name + '.db');
db.exec('CREATE TABLE IF NOT EXISTS applied (file TEXT PRIMARY KEY)');
for (const file of readdirSync('db/migrations').sort()) {
  if (db.prepare('SELECT 1 FROM applied WHERE file = ?').get(file)) continue;
  db.exec(readFileSync('db/migrations/' + file, 'utf8'));
  db.prepare('INSERT INTO applied VALUES (?)').run(file);
  console.log('applied ' + file + ' to data/' + name + '.db');
}
`;

interface Store {
  id: string;
  ask: string;
  table: string;
  columns: string;
  source: string;
  code: string;
  wrong: string;
  test: string;
  done: string;
  /** A migration that is part of the task. */
  migration?: [string, string];
  hardness?: number;
}

export function migrationProblem(p: Store): Problem {
  const test = `test/${p.source}.test.mjs`;
  const source = `src/${p.source}.mjs`;
  const migration = p.migration ? [write('The new column needs a migration.', ...p.migration)] : [];
  return {
    id: p.id,
    family: 'migrations',
    project: 'billing-service',
    domain: 'node',
    ask: p.ask,
    files: {
      'package.json': `${JSON.stringify({ name: 'billing-service', private: true, type: 'module' }, null, 2)}\n`,
      'README.md': '# billing-service\n\nThe ledger, on node:sqlite. Database scripts are in db/.\n',
      'db/migrate.mjs': MIGRATE,
      'db/README.md':
        '# db\n\nMigrations are plain SQL, applied in the order of their names.\nThe dev server migrates data/dev.db at start. Tests open data/test.db, which nobody\nmigrates for you: `node db/migrate.mjs --db test`.\n',
      [`db/migrations/001-${p.table}.sql`]: `CREATE TABLE ${p.table} (\n  id TEXT PRIMARY KEY,\n  ${p.columns}\n);\n`,
      'src/open.mjs':
        "import { mkdirSync } from 'node:fs';\nimport { DatabaseSync } from 'node:sqlite';\n\nexport function open(name = process.env.BILLING_DB ?? 'test') {\n  mkdirSync('data', { recursive: true });\n  return new DatabaseSync('data/' + name + '.db');\n}\n",
      [test]: p.test,
    },
    look: [
      sh(['Look around.', 'What is in the repository?'], 'ls db db/migrations src test'),
      read(['The test first.', 'What does the test want?'], test),
      read('How is the database opened?', 'src/open.mjs'),
    ],
    work: [...migration, write(['Write it.', 'Now the module.'], source, p.code)],
    flaws: [
      {
        acts: [...migration, write('Write the module.', source, p.wrong)],
        mend: [write('One assertion is off: correct the loop.', source, p.code)],
      },
    ],
    check: `node --test ${test}`,
    symptom: /no such table|no such column|has no column/,
    deadEnds: [
      {
        acts: [sh(['The tables are missing: run the migrations.', 'Migrate first.'], 'node db/migrate.mjs')],
      },
      {
        acts: [
          sh(
            'Create the missing table directly.',
            `node -e "new (require('node:sqlite').DatabaseSync)('data/test.db').exec('CREATE TABLE ${p.table} (id TEXT PRIMARY KEY)')"`,
          ),
        ],
        undo: [sh('The table I made by hand is in the way of the migrations.', 'rm -f data/test.db')],
      },
      { acts: [sh('Is there a database at all?', 'ls -l data')] },
      { acts: [sh('Perhaps the sqlite3 shell shows more.', 'sqlite3 data/test.db .schema')] },
    ],
    clue: [
      read(
        ['The README of db/ may say how tests get their tables.', 'Read how db/ is meant to be used.'],
        'db/README.md',
      ),
    ],
    remedies: [
      [
        sh(
          ['Tests use their own database, migrate that one.', 'Migrate the test database by name.'],
          'node db/migrate.mjs --db test',
        ),
      ],
    ],
    remedyLast: p.migration !== undefined,
    verify: [`node --test ${test}`],
    done: p.done,
    hardness: p.hardness,
  };
}

const OPEN = "import { open } from './open.mjs';\n\n";
const totals = `
export function totalsByCustomer(db = open()) {
  const rows = db.prepare('SELECT customer, cents FROM invoices').all();
  const totals = {};
  for (const [customer, invoices] of byCustomer(rows, (row) => row.customer)) {
    totals[customer] = invoices.reduce((sum, invoice) => sum + invoice.cents, 0);
  }
  return totals;
}
`;
const totalsNames = { name: 'byCustomer', rows: 'invoices', key: 'customerOf' };
const importBatches = `
export function importPayments(payments, db = open()) {
  const insert = db.prepare('INSERT INTO payments (id, cents) VALUES (?, ?)');
  let batches = 0;
  for (const batch of batchesOf(payments, 100)) {
    db.exec('BEGIN');
    for (const payment of batch) insert.run(payment.id, payment.cents);
    db.exec('COMMIT');
    batches++;
  }
  return batches;
}
`;
const batchNames = { name: 'batchesOf', rows: 'payments', size: 'size' };
const busy = 'const isBusy = (error) => /busy|locked/.test(error.message);\n\n';
const saveNote = `
export function saveNote(note, db = open()) {
  const insert = () => db.prepare('INSERT INTO credit_notes (id, cents, reason) VALUES (?, ?, ?)').run(note.id, note.cents, note.reason);
  return whenFree(async () => insert(), 4, 2);
}
`;
const freeNames = { name: 'whenFree', call: 'run', attempts: 'tries', delay: 'pauseMs', only: 'isBusy' };
const overdue = (compare: string) => `${OPEN}export function overdue(today, db = open()) {
  return db
    .prepare('SELECT id FROM reminders WHERE due ${compare} ? ORDER BY due, id')
    .all(today)
    .map((row) => row.id);
}
`;

export const migrations: Problem[] = [
  migrationProblem({
    id: 'invoice-totals',
    ask: 'Add totalsByCustomer() in src/totals.mjs: cents per customer over all rows of invoices. There is a test for it in test/totals.test.mjs that must go green.',
    table: 'invoices',
    columns: 'customer TEXT NOT NULL,\n  cents INTEGER NOT NULL',
    source: 'totals',
    code: OPEN + groupCode('js', totalsNames) + totals,
    wrong: OPEN + groupCode('js', { ...totalsNames, lossy: true }) + totals,
    test: `${TEST_HEAD}import { open } from '../src/open.mjs';
import { totalsByCustomer } from '../src/totals.mjs';

test('adds up per customer', () => {
  const db = open();
  db.exec("DELETE FROM invoices; INSERT INTO invoices (id, customer, cents) VALUES ('i1', 'acme', 100), ('i2', 'acme', 250), ('i3', 'initech', 5)");
  assert.deepEqual(totalsByCustomer(db), { acme: 350, initech: 5 });
});
test('is empty without invoices', () => {
  const db = open();
  db.exec('DELETE FROM invoices');
  assert.deepEqual(totalsByCustomer(db), {});
});
`,
    done: 'totalsByCustomer() adds up the invoices per customer.',
  }),
  migrationProblem({
    id: 'payment-import',
    ask: 'The nightly payment import is slow because every row is its own transaction. Write importPayments(payments, db) in src/import-payments.mjs that inserts in batches of 100, one transaction per batch, and returns how many batches it took.',
    table: 'payments',
    columns: 'cents INTEGER NOT NULL',
    source: 'import-payments',
    code: OPEN + chunkCode('js', batchNames) + importBatches,
    wrong: OPEN + chunkCode('js', { ...batchNames, lossy: true }) + importBatches,
    test: `${TEST_HEAD}import { importPayments } from '../src/import-payments.mjs';
import { open } from '../src/open.mjs';

const payments = (n) => Array.from({ length: n }, (_, i) => ({ id: 'p' + i, cents: i }));
for (const [n, batches] of [[0, 0], [100, 1], [250, 3]]) {
  test(n + ' payments', () => {
    const db = open();
    db.exec('DELETE FROM payments');
    assert.equal(importPayments(payments(n), db), batches);
    assert.equal(db.prepare('SELECT count(*) AS n FROM payments').get().n, n);
  });
}
`,
    done: 'payments are inserted in batches of 100.',
  }),
  migrationProblem({
    id: 'credit-note-reason',
    ask: "Credit notes need a reason. Add the column (text, not null, default '') and saveNote(note, db) in src/credit-notes.mjs, which should wait and try again a few times when the database is locked. Tests are in test/credit-notes.test.mjs.",
    table: 'credit_notes',
    columns: 'cents INTEGER NOT NULL',
    migration: [
      'db/migrations/002-credit-note-reason.sql',
      "ALTER TABLE credit_notes ADD COLUMN reason TEXT NOT NULL DEFAULT '';\n",
    ],
    source: 'credit-notes',
    code: OPEN + busy + retryCode('js', freeNames) + saveNote,
    wrong: OPEN + busy + retryCode('js', { ...freeNames, short: true }) + saveNote,
    test: `${TEST_HEAD}import { saveNote, whenFree } from '../src/credit-notes.mjs';
import { open } from '../src/open.mjs';

test('keeps the reason', async () => {
  const db = open();
  db.exec('DELETE FROM credit_notes');
  await saveNote({ id: 'n1', cents: 900, reason: 'damaged' }, db);
  assert.equal(db.prepare('SELECT reason FROM credit_notes').get().reason, 'damaged');
});
test('waits while the database is locked', async () => {
  let calls = 0;
  const run = async () => {
    if (++calls < 3) throw new Error('database is locked');
    return calls;
  };
  assert.equal(await whenFree(run, 3, 1), 3);
});
`,
    done: 'credit notes have a reason and saving waits for the lock.',
  }),
  migrationProblem({
    id: 'overdue-reminders',
    ask: 'overdue(today) should list the ids of reminders whose due date has passed (due today is not overdue), oldest first. Put it into src/overdue.mjs.',
    table: 'reminders',
    columns: 'due TEXT NOT NULL',
    source: 'overdue',
    code: overdue('<'),
    wrong: overdue('<='),
    test: `${TEST_HEAD}import { open } from '../src/open.mjs';
import { overdue } from '../src/overdue.mjs';

test('oldest first, today left out', () => {
  const db = open();
  db.exec("DELETE FROM reminders; INSERT INTO reminders (id, due) VALUES ('r1', '2025-01-15'), ('r2', '2025-01-14'), ('r3', '2024-12-01')");
  assert.deepEqual(overdue('2025-01-15', db), ['r3', 'r2']);
});
`,
    done: 'overdue() lists passed due dates, oldest first.',
  }),
];
