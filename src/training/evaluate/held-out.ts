/** Which tasks were trained on: by their id, or because the text of one gives the other away. */
import type { Context } from '../../context.ts';
import type { DatasetVersion } from '../../types.ts';
import { contamination, evaluationTasks } from '../datasets/contamination.ts';
import { rowsOf } from '../datasets/read.ts';
import type { EvaluationTask } from './task.ts';

/** Texts that are compared with at once, in UTF-16 units: what memory holds, whatever the size of the split. */
const AT_ONCE = 8_000_000;

/** Ids of those tasks that the train split of the dataset holds, or nearly holds. */
export async function seenInTraining(
  ctx: Context,
  version: DatasetVersion,
  tasks: EvaluationTask[],
): Promise<Set<string>> {
  const seen = new Set<string>();
  const ids = new Set(tasks.map(({ id }) => id));
  let texts = new Set<string>();
  let size = 0;
  const compare = () => {
    if (texts.size === 0) return;
    const trained = evaluationTasks([...texts]);
    for (const { id, specification } of tasks)
      if (!seen.has(id) && contamination(specification, trained) !== undefined) seen.add(id);
    texts = new Set();
    size = 0;
  };
  for await (const { example } of rowsOf(ctx, version, 'train')) {
    if (ids.has(example.task_key)) seen.add(example.task_key);
    if (!/[\p{L}\p{N}]/u.test(example.specification) || texts.has(example.specification)) continue;
    texts.add(example.specification);
    size += example.specification.length;
    if (size > AT_ONCE) compare();
  }
  compare();
  return seen;
}
