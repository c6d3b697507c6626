/** Whether a piece of code, or a pattern, is something to learn from at all. */
import { measure, type Tree, walkTree } from './tree.ts';

// Below this a piece is a getter or a wrapper, above it a program of one task.
const LEAST_NODES = 20;
const LEAST_NODES_OF_ONE_STATEMENT = 40;
const LEAST_BITS = 50;
export const MOST_NODES = 600;
/** With more names from elsewhere in its project, a piece is of no use on its own. */
const MOST_FOREIGN = 2;

/** Decisions, loops, callbacks, exceptions: what makes code more than a line of calls. */
const WORK =
  /^(?:if|for|while|do|switch|match|try|throw|raise|cond|fn|yield|await|with|list_comprehension|dictionary_comprehension|set_comprehension|generator_expression)\b|^\*class$|^op (?:&&|\|\||\?\?|%|\*\*|and|or)$/u;

const PLACE = /^"(?:\.{1,2}\/|(?:\/[\w.@-]+){2,}|[a-z]:[\\/])/iu;

/** Getters, wrappers around one call, lists of settings, what only works where it stands: nothing to learn from. */
export function isTrivial(tree: Tree): boolean {
  const { nodes, bits } = measure(tree);
  let statements = 0;
  // The piece itself is one of these.
  let work = -1;
  walkTree(tree, (node) => {
    if (node.label === '*block') statements += node.children.length;
    if (WORK.test(node.label)) work += 1;
  });
  if (nodes < LEAST_NODES || nodes > MOST_NODES || bits < LEAST_BITS || work < 1) return true;
  if (foreignIn(tree).size > MOST_FOREIGN) return true;
  return statements <= 1 && nodes < LEAST_NODES_OF_ONE_STATEMENT;
}

/** Names from elsewhere in its project. */
export function foreignIn(tree: Tree): Set<string> {
  const names = new Set<string>();
  walkTree(tree, ({ label }) => {
    if (label.startsWith('?')) names.add(label);
  });
  return names;
}

/** Names no place of one machine or project. */
export function isPlaceless(tree: Tree): boolean {
  let place = false;
  walkTree(tree, ({ label }) => {
    place ||= PLACE.test(label);
  });
  return !place;
}
