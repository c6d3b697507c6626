/**
 * The common form of a syntax tree, whatever parser it came from. A label says what a node is; its first character
 * marks what comparison treats apart:
 *
 * - `$name`  a name that the writer chose, `?name` a name from elsewhere in the project
 * - `"text`, `#12`, `~/re/`  literals
 * - `:name`  a global or a package, `.name` a property or method, `key:name` a key: they tell what code does
 * - `*block`, `*array`, …  lists that may have more members in one writing than in another
 * - `_1`  a hole of a pattern
 */
import { createHash } from 'node:crypto';

export interface Tree {
  label: string;
  children: Tree[];
  /** Where it stands in the text it came from. */
  start: number;
  end: number;
  /** Kept by measure(). */
  measured?: Measured;
}

/** What comparison keeps for each node, so that it is worked out once. */
export interface Measured {
  bits: number;
  nodes: number;
  /** Equal for equal code, names included. */
  exact: number;
  /** Equal for code that differs in chosen names and literals alone. */
  loose: number;
}

const CONTROL =
  /^(?:if|for|while|do|switch|case|try|catch|finally|throw|raise|return|yield|await|break|continue|with|when|match|fn|class|method|except|assert|del)\b/u;

/**
 * Description length of a node in bits, by a fixed table instead of the corpus: so a pattern is worth the same
 * however many others there are. Names that tell cost most, what every function has costs least.
 */
export function bitsOf(label: string): number {
  switch (label.charAt(0)) {
    case '$':
      return 1.5;
    case '#':
      return /^#-?[012]$/u.test(label) ? 2 : 4;
    case '"':
      return 2 + Math.min(label.length - 1, 10) * 0.6;
    case '~':
      return 8;
    case ':':
    case '.':
      return 5;
    case '?':
      return 6;
    case '*':
      return 0.5;
    case '_':
      return 0;
    default:
      if (label.startsWith('key:')) return 5;
      if (label === 'call' || label === 'set') return 1;
      return CONTROL.test(label) ? 2 : 2.5;
  }
}

export const isList = ({ label }: Tree): boolean => label.startsWith('*');
export const isHole = ({ label }: Tree): boolean => label.startsWith('_');
export const isName = ({ label }: Tree): boolean => label.startsWith('$');

/** What a label is without what the writer chose. */
export function looseLabel(label: string): string {
  const mark = label.charAt(0);
  return mark === '$' || mark === '"' || mark === '#' || mark === '~' || mark === '?' ? mark : label;
}

export function measure(tree: Tree): Measured {
  if (tree.measured) return tree.measured;
  let bits = bitsOf(tree.label);
  let nodes = isHole(tree) ? 0 : 1;
  let exact = hashText(tree.label);
  let loose = hashText(looseLabel(tree.label));
  for (const child of tree.children) {
    const below = measure(child);
    bits += below.bits;
    nodes += below.nodes;
    exact = mix(exact, below.exact);
    loose = mix(loose, below.loose);
  }
  // The end of the children counts: f(a)(b) is not f(a(b)).
  tree.measured = { bits, nodes, exact: mix(exact, 7), loose: mix(loose, 7) };
  return tree.measured;
}

/** The same node over other children. */
export const over = ({ label, start, end }: Tree, children: Tree[]): Tree => ({
  label,
  children,
  start,
  end,
});

/** 32-bit FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ (b + 0x9e3779b9 + (a << 6) + (a >>> 2)), 0x85ebca6b);
  hash ^= hash >>> 13;
  return Math.imul(hash, 0xc2b2ae35) >>> 0;
}

export function walkTree(tree: Tree, look: (node: Tree) => void): void {
  look(tree);
  for (const child of tree.children) walkTree(child, look);
}

/** Equal for trees that differ in chosen names and literals alone: names are numbered as they come. */
export function shapeKey(tree: Tree): string {
  const numbers = new Map<string, number>();
  const parts: string[] = [];
  const write = (node: Tree) => {
    const mark = node.label.charAt(0);
    if (mark === '$' || mark === '?') {
      const number = numbers.get(node.label) ?? numbers.size;
      numbers.set(node.label, number);
      parts.push(`${mark}${number}`);
    } else parts.push(looseLabel(node.label));
    if (node.children.length === 0) return;
    parts.push('(');
    for (const child of node.children) write(child);
    parts.push(')');
  };
  write(tree);
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 24);
}

/** A tree as text: its labels once each, then for each node in order label, children, offset in its parent, length. */
export function packTree(tree: Tree): string {
  const labels = new Map<string, number>();
  const cells: number[] = [];
  const pack = (node: Tree, base: number) => {
    const label = labels.get(node.label) ?? labels.size;
    labels.set(node.label, label);
    cells.push(label, node.children.length, node.start - base, node.end - node.start);
    for (const child of node.children) pack(child, node.start);
  };
  pack(tree, 0);
  return JSON.stringify([[...labels.keys()], cells]);
}

/** The tree again; undefined for what packTree() did not write. */
export function unpackTree(packed: string): Tree | undefined {
  try {
    const [labels, cells] = JSON.parse(packed) as [string[], number[]];
    let at = 0;
    const next = (base: number, depth: number): Tree => {
      const [label = -1, count = 0, offset = 0, length = 0] = cells.slice(at, at + 4);
      at += 4;
      const name = labels[label];
      if (name === undefined || depth > 400) throw new RangeError('no such label');
      const start = base + offset;
      const node: Tree = { label: name, children: [], start, end: start + length };
      for (let i = 0; i < count; i += 1) node.children.push(next(start, depth + 1));
      return node;
    };
    return next(0, 0);
  } catch {
    return undefined;
  }
}
