/** Text to syntax tree, through the TypeScript that ts-morph brings. It is big: loaded when first needed. */
import type { ts } from 'ts-morph';
import type { Dialect } from './snippets.ts';

/** The compiler itself, handed to whatever looks at a tree. */
export type Compiler = typeof ts;
export type Node = ts.Node;
export type SourceFile = ts.SourceFile;

/** Deeper than any code people write, and shallow enough to recurse over. */
export const DEEPEST_BRACKETS = 60;
const DEEPEST_TREE = 250;
const MOST_NODES = 40_000;

export async function loadCompiler(): Promise<Compiler> {
  const { ts: compiler } = await import('ts-morph');
  return compiler;
}

export const isDialect = (name: string): name is Dialect => /^[tj]sx?$/u.test(name);

/**
 * The tree of a text, or undefined when it does not parse without errors. Nested brackets are the caller's to refuse:
 * the parser recurses over them.
 */
export function parse(compiler: Compiler, text: string, dialect: Dialect): SourceFile | undefined {
  const kind = {
    ts: compiler.ScriptKind.TS,
    tsx: compiler.ScriptKind.TSX,
    js: compiler.ScriptKind.JS,
    jsx: compiler.ScriptKind.JSX,
  }[dialect];
  try {
    const file = compiler.createSourceFile(
      `snippet.${dialect}`,
      text,
      compiler.ScriptTarget.Latest,
      true,
      kind,
    );
    return isSound(compiler, file) ? file : undefined;
  } catch (error) {
    // Nesting without brackets (`!!!!…`, `a => b => …`) can still run the parser out of stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    // ( [ {
    if (char === 40 || char === 91 || char === 123) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      // ) ] }
    } else if (char === 41 || char === 93 || char === 125) depth = Math.max(0, depth - 1);
  }
  return deepest;
}

/** No syntax error anywhere (the parser marks the nodes), not too deep, not too big. Not recursive itself. */
function isSound(compiler: Compiler, file: SourceFile): boolean {
  const open: [Node, number][] = [[file, 0]];
  let seen = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    seen += 1;
    if (seen > MOST_NODES || depth > DEEPEST_TREE) return false;
    if (node.flags & compiler.NodeFlags.ThisNodeHasError) return false;
    compiler.forEachChild(node, (child) => {
      open.push([child, depth + 1]);
    });
  }
  return true;
}

/** Calls `look` with `node` and everything below it. Safe to recurse: parse() has bounded the depth. */
export function walk(compiler: Compiler, node: Node, look: (node: Node) => void): void {
  look(node);
  compiler.forEachChild(node, (child) => {
    walk(compiler, child, look);
  });
}
