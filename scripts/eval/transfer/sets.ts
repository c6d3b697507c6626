/**
 * Runs of public sets as Knowhow stores them, for asking what carries over from task to task. Those marked `chosen_on`
 * were looked at while the learning was made; the others are reported.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readTranscripts } from '../../../src/capture/importers/index.ts';
import { createRandom } from '../../../src/learners/random.ts';
import type { TrajectoryDraft } from '../../../src/types.ts';

export interface TransferSet {
  name: string;
  chosen_on: boolean;
  runs: TrajectoryDraft[];
}

// biome-ignore lint/suspicious/noExplicitAny: files of other programs, each with its own shape
type Row = any;
const json = (path: string): Row => JSON.parse(readFileSync(path, 'utf8'));
const lines = (path: string): Row[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const folder = (data: string, name: string): string | undefined =>
  [join(data, name, name), join(data, name)].find((path) => existsSync(path));
const filesBelow = (root: string, end: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .sort()
    .map((path) => join(root, path));

const test = { source: 'test' as const };
const SEEN = 2_000;
/** SQL tasks drawn: fourteen runs each. */
const SQL_TASKS = 300;

/** InterCode: a task attempted by several models, rewarded by comparing with the right answer. */
function interCode(data: string, kind: 'bash' | 'sql', tool?: string): TrajectoryDraft[] {
  const root = folder(data, 'intercode');
  if (!root) return [];
  const runs: TrajectoryDraft[] = [];
  for (const path of filesBelow(join(root, 'data/results', kind), '.json')) {
    if (/plan_solve|human/u.test(path)) continue;
    for (const row of Object.values<Row>(json(path))) {
      const id = `${basename(row.dataset, '.json')}/${row.task_id}`;
      const { actions, observations } = row.turn_history;
      runs.push({
        task: { description: row.query, id },
        session: `${basename(path, '.json')}/${id}`,
        model: basename(dirname(path)),
        steps: actions.map((action: unknown, i: number) => ({
          action: String(action).slice(0, SEEN),
          ...(tool ? { tool } : {}),
          observation: String(observations[i] ?? '').slice(0, SEEN),
        })),
        outcome: { success: row.summary.max_reward === 1, verdict: test },
      });
    }
  }
  return runs;
}

/** So many tasks, drawn once, with all their runs. */
function someTasks(runs: TrajectoryDraft[], most: number): TrajectoryDraft[] {
  const random = createRandom(5);
  const drawn = new Map([...new Set(runs.map(({ task }) => task.id))].sort().map((id) => [id, random()]));
  const kept = new Set(
    [...drawn]
      .sort((a, b) => a[1] - b[1])
      .slice(0, most)
      .map(([id]) => id),
  );
  return runs.filter(({ task }) => kept.has(task.id));
}

function alfWorld(data: string): TrajectoryDraft[] {
  const root = folder(data, 'alfworld-react-logs');
  if (!root) return [];
  return lines(join(root, 'trajectories.jsonl')).map((row, i) => ({
    task: { description: row.task, id: row.task_id },
    session: `${row.source}/${i}`,
    model: row.model,
    steps: row.steps.map(reactStep),
    outcome: { success: row.success, verdict: test },
  }));
}

function webShop(data: string): TrajectoryDraft[] {
  const root = folder(data, 'react-webshop-fever');
  if (!root) return [];
  return lines(join(root, 'webshop_trajectories.jsonl')).map((row) => ({
    task: { description: row.task, id: `webshop/${row.task_id}` },
    session: `webshop/${row.task_id}`,
    model: 'text-davinci-002',
    steps: row.steps.map(reactStep),
    outcome: { success: row.success, score: row.score, verdict: test },
  }));
}

const reactStep = (step: Row) => ({
  action: step.action ?? `think: ${step.thought ?? ''}`,
  observation: String(step.observation ?? '').slice(0, SEEN),
});

async function tauBench(data: string): Promise<TrajectoryDraft[]> {
  const root = folder(data, 'tau-bench');
  if (!root) return [];
  const runs: TrajectoryDraft[] = [];
  for await (const { events } of readTranscripts(join(root, 'gpt-4o-airline.json')))
    for await (const event of events)
      if (event.kind === 'trajectory')
        runs.push({ ...event.draft, session: `tau/${runs.length}`, model: 'gpt-4o' });
  return runs;
}

async function terminalBench(data: string): Promise<TrajectoryDraft[]> {
  const root = folder(data, 'terminal-bench-claude-code');
  if (!root) return [];
  const runs: TrajectoryDraft[] = [];
  for await (const { path, events } of readTranscripts(join(root, 'stream-json'))) {
    const [model, task] = [basename(dirname(path)), basename(path, '.jsonl')];
    const result = join(root, 'results', model, `${task}.json`);
    if (!existsSync(result)) continue;
    const { instruction, is_resolved } = json(result);
    for await (const event of events)
      if (event.kind === 'trajectory')
        runs.push({
          ...event.draft,
          task: { description: instruction, id: task },
          session: path,
          model,
          outcome: { success: is_resolved === true, verdict: test },
        });
  }
  return runs;
}

/** The sets that are there. Steps of InterCode come without a tool, as they were typed. */
export async function transferSets(data: string): Promise<TransferSet[]> {
  const sets: TransferSet[] = [
    { name: 'alfworld', chosen_on: true, runs: alfWorld(data) },
    { name: 'terminal-bench', chosen_on: true, runs: await terminalBench(data) },
    { name: 'webshop', chosen_on: true, runs: webShop(data) },
    { name: 'tau-airline', chosen_on: false, runs: await tauBench(data) },
    { name: 'intercode-bash', chosen_on: false, runs: interCode(data, 'bash', 'bash') },
    { name: 'intercode-sql', chosen_on: false, runs: someTasks(interCode(data, 'sql'), SQL_TASKS) },
  ];
  return sets.filter(({ runs }) => runs.length > 0);
}
