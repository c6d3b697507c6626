/** InterCode's results (princeton-nlp/intercode, data/results) as runs in the shape of record_trajectory, one a line. */
import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { TrajectoryDraft } from '../../src/types.ts';

interface Attempt {
  environment?: string;
  task_id?: number | string;
  query?: string;
  turn_history?: { actions: unknown[]; observations: unknown[]; rewards: unknown[] };
  summary?: { max_reward: number };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** The result files under `folder`; none when the set is not there. */
export function intercodeFiles(folder: string): string[] {
  const results = [
    join(folder, 'intercode', 'intercode', 'data', 'results'),
    join(folder, 'data', 'results'),
  ];
  const root = results.find((path) => existsSync(path));
  if (!root) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json') && !path.includes('plan_solve'))
    .map((path) => join(root, path))
    .sort();
}

export function* intercodeRuns(path: string): Generator<TrajectoryDraft> {
  const file = basename(path, '.json');
  const family = path.split('/').slice(-3, -1).join('/');
  const attempts = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Attempt>;
  for (const [key, { environment, task_id, query, turn_history, summary }] of Object.entries(attempts)) {
    if (!turn_history || !query) continue;
    const { actions, observations } = turn_history;
    yield {
      project: `intercode-${environment ?? family}`,
      session: `${family}/${file}/${key}`,
      task: { description: query, id: `${family.split('/')[0]}/${task_id ?? key}`, domain: environment },
      steps: actions.map((action, i) => ({
        action: asText(action),
        observation: asText(observations[i]),
        ...(asText(observations[i]).startsWith('Error')
          ? { error: asText(observations[i]).slice(0, 400) }
          : {}),
      })),
      outcome: {
        success: summary ? summary.max_reward === 1 : null,
        ...(summary ? { score: Math.min(1, Math.max(0, summary.max_reward)) } : {}),
        verdict: { source: 'test' },
      },
    };
  }
}

/** Writes all runs to `to` as JSON lines. @returns how many runs and steps. */
export async function writeIntercode(folder: string, to: string): Promise<{ runs: number; steps: number }> {
  const out = createWriteStream(to);
  const found = { runs: 0, steps: 0 };
  for (const path of intercodeFiles(folder)) {
    for (const run of intercodeRuns(path)) {
      found.runs += 1;
      found.steps += run.steps.length;
      if (!out.write(`${JSON.stringify(run)}\n`))
        await new Promise<void>((resolve) => out.once('drain', resolve));
    }
  }
  out.end();
  await finished(out);
  return found;
}
