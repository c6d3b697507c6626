/**
 * Public sets with a label on one step of each run: Who&When (people named the decisive mistake) and InterCode (the step
 * whose reward rises most). The labels stay beside the run: nothing of them, and no expected answer, is in it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Outcome, Step, Task } from '../../../src/types.ts';

export interface LabelledRun {
  id: string;
  /** Runs of one cluster are drawn together: attempts at one task are one witness. */
  cluster: string;
  run: { task: Task; steps: Step[]; outcome: Outcome };
  label: number;
  /** Who was named, where people named somebody. */
  agent?: string;
}

export interface LabelledSet {
  name: string;
  runs: LabelledRun[];
}

function folder(data: string, name: string): string | undefined {
  return [join(data, name, name), join(data, name)].find((path) => existsSync(path));
}

// biome-ignore lint/suspicious/noExplicitAny: files of other programs, each with its own shape
type Row = any;
const json = (path: string): Row => JSON.parse(readFileSync(path, 'utf8'));

/** 126 failed conversations between agents; a message is a step, its speaker the step's agent. */
export function whoAndWhen(data: string): LabelledSet | undefined {
  const root = folder(data, 'who-and-when');
  const place = root && join(root, 'Who&When', 'Algorithm-Generated');
  if (!place || !existsSync(place)) return undefined;
  const files = readdirSync(place)
    .filter((file) => file.endsWith('.json'))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  const runs = files.map((file) => {
    const { question, question_ID, history, mistake_step, mistake_agent } = json(join(place, file));
    return {
      id: file,
      cluster: String(question_ID),
      run: {
        task: { description: question },
        steps: history.map(({ name, role, content }: Row) => ({
          agent: name ?? role,
          action: content,
          observation: '',
        })),
        outcome: { success: false },
      },
      label: Number(mistake_step),
      agent: mistake_agent,
    };
  });
  return { name: 'who-and-when', runs };
}

/**
 * All attempts; labelled are those of two steps and more whose reward rises anywhere, the others have the label -1 and
 * serve for contrast. Of equal rises the first is the label.
 */
export function interCode(
  data: string,
  language: 'sql' | 'bash' | 'python' | 'ctf',
): LabelledSet | undefined {
  const root = folder(data, 'intercode');
  const place = root && join(root, 'data', 'results', language);
  if (!place || !existsSync(place)) return undefined;
  const files = readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json') && !path.includes('plan_solve'))
    .sort();
  const runs: LabelledRun[] = [];
  for (const file of files) {
    for (const row of Object.values<Row>(json(join(place, file)))) {
      // The human runs are kept in another shape.
      if (!row.turn_history) continue;
      const { actions, observations, rewards } = row.turn_history;
      const label = steepest(rewards);
      const task = `${basename(String(row.dataset), '.json')}/${row.task_id}`;
      runs.push({
        id: `${basename(file, '.json')}/${task}`,
        cluster: task,
        run: {
          task: { description: row.query, id: task },
          steps: actions.map((action: unknown, i: number) => stepOf(String(action), observations[i])),
          outcome: { success: row.summary.max_reward === 1, verdict: { source: 'test' } },
        },
        label: actions.length < 2 ? -1 : (label ?? -1),
      });
    }
  }
  return { name: `intercode-${language}`, runs };
}

function stepOf(action: string, seen: unknown): Step {
  const observation = String(seen ?? '').slice(0, 4_000);
  return { action, observation, ...(observation.startsWith('Error') ? { error: observation } : {}) };
}

/** The step whose reward rises most, from 0 before the first; undefined where it never rises. */
function steepest(rewards: number[]): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (const [i, reward] of rewards.entries()) {
    const rise = reward - (rewards[i - 1] ?? 0);
    if (rise > most + 1e-9) {
      most = rise;
      best = i;
    }
  }
  return best;
}
