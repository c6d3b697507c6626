/**
 * Public sets as what Knowhow stores and is asked. Reported sets measure; the others are there to choose on, so that no
 * number is tuned on what is reported. Where a set is absent its loader gives nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readTranscripts } from '../../src/capture/importers/index.ts';
import type { TrajectoryDraft } from '../../src/types.ts';

/** Attempts at tasks; what is asked is one attempt's opening words, what is looked for another attempt at its task. */
export interface RunSet {
  name: string;
  runs: { task: string; draft: TrajectoryDraft }[];
}

/** Texts, and a question whose answer is one of them. */
export interface TextSet {
  name: string;
  texts: string[][];
  queries: { text: string; answer: number }[];
}

/** The folder of a set: as its archive unpacks, or as `tar -C DIR/name` leaves it. */
function folder(data: string, name: string): string | undefined {
  return [join(data, name, name), join(data, name)].find((path) => existsSync(path));
}

// biome-ignore lint/suspicious/noExplicitAny: files of other programs, each with its own shape
type Row = any;
const lines = (path: string): Row[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const json = (path: string): Row => JSON.parse(readFileSync(path, 'utf8'));
const named = (name: string, file: string) => ({ task: { description: name, id: file } });

/** Reported. InterCode bash: each of 200 tasks attempted by several models, in the same words. */
export function interCode(data: string): RunSet | undefined {
  const root = folder(data, 'intercode');
  if (!root) return undefined;
  const runs: RunSet['runs'] = [];
  for (const path of filesBelow(join(root, 'data/results/bash'), '.json')) {
    if (path.includes('plan_solve')) continue;
    for (const row of Object.values<Row>(json(path))) {
      const task = `${basename(row.dataset, '.json')}/${row.task_id}`;
      const { actions, observations } = row.turn_history;
      runs.push({
        task,
        draft: {
          ...named(row.query, task),
          session: `${basename(path, '.json')}/${task}`,
          steps: actions.map((action: unknown, i: number) => ({
            action: String(action),
            tool: 'bash',
            observation: String(observations[i] ?? '').slice(0, 2_000),
          })),
          outcome: { success: row.summary.max_reward === 1, verdict: { source: 'test' } },
        },
      });
    }
  }
  return { name: 'intercode-bash', runs };
}

/** Reported. ALFWorld: 103 household games, eight models; several games share their words. */
export function alfWorld(data: string): RunSet | undefined {
  const root = folder(data, 'alfworld-react-logs');
  if (!root) return undefined;
  const rows = lines(join(root, 'trajectories.jsonl'));
  const runs = rows.map((row, i) => ({
    task: row.task_id,
    draft: {
      ...named(row.task, row.task_id),
      session: `${row.source}/${i}`,
      steps: row.steps.map((step: Row) => ({
        action: step.action ?? 'think',
        observation: step.observation ?? '',
        ...(step.thought ? { thought: step.thought } : {}),
      })),
      outcome: { success: row.success, verdict: { source: 'test' as const } },
    },
  }));
  return { name: 'alfworld', runs };
}

/** Reported. tau-bench airline: the customer opens the same task in other words in each of four trials. */
export async function tauBench(data: string): Promise<RunSet | undefined> {
  const root = folder(data, 'tau-bench');
  if (!root) return undefined;
  const runs: RunSet['runs'] = [];
  for await (const { events } of readTranscripts(join(root, 'gpt-4o-airline.json'))) {
    for await (const event of events) {
      if (event.kind !== 'trajectory') continue;
      const session = `tau/${runs.length}`;
      runs.push({ task: event.draft.task.id ?? session, draft: { ...event.draft, session } });
    }
  }
  return { name: 'tau-airline', runs };
}

const REME = ['appworld', 'bfcl'].flatMap((of) => ['8b', '14b', '32b'].map((size) => `${of}_qwen3_${size}`));

/** Reported. ReMe's memories, one library a set: the query of the task that a memory came from must find it. */
export function reMe(data: string): TextSet[] {
  const root = folder(data, 'reme-experience-libraries');
  if (!root) return [];
  return REME.map((library) => {
    const rows = lines(join(root, `${library}.jsonl`));
    return {
      name: `reme/${library}`,
      texts: rows.map((row) => [row.when_to_use, row.content]),
      queries: rows.map((row, answer) => ({ text: row.metadata.task_query, answer })),
    };
  });
}

/** To choose on: texts whose own question stands in none of them word by word. */
export function textsToChooseOn(data: string): TextSet[] {
  const sets: TextSet[] = [];
  const add = (name: string, pairs: [query: string, text: string][]) => {
    const told = pairs.filter(([query, text]) => query && text);
    if (told.length > 30)
      sets.push({
        name,
        texts: told.map(([, text]) => [text]),
        queries: told.map(([text], answer) => ({ text, answer })),
      });
  };
  const react = folder(data, 'react-webshop-fever');
  if (react) {
    const seen = (row: Row, of: (step: Row) => boolean) =>
      row.steps.filter(of).map((step: Row) => step.observation ?? '');
    add(
      'fever',
      lines(join(react, 'fever_trajectories.jsonl')).map((row) => [
        row.task,
        seen(row, () => true)
          .join('\n')
          .slice(0, 1_500),
      ]),
    );
    add(
      'webshop',
      lines(join(react, 'webshop_trajectories.jsonl')).map((row) => [
        row.task,
        (seen(row, (step) => /click\[B0/u.test(step.action ?? '')).at(-1) ?? '').slice(0, 800),
      ]),
    );
  }
  const reflexion = folder(data, 'reflexion');
  if (reflexion) {
    const path = filesBelow(join(reflexion, 'programming'), '.jsonl').filter((each) =>
      /reflexion_mbpp/u.test(each),
    );
    for (const each of path)
      add(
        `reflexion/${basename(dirname(each))}`,
        lines(each).map((row) => [row.prompt, (row.reflections ?? []).join('\n')]),
      );
  }
  const reme = folder(data, 'reme-experience-libraries');
  for (const library of reme ? ['bfcl_v3', 'appworld_memory_lib'] : [])
    add(
      `reme/${library}, no query`,
      lines(join(reme ?? '', `${library}.jsonl`)).map((row) => [row.when_to_use, row.content]),
    );
  return sets;
}

/** To choose on: terminal-bench, each run told in its agent's first words instead of the task's own. */
export async function terminalBench(data: string): Promise<RunSet | undefined> {
  const root = folder(data, 'terminal-bench-claude-code');
  if (!root) return undefined;
  const runs: RunSet['runs'] = [];
  for await (const { path, events } of readTranscripts(join(root, 'stream-json'))) {
    for await (const event of events) {
      if (event.kind !== 'trajectory') continue;
      const first = event.draft.steps
        .map((step) => step.thought ?? (step.tool ? '' : step.action))
        .find((text) => text.length > 20);
      const task = basename(path, '.jsonl');
      if (first) runs.push({ task, draft: { ...event.draft, ...named(first, task), session: path } });
    }
  }
  return { name: 'terminal-bench, agents’ words', runs };
}

function filesBelow(root: string, end: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .sort()
    .map((path) => join(root, path));
}
