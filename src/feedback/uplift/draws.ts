/** What was drawn together: a draw of the lot is one witness, however many tasks and runs hang on it. Pure. */
import type { Asked, Exposed } from './gather.ts';

/** Runs, and questions about their tasks, that are bound to one another. */
export interface Draw {
  rows: Exposed[];
  asked: Asked[];
}

/**
 * Runs belong together that are of one task, that name one question, or that name questions asked in the same words: ten tasks that
 * were recorded after one question were all put into its arm at once. In the order given; questions without runs are draws, too.
 */
export function drawsOf(rows: Exposed[], asked: Asked[]): Draw[] {
  const above = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let next = above.get(root); next !== undefined; next = above.get(root)) {
      // Every second look up is made shorter for those that follow.
      const further = above.get(next);
      if (further !== undefined) above.set(root, further);
      root = next;
    }
    return root;
  };
  const bind = (a: string, b: string): void => {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one !== other) above.set(one, other);
  };
  for (const { task_key, retrieval } of rows) bind(retrieval, task_key);
  for (const { id, task } of asked) bind(id, task);
  const draws = new Map<string, Draw>();
  const drawOf = (name: string): Draw => {
    const root = rootOf(name);
    const draw = draws.get(root) ?? { rows: [], asked: [] };
    draws.set(root, draw);
    return draw;
  };
  for (const row of rows) drawOf(row.task_key).rows.push(row);
  for (const question of asked) drawOf(question.task).asked.push(question);
  return [...draws.values()];
}
