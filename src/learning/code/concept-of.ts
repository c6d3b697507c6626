/** A cluster told as a concept: the smallest writing that was part of a success, and how the others differ. */
import { contentId } from '../../learners/content-id.ts';
import { leastTrust } from '../../learners/trust.ts';
import type { CodeConcept, Writing } from '../../types.ts';
import { whatItDoes } from './describe.ts';
import { isOfLiterals } from './example.ts';
import type { Written } from './forms.ts';
import { type Hole, holesIn, parametersOf } from './holes.ts';
import type { Cluster } from './mine.ts';
import { chooseName } from './naming.ts';
import { isHole, measure, type Tree } from './tree.ts';
import { unify } from './unify.ts';

/** Bits that it takes to mark what is filled in. */
const HOLE = 2;
/** More than this to fill in, and it is a form instead of an idea. */
const MOST_FILLED = 0.25;
const MOST_LINEAGE = 50;
const MOST_EXAMPLES = 2;
const MOST_ALIASES = 5;
const MOST_REPLACED = 50;
const MOST_LOOKED_AT = 500;
const LONGEST_ADDITION = 100;

/** Undefined when no writing was part of a success, or when the pattern is a form to fill in. */
export function conceptOf({ tree, forms, tasks }: Cluster, at: string): CodeConcept | undefined {
  const written = forms.toSorted((a, b) => (a.key < b.key ? -1 : 1)).flatMap((form) => form.written);
  const all = written.map(({ writing }) => writing);
  const names = tasksByName(all);
  const name = chooseName(names);
  const best = bestOf(written, name);
  const eldest = all.filter(({ success }) => success === true).sort(byAge)[0];
  if (!best || !eldest) return undefined;
  const { writing } = best;
  const told = detailsOf(tree, best, written);
  if (filledShare(told.holes, tree) > MOST_FILLED) return undefined;
  const typed = writing.typed ? writing : (all.find((other) => isTyped(other, writing)) ?? writing);
  const runs = new Map(all.map((each) => [each.trajectory, each]));
  const id = conceptId(eldest);
  const replaces = [...new Set(all.map(conceptId))].filter((other) => other !== id).sort();
  return {
    id,
    at,
    project: writing.project,
    derived_from: [...runs.values()]
      .sort(successFirst)
      .slice(0, MOST_LINEAGE)
      .map(({ trajectory }) => trajectory),
    trust: leastTrust(runs.values()),
    name,
    description: describe(writing, name, names, told.additions),
    signature: renamed(typed, [name, ...writing.parameters]),
    abstractable: writing.self_contained,
    code: writing.code,
    language: writing.language,
    parameters: parametersOf(told.holes),
    examples: examplesOf(all, writing.name),
    usage: {
      worked: [...runs.values()].filter(({ success }) => success === true).length,
      tried: runs.size,
    },
    tasks: tasks.size,
    source: 'learned',
    method: 'heuristic',
    ...(replaces.length > 0 ? { replaces: replaces.slice(0, MOST_REPLACED) } : {}),
  };
}

/** Named after its oldest writing: what joins later does not change it. */
const conceptId = ({ project, language, shape }: Writing): string =>
  contentId('concept', [project, language === 'javascript' ? 'typescript' : language, shape]);

const byAge = (a: Writing, b: Writing): number =>
  a.run_at < b.run_at ? -1 : a.run_at > b.run_at ? 1 : a.shape < b.shape ? -1 : a.shape > b.shape ? 1 : 0;

const isTyped = (other: Writing, writing: Writing): boolean =>
  other.typed && other.shape === writing.shape && other.parameters.length === writing.parameters.length;

interface Details {
  holes: Hole[];
  /** Statements that some writings have beyond the pattern, as written. */
  additions: string[];
}

