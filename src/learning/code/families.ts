/** Writings of the same shape, and of that shape with one statement more, become one concept. */

import { contentId } from '../../learners/content-id.ts';
import { leastTrust } from '../../learners/trust.ts';
import type { CodeConcept, Trajectory } from '../../types.ts';
import { whatItDoes } from './describe.ts';
import { chooseName } from './naming.ts';
import { parametersOf } from './parameters.ts';
import type { Piece, Reductions } from './pieces.ts';

/** One piece as one run wrote it. */
export interface Writing {
  piece: Piece;
  trajectory: Trajectory;
  task: string;
  /** Calls of the piece in the same run. */
  calls: string[];
}

/** Writings of one shape, at least one. */
interface Group {
  key: string;
  writings: Writing[];
  tasks: Set<string>;
}

/** A shape with those that add a statement to it. */
interface Family {
  core: Group;
  variants: { group: Group; adds: string }[];
}

const LEAST_TASKS = 2;
const MOST_LINEAGE = 50;
const MOST_EXAMPLES = 2;
const MOST_PARAMETERS = 6;
const MOST_ALIASES = 5;
const LONGEST_ADDITION = 100;

/** The concepts of one project. */
export function conceptsAmong(
  writings: Writing[],
  reductions: Reductions,
  project: string,
  at: string,
): CodeConcept[] {
  const groups = [...Map.groupBy(writings, ({ piece }) => piece.key)]
    .map(([key, all]): Group => ({ key, writings: all, tasks: new Set(all.map(({ task }) => task)) }))
    // A shape that never was part of a success may be the bug itself.
    .filter((group) => group.writings.some(succeeded));
  return (
    familiesOf(groups, reductions)
      .filter((family) => tasksOf(family).size >= LEAST_TASKS)
      .map((family) => conceptOf(family, project, at))
      // So much that differs is a form to fill in, such as a table of texts.
      .filter(({ parameters }) => parameters.length <= MOST_PARAMETERS)
  );
}

const succeeded = ({ trajectory }: Writing): boolean => trajectory.outcome.success === true;

/**
 * Near-linear: a shape looks up what remains of it without each of its statements, instead of being compared with all
 * others. It joins the most used such shape, unless it is itself the more used one.
 */
function familiesOf(groups: Group[], reductions: Reductions): Family[] {
  const familyOf = new Map<string, Family>();
  const families: Family[] = [];
  // A core has as many tasks or more and fewer nodes: it comes first.
  for (const group of groups.toSorted(
    (a, b) => b.tasks.size - a.tasks.size || nodesOf(a) - nodesOf(b) || (a.key < b.key ? -1 : 1),
  )) {
    const [nearest] = [...(reductions.get(group.key) ?? [])]
      .flatMap(([key, adds]) => {
        const family = familyOf.get(key);
        return family ? [{ family, adds }] : [];
      })
      .sort((a, b) => tasksOf(b.family).size - tasksOf(a.family).size);
    if (nearest) nearest.family.variants.push({ group, adds: nearest.adds });
    const family = nearest?.family ?? { core: group, variants: [] };
    familyOf.set(group.key, family);
    if (!nearest) families.push(family);
  }
  return families;
}

const nodesOf = ({ writings }: Group): number => writings[0]?.piece.nodes ?? 0;

const writingsOf = ({ core, variants }: Family): Writing[] => [
  ...core.writings,
  ...variants.flatMap(({ group }) => group.writings),
];

const tasksOf = (family: Family): Set<string> => new Set(writingsOf(family).map(({ task }) => task));

