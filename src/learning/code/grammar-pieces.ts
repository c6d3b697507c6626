/** Code in a language that has a row in grammars.ts to pieces: functions and classes worth comparing. */
import { boundIn, fieldOf, takenIn, walkPlain } from './grammar-names.ts';
import type { ParseText, Plain } from './grammar-parse.ts';
import { grammarTree } from './grammar-tree.ts';
import type { Grammar } from './grammars.ts';
import { reorder } from './order.ts';
import { below, type Findings, NOTHING, type Piece } from './pieces.ts';
import { foreignIn, isPlaceless, isTrivial } from './worth.ts';

const LONGEST_EXAMPLE = 160;

/** The pieces and calls of a text; none when it does not parse. */
export function grammarPieces(grammar: Grammar, parseText: ParseText, text: string, test: boolean): Findings {
  const root = parseText(text);
  if (!root) return NOTHING;
  const taken = takenIn(grammar, text, root);
  const pieces = test ? [] : definitionsIn(grammar, text, root, parseText);
  return {
    pieces: pieces.flatMap(({ node, own, names }) => pieceOf(grammar, own, node, names, taken) ?? []),
    calls: callsIn(grammar, text, root),
  };
}

interface Definition {
  node: Plain;
  /** The text that the node stands in: a method's is its own. */
  own: string;
  names: Set<string>;
}

/** Functions and classes at the top; the functions of an entry; methods that could as well be functions. */
function definitionsIn(grammar: Grammar, text: string, root: Plain, parseText: ParseText): Definition[] {
  const nameOf = (node: Plain, of = text) => {
    const name = fieldOf(node, 'name');
    return name ? of.slice(name.start, name.end) : '';
  };
  const bare = (node: Plain) =>
    node.type === grammar.wrapped ? (fieldOf(node, 'definition') ?? node) : node;
  return root.children.flatMap((statement): Definition[] => {
    const node = bare(statement);
    const isClass = grammar.classes.has(node.type);
    if (!isClass && !grammar.functions.has(node.type)) return [];
    const names = boundIn(grammar, text, node);
    const inside = (fieldOf(node, 'body')?.children ?? [])
      .map(bare)
      .filter(({ type }) => grammar.functions.has(type));
    const keepsNothing = isClass && inside.every((method) => !usesReceiver(grammar, text, method));
    const entry = grammar.entry.test(nameOf(node));
    const whole = entry || keepsNothing ? [] : [{ node, own: text, names }];
    const parts = keepsNothing || entry ? inside : [];
    return [
      ...whole,
      ...parts.flatMap((part) => {
        const called = [...(isClass ? ['self', 'cls', nameOf(node)] : [])].map(
          (of) => `${of}.${nameOf(part)}(`,
        );
        const alone = aloneOf(text, part, isClass);
        const own = called.reduce((code, of) => code.replaceAll(of, `${nameOf(part)}(`), alone);
        const [first] = parseText(own)?.children ?? [];
        if (!first || !grammar.functions.has(first.type) || grammar.entry.test(nameOf(first, own))) return [];
        return [{ node: first, own, names: boundIn(grammar, own, first) }];
      }),
    ];
  });
}

const firstParameter = (text: string, method: Plain): Plain | undefined => {
  const first = fieldOf(method, 'parameters')?.children.find(({ named }) => named);
  return first && /^(?:self|cls)$/u.test(text.slice(first.start, first.end)) ? first : undefined;
};

function usesReceiver(grammar: Grammar, text: string, method: Plain): boolean {
  const first = firstParameter(text, method);
  const body = fieldOf(method, 'body');
  if (!first || !body) return false;
  const receiver = text.slice(first.start, first.end);
  let used = false;
  const own = fieldOf(method, 'name');
  const name = own ? text.slice(own.start, own.end) : '';
  walkPlain(body, (node) => {
    const here = node.type === grammar.name && text.slice(node.start, node.end) === receiver;
    // A call of itself is none of the object.
    used ||= here && !text.startsWith(`.${name}(`, node.end);
  });
  return used;
}

/** A method or an inner function as it would stand at the top of a file. */
function aloneOf(text: string, node: Plain, isMethod: boolean): string {
  const line = text.lastIndexOf('\n', node.start) + 1;
  const indent = node.start - line;
  const first = isMethod ? firstParameter(text, node) : undefined;
  const cut = first && /^\s*,?\s*/u.exec(text.slice(first.end, node.end));
  const whole = first
    ? text.slice(node.start, first.start) + text.slice(first.end + (cut?.[0].length ?? 0), node.end)
    : text.slice(node.start, node.end);
  return whole.replace(new RegExp(`^[ \\t]{1,${Math.max(1, Math.min(indent, 40))}}`, 'gmu'), '');
}

function pieceOf(
  grammar: Grammar,
  text: string,
  node: Plain,
  names: Set<string>,
  taken: ReturnType<typeof takenIn>,
): Piece | undefined {
  const own = text.slice(node.start, node.end);
  const name = fieldOf(node, 'name');
  const { tree, needs } = grammarTree({ grammar, text, taken }, node, names);
  if (!name || isTrivial(tree)) return undefined;
  const head = text
    .slice(name.start, fieldOf(node, 'body')?.start ?? node.end)
    .replace(/\s+/gu, ' ')
    .trim();
  const isClass = grammar.classes.has(node.type);
  return {
    name: text.slice(name.start, name.end),
    tree: reorder(tree),
    text: own,
    code: below(needs, own),
    signature: `${isClass ? 'class ' : ''}${head.replace(/:$/u, '')}`.slice(0, 400),
    parameters: isClass ? [] : parametersOf(grammar, text, node),
    typed: /->|:\s*[\w[]/u.test(head.replace(/:$/u, '')),
    language: grammar.language,
    selfContained: foreignIn(tree).size === 0 && isPlaceless(tree),
  };
}

function parametersOf(grammar: Grammar, text: string, node: Plain): string[] {
  const parameters = fieldOf(node, 'parameters')?.children.filter(({ named }) => named) ?? [];
  return parameters.map((parameter) => {
    const name =
      parameter.type === grammar.name
        ? parameter
        : parameter.children.find(({ type }) => type === grammar.name);
    return name ? text.slice(name.start, name.end) : '';
  });
}

/** Calls by name, each on one line; those of a member under `.name`, without what it is a member of. */
function callsIn(grammar: Grammar, text: string, root: Plain): Map<string, string[]> {
  const calls = new Map<string, string[]>();
  const [accessType, , nameField] = grammar.member;
  walkPlain(root, (node) => {
    const callee = fieldOf(node, 'function');
    if (!callee || node.end - callee.start > LONGEST_EXAMPLE * 2) return;
    const name = callee.type === accessType ? fieldOf(callee, nameField) : callee;
    if (!name || name.type !== grammar.name) return;
    const called = text.slice(name.start, name.end);
    const told = text.slice(name.start, node.end).replace(/\s+/gu, ' ');
    const key = name === callee ? called : `.${called}`;
    const known = calls.get(key);
    if (told.length > LONGEST_EXAMPLE) return;
    if (!known) calls.set(key, [told]);
    else if (known.length < 8 && !known.includes(told)) known.push(told);
  });
  return calls;
}