/** Holes and additions as the writings have them; roles in the words of the best. */
function detailsOf(pattern: Tree, best: Written, written: readonly Written[]): Details {
  const mine = unify(best.tree, pattern);
  const holes = new Map(
    [...holesIn(mine.tree)].map(([label, hole]): [string, Hole] => [label, { ...hole, fillings: [] }]),
  );
  const additions = new Set<string>();
  const looked = new Set<number>();
  for (const { writing, tree } of written) {
    const { exact } = measure(tree);
    if (looked.has(exact) || looked.size >= MOST_LOOKED_AT) continue;
    looked.add(exact);
    const theirs = unify(mine.tree, tree);
    const textOf = (part: Tree) => textAt(writing, part);
    for (const [hole, filling] of theirs.fillings.values())
      if (isHole(hole)) holes.get(hole.label)?.fillings.push({ tree: filling, text: textOf(filling) });
    for (const part of theirs.extra) {
      const text = textOf(part).replace(/\s+/gu, ' ').trim();
      if (part.children.length > 0 && text.length <= LONGEST_ADDITION) additions.add(text);
    }
  }
  return { holes: [...holes.values()], additions: [...additions].sort() };
}

/** What is filled in at one use, on average, against what the pattern tells; a statement of one's own is an addition. */
function filledShare(holes: readonly Hole[], pattern: Tree): number {
  const expressions = holes.filter(({ place }) => place !== 'statement');
  const bits = expressions.map(({ fillings }) => {
    const sum = fillings.reduce((total, { tree }) => total + measure(tree).bits, 0);
    return HOLE + sum / Math.max(1, fillings.length);
  });
  return bits.reduce((total, each) => total + each, 0) / Math.max(1, measure(pattern).bits);
}

/** Places in a tree count from where the piece begins: below its imports. */
function textAt({ code, tree_at }: Writing, { start, end }: Tree): string {
  return code.slice(tree_at + start, tree_at + end);
}

function tasksByName(writings: readonly Writing[]): Map<string, number> {
  const tasks = Map.groupBy(writings, ({ name }) => name);
  return new Map(
    [...tasks].map(([name, users]) => [name, new Set(users.map(({ task_key }) => task_key)).size]),
  );
}

/** What it does, what it was called elsewhere (people will look for that), and what some of the writings add. */
function describe({ code }: Writing, name: string, names: Map<string, number>, additions: string[]): string {
  const aliases = [...names.keys()].filter((alias) => alias !== name).sort();
  const also = aliases.length > 0 ? `; also written as ${aliases.slice(0, MOST_ALIASES).join(', ')}` : '';
  const adds = additions.length > 0 ? `; some writings add \`${additions[0]}\`` : '';
  return `${whatItDoes(code, name)}${also}${adds}.`;
}

/** The writing to hand out: from a success, able to stand alone, smallest; among equals the named and typed one. */
function bestOf(written: readonly Written[], name: string): Written | undefined {
  const rank = ({ writing, tree }: Written) => [
    writing.success === true ? 0 : 1,
    writing.self_contained ? 0 : 1,
    measure(tree).nodes,
    writing.name === name ? 0 : 1,
    writing.typed ? 0 : 1,
    writing.code.length,
  ];
  return written.slice(1).reduce<Written | undefined>((best, each) => {
    if (!best) return each;
    const [a, b] = [rank(best), rank(each)];
    const differs = a.findIndex((value, i) => value !== b[i]);
    if (differs >= 0) return (b[differs] ?? 0) < (a[differs] ?? 0) ? each : best;
    return each.writing.code < best.writing.code ? each : best;
  }, written[0]);
}

const successFirst = (a: Writing, b: Writing): number =>
  Number(b.success === true) - Number(a.success === true) || (a.trajectory < b.trajectory ? -1 : 1);

/** Calls that were seen, those first that could run as they stand, then by the name of the code, from successes, short ones. */
function examplesOf(writings: readonly Writing[], name: string): string[] {
  const calls = writings.flatMap((writing) =>
    writing.calls.map((text) => ({
      text,
      rank:
        (isOfLiterals(text) ? 0 : 4) + (writing.name === name ? 0 : 2) + (writing.success === true ? 0 : 1),
    })),
  );
  calls.sort((a, b) => a.rank - b.rank || a.text.length - b.text.length || (a.text < b.text ? -1 : 1));
  return [...new Set(calls.map(({ text }) => text))].slice(0, MOST_EXAMPLES);
}

/** The signature of a piece under another name and other parameter names, all replaced at once. */
function renamed({ signature, name, parameters }: Writing, names: string[]): string {
  const others = new Map([name, ...parameters].map((old, i) => [old, names[i] ?? old]));
  return signature.replace(
    /(?<![\w$.])[\w$]+(?=[<(?:,)=]|\s*=[^>]| \{)/gu,
    (word) => others.get(word) ?? word,
  );
}
