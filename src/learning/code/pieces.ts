/** One function or class as comparison and documentation need it, whatever language it came from. */
import type { Tree } from './tree.ts';

export interface Piece {
  name: string;
  tree: Tree;
  /** As written. */
  text: string;
  /** The same below the package imports that it needs. */
  code: string;
  signature: string;
  /** Names of its parameters, '' where one is a pattern; none of a class. */
  parameters: string[];
  typed: boolean;
  language: string;
  /** Runs anywhere: only globals and packages, no path of one place. */
  selfContained: boolean;
}

/** What one file gave. */
export interface Findings {
  pieces: Piece[];
  /** Calls by the name called. */
  calls: Map<string, string[]>;
}

export const NOTHING: Findings = { pieces: [], calls: new Map() };

/** Import statements, each once, above what needs them. */
export const below = (imports: readonly string[], text: string): string => {
  const needed = [...new Set(imports)];
  return needed.length > 0 ? `${needed.join('\n')}\n\n${text}` : text;
};
