/** Judged runs that were shown something and judged runs that were not, for a comparison without a hold-out. */
import type { Context } from '../../context.ts';
import type { Filter } from '../../memory/filter.ts';
import { type Trajectory, VERDICT_TRUST } from '../../types.ts';
import { type Exposed, isJudged } from './gather.ts';
import type { MatchRun } from './matched.ts';

/** Runs that are read whole, for what their light columns do not tell. */
const MOST_READ = 2_000;

/**
 * Runs that were shown something are known from their exposures. The others are found by light columns: what they were attempts
 * at and how they ended; of whole runs only the newest are read, for who did them and when.
 */
export async function readMatchRuns(ctx: Context, rows: Exposed[], since = ''): Promise<MatchRun[]> {
  const shown = rows.filter((row) => row.arm !== 'withheld' && row.records.length > 0);
  const judged = shown.filter((row) => isJudged(row) && row.ran_at >= since);
  // Without anything to compare with them, nothing else need be read.
  if (judged.length === 0) return [];
  const { trajectories } = ctx.memory;
  const where = { project: [...new Set(judged.map(({ project }) => project))], status: 'active' };
  const [tasks, revisions] = await Promise.all([
    trajectories.cells('task_key', { where }),
    trajectories.cells('revision', { where }),
  ]);
  const wereShown = new Set(shown.map(({ trajectory }) => trajectory));
  const others = [...revisions].flatMap(([id, revision]) => {
    const verdict = verdictOf(revision);
    return verdict === undefined || wereShown.has(id)
      ? []
      : [{ id, success: verdict, task: tasks.get(id) ?? id }];
  });
  const whole = await readWhole(ctx, new Set(others.map(({ id }) => id)), where);
  return [
    ...judged.map(
      (row): MatchRun => ({
        task: row.task_key,
        project: row.project,
        shown: true,
        success: row.success === true,
        like: likeOf(row, row.ran_at),
      }),
    ),
    ...others.flatMap(({ id, success, task }): MatchRun[] => {
      const run = whole.get(id);
      if (!run) return [];
      const ran = new Date(run.ended_at ?? run.at).toISOString();
      return ran < since
        ? []
        : [
            {
              task,
              project: run.project,
              shown: false,
              success,
              like: likeOf({ ...run, domain: run.task.domain }, ran),
            },
          ];
    }),
  ];
}

/** How a run ended, where more than its agent says so: a revision is `id@steps/trust/success`. */
function verdictOf(revision: string): boolean | undefined {
  const [, trust = '', success] = /\/([\d.]+)\/(true|false|null)$/u.exec(revision) ?? [];
  if (Number(trust) < VERDICT_TRUST.llm_judge || success === 'null' || success === undefined)
    return undefined;
  return success === 'true';
}

async function readWhole(ctx: Context, wanted: Set<string>, where: Filter): Promise<Map<string, Trajectory>> {
  const ids = await ctx.memory.trajectories.ids({ where, order: 'newest' });
  const newest = ids.filter((id) => wanted.has(id)).slice(0, MOST_READ);
  const found = new Map<string, Trajectory>();
  // Runs are long: a few at a time, and of each only its head is kept.
  for (let i = 0; i < newest.length; i += 100)
    for (const run of await ctx.memory.trajectories.getMany(newest.slice(i, i + 100)))
      found.set(run.id, { ...run, steps: [] });
  return found;
}

const likeOf = (
  {
    project,
    domain,
    agent,
    model,
  }: { project: string; domain?: string | undefined; agent?: string | undefined; model?: string | undefined },
  ran: string,
): string => JSON.stringify([project, domain ?? '', agent ?? '', model ?? '', quarterOf(ran)]);

const quarterOf = (ran: string): string =>
  `${ran.slice(0, 4)}/${Math.floor((Number(ran.slice(5, 7)) - 1) / 3)}`;
