/** Which members of two lists belong together: those that share most, in order (Needleman and Wunsch 1970). */
import { bitsOf, hashText, looseLabel, measure, type Tree, walkTree } from './tree.ts';

export interface Alignment {
  pairs: [Tree, Tree][];
  extraLeft: Tree[];
  extraRight: Tree[];
}

const LONGEST = 120;

export function align(left: readonly Tree[], right: readonly Tree[]): Alignment {
  const pairs: [Tree, Tree][] = [];
  const same = (a: Tree | undefined, b: Tree | undefined) =>
    a !== undefined && b !== undefined && measure(a).loose === measure(b).loose;
  let from = 0;
  while (from < left.length && from < right.length && same(left[from], right[from])) from += 1;
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (leftEnd > from && rightEnd > from && same(left[leftEnd - 1], right[rightEnd - 1])) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  const take = (i: number, j: number) => {
    const [a, b] = [left[i], right[j]];
    if (a && b) pairs.push([a, b]);
  };
  for (let i = 0; i < from; i += 1) take(i, i);
  const middle = between(left.slice(from, leftEnd), right.slice(from, rightEnd));
  pairs.push(...middle.pairs);
  for (let i = leftEnd; i < left.length; i += 1) take(i, rightEnd + i - leftEnd);
  return { ...middle, pairs };
}

function between(left: readonly Tree[], right: readonly Tree[]): Alignment {
  const [rows, columns] = [left.length, right.length];
  if (rows === 0 || columns === 0 || rows > LONGEST || columns > LONGEST)
    return { pairs: [], extraLeft: [...left], extraRight: [...right] };
  const gain = left.map((a) => right.map((b) => shared(a, b)));
  const best: number[][] = Array.from({ length: rows + 1 }, () => new Array<number>(columns + 1).fill(0));
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  for (let i = rows - 1; i >= 0; i -= 1)
    for (let j = columns - 1; j >= 0; j -= 1) {
      const row = best[i];
      if (row) row[j] = Math.max(at(i + 1, j), at(i, j + 1), at(i + 1, j + 1) + (gain[i]?.[j] ?? 0));
    }
  const alignment: Alignment = { pairs: [], extraLeft: [], extraRight: [] };
  let [onlyLeft, onlyRight]: [Tree[], Tree[]] = [[], []];
  /** One member each between two that belong together: the same place, filled in differently. */
  const flush = () => {
    const [[a], [b]] = [onlyLeft, onlyRight];
    if (onlyLeft.length === 1 && onlyRight.length === 1 && a && b) alignment.pairs.push([a, b]);
    else {
      alignment.extraLeft.push(...onlyLeft);
      alignment.extraRight.push(...onlyRight);
    }
    [onlyLeft, onlyRight] = [[], []];
  };
  let [i, j] = [0, 0];
  while (i < rows || j < columns) {
    const [a, b] = [left[i], right[j]];
    const together = gain[i]?.[j] ?? 0;
    if (a && b && together > 0 && at(i, j) === at(i + 1, j + 1) + together) {
      flush();
      alignment.pairs.push([a, b]);
      i += 1;
      j += 1;
    } else if (a && (j >= columns || at(i, j) === at(i + 1, j))) {
      onlyLeft.push(a);
      i += 1;
    } else if (b) {
      onlyRight.push(b);
      j += 1;
    }
  }
  flush();
  return alignment;
}

const bags = new WeakMap<Tree, Map<number, number>>();

/** Labels with how many bits of them there are. */
function bagOf(tree: Tree): Map<number, number> {
  const known = bags.get(tree);
  if (known) return known;
  const bag = new Map<number, number>();
  walkTree(tree, ({ label }) => {
    const key = hashText(looseLabel(label));
    bag.set(key, (bag.get(key) ?? 0) + bitsOf(label));
  });
  bags.set(tree, bag);
  return bag;
}

/** About how many bits two parts share; none where that is less than a third of the smaller. */
function shared(a: Tree, b: Tree): number {
  const [one, other] = [measure(a), measure(b)];
  if (one.loose === other.loose) return Math.max(one.bits, 0.5);
  if (a.label !== b.label) return 0;
  let bits = 0;
  const [small, big] = one.bits < other.bits ? [bagOf(a), bagOf(b)] : [bagOf(b), bagOf(a)];
  for (const [key, count] of small) bits += Math.min(count, big.get(key) ?? 0);
  return bits * 3 >= Math.min(one.bits, other.bits) ? bits : 0;
}
