/**
 * The tasks. Those learned from are the samples' own problems of six quirks; those asked about are others: other words,
 * names and files. Two kinds come only in the test, so that memory has nothing to give: a quirk never met, and tasks
 * without any quirk.
 */
import { cBuild, staleObjectProblem } from '../../samples/c-build.ts';
import { codegen, codegenProblem } from '../../samples/codegen.ts';
import { execBitProblem, execBits } from '../../samples/exec-bits.ts';
import { gitState, staleLockProblem } from '../../samples/git-state.ts';
import { heldOutProblems } from '../../samples/held-out.ts';
import { lockHook } from '../../samples/lock-hook.ts';
import { migrationProblem, migrations } from '../../samples/migrations.ts';
import { moduleKinds } from '../../samples/module-kinds.ts';
import type { Problem } from '../../samples/problem.ts';
import { settingProblem, settings } from '../../samples/settings.ts';
import { TEST_HEAD } from '../../samples/snippets.ts';

/** The family of tasks where the obvious way is the right one. */
export const PLAIN = 'no quirk';

export const trainTasks = (): Problem[] =>
  [
    ...codegen,
    ...migrations,
    ...settings,
    ...execBits,
    ...gitState.filter(({ family }) => family === 'stale-lock'),
    ...cBuild.filter(({ family }) => family === 'stale-objects').slice(0, 2),
  ].map(judgedByItsCheck);

export const testTasks = (): Problem[] =>
  [
    ...heldOutProblems,
    ...ownTasks,
    ...cBuild.filter(({ id }) => id === 'meter-percent'),
    ...lockHook.slice(0, 2),
    ...moduleKinds.slice(1, 4).map(plain),
  ].map(judgedByItsCheck);

/** `make` succeeds on stale objects, so the check is the one that compares what the program prints. */
const judgedByItsCheck = (problem: Problem): Problem =>
  problem.family === 'stale-objects' ? { ...problem, check: problem.verify[0] ?? problem.check } : problem;

/** The same task with the right code written at once. */
const plain = (problem: Problem): Problem => ({
  ...problem,
  family: PLAIN,
  work: problem.informed ?? problem.work,
});

const ownTasks: Problem[] = [
  codegenProblem({
    id: 'shipping-zone',
    ask: 'Parcels: write feeFor(grams, zone) in src/fee-for.ts, the fee in cents of a parcel by the zones schema (cents per started kilogram). Iceland (zone is, 900) has to be added there. Its test is test/fee-for.test.ts.',
    table: 'zones',
    rows: { eu: { perKilo: 400 }, us: { perKilo: 1100 } },
    add: ['"eu": {', '"is": {\n    "perKilo": 900\n  },\n  "eu": {'],
    source: 'fee-for',
    code: "import { zones } from './generated/zones.ts';\n\nexport function feeFor(grams: number, zone: string): number {\n  return Math.ceil(grams / 1000) * zones(zone).perKilo;\n}\n",
    wrong: '',
    test: `${TEST_HEAD}import { feeFor } from '../src/fee-for.ts';

test('started kilograms', () => assert.equal(feeFor(1200, 'eu'), 800));
test('Iceland', () => assert.equal(feeFor(500, 'is'), 900));
`,
    done: '',
  }),
  migrationProblem({
    id: 'voucher-balance',
    ask: 'How much is left on a voucher? balance(code) in src/voucher-balance.mjs shall add up the cents of its rows in voucher_moves. The test is written already.',
    table: 'voucher_moves',
    columns: 'code TEXT NOT NULL,\n  cents INTEGER NOT NULL',
    source: 'voucher-balance',
    code: "import { open } from './open.mjs';\n\nexport function balance(code, db = open()) {\n  return db.prepare('SELECT coalesce(sum(cents), 0) AS cents FROM voucher_moves WHERE code = ?').get(code).cents;\n}\n",
    wrong: '',
    test: `${TEST_HEAD}import { open } from '../src/open.mjs';
import { balance } from '../src/voucher-balance.mjs';

test('adds up', () => {
  const db = open();
  db.exec("DELETE FROM voucher_moves; INSERT INTO voucher_moves (id, code, cents) VALUES ('m1', 'X', 500), ('m2', 'X', -120)");
  assert.equal(balance('X', db), 380);
});
`,
    done: '',
  }),
  settingProblem({
    id: 'late-fee',
    ask: 'Late invoices cost extra: lateFee(days) in src/late-fee.mjs, LATE_FEE_CENTS for each started week. Please make its test green.',
    names: [
      ['LATE_FEE_CENTS', '250'],
      ['LATE_FEE_CURRENCY', 'EUR'],
    ],
    source: 'late-fee',
    code: "import { setting } from './settings.mjs';\n\nexport const lateFee = (days) => Math.ceil(days / 7) * Number(setting('LATE_FEE_CENTS'));\n",
    wrong: '',
    test: `${TEST_HEAD}import { lateFee } from '../src/late-fee.mjs';

test('started weeks', () => assert.deepEqual([0, 1, 8].map(lateFee), [0, 250, 500]));
`,
    done: '',
  }),
  settingProblem({
    id: 'archive-path',
    ask: 'Where does a document go in the archive? archivePath(number) joins ARCHIVE_ROOT, the year in ARCHIVE_YEAR and the number with slashes (src/archive-path.mjs).',
    names: [
      ['ARCHIVE_ROOT', '/archive'],
      ['ARCHIVE_YEAR', '2025'],
    ],
    source: 'archive-path',
    code: "import { setting } from './settings.mjs';\n\nexport const archivePath = (number) => [setting('ARCHIVE_ROOT'), setting('ARCHIVE_YEAR'), number].join('/');\n",
    wrong: '',
    test: `${TEST_HEAD}import { archivePath } from '../src/archive-path.mjs';

test('joined', () => assert.equal(archivePath('d-7'), '/archive/2025/d-7'));
`,
    done: '',
  }),
  execBitProblem({
    id: 'ci-today',
    ask: 'Commit a script ci/stamp that prints "build" and its first argument with a dash between, for the pipeline to call by its name.',
    script: 'stamp',
    body: 'echo "build-$1"',
    args: '77',
    expect: 'build-77',
    message: 'Stamp builds',
    done: '',
  }),
  staleLockProblem({
    id: 'nightly-channel',
    ask: 'From now on release.conf says channel=nightly. Commit that.',
    from: 'channel=stable',
    to: 'channel=nightly',
    message: 'Nightly channel',
    done: '',
  }),
  staleLockProblem({
    id: 'version-two',
    ask: 'We go to 2.0.0: put it into release.conf and commit.',
    from: 'version=1.2.0',
    to: 'version=2.0.0',
    message: 'Version 2',
    done: '',
  }),
  staleObjectProblem({
    id: 'meter-label',
    ask: 'Operators read "load" as a warning. Let the agent call its unit "mem" (METER_UNIT in meter.h).',
    from: '"load"',
    to: '"mem"',
    old: 'load 40.00',
    expect: 'mem 40.00',
    done: '',
  }),
];
