/** Rows and pairs of a dataset, small and of every kind that exports tell apart: for the tests and for check-exports. */
import type { ExportSource } from '../../src/training/export/export.ts';
import type {
  DatasetRow,
  EarlierAttempt,
  PreferenceExample,
  QualityJudgement,
  TrainingExample,
} from '../../src/types.ts';

const JUDGEMENT: QualityJudgement = {
  verdict: 'accept',
  composite: 0.9,
  quality: 0.9,
  confidence: 1,
  diversity: 0.5,
  informativeness: 0.5,
  reasons: [],
};

export function exampleRow(nth: number, changes: Partial<TrainingExample> = {}): DatasetRow {
  const example: TrainingExample = {
    id: `ex_${nth}`,
    item_id: `traj_${nth}`,
    task_key: `task_${nth}`,
    project: 'default',
    created_at: new Date(Date.UTC(2026, 0, 1, 0, 0, nth)).toISOString(),
    label: true,
    specification: `Write a function that adds ${nth} to a number.`,
    attempts: [],
    output: `const add = (n: number): number => n + ${nth};`,
    expected_actions: [],
    source: 'generated',
    source_type: 'execution_trace',
    task_type: 'code_generation',
    domain: 'typescript',
    difficulty: 0.5,
    quality: 90,
    confidence: 1,
    judged_by: 'test',
    reward: null,
    retry_count: 0,
    trace_hash: 'f'.repeat(64),
    ...changes,
  };
  return { example, judgement: JUDGEMENT };
}

export const attempt = (nth: number): EarlierAttempt => ({
  item_id: `traj_before_${nth}`,
  answer: `const add = (n) => n - ${nth};`,
  feedback: `Test ${nth} failed: expected ${nth}, got ${-nth}.`,
});

export function pairRow(nth: number, changes: Partial<PreferenceExample> = {}): PreferenceExample {
  const { example } = exampleRow(nth);
  return {
    id: `pair_${nth}`,
    task_key: example.task_key,
    project: 'default',
    created_at: example.created_at,
    specification: example.specification,
    attempts: [],
    chosen: example.output,
    rejected: attempt(nth).answer,
    chosen_item: example.item_id,
    rejected_item: attempt(nth).item_id,
    source: 'retry',
    strength: 1,
    confidence: 0.9,
    ...changes,
  };
}

const TURNS = [
  { action: 'ls', observation: 'add.ts\nadd.test.ts' },
  { action: 'npm tset', observation: 'Unknown command: "tset"', failed: true as const },
  { action: 'npm test', observation: '' },
  { action: 'Done: all tests pass.', observation: 'ok' },
];

/** Answers at once, after retries, of several steps, and rejected ones, `each` of each; and as many pairs. */
export function smallDataset(each: number): { rows: DatasetRow[]; pairs: PreferenceExample[] } {
  const rows = Array.from({ length: each }, (_, i) => [
    exampleRow(4 * i),
    exampleRow(4 * i + 1, {
      attempts: [attempt(1), attempt(2), attempt(3)],
      retry_count: 5,
      action_pair_id: 'add_guard',
      workflow_id: 'arithmetic',
    }),
    exampleRow(4 * i + 2, {
      task_type: 'multi_step',
      turns: TURNS,
      steps: TURNS.length,
      output: 'ls\nnpm test\nDone: all tests pass.',
    }),
    exampleRow(4 * i + 3, { label: false, output: 'const add = (n) => n;', source: 'imported' }),
  ]).flat();
  const pairs = Array.from({ length: each }, (_, i) =>
    pairRow(4 * i + 1, { attempts: i % 2 === 0 ? [] : [attempt(1)] }),
  );
  return { rows, pairs };
}

export const sourceOf = (rows: DatasetRow[], pairs: PreferenceExample[] = []): ExportSource => ({
  async *rows() {
    yield* rows;
  },
  async *pairs() {
    yield* pairs;
  },
});
