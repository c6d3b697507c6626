/**
 * Programs that Reflexion's agents wrote, judged by hidden tests: of each problem the last program of every agent. What an agent
 * tried before it is not kept, so these are attempts at one task by different agents, and no chains of retries.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TrajectoryDraft } from '../../../src/types.ts';

interface Row {
  task_id?: string;
  name?: string;
  prompt?: string;
  solution?: string;
  is_solved?: boolean;
}

const MODEL = /gpt-4|gpt-3\.5-turbo|text-davinci-003/u;

/** None where the set is absent. */
export function programs(data: string): TrajectoryDraft[] {
  const root = [join(data, 'reflexion', 'reflexion'), join(data, 'reflexion')]
    .map((path) => join(path, 'programming'))
    .find((path) => existsSync(path));
  if (!root) return [];
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl') && !path.includes('metadata'))
    .sort();
  return files.flatMap((path) => {
    const language = /(?:_rs|rust)/u.test(path) ? 'rust' : 'python';
    return readFileSync(join(root, path), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .flatMap((line) => draftOf(JSON.parse(line) as Row, path, language));
  });
}

function draftOf(row: Row, path: string, language: string): TrajectoryDraft[] {
  const name = row.name ?? row.task_id;
  if (!name || !row.prompt?.trim() || !row.solution?.trim() || row.is_solved === undefined) return [];
  return [
    {
      task: { description: row.prompt, domain: language, id: `${language}/${name}` },
      session: `${path}/${name}`,
      agent: basename(dirname(path)),
      model: MODEL.exec(basename(path))?.[0],
      steps: [{ action: row.solution, observation: '' }],
      outcome: { success: row.is_solved, verdict: { source: 'test', detail: 'hidden tests' } },
    },
  ];
}
