/** The common tree of a piece of code from a tree-sitter grammar, by the row of its language. */
import { fieldOf, type Taken, walkPlain } from './grammar-names.ts';
import type { Plain } from './grammar-parse.ts';
import type { Grammar } from './grammars.ts';
import type { Tree } from './tree.ts';

export interface Source {
  grammar: Grammar;
  text: string;
  taken: ReadonlyMap<string, Taken>;
}

export interface GrammarTree {
  tree: Tree;
  /** Import statements that the code needs, as written. */
  needs: string[];
}

/** @param names those the writer chose. */
export function grammarTree(
  { grammar, text, taken }: Source,
  root: Plain,
  names: ReadonlySet<string>,
): GrammarTree {
  const needs = new Set<string>();
  const textOf = (node: Plain) => text.slice(node.start, node.end);
  const [accessType, objectField, nameField] = grammar.member;
  const [keywordType, keyField, valueField] = grammar.keyword;
  const members = membersOf(grammar, text, root);
  /** What methods call the object itself. */
  let receiver = '';

  const make = (at: Plain, label: string, children: Tree[] = []): Tree => ({
    label,
    children,
    start: at.start - root.start,
    end: at.end - root.start,
  });

  const identifier = (node: Plain): Tree => {
    const name = textOf(node);
    if (names.has(name)) return make(node, `$${name}`);
    const from = taken.get(name);
    if (from && grammar.packages.has(from.module.split('.')[0] ?? '')) {
      needs.add(from.text);
      const whole = make(node, `:${from.module}`);
      return from.imported === '' ? whole : make(node, `.${from.imported}`, [whole]);
    }
    return make(node, !from && grammar.globals.has(name) ? `:${name}` : `?${name}`);
  };

  const below = (node: Plain): Tree[] => node.children.filter(({ named }) => named).flatMap(visit);

  const operatorsIn = (node: Plain): string =>
    node.children
      .filter((child) => !child.named && grammar.operators.test(child.type))
      .map(({ type }) => type)
      .join(' ');

  function visit(node: Plain): Tree[] {
    const { type } = node;
    if (grammar.drop.has(type)) return [];
    if (grammar.unwrap.has(type) || grammar.splice.has(type)) return isText(node) ? [] : below(node);
    if (type === grammar.name) return [identifier(node)];
    const literal = grammar.literals[type];
    if (literal) return [make(node, `${literal}${textOf(node)}`)];
    if (type === 'string' || type === 'concatenated_string') return [string(node)];
    if (type === accessType) {
      const object = fieldOf(node, objectField);
      const name = fieldOf(node, nameField);
      if (!object || !name) return [];
      const own = receiver !== '' && textOf(object) === receiver && members.has(textOf(name));
      return [own ? make(node, `$this.${textOf(name)}`) : make(node, `.${textOf(name)}`, visit(object))];
    }
    if (type === keywordType) {
      const value = fieldOf(node, valueField);
      const key = fieldOf(node, keyField);
      return key && value ? [make(node, `key:${textOf(key)}`, visit(value))] : [];
    }
    if (grammar.functions.has(type)) return [functionLike(node)];
    if (grammar.classes.has(type)) {
      const body = fieldOf(node, 'body');
      const parents = fieldOf(node, 'superclasses');
      return [
        make(node, '*class', [
          ...(parents ? [make(parents, 'extends', below(parents))] : []),
          ...(body ? below(body) : []),
        ]),
      ];
    }
    if (node.children.length === 0) return [make(node, textOf(node).length <= 20 ? textOf(node) : type)];
    const label = grammar.labels[type];
    const operators = operatorsIn(node);
    return [make(node, label ?? type, below(node))].map((tree) =>
      label === '' || label?.endsWith(' ') || label === undefined || /^(?:with|for)/u.test(label)
        ? make(node, `${tree.label}${operators}` || type, tree.children)
        : tree,
    );
  }

  /** A statement that is only a text: documentation. */
  const isText = (node: Plain): boolean =>
    node.type === 'expression_statement' && node.children.length === 1 && node.children[0]?.type === 'string';

  function string(node: Plain): Tree {
    const parts = below(node);
    const [only, more] = parts;
    if (!only) return make(node, '"');
    return !more && only.label.startsWith('"') ? make(node, only.label) : make(node, 'format', parts);
  }

  function functionLike(node: Plain): Tree {
    const parameters = fieldOf(node, 'parameters');
    const body = fieldOf(node, 'body');
    const name = fieldOf(node, 'name');
    const before = receiver;
    const inClass = members.has(name ? textOf(name) : '') && node !== root;
    if (inClass) {
      const first = parameters?.children.find(({ named }) => named);
      receiver = first ? textOf(first) : '';
    }
    const inside = make(node, `fn${node.children.some(({ type }) => type === 'async') ? ' async' : ''}`, [
      make(
        parameters ?? node,
        '*params',
        parameters ? below(parameters).slice(inClass && receiver ? 1 : 0) : [],
      ),
      ...(body ? visit(body) : []),
    ]);
    receiver = before;
    if (node === root || !name) return inside;
    const called = textOf(name);
    if (inClass)
      return called.startsWith('__')
        ? make(node, `key:${called}`, [inside])
        : make(node, 'member', [make(name, `$this.${called}`), inside]);
    return make(node, 'set', [identifier(name), inside]);
  }

  const [tree = make(root, '*block')] = visit(root);
  return { tree, needs: [...needs] };
}

/** What a class declares itself: its methods, and what they set on the object. */
function membersOf(grammar: Grammar, text: string, root: Plain): Set<string> {
  const members = new Set<string>();
  if (!grammar.classes.has(root.type)) return members;
  const [accessType, objectField, nameField] = grammar.member;
  walkPlain(root, (node, parent) => {
    const name = grammar.functions.has(node.type)
      ? fieldOf(node, 'name')
      : node.type === accessType && node.field === 'left' && fieldOf(node, objectField)?.type === grammar.name
        ? fieldOf(node, nameField)
        : undefined;
    if (name && parent) members.add(text.slice(name.start, name.end));
  });
  return members;
}
