/**
 * Which task goes into which split: tasks that ask nearly the same, and tasks that tell of each other's attempts, go together, and
 * known ones stay where they are.
 */

import type { Signature } from '../../learners/minhash.ts';
import type { DatasetSettings, Split } from '../../types.ts';
import type { Sketch } from '../quality/sketch.ts';
import { groupTasks } from './groups.ts';
import { assignSplits } from './splits.ts';
import { levelOf } from './statistics.ts';

export interface IntoSplits {
  /** Of the tasks of these examples, and of those that they quote. */
  tasks: Map<string, Split>;
  /** Tasks whose rows would give away what is held out. */
  left_out: Set<string>;
}

/** @param quotes By task the other tasks whose attempts its prompts tell of. */
export function intoSplits(
  sketches: Sketch[],
  settings: Pick<DatasetSettings, 'ratios' | 'seed' | 'duplicates'>,
  fixed: ReadonlyMap<string, Split>,
  quotes: ReadonlyMap<string, ReadonlySet<string>>,
): IntoSplits {
  const byTask = Map.groupBy(sketches, ({ task_key }) => task_key);
  const links = [...quotes].flatMap(([key, others]) =>
    byTask.has(key) ? [...others].map((other) => [key, other] as const) : [],
  );
  const quoted = new Set(links.map(([, other]) => other).filter((key) => !byTask.has(key)));
  const asked = [
    ...[...byTask].map(([key, members]) => ({ key, signatures: distinct(members) })),
    ...[...quoted].map((key) => ({ key, signatures: [] })),
  ];
  const known = new Map([...fixed].filter(([key]) => byTask.has(key) || quoted.has(key)));
  const { groups, fixed: held, left_out } = groupTasks(asked, settings.duplicates, known, links);
  const ofGroup = Map.groupBy(
    [...byTask].filter(([key]) => !left_out.has(key)),
    ([key]) => groups.get(key) ?? key,
  );
  const strata = [...ofGroup].map(([key, tasks]) => ({
    key,
    stratum: stratumOf(tasks.flatMap(([, members]) => members)),
    fixed: held.get(key),
  }));
  const assigned = assignSplits(strata, settings.ratios, settings.seed);
  const tasks = new Map<string, Split>();
  for (const key of [...byTask.keys(), ...quoted]) {
    const group = groups.get(key) ?? key;
    const split = held.get(group) ?? assigned.get(group);
    if (split !== undefined && !left_out.has(key)) tasks.set(key, split);
  }
  return { tasks, left_out };
}

/** Attempts at a task are mostly asked in the same words: one signature stands for all of these. */
const distinct = (sketches: Sketch[]): Signature[] => [
  ...new Map(sketches.map(({ asked }) => [asked.join(), asked])).values(),
];

/** Domain and difficulty that most of them have; of as many, the first by name. */
const stratumOf = (sketches: Sketch[]): string =>
  [...Map.groupBy(sketches, ({ domain, difficulty }) => `${domain}/${levelOf(difficulty)}`)].sort(
    ([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1),
  )[0]?.[0] ?? '';
