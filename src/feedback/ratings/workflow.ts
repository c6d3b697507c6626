/** What a rating is about: a name as somebody gave it, to the runs that it means. */

import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { leastTrust } from '../../learners/trust.ts';
import { taskKey } from '../../memory/memory.ts';
import { cleanText } from '../../text.ts';
import type { Trajectory } from '../../types.ts';

export interface Workflow {
  /** The id of its run; of several runs, the session or workflow that they share. */
  name: string;
  project: string;
  task_key: string;
  /** Newest first. */
  trajectories: string[];
  /** What the newest was asked to do. */
  task: string;
  /** Of its runs, the least. */
  trust: number;
}

/** Runs that one rating may be about. */
const MOST_RUNS = 50;
/** There is no column for the workflow that a run carries: so many of the newest runs are looked at. */
const MOST_LOOKED_AT = 1_000;
const A_PAGE = 100;
const MOST_NAME = 4_000;

/**
 * By id, else by session, else by the workflow that the newest 1,000 runs carry; those of `project` come first.
 * @throws KnowhowError `unknown_workflow`, `forgotten_workflow`.
 */
export async function findWorkflow(
  ctx: Context,
  named: string,
  project = ctx.config.project,
): Promise<Workflow> {
  const wanted = named.trim();
  if (wanted === '' || wanted.length > MOST_NAME) throw unknown();
  const run = await ctx.memory.trajectories.get(wanted);
  if (run) return workflowOf(wanted, [run]);
  if (/^traj_/u.test(wanted)) {
    const forgotten = await ctx.memory.forgotten.list();
    if (forgotten.some(({ ids }) => ids.includes(wanted)))
      throw callerError(
        'forgotten_workflow',
        'This run was forgotten, and what was said of it too.',
        'Feedback can be given on runs that are still there: record the run again first.',
      );
    throw unknown();
  }
  // As runs keep it: what looks like a secret is not kept in a session's name either.
  const name = ctx.redactor.redact(cleanText(wanted)).text;
  const runs = await bySession(ctx, name, project);
  if (runs.length > 0) return workflowOf(name, runs);
  const carrying = await byWorkflow(ctx, name, project);
  if (carrying.length > 0) return workflowOf(name, carrying);
  throw unknown();
}

const unknown = () =>
  callerError(
    'unknown_workflow',
    'No run has this id, session or workflow.',
    'Use the trajectory_id that record_trajectory returned, or the session that the run was recorded with.',
  );

async function bySession(ctx: Context, session: string, project: string): Promise<Trajectory[]> {
  const { trajectories } = ctx.memory;
  const page = { order: 'newest', limit: MOST_RUNS } as const;
  const own = await trajectories.list({ where: { session, project }, ...page });
  return own.length > 0 ? own : ofOneProject(await trajectories.list({ where: { session }, ...page }));
}

async function byWorkflow(ctx: Context, workflow: string, project: string): Promise<Trajectory[]> {
  for (const where of [{ project }, {}]) {
    const found: Trajectory[] = [];
    // In pages: runs are long, and few of them are wanted.
    for (let offset = 0; offset < MOST_LOOKED_AT; offset += A_PAGE) {
      const page = await ctx.memory.trajectories.list({ where, order: 'newest', limit: A_PAGE, offset });
      found.push(...page.filter((run) => run.workflow === workflow));
      if (page.length < A_PAGE || found.length >= MOST_RUNS) break;
    }
    if (found.length > 0) return ofOneProject(found.slice(0, MOST_RUNS));
  }
  return [];
}

/** A session or workflow of the same name in another project is another one: that of the newest run is meant. */
const ofOneProject = (runs: Trajectory[]): Trajectory[] =>
  runs.filter(({ project }) => project === runs[0]?.project);

function workflowOf(named: string, runs: Trajectory[]): Workflow {
  const [newest] = runs;
  if (!newest) throw unknown();
  return {
    // One run has one name, whichever it was asked for by: its raters are to meet.
    name: runs.length === 1 ? newest.id : named,
    project: newest.project,
    task_key: taskKey(newest.project, newest.task),
    trajectories: runs.map(({ id }) => id),
    task: newest.task.description,
    trust: leastTrust(runs),
  };
}
