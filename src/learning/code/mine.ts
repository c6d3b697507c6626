/**
 * Concepts among writings: forms are joined, most alike first, as long as what they have in common describes them
 * shortly, and what then saves most is kept (minimum description length; greedy as Stitch is, Bowers et al. 2023, and
 * over whole functions instead of every part).
 */
import type { CodeConcept, Writing } from '../../types.ts';
import { guardConcept } from '../guard.ts';
import { conceptOf } from './concept-of.ts';
import { type Form, formsOf, pairsAmong } from './forms.ts';
import { holesIn } from './holes.ts';
import { measure, type Tree } from './tree.ts';
import { unify } from './unify.ts';
import { isTrivial } from './worth.ts';

/** A pattern with the forms that are cases of it. */
export interface Cluster {
  tree: Tree;
  holes: number;
  forms: Form[];
  tasks: Set<string>;
  /** Bits of its smallest and of its biggest form. */
  least: number;
  most: number;
  /** The first of its forms' keys. */
  key: string;
  /** The cluster that it became part of. */
  into?: Cluster;
}

const LEAST_TASKS = 2;
/** So much that differs is a form to fill in, such as a table of texts. */
const MOST_HOLES = 6;
/** Bits that it takes to name a pattern where it is used, and a hole in it. */
const REFERENCE = 8;
const HOLE = 2;
/** How much of its smallest and of its biggest form a pattern must tell: the rest is holes and additions. */
const LEAST_OF_SMALLEST = 0.75;
const LEAST_OF_BIGGEST = 0.6;

/**
 * The concepts among writings of one project, the same in any order, those that save most first.
 * @param about ids of writings: only concepts that one of them is part of. Left out: all.
 */
export function conceptsAmong(
  writings: readonly Writing[],
  at: string,
  about?: ReadonlySet<string>,
): CodeConcept[] {
  const distinct = [...new Map(writings.map((writing) => [writing.id, writing])).values()];
  return clustersOf(formsOf(distinct))
    .filter(
      (cluster) => cluster.tasks.size >= LEAST_TASKS && savedBy(cluster) > 0 && !isTrivial(cluster.tree),
    )
    .filter(
      ({ forms }) =>
        !about || forms.some(({ written }) => written.some(({ writing }) => about.has(writing.id))),
    )
    .sort((a, b) => savedBy(b) - savedBy(a) || (a.key < b.key ? -1 : 1))
    .flatMap((cluster) => conceptOf(cluster, at) ?? [])
    .filter(({ parameters }) => parameters.length <= MOST_HOLES)
    .flatMap((concept) => guardConcept(concept) ?? []);
}

/** Forms joined into clusters: each pair of forms is looked at once, as what their clusters have become by then. */
export function clustersOf(forms: readonly Form[]): Cluster[] {
  const clusterOf = new Map<Form, Cluster>();
  for (const form of forms) {
    const { tree, bits, key } = form;
    const tasks = new Set(form.written.map(({ writing }) => writing.task_key));
    const holes = holesIn(tree).size;
    clusterOf.set(form, { tree, holes, forms: [form], tasks, least: bits, most: bits, key });
  }
  for (const { a, b } of pairsAmong(forms)) {
    const [one, other] = [wholeOf(clusterOf.get(a)), wholeOf(clusterOf.get(b))];
    if (one && other && one !== other) join(one, other);
  }
  return [...clusterOf.values()].filter(({ into }) => into === undefined);
}

function wholeOf(cluster: Cluster | undefined): Cluster | undefined {
  let whole = cluster;
  while (whole?.into) {
    // The way is half as long for the next one.
    if (whole.into.into) whole.into = whole.into.into;
    whole = whole.into;
  }
  return whole;
}

/** Makes two clusters one where their pattern is worth it; the smaller goes into the bigger. */
function join(one: Cluster, other: Cluster): void {
  // The same side whatever the order they come in.
  const [left, right] = one.key < other.key ? [one, other] : [other, one];
  const { tree, holes } = unify(left.tree, right.tree);
  const { bits } = measure(tree);
  const least = Math.min(left.least, right.least);
  const most = Math.max(left.most, right.most);
  if (holes > MOST_HOLES || bits < LEAST_OF_SMALLEST * least || bits < LEAST_OF_BIGGEST * most) return;
  // Both told through what they share: it is written once instead of twice, at two references and the holes.
  if (bits - 2 * REFERENCE - holes * 3 * HOLE <= 0) return;
  const [into, from] = left.forms.length < right.forms.length ? [right, left] : [left, right];
  for (const form of from.forms) into.forms.push(form);
  for (const task of from.tasks) into.tasks.add(task);
  Object.assign(into, { tree, holes, least, most, key: left.key });
  from.into = into;
}

/** Bits saved where every task tells its writing through the pattern. Attempts at one task save nothing. */
function savedBy({ tree, holes, tasks }: Cluster): number {
  const { bits } = measure(tree);
  return (tasks.size - 1) * bits - tasks.size * (REFERENCE + holes * HOLE) - holes * HOLE;
}
