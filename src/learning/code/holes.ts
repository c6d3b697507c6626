/** What the holes of a pattern are: parameters with a name, a type and the values they had. */
import type { Parameter } from '../../types.ts';
import { isHole, type Tree } from './tree.ts';

/** A hole of a pattern, with what stood in it in each writing. */
export interface Hole {
  /** What it is for, as far as its surroundings say. */
  role: string;
  place: 'callee' | 'statement' | 'expression';
  fillings: { tree: Tree; text: string }[];
}

const MOST_VALUES = 10;
const LONGEST_VALUE = 120;

const KNOWN_ROLES: Record<string, string> = {
  setTimeout: 'delayMs',
  setInterval: 'intervalMs',
  fetch: 'url',
  sleep: 'delay',
};
const BY_TYPE: Record<string, string> = {
  string: 'text',
  number: 'number',
  regexp: 'pattern',
  function: 'call',
  boolean: 'condition',
  statements: 'body',
  array: 'list',
  object: 'options',
};

/** One parameter for each hole whose values differ, in the order of the pattern. */
export function parametersOf(holes: readonly Hole[]): Parameter[] {
  const names = new Map<string, number>();
  return holes.flatMap((hole) => {
    const values = [...new Set(hole.fillings.map(({ tree, text }) => textOf(tree, text)))].sort();
    if (values.length < 2) return [];
    const type = typeOf(hole);
    const base = nameOf(hole.role, type);
    const nth = (names.get(base) ?? 0) + 1;
    names.set(base, nth);
    return [
      {
        name: nth > 1 ? `${base}${nth}` : base,
        type,
        values: values.slice(0, MOST_VALUES).map((value) => value.slice(0, LONGEST_VALUE)),
      },
    ];
  });
}

const textOf = ({ label }: Tree, text: string): string =>
  /^["#?$]/u.test(label) ? label.slice(1).replace(/^this\./u, '') : text.replace(/\s+/gu, ' ').trim();

function typeOf({ place, fillings }: Hole): string {
  const types = new Set(fillings.map(({ tree }) => typeOfTree(tree)));
  const [only, more] = types;
  if (place === 'statement' && (more !== undefined || only === 'unknown')) return 'statements';
  if (place === 'callee' && [...types].every((type) => type === 'unknown' || type === 'function'))
    return 'function';
  return more === undefined && only !== undefined ? only : 'unknown';
}

const COMPARISON =
  /^(?:op (?:[=!]=|[<>]=?|in|not in|is|is not)|not|unary !|TrueKeyword|FalseKeyword|True|False|true|false)$/u;

function typeOfTree({ label }: Tree): string {
  switch (label.charAt(0)) {
    case '"':
      return 'string';
    case '#':
      return 'number';
    case '~':
      return 'regexp';
  }
  if (label === 'format') return 'string';
  if (/^op (?:[-*/%]|\*\*|\/\/)$/u.test(label)) return 'number';
  if (label.startsWith('fn') || label === 'lambda') return 'function';
  if (label === '*array' || label === '*tuple') return 'array';
  if (label === '*object') return 'object';
  return COMPARISON.test(label) ? 'boolean' : 'unknown';
}

function nameOf(role: string, type: string): string {
  if (Object.hasOwn(KNOWN_ROLES, role)) return KNOWN_ROLES[role] ?? role;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(role) ? role : (BY_TYPE[type] ?? 'value');
}

const COMPARED = /^op (?:[=!]=|[<>]=?|\?\?|in|is)$/u;

/** The holes of a pattern in order, each with the role of the first place it stands in. */
export function holesIn(pattern: Tree): Map<string, Omit<Hole, 'fillings'>> {
  const holes = new Map<string, Omit<Hole, 'fillings'>>();
  const visit = (node: Tree, parent: Tree | undefined) => {
    if (isHole(node) && !holes.has(node.label))
      holes.set(node.label, { role: roleOf(node, parent), place: placeOf(node, parent) });
    for (const child of node.children) visit(child, node);
  };
  visit(pattern, undefined);
  return holes;
}

function placeOf(node: Tree, parent: Tree | undefined): Hole['place'] {
  if (parent?.label === '*block') return 'statement';
  return (parent?.label === 'call' || parent?.label === 'new') && parent.children[0] === node
    ? 'callee'
    : 'expression';
}

/** What a part is for: the name, key or function it goes to. Empty when nothing says. */
function roleOf(node: Tree, parent: Tree | undefined): string {
  if (!parent) return '';
  const [first, second] = parent.children;
  if (parent.label.startsWith('key:')) return parent.label.slice(4);
  if (parent.label === 'set' || parent.label === 'default' || parent.label === 'member')
    return first && first !== node ? wordOf(first) : '';
  if ((parent.label === 'call' || parent.label === 'new') && first && first !== node) return wordOf(first);
  if (COMPARED.test(parent.label)) {
    const other = first === node ? second : first;
    return other ? wordOf(other) : '';
  }
  return '';
}

const wordOf = ({ label }: Tree): string =>
  /^[$:.?]/u.test(label) ? label.slice(1).replace(/^(?:this\.)?#?/u, '') : '';
