/**
 * The attempts that a run is held against. A batch asks for the same ones run after run, so what was looked at is kept, as
 * hashes; which ones they are, and in which version, is asked of the memory each time.
 */
import type { Context } from '../../context.ts';
import { type Memory, revisionOf, taskKey } from '../../memory/memory.ts';
import { vectorsOf } from '../../memory/vectors.ts';
import type { Trajectory } from '../../types.ts';
import { type Attempted, attemptedOf } from './contrast.ts';

const MOST_ATTEMPTS = 60;
/** Cosine of two tasks from which attempts at one tell something about the other. */
const SIMILAR = 0.75;
/** Of all kept attempts of a memory together: 16 MB. */
const MOST_FEATURES = 2_000_000;
/** Whole runs at once: they may be long. */
const READ_AT_ONCE = 10;

interface Kept {
  /** By revision, those asked for last at the end. */
  attempts: Map<string, Attempted>;
  features: number;
}
const keptOf = new WeakMap<Memory, Kept>();

/** Other attempts at the task, newest first; where their outcomes do not differ, those at similar tasks of the project. */
export async function attemptsBeside(trajectory: Trajectory, ctx: Context): Promise<Attempted[]> {
  const { memory, embedder } = ctx;
  const { id, project, task } = trajectory;
  const where = { task_key: taskKey(project, task), status: 'active' };
  const page = { where, order: 'newest', limit: MOST_ATTEMPTS + 1 } as const;
  const attempts = await memory.trajectories.cells('revision', page);
  attempts.delete(id);
  const same = await lookedAt(memory, [...attempts].slice(0, MOST_ATTEMPTS));
  if (isMixed(same)) return same;
  const [vector] = await vectorsOf(embedder, [task.description]);
  if (!vector) return same;
  const active = { project, status: 'active' };
  const near = await memory.trajectories.nearestSketches(vector, MOST_ATTEMPTS, active, ['revision']);
  const similar = near.filter((each) => each.id !== id && each.score >= SIMILAR);
  return lookedAt(
    memory,
    similar.map((each) => [each.id, each.cells.revision ?? '']),
  );
}

/** These versions of runs, in this order; what was not looked at before is read. */
async function lookedAt(memory: Memory, asked: [id: string, revision: string][]): Promise<Attempted[]> {
  const kept = keptOf.get(memory) ?? { attempts: new Map(), features: 0 };
  keptOf.set(memory, kept);
  const found = new Map<string, Attempted>();
  const missing: string[] = [];
  for (const [id, revision] of asked) {
    const attempt = kept.attempts.get(revision);
    if (!attempt) missing.push(id);
    else {
      found.set(id, attempt);
      kept.attempts.delete(revision);
      kept.attempts.set(revision, attempt);
    }
  }
  for (let i = 0; i < missing.length; i += READ_AT_ONCE) {
    for (const run of await memory.trajectories.getMany(missing.slice(i, i + READ_AT_ONCE))) {
      const attempt = attemptedOf(run);
      found.set(run.id, attempt);
      keep(kept, revisionOf(run), attempt);
    }
  }
  return asked.flatMap(([id]) => found.get(id) ?? []);
}

function keep(kept: Kept, revision: string, attempt: Attempted): void {
  const before = kept.attempts.get(revision);
  if (before) kept.features -= before.features.length;
  kept.attempts.set(revision, attempt);
  kept.features += attempt.features.length;
  for (const [oldest, { features }] of kept.attempts) {
    if (kept.features <= MOST_FEATURES) break;
    kept.attempts.delete(oldest);
    kept.features -= features.length;
  }
}

const isMixed = (runs: Attempted[]): boolean =>
  new Set(runs.flatMap(({ success }) => success ?? [])).size === 2;
