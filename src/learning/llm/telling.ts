/**
 * Which runs a model is asked about, where it is not asked about all: those from which most can be learned that counting
 * does not find. A number for each run, made from the run alone, so that thousands are ranked without being kept.
 */

import { failureOf } from '../../learners/failures.ts';
import { experienceId, taskKey } from '../../memory/memory.ts';
import type { Experience, Trajectory } from '../../types.ts';

export interface Telling {
  id: string;
  task_key: string;
  success: boolean | null;
  /** Higher: more to learn. 0: nothing to ask. */
  score: number;
}

/** Steps that are looked at for errors: enough to tell a run that met some from one that met none. */
const LOOKED_AT = 200;
/** From so many steps on it is no longer plain where a run turned. */
const MANY_STEPS = 20;

/**
 * A run that somebody judged, that met errors on a way of several steps, says most: rules find the acts, but not which
 * of them mattered. Nothing is asked about a run of less than two steps.
 */
export function tellingOf(trajectory: Trajectory): Telling {
  const { id, project, task, steps, outcome, trust } = trajectory;
  const failed = steps.slice(0, LOOKED_AT).filter((step) => failureOf(step)).length;
  const long = Math.min(1, steps.length / MANY_STEPS);
  const judged = outcome.success === null ? 0 : trust;
  const score = steps.length < 2 ? 0 : judged * (1 + Math.min(1, failed / 3) + long);
  return { id, task_key: taskKey(project, task), success: outcome.success, score };
}

/**
 * The ids of at most `most` runs, best first: of each task one success and one failure before seconds, tasks with both
 * before others, for what a pair shows neither shows alone. The same runs give the same choice, in whatever order.
 */
export function mostTelling(runs: Telling[], most: number): string[] {
  const ordered = runs
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  const turns = new Map<string, number>();
  const mixed = mixedTasks(ordered);
  return ordered
    .map((run) => {
      const kind = `${run.task_key} ${run.success}`;
      const turn = turns.get(kind) ?? 0;
      turns.set(kind, turn + 1);
      return { run, turn, lone: mixed.has(run.task_key) ? 0 : 1 };
    })
    .sort((a, b) => a.turn - b.turn || a.lone - b.lone || b.run.score - a.run.score)
    .slice(0, Math.max(0, most))
    .map(({ run }) => run.id);
}

function mixedTasks(runs: Telling[]): Set<string> {
  const outcomes = Map.groupBy(runs, ({ task_key }) => task_key);
  return new Set(
    [...outcomes]
      .filter(([, same]) => new Set(same.map(({ success }) => success)).size > 1)
      .map(([key]) => key),
  );
}

/** True when a model had its say about the run as it is now. */
export const isRefined = (experience: Experience | undefined, run: Trajectory): boolean =>
  experience?.id === experienceId(run.id) &&
  experience.analysis.method === 'llm' &&
  experience.analysis.step_attribution.length === run.steps.length &&
  experience.analysis.success === run.outcome.success;
