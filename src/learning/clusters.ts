/** Clusters of attempts: runs at one task, and at tasks of a project that are told in nearly the same words. */
import { jaccard } from '../learners/words.ts';
import type { Attempt } from '../types.ts';

export interface Cluster {
  /** Task key of its first task. */
  key: string;
  runs: Attempt[];
}

/** Descriptions share at least this part of their words: a comma or a synonym apart, not another name or number. */
const NEARLY_THE_SAME = 0.92;

/** Every run is in one cluster. Runs of several projects are never in one. */
export function clustersOf(runs: Attempt[]): Cluster[] {
  return [...Map.groupBy(runs, ({ project }) => project).values()].flatMap(inProject);
}

interface Told {
  key: string;
  words: Set<string>;
  runs: Attempt[];
}

function inProject(runs: Attempt[]): Cluster[] {
  const tasks = [...Map.groupBy(runs, ({ task_key }) => task_key)]
    .map(([key, same]): Told => ({ key, words: new Set(same[0]?.topics), runs: same }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const head = new Map(tasks.map(({ key }) => [key, key]));
  const headOf = (key: string): string => {
    const above = head.get(key) ?? key;
    return above === key ? key : headOf(above);
  };
  for (const [a, b] of alike(tasks)) {
    const [first, second] = [headOf(a.key), headOf(b.key)].sort();
    if (first !== undefined && second !== undefined) head.set(second, first);
  }
  return [...Map.groupBy(tasks, ({ key }) => headOf(key))].map(([key, same]) => ({
    key,
    runs: same.flatMap((task) => task.runs),
  }));
}

/**
 * Pairs of tasks that are nearly the same. Two sets that share most of their words share one of their rarest, so only
 * tasks that meet there are compared: thousands of tasks take no time.
 */
function* alike(tasks: Told[]): Iterable<[Told, Told]> {
  const count = new Map<string, number>();
  for (const { words } of tasks) for (const word of words) count.set(word, (count.get(word) ?? 0) + 1);
  const rare = (a: string, b: string) => (count.get(a) ?? 0) - (count.get(b) ?? 0) || (a < b ? -1 : 1);
  const met = new Map<string, Told[]>();
  for (const task of tasks) {
    const sorted = [...task.words].sort(rare);
    const telling = sorted.slice(0, sorted.length - Math.ceil(NEARLY_THE_SAME * sorted.length) + 1);
    const others = new Set(telling.flatMap((word) => met.get(word) ?? []));
    for (const other of others) if (jaccard(task.words, other.words) >= NEARLY_THE_SAME) yield [other, task];
    for (const word of telling) {
      const known = met.get(word);
      if (known) known.push(task);
      else met.set(word, [task]);
    }
  }
}
