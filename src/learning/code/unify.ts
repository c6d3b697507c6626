/**
 * Anti-unification (Plotkin 1970): the most special tree that both trees are cases of. Where they differ there is a
 * hole; the same two parts differing in another place are the same hole. Chosen names match one to one. Lists keep
 * the members that both have, in order; what only one has is no part of the pattern.
 */

import { align } from './align.ts';
import { isHole, isList, isName, measure, over, type Tree } from './tree.ts';

export interface Unified {
  tree: Tree;
  holes: number;
  /** What stands in each hole, by its label: the part of `a` and of `b` where it stood first. */
  fillings: Map<string, [Tree, Tree]>;
  /** Members of lists in `b` that are no part of the pattern. */
  extra: Tree[];
}

export function unify(a: Tree, b: Tree): Unified {
  const toB = new Map<string, string>();
  const toA = new Map<string, string>();
  const holes = new Map<string, Tree>();
  const fillings = new Map<string, [Tree, Tree]>();
  const extra: Tree[] = [];

  const hole = (left: Tree, right: Tree): Tree => {
    const key = `${isHole(left) ? left.label : measure(left).exact}|${isHole(right) ? right.label : measure(right).exact}`;
    const label = holes.get(key)?.label ?? `_${holes.size + 1}`;
    const made: Tree = { label, children: [], start: left.start, end: left.end };
    holes.set(key, made);
    if (!fillings.has(label)) fillings.set(label, [left, right]);
    return made;
  };

  const name = (left: Tree, right: Tree): Tree => {
    const [there, back] = [toB.get(left.label), toA.get(right.label)];
    if (there === undefined && back === undefined) {
      toB.set(left.label, right.label);
      toA.set(right.label, left.label);
      return left;
    }
    return there === right.label ? left : hole(left, right);
  };

  const go = (left: Tree, right: Tree): Tree => {
    if (isHole(left) || isHole(right)) return hole(left, right);
    if (isName(left) && isName(right)) return name(left, right);
    if (left.label !== right.label) return hole(left, right);
    if (isList(left)) return list(left, right);
    if (left.children.length !== right.children.length) return uneven(left, right);
    if (left.label.startsWith('fn')) return functions(left, right);
    return over(
      left,
      left.children.map((child, i) => go(child, right.children[i] ?? child)),
    );
  };

  /** `if` with and without `else`, `return` with and without a value: what both have, in order. */
  const uneven = (left: Tree, right: Tree): Tree => {
    if (!/^(?:if|try|catch|return|declare|format)$/u.test(left.label)) return hole(left, right);
    const common = Math.min(left.children.length, right.children.length);
    extra.push(...right.children.slice(common));
    const children = left.children.slice(0, common).map((child, i) => go(child, right.children[i] ?? child));
    return over(left, children);
  };

  /** The body first: it says which parameter is which. */
  const functions = (left: Tree, right: Tree): Tree => {
    const [params, ...bodies] = left.children;
    const [theirs, ...others] = right.children;
    if (!params || !theirs) return left;
    const inside = bodies.map((body, i) => go(body, others[i] ?? body));
    return over(left, [over(params, parameters(params.children, theirs.children)), ...inside]);
  };

  const parameters = (left: Tree[], right: Tree[]): Tree[] => {
    const rest = [...right];
    const kept = left.flatMap((param, i) => {
      const partner = isName(param) ? toB.get(param.label) : undefined;
      const same = partner === undefined ? -1 : rest.findIndex(({ label }) => label === partner);
      const at =
        same >= 0
          ? same
          : partner === undefined && left.length === right.length
            ? rest.indexOf(right[i] ?? param)
            : -1;
      const [other] = at >= 0 ? rest.splice(at, 1) : [];
      return other ? [go(param, other)] : [];
    });
    extra.push(...rest);
    return kept;
  };

  const list = (left: Tree, right: Tree): Tree => {
    const { pairs, extraLeft, extraRight } = align(left.children, right.children);
    // Blocks with nothing in common are still blocks; other lists are values of their own.
    const apart = pairs.length === 0 && extraLeft.length > 0 && extraRight.length > 0;
    if (apart && left.label !== '*block') return hole(left, right);
    extra.push(...extraRight);
    return over(
      left,
      pairs.map(([one, other]) => go(one, other)),
    );
  };

  const tree = go(a, b);
  return { tree, holes: holes.size, fillings, extra };
}
