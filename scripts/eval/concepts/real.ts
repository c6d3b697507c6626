/** Concepts in runs that nobody planted anything in: printed, to be read. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTranscripts } from '../../../src/capture/importers/index.ts';
import { extractConcepts } from '../../../src/learning/code/concepts.ts';
import { type CodeConcept, type Trajectory, TrajectoryInput } from '../../../src/types.ts';

export interface RealSet {
  name: string;
  runs: Trajectory[];
  concepts: CodeConcept[];
  seconds: number;
}

const folder = (data: string, name: string): string | undefined =>
  [join(data, name, name), join(data, name)].find((path) => existsSync(path));

const stored = (draft: unknown, id: string, project: string, nth: number): Trajectory => ({
  ...TrajectoryInput.parse(draft),
  id,
  at: new Date(Date.UTC(2026, 0, 1) + nth * 1000).toISOString(),
  project,
  derived_from: [],
  trust: 1,
});

async function learned(name: string, runs: Trajectory[]): Promise<RealSet> {
  const began = performance.now();
  const keyOf = ({ task }: Trajectory) => task.id ?? task.description;
  const concepts = await extractConcepts(runs, keyOf, '2026-01-01T00:00:00Z');
  return { name, runs, concepts, seconds: (performance.now() - began) / 1000 };
}

/** The runs that come with the repository: every command in them was run. */
export async function samples(): Promise<RealSet | undefined> {
  const root = fileURLToPath(new URL('../../../data/samples', import.meta.url));
  if (!existsSync(root)) return undefined;
  const lines = readdirSync(root)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(root, name), 'utf8').trim().split('\n'));
  const runs = lines.map((line, nth) => {
    const draft: { project?: string } = JSON.parse(line);
    return stored(draft, `samples/${nth}`, draft.project ?? 'samples', nth);
  });
  return learned('samples of this repository', runs);
}

/** InterCode Python: functions written for small problems, each run judged by its tests. */
export async function interCodePython(data: string): Promise<RealSet | undefined> {
  const root = folder(data, 'intercode');
  const files = root ? jsonBelow(join(root, 'data/results/python')) : [];
  if (files.length === 0) return undefined;
  const runs = files.flatMap((path) =>
    Object.values<Row>(JSON.parse(readFileSync(path, 'utf8'))).flatMap((row) => {
      if (!row.turn_history) return [];
      const id = `${path}/${row.task_id}`;
      const draft = {
        task: { description: row.query, id: String(row.task_id) },
        steps: row.turn_history.actions.map((action: string, i: number) => ({
          action: String(action),
          tool: 'python',
          observation: String(row.turn_history.observations[i] ?? ''),
        })),
        outcome: { success: row.summary.max_reward === 1, verdict: { source: 'test' } },
      };
      return [stored(draft, id, 'intercode-python', 0)];
    }),
  );
  return learned('intercode-python', runs);
}

/** Terminal-Bench with Claude Code: whole tasks, four models each. */
export async function terminalBench(data: string): Promise<RealSet | undefined> {
  const root = folder(data, 'terminal-bench-claude-code');
  if (!root) return undefined;
  const runs: Trajectory[] = [];
  for await (const { path, events } of readTranscripts(join(root, 'stream-json'))) {
    for await (const event of events) {
      if (event.kind !== 'trajectory') continue;
      const [model = '', file = ''] = path.split('/').slice(-2);
      const task = file.replace(/\.jsonl$/u, '');
      const result = join(root, 'results', model, `${task}.json`);
      const success = existsSync(result) ? solved(JSON.parse(readFileSync(result, 'utf8'))) : null;
      const draft = { ...event.draft, task: { ...event.draft.task, id: task }, outcome: { success } };
      runs.push(stored(draft, `${model}/${task}/${runs.length}`, 'terminal-bench', runs.length));
    }
  }
  return learned('terminal-bench', runs);
}

// biome-ignore lint/suspicious/noExplicitAny: files of other programs, each with its own shape
type Row = any;
const solved = (row: Row): boolean | null => row.is_resolved ?? row.resolved ?? null;

function jsonBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}
