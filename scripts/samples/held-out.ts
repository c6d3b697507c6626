/**
 * Tasks that were not recorded, for asking: same projects and quirks as in the samples, other words and files. `error`
 * is what came back when such a task was really run (`node scripts/record-samples.ts --only <id> --out <folder>`).
 */
import type { Task } from '../../src/types.ts';
import { codegenProblem } from './codegen.ts';
import { execBitProblem } from './exec-bits.ts';
import { migrationProblem } from './migrations.ts';
import type { Problem } from './problem.ts';
import { TEST_HEAD } from './snippets.ts';

export interface HeldOut {
  task: Task;
  /** The error such a task runs into. */
  error: string;
  project: string;
}

const vat = (round: string) => `import { regions } from './generated/regions.ts';

export function vat(cents: number, region: string): number {
  return ${round}((cents * regions(region).percent) / 100);
}
`;

const vatProblem = codegenProblem({
  id: 'vat-by-region',
  ask: 'vat(cents, region) in src/vat.ts: look the percentage up in the regions schema. Norway (NO, 25 percent) is not in there yet. There is a test in test/vat.test.ts.',
  table: 'regions',
  rows: { DE: { percent: 19 }, FR: { percent: 20 } },
  add: ['"FR": {', '"NO": {\n    "percent": 25\n  },\n  "FR": {'],
  source: 'vat',
  code: vat('Math.round'),
  wrong: vat('Math.floor'),
  test: `${TEST_HEAD}import { vat } from '../src/vat.ts';

test('rounds', () => assert.equal(vat(995, 'DE'), 189));
test('Norway', () => assert.equal(vat(400, 'NO'), 100));
`,
  done: 'vat() knows Norway.',
});

const queue = (order: string) => `import { open } from './open.mjs';

export function waiting(db = open()) {
  return db.prepare('SELECT id FROM refund_queue ORDER BY asked ${order}, id').all().map((row) => row.id);
}
`;

const queueProblem = migrationProblem({
  id: 'refund-queue',
  ask: 'Support wants to see who has waited longest: add waiting() to src/refund-queue.mjs, the ids in refund_queue, first asked first. The tests for it exist and should pass.',
  table: 'refund_queue',
  columns: 'asked TEXT NOT NULL',
  source: 'refund-queue',
  code: queue('ASC'),
  wrong: queue('DESC'),
  test: `${TEST_HEAD}import { open } from '../src/open.mjs';
import { waiting } from '../src/refund-queue.mjs';

test('first asked first', () => {
  const db = open();
  db.exec("DELETE FROM refund_queue; INSERT INTO refund_queue (id, asked) VALUES ('q1', '2025-01-09'), ('q2', '2025-01-02')");
  assert.deepEqual(waiting(db), ['q2', 'q1']);
});
`,
  done: 'waiting() lists the queue.',
});

const notifyProblem = execBitProblem({
  id: 'ci-notify',
  ask: 'The pipeline shall call ./ci/notify STAGE after each stage, which echoes "finished STAGE". Write the script, commit it, and make sure that a fresh clone can run it.',
  script: 'notify',
  body: 'echo "finished $1"',
  args: 'build',
  expect: 'finished build',
  message: 'Notify after a stage',
  done: 'ci/notify is committed.',
});

const ask = (problem: Problem, error: string): HeldOut => ({
  task: { description: problem.ask, domain: problem.domain },
  error,
  project: problem.project,
});

/** The problems behind `heldOut`, so that they can be run. */
export const heldOutProblems: Problem[] = [vatProblem, queueProblem, notifyProblem];

export const heldOut: HeldOut[] = [
  ask(queueProblem, 'Error: no such table: refund_queue'),
  ask(notifyProblem, 'bash: line 1: ./ci/notify: Permission denied'),
  ask(
    vatProblem,
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/workspace/src/generated/regions.ts' imported from /workspace/src/vat.ts",
  ),
];
