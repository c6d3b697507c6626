/** TypeScript and JavaScript to pieces: functions and classes worth comparing. */
import { natureOf } from './nature.ts';
import { reorder } from './order.ts';
import { type Compiler, parse } from './parse.ts';
import { below, type Findings, NOTHING, type Piece } from './pieces.ts';
import { scriptTree } from './script-tree.ts';
import type { Dialect } from './snippets.ts';
import {
  callsOf,
  type Imports,
  importsOf,
  parameterNames,
  signatureOf,
  type Unit,
  unitsOf,
} from './units.ts';
import { foreignIn, isPlaceless, isTrivial } from './worth.ts';

/** The pieces and calls of a snippet; none when it does not parse. */
export function scriptPieces(compiler: Compiler, text: string, dialect: Dialect, test: boolean): Findings {
  const file = parse(compiler, text, dialect);
  if (!file) return NOTHING;
  const imports = importsOf(compiler, file);
  const units = test ? [] : unitsOf(compiler, file);
  const pieces = units.flatMap((unit) => pieceOf(compiler, unit, imports, dialect) ?? []);
  return { pieces, calls: callsOf(compiler, file) };
}

function pieceOf(compiler: Compiler, unit: Unit, imports: Imports, dialect: Dialect): Piece | undefined {
  const nature = natureOf(compiler, unit);
  if (unit.method && nature.usesThis) return undefined;
  const isClass = compiler.isClassDeclaration(unit.node);
  // A class that keeps nothing is a bag of functions: each of them stands for itself.
  if (isClass && !nature.usesThis && nature.members.size > 0) return undefined;
  const { tree, packages } = scriptTree(compiler, unit, nature, imports);
  if (isTrivial(tree)) return undefined;
  return {
    name: unit.name,
    tree: reorder(tree),
    text: unit.text,
    code: below(
      packages.flatMap((name) => imports.get(name)?.text ?? []),
      unit.text,
    ),
    signature: signatureOf(compiler, unit, unit.node.getSourceFile()),
    parameters: parameterNames(compiler, unit),
    typed: nature.typed,
    language: dialect.startsWith('ts') ? 'typescript' : 'javascript',
    selfContained: !nature.foreignTypes && foreignIn(tree).size === 0 && isPlaceless(tree),
  };
}
