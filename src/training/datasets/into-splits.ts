/** Which task goes into which split: tasks that ask nearly the same go together, and known ones stay where they are. */

import type { Signature } from '../../learners/minhash.ts';
import type { DatasetSettings, Split } from '../../types.ts';
import type { Sketch } from '../quality/sketch.ts';
import { groupTasks } from './groups.ts';
import { assignSplits } from './splits.ts';
import { levelOf } from './statistics.ts';

export interface IntoSplits {
  tasks: Map<string, Split>;
  /** Tasks whose rows would give away what is held out. */
  left_out: Set<string>;
}

export function intoSplits(
  sketches: Sketch[],
  settings: Pick<DatasetSettings, 'ratios' | 'seed' | 'duplicates'>,
  fixed: ReadonlyMap<string, Split>,
): IntoSplits {
  const byTask = Map.groupBy(sketches, ({ task_key }) => task_key);
  const asked = [...byTask].map(([key, members]) => ({ key, signatures: distinct(members) }));
  const here = new Map([...fixed].filter(([key]) => byTask.has(key)));
  const { groups, fixed: held, left_out } = groupTasks(asked, settings.duplicates, here);
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
  for (const [group, members] of ofGroup)
    for (const [key] of members) tasks.set(key, assigned.get(group) as Split);
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
