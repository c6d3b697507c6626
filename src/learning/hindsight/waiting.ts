/**
 * The waiting list: which runs no batch has learned from yet, and whether a batch is due. Pending work is a question to
 * the store, so nothing is lost with a process.
 */
import type { LearningConfig } from '../../config.ts';
import type { Context } from '../../context.ts';
import { PENDING, revisionOf } from '../../memory/memory.ts';
import type { BatchState, Trajectory } from '../../types.ts';

export interface WaitingList {
  /** Makes a run wait for the next batch. Recording does so by itself. */
  accumulate(trajectory: Trajectory): Promise<void>;
  accumulatedCount(project?: string): Promise<number>;
  /** The oldest waiting runs. */
  getAccumulated(limit?: number, project?: string): Promise<Trajectory[]>;
  /** Takes exactly these versions (runs, or what revisionOf() says of them) off the list; what was recorded meanwhile, or grew, stays on it. */
  clearAccumulated(taken: (Trajectory | string)[], batch: string): Promise<void>;
  shouldRunBatch(minTrajectories?: number, project?: string): Promise<BatchState>;
}

const AT_ONCE = 4_000;
const HOUR_MS = 3_600_000;
/** A bad streak can hold a batch back only until this many times the minimum has gathered. */
const ESCAPE = 4;

export function createWaitingList(ctx: Context): WaitingList {
  const { trajectories, batches } = ctx.memory;
  const waiting = (project?: string) => ({ batch: PENDING, project });
  const config: LearningConfig = ctx.config.learning;

  return {
    async accumulate(trajectory) {
      if (await trajectories.get(trajectory.id))
        await trajectories.mark({ id: trajectory.id }, { batch: PENDING });
      else await trajectories.put([trajectory]);
    },
    accumulatedCount: (project) => trajectories.count(waiting(project)),
    getAccumulated: (limit, project) =>
      trajectories.list({ where: waiting(project), order: 'oldest', limit }),
    async clearAccumulated(taken, batch) {
      const revisions = taken.map((run) => (typeof run === 'string' ? run : revisionOf(run)));
      for (let i = 0; i < revisions.length; i += AT_ONCE) {
        await trajectories.mark({ revision: revisions.slice(i, i + AT_ONCE) }, { batch });
      }
    },
    async shouldRunBatch(minTrajectories, project) {
      const least = minTrajectories ?? config.min_trajectories;
      const pending = await trajectories.count(waiting(project));
      const blockers: string[] = [];
      if (pending === 0) blockers.push('no new trajectories');
      else if (pending < least) blockers.push(`${pending} new trajectories, a batch needs ${least}`);
      if (config.min_hours_since_last !== null) {
        const [last] = await batches.list({ order: 'newest', limit: 1 });
        const hours = last ? (ctx.now().getTime() - Date.parse(last.at)) / HOUR_MS : Number.POSITIVE_INFINITY;
        if (hours < config.min_hours_since_last) {
          blockers.push(
            `the last batch was ${hours.toFixed(1)} h ago, the gap is ${config.min_hours_since_last} h`,
          );
        }
      }
      if (config.min_success_rate !== null && pending > 0 && pending < ESCAPE * Math.max(least, 1)) {
        const [worked, failed] = await Promise.all(
          ['true', 'false'].map((success) => trajectories.count({ ...waiting(project), success })),
        );
        const judged = (worked ?? 0) + (failed ?? 0);
        const rate = judged > 0 ? (worked ?? 0) / judged : 0;
        if (rate < config.min_success_rate) {
          blockers.push(
            `${Math.round(rate * 100)} % of the new runs succeeded, below ${Math.round(config.min_success_rate * 100)} %; it runs anyway at ${ESCAPE * Math.max(least, 1)}`,
          );
        }
      }
      const reasons =
        blockers.length > 0 ? blockers : [`${pending} new trajectories, a batch needs ${least}`];
      return { pending, due: blockers.length === 0, reasons };
    },
  };
}
