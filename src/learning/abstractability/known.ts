/** What the memory knows beside a run: the runs most like it, and what became of its lesson elsewhere. */
import type { Context } from '../../context.ts';
import { attemptId, taskKey } from '../../memory/memory.ts';
import { vectorsOf } from '../../memory/vectors.ts';
import type { Attempt, ErrorOccurrence, Replay, Trajectory } from '../../types.ts';
import { attemptOf } from '../acts/attempt.ts';
import { occurrencesOf } from '../errors/patterns.ts';
import type { Neighbour } from './assess.ts';
import { alike, type Done, doneIn, sameness } from './lesson.ts';
import { isWitness, MOST_WITNESSES, replayActs, replayFixes, SITUATION } from './replay.ts';

export interface Known {
  neighbours: Neighbour[];
  replay?: Replay;
  /** The nearest, for a model to look at. */
  tasks: { task: string; similarity: number }[];
}

/** A run, and how alike its task is. */
export interface Near {
  done: Done;
  similarity: number;
}

/** Neighbours that novelty is judged against. */
export const MOST_NEIGHBOURS = 6;
/** Runs of one task that are asked how they fared: a task attempted a hundred times is one situation. */
export const MOST_OF_TASK = 6;
/** Errors of a run whose fixes are held against other runs, and how often each is looked up. */
export const MOST_PATTERNS = 6;
export const MOST_MET = 60;
/** Steps whose errors are looked at: a run of thousands of failing steps would take seconds. */
const MOST_STEPS = 300;

/** What is known beside one run: one search and a few reads, whatever the size of the store. */
export async function knownOf(ctx: Context, trajectory: Trajectory): Promise<Known> {
  const attempt = attemptOf(trajectory);
  const own = ownErrors(trajectory, attempt);
  const [near, met] = await Promise.all([
    nearestTo(ctx, trajectory, doneIn(attempt)),
    metElsewhere(ctx, own),
  ]);
  return knownFrom(doneIn(attempt), near, own, met);
}

/** Puts together what was found: nearest first. */
export function knownFrom(run: Done, near: Near[], own: ErrorOccurrence[], met: ErrorOccurrence[]): Known {
  const nearest = near.slice(0, MOST_NEIGHBOURS);
  const fixes = replayFixes(run.attempt.task_key, own, met);
  const byFixes = fixes !== undefined && fixes.did.tried > 0;
  // A fix is the sharper lesson, where anybody else tried it.
  const replay = byFixes ? fixes : (replayActs(run, witnessesAmong(run, near)) ?? fixes);
  return {
    neighbours: nearest.map(({ done, similarity }) => ({ similarity, same: sameness(run, done) })),
    tasks: nearest.map(({ done, similarity }) => ({ task: done.attempt.task, similarity })),
    ...(replay ? { replay } : {}),
  };
}

/** The judged runs at the other tasks most alike, a few of each. */
function witnessesAmong(run: Done, near: Near[]): Done[] {
  const taken = new Map<string, number>();
  const witnesses: Done[] = [];
  for (const { done, similarity } of near) {
    const { task_key } = done.attempt;
    if (similarity < SITUATION || !isWitness(done.attempt) || task_key === run.attempt.task_key) continue;
    const count = taken.get(task_key) ?? 0;
    if (count >= MOST_OF_TASK) continue;
    taken.set(task_key, count + 1);
    witnesses.push(done);
    if (witnesses.length === MOST_WITNESSES) break;
  }
  return witnesses;
}

async function nearestTo(ctx: Context, trajectory: Trajectory, run: Done): Promise<Near[]> {
  const [vector] = await vectorsOf(ctx.embedder, [trajectory.task.description]);
  if (!vector) return [];
  const sketches = await ctx.memory.trajectories.nearestSketches(
    vector,
    MOST_NEIGHBOURS + MOST_WITNESSES,
    { status: 'active' },
    ['session'],
  );
  const { id: own, session = '' } = trajectory;
  const others = sketches.filter(
    ({ id, cells }) => id !== own && (session === '' || cells.session !== session),
  );
  const scores = new Map(others.map(({ id, score }) => [id, score]));
  const attempts = await attemptsOf(ctx, [...scores.keys()]);
  return attempts
    .map((attempt) => {
      const done = doneIn(attempt);
      const score = scores.get(attempt.trajectory) ?? 0;
      return { done, similarity: Math.max(0, Math.min(1, Math.max(score, alike(run.topics, done.topics)))) };
    })
    .sort(byNearness);
}

/** The attempts of runs; those of a store that is older than the table are made and not written: judging only reads. */
async function attemptsOf(ctx: Context, runs: string[]): Promise<Attempt[]> {
  const stored = await ctx.memory.attempts.getMany(runs.map(attemptId));
  if (stored.length === runs.length) return stored;
  const found = new Set(stored.map(({ trajectory }) => trajectory));
  const missing = await ctx.memory.trajectories.getMany(runs.filter((run) => !found.has(run)));
  return [...stored, ...missing.map(attemptOf)];
}

export const byNearness = (a: Near, b: Near): number =>
  b.similarity - a.similarity || (a.done.attempt.id < b.done.attempt.id ? -1 : 1);

/** The errors of a run that something got past. */
export function ownErrors(trajectory: Trajectory, { met }: Attempt): ErrorOccurrence[] {
  if (met.length === 0) return [];
  const key = taskKey(trajectory.project, trajectory.task);
  const steps = trajectory.steps.slice(0, MOST_STEPS);
  return occurrencesOf({ ...trajectory, steps }, key, false, trajectory.at).filter(gotPast);
}

export const gotPast = ({ attempts }: ErrorOccurrence): boolean => attempts.some(({ worked }) => worked);

/** The same errors in other runs, the newest. */
async function metElsewhere(ctx: Context, own: ErrorOccurrence[]): Promise<ErrorOccurrence[]> {
  const pattern = [...new Set(own.map((each) => each.pattern))].slice(0, MOST_PATTERNS);
  if (pattern.length === 0) return [];
  const limit = MOST_MET * pattern.length;
  return ctx.memory.occurrences.list({ where: { pattern }, order: 'newest', limit });
}
