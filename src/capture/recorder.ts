/** From what a caller hands over to a stored trajectory: checked, redacted, trimmed, identified, kept once. */
import type { Context } from '../context.ts';
import { retrievalsIn } from '../learners/own-questions.ts';
import { cleanText, mapStrings, trimText } from '../text.ts';
import { type Task, type Trajectory, type TrajectoryInput, VERDICT_TRUST } from '../types.ts';
import { isSameRun, type SourceKey, sharedSteps, supersedes, trajectoryId } from './identify.ts';

export interface Recorded {
  trajectory: Trajectory;
  /** `added`: a run not seen before; `grown`: replaces its shorter self; `known`: nothing new in it. */
  state: 'added' | 'grown' | 'known';
}

/** A run that came with its key in its source, as importers give them. */
export interface KeyedInput {
  input: TrajectoryInput;
  key?: SourceKey;
  /** Key, in the same source, of the attempt that this one is a retry of. */
  parentKey?: SourceKey;
  /** Where it was read from, e.g. the path of a transcript. */
  source?: string;
}

/** A session with more attempts at one task than this is not told apart any further. */
const MOST_BRANCHES = 200;

/** Records one run. Resolves once it is committed, or known to be there already. */
export async function recordTrajectory(
  ctx: Context,
  input: TrajectoryInput,
  key?: SourceKey,
): Promise<Recorded> {
  const [recorded] = await recordAll(ctx, [{ input, key }]);
  return recorded as Recorded;
}

/**
 * Records many runs with few commits, in order: a run that comes twice in `inputs` is recognised too. Resolves once
 * all are committed. Runs whose id is `barred` are placed but not stored.
 */
export async function recordAll(
  ctx: Context,
  inputs: KeyedInput[],
  barred: ReadonlySet<string> = new Set(),
): Promise<Recorded[]> {
  const { trajectories } = ctx.memory;
  const prepared = inputs.map(({ input, key, parentKey, source }) =>
    prepare(ctx, withParent(ctx, input, parentKey), key, source),
  );
  await nameOwnQuestions(
    ctx,
    prepared.map(({ trajectory }) => trajectory),
  );
  const first = await trajectories.getMany([...new Set(prepared.map(({ id }) => id))]);
  const known = new Map(first.map((trajectory) => [trajectory.id, trajectory]));
  const recorded: Recorded[] = [];
  const fresh = new Map<string, Trajectory>();
  for (const candidate of prepared) {
    const outcome = await place(ctx, candidate, known);
    recorded.push(outcome);
    if (outcome.state === 'known' || barred.has(outcome.trajectory.id)) continue;
    known.set(outcome.trajectory.id, outcome.trajectory);
    fresh.set(outcome.trajectory.id, outcome.trajectory);
  }
  await trajectories.put([...fresh.values()]);
  return recorded;
}

/**
 * Runs that name no retrieval, and are not stored yet, belong to the first that their agent asked for during the run, where that
 * is one of this memory: it is filled in.
 */
export async function nameOwnQuestions({ memory }: Context, runs: Trajectory[]): Promise<void> {
  const asked = runs.flatMap((run) => {
    const ids = run.retrieval_id === undefined ? retrievalsIn(run.steps) : [];
    return ids.length > 0 ? { run, ids } : [];
  });
  if (asked.length === 0) return;
  const id = [...new Set(asked.flatMap(({ ids }) => ids))];
  const stored = new Set(await memory.retrievals.ids({ where: { id } }));
  for (const { run, ids } of asked) {
    const first = ids.find((each) => stored.has(each));
    if (first !== undefined) run.retrieval_id = first;
  }
}

/** The parent's key as the id that it is stored under, in the run's own project. */
function withParent(ctx: Context, input: TrajectoryInput, parentKey: SourceKey): TrajectoryInput {
  if (!parentKey || input.parent !== undefined) return input;
  return { ...input, parent: trajectoryId(input, input.project?.trim() || ctx.config.project, parentKey) };
}

/** A run as it would be stored, without storing it. */
export const toTrajectory = (ctx: Context, input: TrajectoryInput, key?: SourceKey): Trajectory =>
  prepare(ctx, input, key).trajectory;

interface Prepared {
  id: string;
  input: TrajectoryInput;
  project: string;
  key: SourceKey;
  trajectory: Trajectory;
}

function prepare(ctx: Context, raw: TrajectoryInput, key: SourceKey, source?: string): Prepared {
  const project = raw.project?.trim() || ctx.config.project;
  const id = trajectoryId(raw, project, key);
  const input = tidy(ctx, raw);
  const verdict = input.outcome.verdict ?? { source: 'agent' as const };
  const trajectory: Trajectory = {
    ...input,
    outcome: { ...input.outcome, verdict },
    id,
    at: ctx.now().toISOString(),
    project: input.project?.trim() || project,
    derived_from: input.parent ? [input.parent] : [],
    ...(source === undefined ? {} : { source: ctx.redactor.redact(source).text }),
    trust: VERDICT_TRUST[input.outcome.success === null ? 'unknown' : verdict.source],
  };
  return { id, input: raw, project, key, trajectory };
}

/**
 * Control characters out, secrets out, then long texts cut: a cut first could leave half a key that nothing
 * recognises. Identity was taken before, so new rules keep old ids.
 */
export function tidy<T extends TrajectoryInput>(ctx: Context, input: T): T {
  const { value, found } = ctx.redactor.redactDeep(mapStrings(input, cleanText));
  const trimmed = mapStrings(value, (text) => trimText(text, ctx.config.max_text_chars));
  // A description that was nothing but control characters must still be one.
  const description = trimmed.task.description.trim() || '(no readable text)';
  const total = Object.values(found).reduce((sum, count) => sum + count, 0);
  return {
    ...trimmed,
    task: { ...trimmed.task, description },
    ...(total > 0 ? { metadata: { ...trimmed.metadata, redacted: found } } : {}),
  };
}

/** A task as a run of it would keep it: two runs of it have the same key. */
export const keptTask = (ctx: Context, task: Task): Task =>
  tidy(ctx, { task, steps: [], outcome: { success: null } }).task;

/** One text as a run would keep it: for those so long that they should not wait for that. */
export function shortened(ctx: Context, text: string): string {
  const kept = trimText(ctx.redactor.redact(cleanText(text)).text, ctx.config.max_text_chars);
  // Copied: pieces of a string hold the whole string in memory.
  return Buffer.from(kept).toString();
}

/** Finds the id under which a run belongs, and whether it says anything new. */
async function place(ctx: Context, prepared: Prepared, known: Map<string, Trajectory>): Promise<Recorded> {
  let { id } = prepared;
  for (let branches = 0; branches < MOST_BRANCHES; branches += 1) {
    const trajectory = id === prepared.id ? prepared.trajectory : { ...prepared.trajectory, id };
    const stored = known.get(id) ?? (id === prepared.id ? undefined : await ctx.memory.trajectories.get(id));
    if (!stored) return { trajectory, state: 'added' };
    // A source key or the whole content names one run; a session may hold several attempts at a task.
    const same = prepared.key || !prepared.input.session || isSameRun(stored, trajectory);
    if (same) {
      if (supersedes(trajectory, stored)) return { trajectory, state: 'grown' };
      return { trajectory: stored, state: 'known' };
    }
    const parted = sharedSteps(stored.steps, trajectory.steps);
    id = trajectoryId(
      prepared.input,
      prepared.project,
      undefined,
      prepared.trajectory.steps.slice(0, parted + 1),
    );
  }
  return { trajectory: { ...prepared.trajectory, id }, state: 'added' };
}
