/**
 * Statements in an order of their own: those that do not depend on each other may stand in any order, so two authors'
 * orders are made one. Only plain settings of a name move; whatever may have an effect keeps its place among its kind.
 */
import { isHole, isName, measure, over, type Tree, walkTree } from './tree.ts';

const ENDS = /^(?:return|throw|raise|break|continue|yield)\b/u;
/** Does something that others may notice, or may not come to its end. */
const ACTS =
  /^(?:call|new|await|yield|set|update|throw|raise|if|for|while|do|try|with|switch|match|del|assert|return|break|continue|op \S*[^=!<>]=$)/u;
/** Makes an empty thing and does nothing else. */
const EMPTY = new Set(['Map', 'Set', 'WeakMap', 'Array', 'Object', 'set', 'dict', 'list', 'tuple']);

interface Part {
  tree: Tree;
  mentions: Set<string>;
  /** The one name it sets, where it does nothing else. */
  sets: string | undefined;
  ends: boolean;
}

/** Puts the statements of every block below into the one order. */
export function reorder(tree: Tree): Tree {
  const children = tree.children.map(reorder);
  return over(tree, tree.label === '*block' ? ordered(children) : children);
}

function ordered(statements: Tree[]): Tree[] {
  if (statements.length < 2 || statements.length > 200) return statements;
  const parts = statements.map(partOf);
  if (!parts.some(({ sets }) => sets !== undefined)) return statements;
  const waiting = parts.map((part, i) => ({
    part,
    needs: parts.slice(0, i).filter((before) => conflict(before, part)).length,
    after: parts.flatMap((later, j) => (j > i && conflict(part, later) ? [j] : [])),
    done: false,
  }));
  const out: Tree[] = [];
  while (out.length < statements.length) {
    const ready = waiting.filter(({ needs, done }) => needs === 0 && !done);
    const next = ready.reduce((a, b) => (rank(b.part) < rank(a.part) ? b : a));
    next.done = true;
    out.push(next.part.tree);
    for (const j of next.after) {
      const later = waiting[j];
      if (later) later.needs -= 1;
    }
  }
  return out;
}

/** Settings come as early as they can, by what they are set to. */
const rank = ({ tree, sets }: Part): number => (sets === undefined ? 2 ** 33 : 0) + measure(tree).loose;

function conflict(a: Part, b: Part): boolean {
  if (a.ends || b.ends || (a.sets === undefined && b.sets === undefined)) return true;
  const [one, other] = a.sets === undefined ? [b, a] : [a, b];
  if (one.sets === undefined) return true;
  // What acts may change anything that it mentions.
  if (other.sets === undefined) return [...one.mentions].some((name) => other.mentions.has(name));
  return other.mentions.has(one.sets) || one.mentions.has(other.sets);
}

function partOf(tree: Tree): Part {
  const mentions = new Set<string>();
  walkTree(tree, (node) => {
    if (isName(node) || isHole(node)) mentions.add(node.label);
  });
  const [target, value] = tree.children;
  const plain =
    tree.label === 'set' && tree.children.length === 2 && target && isName(target) && value && isPure(value);
  return { tree, mentions, sets: plain ? target.label : undefined, ends: ENDS.test(tree.label) };
}

function isPure(tree: Tree): boolean {
  if (tree.label === 'fn') return true;
  if ((tree.label === 'new' || tree.label === 'call') && tree.children.length === 1) {
    const made = tree.children[0]?.label ?? '';
    return made.startsWith(':') && EMPTY.has(made.slice(1));
  }
  return !ACTS.test(tree.label) && tree.children.every(isPure);
}
