/** The strata that an act is compared over: tasks where some did it and some did not, and clusters of tasks alike. */
import { type Arm, addTo, emptyArm, type Stratum } from '../../learners/stratified.ts';
import type { Attempt } from '../../types.ts';
import type { Grounds } from './grounds.ts';

/** What a comparison between tasks counts beside one within a task. */
const BETWEEN_TASKS = 0.5;

/**
 * Tasks at which some did it and some did not, each with its attempts; and, of tasks alike at which all did or none did,
 * each task as one unit.
 */
export function strataOf(did: Attempt[], { tasks, clusters }: Grounds): Stratum[] {
  const strata: Stratum[] = [];
  const between = new Map<string, { all: Arm; mixed: Arm }>();
  for (const [key, same] of Map.groupBy(did, ({ task_key }) => task_key)) {
    const task = tasks.get(key);
    if (!task) continue;
    const worked = same.filter(({ success }) => success).length;
    const others = task.n - same.length;
    const reached = task.worked / task.n;
    const cluster = between.get(task.cluster) ?? { all: emptyArm(), mixed: emptyArm() };
    between.set(task.cluster, cluster);
    addTo(others > 0 ? cluster.mixed : cluster.all, 1, reached, reached * reached);
    if (others <= 0) continue;
    const failed = task.worked - worked;
    strata.push({
      with: { n: same.length, sum: worked, squares: worked },
      without: { n: others, sum: failed, squares: failed },
      weight: 1,
    });
  }
  for (const [name, { all, mixed }] of between) {
    const cluster = clusters.get(name);
    if (!cluster || all.n === 0) continue;
    const without = {
      n: cluster.n - all.n - mixed.n,
      sum: Math.max(0, cluster.sum - all.sum - mixed.sum),
      squares: Math.max(0, cluster.squares - all.squares - mixed.squares),
    };
    if (without.n > 0) strata.push({ with: all, without, weight: BETWEEN_TASKS });
  }
  return strata;
}
