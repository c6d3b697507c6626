/** Which names of a piece of code its writer chose, and what its file takes from elsewhere. */
import type { Plain } from './grammar-parse.ts';
import type { Grammar } from './grammars.ts';

export interface Taken {
  module: string;
  /** '' for the module itself. */
  imported: string;
  /** The import statement as written. */
  text: string;
}

export function walkPlain(node: Plain, look: (node: Plain, parent?: Plain) => void, parent?: Plain): void {
  look(node, parent);
  for (const child of node.children) walkPlain(child, look, node);
}

export const fieldOf = (node: Plain, field: string): Plain | undefined =>
  node.children.find((child) => child.field === field);

/** The names that are bound anywhere below. */
export function boundIn(grammar: Grammar, text: string, root: Plain): Set<string> {
  const bound = new Set<string>();
  const bind = (node: Plain) => {
    if (node.type === grammar.name) bound.add(text.slice(node.start, node.end));
    else if (!grammar.uses.has(node.type)) node.children.forEach(bind);
  };
  walkPlain(root, (node) => {
    for (const [type, field] of grammar.binds) {
      if (node.type !== type) continue;
      for (const child of node.children) if (field === '' || child.field === field) bind(child);
    }
  });
  return bound;
}

/** What a file imports, by the name it has there. */
export function takenIn(grammar: Grammar, text: string, root: Plain): Map<string, Taken> {
  const taken = new Map<string, Taken>();
  for (const statement of root.children) {
    if (!grammar.imports.statements.has(statement.type)) continue;
    const of = (node: Plain | undefined) => (node ? text.slice(node.start, node.end) : '');
    const module = of(fieldOf(statement, grammar.imports.from));
    for (const child of statement.children) {
      if (!child.named || child.field !== 'name') continue;
      const name = of(fieldOf(child, 'name') ?? child);
      const alias = of(fieldOf(child, 'alias'));
      const whole = of(statement);
      if (module !== '') taken.set(alias || name, { module, imported: name, text: whole });
      else if (alias) taken.set(alias, { module: name, imported: '', text: whole });
      // `import os.path` names `os`.
      else
        taken.set(name.split('.')[0] ?? name, {
          module: name.split('.')[0] ?? name,
          imported: '',
          text: whole,
        });
    }
  }
  return taken;
}
