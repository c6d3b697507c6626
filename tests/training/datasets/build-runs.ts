/**
 * Attempts at tasks of which each asks, and answers, in words of its own.
 *
 * - `attempt({ task, nth, … })`   a stored run; `score` of an accepted one: 1 comes in, 0.6 waits for review, 0.1 is rejected
 * - `attempts(tasks)`             of each task a rejected attempt and the accepted one that retried it
 * - `builtFrom(runs)`             a store of these, and the first version of `poems` from it; `add(ctx)` builds the next
 * - `contentOf(ctx, name)`        everything a version holds, by split, as the ids of its runs
 */
import type { Context } from '../../../src/context.ts';
import { contentId } from '../../../src/learners/content-id.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { pairsFrom } from '../../../src/tools/training-pairs.ts';
import { type BuildOptions, buildDataset } from '../../../src/training/datasets/build.ts';
import { datasetVersion, rowsOf } from '../../../src/training/datasets/read.ts';
import { SPLITS, type Split, type Trajectory } from '../../../src/types.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';

const SOUNDS = ['ka', 'lo', 'mi', 'nu', 're', 'sa', 'ti', 'vo', 'xe', 'zu', 'bra', 'dro', 'fli', 'gon'];

/** So many words that no other seed gives. */
export function words(seed: number, count: number): string {
  const random = createRandom(seed);
  const sound = () => SOUNDS[Math.floor(random() * SOUNDS.length)];
  return Array.from({ length: count }, () => `${sound()}${sound()}${sound()}`).join(' ');
}

export interface Attempted {
  task: number;
  nth?: number;
  success?: boolean | null;
  score?: number;
  parent?: string;
  /** Minutes after the first. */
  minute?: number;
  answer?: string;
  asked?: string;
  project?: string;
  metadata?: Record<string, unknown>;
}

const START = Date.parse('2026-01-01T00:00:00Z');

export function attempt(given: Attempted): Trajectory {
  const { task, nth = 0, success = true, score, parent, project = 'ops', metadata } = given;
  const at = new Date(START + 60_000 * (given.minute ?? 100 * task + nth)).toISOString();
  return {
    id: contentId('traj', [project, task, nth]),
    at,
    started_at: at,
    project,
    derived_from: [],
    trust: 1,
    task: {
      id: `task-${task}`,
      description: given.asked ?? `Write a poem of ${words(task + 1, 40)}`,
      domain: task % 2 === 0 ? 'verse' : 'prose',
    },
    steps: [{ action: given.answer ?? words(1_000 * (task + 1) + nth, 30), observation: '' }],
    outcome: {
      success,
      ...(score === undefined ? {} : { score }),
      ...(success === false ? { error: `line ${nth} does not scan` } : {}),
      verdict: { source: 'test' },
    },
    ...(parent === undefined ? {} : { parent }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

export function attempts(tasks: number, from = 0): Trajectory[] {
  return Array.from({ length: tasks }, (_, i) => {
    const wrong = attempt({ task: from + i, nth: 0, success: false });
    return [wrong, attempt({ task: from + i, nth: 1, parent: wrong.id })];
  }).flat();
}

export async function contentOf(ctx: Context, reference: string): Promise<Record<Split, string[]>> {
  const version = await datasetVersion(ctx, reference);
  const content = { train: [], validation: [], test: [] } as Record<Split, string[]>;
  for (const split of SPLITS)
    for await (const { example } of rowsOf(ctx, version, split)) content[split].push(example.item_id);
  return content;
}

export async function builtFrom(runs: Trajectory[]) {
  const ctx = await openStoreAt(temporaryDirectory());
  await ctx.memory.trajectories.put(runs);
  const { version } = await add(ctx);
  return { ctx, first: version };
}
export type Opened = Awaited<ReturnType<typeof builtFrom>>['ctx'];

export const add = (ctx: Context, options: Partial<BuildOptions> = {}) =>
  buildDataset(ctx, { name: 'poems', ...options }, pairsFrom(ctx));
