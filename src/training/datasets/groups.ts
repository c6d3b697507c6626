/**
 * Tasks that ask nearly the same are one group, so that what is tested on was not trained on under another name. Groups of an
 * earlier version stay apart where they were apart: nothing that is fixed ever moves.
 */
import type { Signature } from '../../learners/minhash.ts';
import type { Split } from '../../types/training.ts';
import { likeAnyOf, nearPairs } from './near-pairs.ts';

export interface TaskSignatures {
  key: string;
  /** Of each specification that the task was given with. */
  signatures: Signature[];
}

export interface Grouped {
  /** Key of the group of each task, by the task's key: the smallest key in it. */
  groups: Map<string, string>;
  /** The split of the groups that have one already, by the group's key. */
  fixed: Map<string, Split>;
  /** Tasks that stay where they are but are near-duplicates of what is held out above them: their rows must not come in. */
  left_out: Set<string>;
}

/** Test before validation before train: the rows of the lower one are what gives way. */
export const RANK: Record<Split, number> = { train: 0, validation: 1, test: 2 };

/**
 * Groups tasks whose specifications are alike at `similarity` (Jaccard, 0..1), with what is between them, and those that `links`
 * joins. New tasks that are like fixed ones of several splits go with the test if one of them is there, else with validation; those
 * of the others that are like what is held out above them are left out. `fixed` is by task, and may name tasks that are not
 * among these.
 */
export function groupTasks(
  tasks: TaskSignatures[],
  similarity: number,
  fixed: ReadonlyMap<string, Split>,
  links: Iterable<readonly [task: string, other: string]> = [],
): Grouped {
  const sorted = [...tasks].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const grouped: Grouped = { groups: new Map(), fixed: new Map(), left_out: new Set() };
  const torn: TaskSignatures[] = [];
  const splitOf = new Map<string, Split>();
  for (const members of components(sorted, similarity, links)) {
    const highest = members
      .flatMap(({ key }) => fixed.get(key) ?? [])
      .reduce<Split | undefined>((best, split) => (RANK[split] > rankOf(best) ? split : best), undefined);
    // Each split keeps its own; whatever is new goes with the highest.
    const parts = Map.groupBy(members, ({ key }) => fixed.get(key) ?? highest);
    for (const [split, part] of parts) {
      const name = part[0]?.key ?? '';
      for (const { key } of part) {
        grouped.groups.set(key, name);
        if (split !== undefined) splitOf.set(key, split);
      }
      if (split !== undefined) grouped.fixed.set(name, split);
    }
    if (parts.size > 1) torn.push(...members);
  }
  for (const above of ['validation', 'test'] as const) {
    const heldOut = torn
      .filter(({ key }) => splitOf.get(key) === above)
      .flatMap(({ signatures }) => signatures);
    const isLike = likeAnyOf(heldOut, similarity);
    for (const { key, signatures } of torn)
      if (rankOf(splitOf.get(key)) < RANK[above] && signatures.some(isLike)) grouped.left_out.add(key);
  }
  return grouped;
}

const rankOf = (split: Split | undefined): number => (split === undefined ? -1 : RANK[split]);

/** Tasks that are joined by any of their specifications or by a link, directly or over others; each in the order given. */
function components(
  tasks: TaskSignatures[],
  similarity: number,
  links: Iterable<readonly [task: string, other: string]>,
): TaskSignatures[][] {
  const place = new Map(tasks.map((task, t) => [task, t]));
  const parent = tasks.map((_, t) => t);
  const rootOf = (task: TaskSignatures): number => {
    let root = place.get(task) as number;
    const from = root;
    while (parent[root] !== root) root = parent[root] as number;
    for (let at = from; at !== root; ) {
      const next = parent[at] as number;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  const owners = tasks.flatMap((task) => task.signatures.map(() => task));
  const signatures = tasks.flatMap((task) => task.signatures);
  const join = (a: TaskSignatures | undefined, b: TaskSignatures | undefined) => {
    if (!a || !b) return;
    const [one, other] = [rootOf(a), rootOf(b)];
    parent[Math.max(one, other)] = Math.min(one, other);
  };
  nearPairs(signatures, similarity, (a, b) => join(owners[a], owners[b]));
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  for (const [a, b] of links) join(byKey.get(a), byKey.get(b));
  return [...Map.groupBy(tasks, rootOf).values()];
}
