/** Which run a trajectory is: the same run always gets the same id, whoever records it, in any process. */
import { contentId } from '../learners/content-id.ts';
import type { Step, Trajectory, TrajectoryInput } from '../types.ts';

/** Key of a run in its source, where it has one; with it the run needs no comparison to be recognised. */
export type SourceKey = string | undefined;

/**
 * The id of a run. With a source key: from project and key. With a session: from project, session and task; where
 * that session holds several attempts at one task, `branch` (the step at which this one parted from the others)
 * makes it a run of its own. Otherwise from all that the caller gave, except `retrieval_id`.
 */
export function trajectoryId(
  input: TrajectoryInput,
  project: string,
  key: SourceKey,
  branch: Step[] = [],
): string {
  if (key) return contentId('traj', { project, key });
  const { retrieval_id: _, ...given } = input;
  if (!input.session) return contentId('traj', { ...given, project });
  const task = input.task.id ?? input.task.description.trim();
  const parted = branch.map((step) => [step.tool, step.action]);
  return contentId('traj', {
    project,
    session: input.session,
    task,
    ...(parted.length > 0 ? { parted } : {}),
  });
}

/** The number of steps two runs have in common from the start. */
export function sharedSteps(a: readonly Step[], b: readonly Step[]): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i += 1) {
    if (a[i]?.action !== b[i]?.action || a[i]?.tool !== b[i]?.tool) return i;
  }
  return most;
}

/** True when one is the other, grown: the shorter's steps begin the longer's. */
export const isSameRun = (a: Pick<Trajectory, 'steps'>, b: Pick<Trajectory, 'steps'>): boolean =>
  sharedSteps(a.steps, b.steps) === Math.min(a.steps.length, b.steps.length);

/** True when `next` knows more than `stored` and replaces it: more steps, or the same with a verdict at last. */
export function supersedes(next: Trajectory, stored: Trajectory): boolean {
  if (next.steps.length !== stored.steps.length) return next.steps.length > stored.steps.length;
  return next.trust > stored.trust;
}