function conceptOf(family: Family, project: string, at: string): CodeConcept {
  const all = writingsOf(family);
  const names = tasksByName(all);
  const name = chooseName(tasksByName(family.core.writings), names);
  const { piece } = bestOf(family.core.writings, name);
  const typed = piece.typed
    ? piece
    : (family.core.writings.find((writing) => writing.piece.typed)?.piece ?? piece);
  const runs = new Map(all.map(({ trajectory }) => [trajectory.id, trajectory]));
  const lineage = [...runs.values()].sort(successFirst).slice(0, MOST_LINEAGE);
  const others = family.core.writings.filter((writing) => writing.piece !== piece);
  return {
    id: contentId('concept', [project, family.core.key]),
    at,
    project,
    derived_from: lineage.map(({ id }) => id),
    trust: leastTrust(runs.values()),
    name,
    description: describe(piece, family, name, names),
    signature: renamed(typed, [name, ...piece.parameters]),
    abstractable: piece.selfContained,
    code: piece.code,
    language: piece.language,
    parameters: parametersOf([piece.holes, ...others.map((writing) => writing.piece.holes)]),
    examples: examplesOf(all, piece.name),
    usage: {
      worked: [...runs.values()].filter(({ outcome }) => outcome.success === true).length,
      tried: runs.size,
    },
    tasks: tasksOf(family).size,
    source: 'learned',
    method: 'heuristic',
  };
}

function tasksByName(writings: Writing[]): Map<string, number> {
  const tasks = Map.groupBy(writings, ({ piece }) => piece.name);
  return new Map([...tasks].map(([name, users]) => [name, new Set(users.map(({ task }) => task)).size]));
}

/** What it does, what it was called elsewhere (people will look for that), and what some of the writings add. */
function describe(piece: Piece, { variants }: Family, name: string, names: Map<string, number>): string {
  const what = whatItDoes(piece.code, name);
  const aliases = [...names.keys()].filter((alias) => alias !== name).sort();
  const also = aliases.length > 0 ? `; also written as ${aliases.slice(0, MOST_ALIASES).join(', ')}` : '';
  const additions = [...new Set(variants.map(({ adds }) => adds))].filter(
    (adds) => adds.length <= LONGEST_ADDITION,
  );
  const adds = additions.length > 0 ? `; some writings add \`${additions.sort()[0]}\`` : '';
  return `${what}${also}${adds}.`;
}

/** The writing to hand out: from a success, able to stand alone, smallest; among equals the named and typed one. */
function bestOf(writings: Writing[], name: string): Writing {
  const rank = ({ piece, ...writing }: Writing) => [
    succeeded({ piece, ...writing }) ? 0 : 1,
    piece.selfContained ? 0 : 1,
    piece.nodes,
    piece.name === name ? 0 : 1,
    piece.typed ? 0 : 1,
    piece.code.length,
  ];
  return writings.reduce((best, writing) => {
    const a = rank(best);
    const b = rank(writing);
    const differs = a.findIndex((value, i) => value !== b[i]);
    if (differs >= 0) return (b[differs] ?? 0) < (a[differs] ?? 0) ? writing : best;
    return writing.piece.code < best.piece.code ? writing : best;
  });
}

const successFirst = (a: Trajectory, b: Trajectory): number =>
  Number(b.outcome.success === true) - Number(a.outcome.success === true) || (a.id < b.id ? -1 : 1);

/** Calls that were seen, those by the name of the code first, from successes before others, short before long. */
function examplesOf(writings: Writing[], name: string): string[] {
  const calls = writings.flatMap((writing) =>
    writing.calls.map((text) => ({
      text,
      rank: (writing.piece.name === name ? 0 : 2) + (succeeded(writing) ? 0 : 1),
    })),
  );
  calls.sort((a, b) => a.rank - b.rank || a.text.length - b.text.length || (a.text < b.text ? -1 : 1));
  return [...new Set(calls.map(({ text }) => text))].slice(0, MOST_EXAMPLES);
}

/** The signature of a piece under another name and other parameter names, all replaced at once. */
function renamed({ signature, name, parameters }: Piece, names: string[]): string {
  const others = new Map([name, ...parameters].map((old, i) => [old, names[i] ?? old]));
  return signature.replace(
    /(?<![\w$.])[\w$]+(?=[<(?:,)=]|\s*=[^>]| \{)/gu,
    (word) => others.get(word) ?? word,
  );
}
