/** What an act is compared on: the attempts that could have done it, their tasks, and the clusters of these. */
import { type Arm, addTo, emptyArm } from '../../learners/stratified.ts';
import type { Feature } from '../acts/features.ts';
import type { Attempted } from './contrast.ts';

export interface Grounds {
  attempts: Attempted[];
  /** Attempts at each task, how many worked, and its cluster. */
  tasks: Map<string, { n: number; worked: number; cluster: string }>;
  /** The tasks of each cluster: each one unit that reached the share of its attempts that worked. */
  clusters: Map<string, Arm>;
}

/**
 * The grounds of each feature. An order can only be compared among runs that did the later act at all, a choice among
 * those that made the call; anything else among all.
 */
export function groundsFor(
  attempts: Attempted[],
  clusterOf: ReadonlyMap<string, string>,
): (feature: Feature) => Grounds {
  const doing = new Map<string, Attempted[]>();
  for (const attempt of attempts) {
    const acts = new Set(attempt.order.map(({ act }) => act));
    for (const { kind, act } of attempt.features.values()) if (kind === 'used') acts.add(act);
    for (const act of acts) {
      const known = doing.get(act);
      if (known) known.push(attempt);
      else doing.set(act, [attempt]);
    }
  }
  const made = new Map<string, Grounds>();
  return (feature) => {
    const among = amongOf(feature);
    const key = among ?? '';
    const known = made.get(key);
    if (known) return known;
    const grounds = groundsOver(among === undefined ? attempts : (doing.get(among) ?? []), clusterOf);
    made.set(key, grounds);
    return grounds;
  };
}

const amongOf = ({ kind, act, than }: Feature): string | undefined => {
  if (kind === 'before') return than;
  const choice = kind === 'used' ? act.indexOf(' with ') : -1;
  return choice > 0 ? act.slice(0, choice) : undefined;
};

function groundsOver(attempts: Attempted[], clusterOf: ReadonlyMap<string, string>): Grounds {
  const tasks: Grounds['tasks'] = new Map();
  for (const { task_key, success } of attempts) {
    const task = tasks.get(task_key) ?? { n: 0, worked: 0, cluster: clusterOf.get(task_key) ?? task_key };
    tasks.set(task_key, task);
    task.n += 1;
    task.worked += Number(success);
  }
  const clusters: Grounds['clusters'] = new Map();
  for (const { n, worked, cluster } of tasks.values()) {
    const arm = clusters.get(cluster) ?? emptyArm();
    clusters.set(cluster, arm);
    addTo(arm, 1, worked / n, (worked / n) ** 2);
  }
  return { attempts, tasks, clusters };
}
