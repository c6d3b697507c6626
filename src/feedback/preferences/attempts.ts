/** The attempts at each task, as little of them as pairs need: columns first, whole runs only of tasks that may give a pair. */
import type { Context } from '../../context.ts';
import { contentId } from '../../learners/content-id.ts';
import { withoutInstructions } from '../../learners/instructions.ts';
import { roundsOf } from '../../learners/rounds.ts';
import { cleanText } from '../../text.ts';
import { type Trajectory, VERDICT_TRUST } from '../../types.ts';
import type { JudgedAs } from './pair.ts';
import { type RunRating, ratingsByRun } from './rated.ts';

/** One run of a task. */
export interface TaskAttempt {
  id: string;
  project: string;
  task: string;
  /** When it began, else when it was stored. */
  at: string;
  judged: JudgedAs;
  /** What its verdict is worth, 0..1; 0 where nobody but its agent judged. */
  worth: number;
  parent?: string | undefined;
  /** Workflow and step of it: another run with the same is a retry. */
  place?: string | undefined;
  model?: string | undefined;
  agent?: string | undefined;
  /** Equal for runs that did and saw the same, to the letter. */
  content: string;
  rating?: RunRating | undefined;
}

export interface TaskAttempts {
  task_key: string;
  attempts: TaskAttempt[];
  /** Runs of the task that say nothing. */
  unjudged: number;
}

export interface PreferenceScope {
  /** Left out: all projects. */
  project?: string | undefined;
  /** Left out: all tasks. */
  tasks?: ReadonlySet<string> | undefined;
}

/** Of a task with more runs, so many are looked at: those that were rated, then by turns successes and failures. */
export const MOST_ATTEMPTS = 40;
const AT_ONCE = 100;
const MOST_TASK = 160;

/** One task after the other, those with at least two runs that say something; never more than a page of runs at once. */
export async function* taskAttempts(
  ctx: Context,
  { project, tasks: only }: PreferenceScope = {},
): AsyncIterable<TaskAttempts> {
  const { trajectories } = ctx.memory;
  const where = { project, status: 'active' };
  const [keys, success, revisions, rated] = await Promise.all([
    trajectories.cells('task_key', { where }),
    trajectories.cells('success', { where }),
    trajectories.cells('revision', { where }),
    ratingsByRun(ctx, project),
  ]);
  const tasks = new Map<string, string[]>();
  for (const [id, key] of keys) {
    if (only && !only.has(key)) continue;
    const told = rated.has(id) || (success.get(id) !== 'unknown' && isJudged(revisions.get(id)));
    const ids = tasks.get(key) ?? [];
    tasks.set(key, ids);
    // What says nothing is counted alone.
    ids.push(told ? id : '');
  }
  const wanted = [...tasks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([task_key, all]) => {
      const ids = all.filter((id) => id !== '');
      return { task_key, unjudged: all.length - ids.length, ids: sampleOf(ids, success, rated) };
    });
  // A question to the store costs more than the runs that it brings.
  for (const round of roundsOf(
    wanted,
    ({ ids }) => ids.length,
    () => AT_ONCE,
  )) {
    const met = new Map<string, TaskAttempt>();
    const all = round.flatMap(({ ids }) => (ids.length > 1 ? ids : []));
    for (let i = 0; i < all.length; i += AT_ONCE)
      for (const run of await trajectories.getMany(all.slice(i, i + AT_ONCE)))
        met.set(run.id, attemptOf(run, rated.get(run.id)));
    for (const { task_key, ids, unjudged } of round)
      yield { task_key, attempts: ids.flatMap((id) => met.get(id) ?? []), unjudged };
  }
}

/** From the name of a version, `…/0.30/true`: whether more than the agent judged, without reading the run. */
const isJudged = (revision = ''): boolean =>
  Number(/\/(\d\.\d\d)\/(?:true|false|null)$/u.exec(revision)?.[1] ?? 1) > VERDICT_TRUST.agent;

/** The same at every call: by ids, which are drawn from content. */
function sampleOf(ids: string[], success: Map<string, string>, rated: Map<string, RunRating>): string[] {
  if (ids.length <= MOST_ATTEMPTS) return ids.toSorted();
  const drawn = ids.map((id) => ({ id, ticket: contentId('draw', id) }));
  drawn.sort((a, b) => (a.ticket < b.ticket ? -1 : 1));
  const met = new Map<string, number>();
  const turns = drawn.map(({ id }) => {
    const kind = success.get(id) ?? '';
    const turn = rated.has(id) ? -1 : (met.get(kind) ?? 0);
    if (turn >= 0) met.set(kind, turn + 1);
    return { id, turn };
  });
  return turns
    .sort((a, b) => a.turn - b.turn)
    .slice(0, MOST_ATTEMPTS)
    .map(({ id }) => id)
    .sort();
}

function attemptOf(run: Trajectory, rating: RunRating | undefined): TaskAttempt {
  const { success, score, verdict } = run.outcome;
  const source = verdict?.source ?? 'agent';
  const worth = success === null ? 0 : Math.min(VERDICT_TRUST[source], run.trust);
  return {
    id: run.id,
    project: run.project,
    task: shortTask(run.task.description),
    at: run.started_at ?? run.ended_at ?? run.at,
    judged: {
      success,
      source,
      ...(score === undefined ? {} : { score }),
      ...(rating ? { rated: rating.best.adjusted, raters: rating.best.raters } : {}),
    },
    worth: worth > VERDICT_TRUST.agent ? worth : 0,
    parent: run.parent,
    place:
      run.workflow !== undefined && run.action_pair !== undefined
        ? JSON.stringify([run.workflow, run.action_pair])
        : undefined,
    model: run.model,
    agent: run.agent,
    content: contentId(
      'did',
      run.steps.map(({ action, tool, args, observation }) => [action, tool, args, observation]),
    ),
    rating,
  };
}

const shortTask = (text: string): string => {
  const flat = cleanText(text.slice(0, 8 * MOST_TASK))
    .replace(/\s+/gu, ' ')
    .trim();
  return withoutInstructions(flat.length > MOST_TASK ? `${flat.slice(0, MOST_TASK - 1)}…` : flat);
};
