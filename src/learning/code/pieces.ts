/** Files to pieces: functions and classes worth comparing, reduced to what comparison and documentation need. */

import { type Nature, natureOf } from './nature.ts';
import { type Compiler, parse } from './parse.ts';
import { type Hole, type Shape, shapeOf } from './shape.ts';
import type { Snippet } from './snippets.ts';
import {
  callsOf,
  type Imports,
  importsOf,
  parameterNames,
  signatureOf,
  type Unit,
  unitsOf,
} from './units.ts';

export interface Piece {
  name: string;
  key: string;
  nodes: number;
  holes: Hole[];
  /** As written. */
  text: string;
  /** The same below the package imports that it needs. */
  code: string;
  signature: string;
  /** Names of its parameters, '' where one is a pattern; none of a class. */
  parameters: string[];
  typed: boolean;
  language: 'typescript' | 'javascript';
  /** Runs anywhere: only globals and packages, no path of one place. */
  selfContained: boolean;
}

/** What one file gave. */
export interface Findings {
  pieces: Piece[];
  /** Calls by the name called. */
  calls: Map<string, string[]>;
}

/** By shape: the shapes that remain when one statement is left out, with that statement. */
export type Reductions = Map<string, Map<string, string>>;

// Below this a piece is a getter or a wrapper, above it a program of one task.
const LEAST_NODES = 24;
const LEAST_NODES_OF_ONE_STATEMENT = 40;
const MOST_NODES = 600;
const MOST_REMOVED = 24;
/** With more names from elsewhere in its project, a piece is of no use on its own. */
const MOST_FOREIGN = 2;

/** The pieces and calls of a snippet; none when it does not parse. Notes the reductions of shapes not seen before. */
export function findingsOf(compiler: Compiler, snippet: Snippet, reductions: Reductions): Findings {
  const file = parse(compiler, snippet);
  if (!file) return { pieces: [], calls: new Map() };
  const pieces: Piece[] = [];
  const imports = importsOf(compiler, file);
  for (const unit of snippet.test ? [] : unitsOf(compiler, file)) {
    const nature = natureOf(compiler, unit);
    const shape = shapeOf(compiler, unit, nature, imports);
    if (isTrivial(shape, nature)) continue;
    if (!reductions.has(shape.key)) reductions.set(shape.key, reduce(compiler, unit, nature, imports));
    pieces.push({
      name: unit.name,
      key: shape.key,
      nodes: shape.nodes,
      holes: shape.holes,
      text: unit.text,
      code: withImports(unit, shape, imports),
      signature: signatureOf(compiler, unit, file),
      parameters: parameterNames(compiler, unit),
      typed: nature.typed,
      language: snippet.dialect.startsWith('ts') ? 'typescript' : 'javascript',
      selfContained: isSelfContained(shape, nature),
    });
  }
  return { pieces, calls: callsOf(compiler, file) };
}

/** Getters, wrappers around one call, lists of settings, what only works where it stands: nothing to learn from. */
function isTrivial({ nodes, holes }: Shape, { statements, work }: Nature): boolean {
  if (nodes < LEAST_NODES || nodes > MOST_NODES || work < 1) return true;
  if (holes.filter(isForeign).length > MOST_FOREIGN) return true;
  return statements <= 1 && nodes < LEAST_NODES_OF_ONE_STATEMENT;
}

function reduce(compiler: Compiler, unit: Unit, nature: Nature, imports: Imports): Map<string, string> {
  const found = new Map<string, string>();
  for (const statement of nature.removable.slice(0, MOST_REMOVED)) {
    const rest = shapeOf(compiler, unit, nature, imports, statement);
    if (rest.nodes >= LEAST_NODES) found.set(rest.key, statement.getText().replace(/\s+/gu, ' '));
  }
  return found;
}

function withImports({ text }: Unit, { packages }: Shape, imports: Imports): string {
  const needed = new Set(packages.flatMap((name) => imports.get(name)?.text ?? []));
  return needed.size > 0 ? `${[...needed].join('\n')}\n\n${text}` : text;
}

const isForeign = ({ type }: Hole): boolean => type === 'function' || type === 'unknown';

const PLACE = /^(?:\.{1,2}\/|(?:\/[\w.@-]+){2,}|[a-z]:[\\/])/iu;

function isSelfContained({ holes }: Shape, { foreignTypes }: Nature): boolean {
  return !foreignTypes && !holes.some((hole) => isForeign(hole) || PLACE.test(hole.value));
}
