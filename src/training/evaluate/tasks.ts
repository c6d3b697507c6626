/** Where tasks come from: the test split of a dataset, or a file of JSON lines. */

import { createReadStream } from 'node:fs';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { KnowhowError } from '../../errors.ts';
import { contentId } from '../../learners/content-id.ts';
import { jsonIn } from '../../text.ts';
import type { DatasetVersion } from '../../types.ts';
import { trainingError } from '../codes.ts';
import { rowsOf } from '../datasets/read.ts';
import { type EvaluationTask, GuardSpec } from './task.ts';

export const MOST_TASKS = 10_000;
const LONGEST_LINE = 2_000_000;
/** Attempts at a task that are looked at for its check. */
const LOOKED_AT = 5;

/**
 * Every task of the test split, by id. `recordedChecks`: with the check that its recorded runs brought along, where one did. Whoever
 * recorded a run wrote that command, so it is run only where it was asked for.
 */
export async function tasksOfDataset(
  ctx: Context,
  version: DatasetVersion,
  { recordedChecks = false }: { recordedChecks?: boolean | undefined } = {},
): Promise<EvaluationTask[]> {
  const found = new Map<string, { specification: string; runs: string[] }>();
  for await (const { example } of rowsOf(ctx, version, 'test')) {
    const task = found.get(example.task_key) ?? { specification: example.specification, runs: [] };
    if (task.runs.length < LOOKED_AT) task.runs.push(example.item_id);
    found.set(example.task_key, task);
  }
  const tasks: EvaluationTask[] = [];
  for (const [id, { specification, runs }] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const recorded = recordedChecks ? await ctx.memory.trajectories.getMany(runs) : [];
    const verifier = recorded.find((run) => run.task.verifier)?.task.verifier;
    tasks.push({ id, specification, guards: verifier ? [verifier] : [] });
  }
  return tasks;
}

const Line = z.strictObject({
  id: z.string().min(1).max(500).optional(),
  specification: z.string().trim().min(1),
  guard: z.union([GuardSpec, z.array(GuardSpec)]).optional(),
});

/**
 * One JSON object a line: `{"specification": "…", "id": "…", "guard": {"command": "…"} | {"schema": {…}} | [several]}`.
 * @throws KnowhowError `E7404` with the number of the line: not such an object, over 2 MB, or an id that was there before.
 */
export async function tasksOfFile(path: string): Promise<EvaluationTask[]> {
  const tasks = new Map<string, EvaluationTask>();
  let nth = 0;
  for await (const line of linesOf(path)) {
    nth += 1;
    if (line.trim() === '') continue;
    const read = Line.safeParse(jsonIn(line));
    if (!read.success) throw trainingError('E7404', `Line ${nth}: ${wrongWith(line)}`);
    const { specification, guard = [], id = contentId('task', specification) } = read.data;
    if (tasks.has(id)) throw trainingError('E7404', `Line ${nth} has the id of an earlier one.`);
    if (tasks.size === MOST_TASKS) throw trainingError('E7404', `There are more than ${MOST_TASKS}.`);
    tasks.set(id, { id, specification, guards: [guard].flat() });
  }
  return [...tasks.values()];
}

/** So many of them, the same ones with the same seed. */
export function fewerTasks(tasks: EvaluationTask[], most: number, seed: number): EvaluationTask[] {
  const place = new Map(tasks.map(({ id }) => [id, contentId('place', [seed, id])]));
  const drawn = [...tasks].sort((a, b) => ((place.get(a.id) ?? '') < (place.get(b.id) ?? '') ? -1 : 1));
  const taken = new Set(drawn.slice(0, most));
  return tasks.filter((task) => taken.has(task));
}

/** By what they ask and what judges them; `forAll` judges all of them. */
export const tasksHash = (tasks: EvaluationTask[], forAll: unknown[]): string =>
  contentId('tasks', [
    forAll,
    [...tasks]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, specification, guards }) => [id, specification, guards]),
  ]);

/** Without a word of the line, but for keys that are misspelt ones of ours. */
function wrongWith(line: string): string {
  const value = jsonIn(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no JSON object.';
  const { id, specification, guard, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0)
    return `it has ${'guards' in others ? '"guards"' : 'other keys'}; there are id, specification and guard.`;
  if (!Line.shape.specification.safeParse(specification).success) return '"specification" must be a text.';
  if (!Line.shape.id.safeParse(id).success) return '"id" must be a text of 1 to 500 characters.';
  return '"guard" must be {"command": …}, with "files", "answer_file" or "timeout_ms" if need be, or {"schema": …}, or a list of these.';
}

/** Not by readline, which holds a line of any length. A byte order mark is no part of the first. */
async function* linesOf(path: string): AsyncGenerator<string, void> {
  let [begun, nth] = ['', 1];
  try {
    for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      const [rest = '', ...more] = chunk.split('\n');
      begun += nth === 1 && begun === '' ? rest.replace(/^\uFEFF/u, '') : rest;
      for (const next of more) {
        yield begun;
        begun = next;
        nth += 1;
      }
      if (begun.length > LONGEST_LINE) throw trainingError('E7404', `Line ${nth} is over 2 MB.`);
    }
    yield begun;
  } catch (cause) {
    if (cause instanceof KnowhowError) throw cause;
    throw trainingError('E7404', 'The file of tasks cannot be read: is it there?', { cause });
  }
}
