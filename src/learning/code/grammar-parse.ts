/** Text to plain syntax nodes, through tree-sitter grammars compiled to WebAssembly. Loaded when first needed. */
import { createRequire } from 'node:module';
import type { Grammar } from './grammars.ts';

export interface Plain {
  type: string;
  /** What it is to its parent; '' where the grammar does not say. */
  field: string;
  named: boolean;
  start: number;
  end: number;
  children: Plain[];
}

export type ParseText = (text: string) => Plain | undefined;

const MOST_NODES = 40_000;
const DEEPEST = 200;

const loaded = new Map<string, Promise<ParseText>>();

/** The parser of a grammar. What does not parse without errors, or is too big or too deep, gives undefined. */
export function parserOf(grammar: Grammar): Promise<ParseText> {
  const known = loaded.get(grammar.wasm) ?? load(grammar);
  loaded.set(grammar.wasm, known);
  return known;
}

async function load({ wasm }: Grammar): Promise<ParseText> {
  const require = createRequire(import.meta.url);
  const { Parser, Language } =
    require('@vscode/tree-sitter-wasm') as typeof import('@vscode/tree-sitter-wasm');
  await Parser.init();
  const language = await Language.load(require.resolve(`@vscode/tree-sitter-wasm/wasm/${wasm}`));
  const parser = new Parser();
  parser.setLanguage(language);
  return (text) => {
    // Mending errors can take seconds on garbage, and what has errors is not wanted.
    const tree = parser.parse(text, null, { progressCallback: ({ hasError }) => hasError });
    if (!tree) {
      parser.reset();
      return undefined;
    }
    try {
      return tree.rootNode.hasError ? undefined : plain(tree.walk());
    } finally {
      tree.delete();
    }
  };
}

type Cursor = ReturnType<import('@vscode/tree-sitter-wasm').Tree['walk']>;

/** Not recursive: a chain of operators can be as deep as it is long. */
function plain(cursor: Cursor): Plain | undefined {
  const read = (): Plain => ({
    type: cursor.nodeType,
    field: cursor.currentFieldName ?? '',
    named: cursor.nodeIsNamed,
    start: cursor.startIndex,
    end: cursor.endIndex,
    children: [],
  });
  const root = read();
  const path = [root];
  let seen = 1;
  try {
    for (;;) {
      let moved = cursor.gotoFirstChild();
      while (!moved) {
        moved = cursor.gotoNextSibling();
        path.pop();
        if (moved) break;
        if (path.length === 0 || !cursor.gotoParent()) return root;
      }
      const node = read();
      path.at(-1)?.children.push(node);
      path.push(node);
      seen += 1;
      if (seen > MOST_NODES || path.length > DEEPEST) return undefined;
    }
  } finally {
    cursor.delete();
  }
}
