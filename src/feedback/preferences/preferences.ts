/**
 * Preference pairs from stored runs: always within one task (the seed paired answers to different tasks), each two runs at
 * most once, few of each task. One task is in memory at a time.
 */
import type { Context } from '../../context.ts';
import { contentId } from '../../learners/content-id.ts';
import { type PreferenceScope, type TaskAttempts, taskAttempts } from './attempts.ts';
import { type Opinion, opinionOf, retriesAmong } from './opinions.ts';
import {
  type LeftOut,
  PREFERENCE_SOURCES,
  type PreferencePair,
  type PreferenceSource,
  preferenceId,
} from './pair.ts';

/** Of one task, so that one with fifty attempts does not speak for all. */
export const MOST_PAIRS_A_TASK = 12;
/** Unless the caller says otherwise. */
const MOST_PAIRS = 10_000;

/** A pair, with who ran it. */
export interface NamedPair extends PreferencePair {
  names: Record<'chosen' | 'rejected', { model?: string | undefined; agent?: string | undefined }>;
}

export interface PreferenceCounts {
  pairs: number;
  tasks: number;
  by_source: Record<PreferenceSource, number>;
  left_out: LeftOut;
}

/** Pairs, in the order of their tasks' keys; at most `limit` (10,000). The same memory gives the same pairs. */
export async function preferencePairs(
  ctx: Context,
  { limit = MOST_PAIRS, ...scope }: PreferenceScope & { limit?: number | undefined } = {},
): Promise<PreferencePair[]> {
  const pairs: PreferencePair[] = [];
  for await (const { pairs: found } of eachTask(ctx, scope)) {
    pairs.push(...found.map(({ names: _, ...pair }) => pair));
    if (pairs.length >= limit) break;
  }
  return pairs.slice(0, limit);
}

/** The same, handed over task by task, without a limit, and what was counted on the way. */
export async function preferencesOf(
  ctx: Context,
  scope: PreferenceScope,
  take: (pairs: NamedPair[]) => unknown,
): Promise<PreferenceCounts> {
  const counts: PreferenceCounts = {
    pairs: 0,
    tasks: 0,
    by_source: Object.fromEntries(PREFERENCE_SOURCES.map((source) => [source, 0])) as Record<
      PreferenceSource,
      number
    >,
    left_out: { unjudged_runs: 0, contradictory: 0, identical: 0, beyond_cap: 0 },
  };
  for await (const { pairs, left_out } of eachTask(ctx, scope)) {
    for (const [why, count] of Object.entries(left_out)) counts.left_out[why as keyof LeftOut] += count;
    if (pairs.length === 0) continue;
    counts.tasks += 1;
    counts.pairs += pairs.length;
    for (const { source } of pairs) counts.by_source[source] += 1;
    await take(pairs);
  }
  return counts;
}

async function* eachTask(
  ctx: Context,
  scope: PreferenceScope,
): AsyncIterable<{ pairs: NamedPair[]; left_out: LeftOut }> {
  for await (const task of taskAttempts(ctx, scope)) yield pairsOf(task);
}

function pairsOf({ task_key, attempts, unjudged }: TaskAttempts): { pairs: NamedPair[]; left_out: LeftOut } {
  const left_out: LeftOut = { unjudged_runs: unjudged, contradictory: 0, identical: 0, beyond_cap: 0 };
  const retries = retriesAmong(attempts);
  const found = new Map<string, Opinion>();
  for (const [i, a] of attempts.entries())
    for (const b of attempts.slice(i + 1)) {
      const opinion = opinionOf(a, b, retries);
      if (opinion === undefined) continue;
      if (opinion === 'contradictory') left_out.contradictory += 1;
      else if (a.content === b.content) left_out.identical += 1;
      else {
        // Runs that were stored twice under two names give the same preference once.
        const contents = `${opinion.chosen.content} ${opinion.rejected.content}`;
        const known = found.get(contents);
        if (known) left_out.beyond_cap += 1;
        if (!known || known.confidence < opinion.confidence) found.set(contents, opinion);
      }
    }
  // The same two contents the other way round, by other runs: nothing is known of either.
  const both = [...found].filter(([key]) => found.has(key.split(' ').reverse().join(' ')));
  for (const [key] of both) found.delete(key);
  left_out.contradictory += both.length;
  const pairs = [...found.values()].map((opinion) => pairOf(task_key, opinion));
  const kept = spread(pairs);
  left_out.beyond_cap += pairs.length - kept.length;
  return { pairs: kept, left_out };
}

/**
 * At most so many of a task. What somebody said, or a retry showed, comes before what two runs happen to differ in; drawn by their
 * ids, and runs that were taken least come first, so that none speaks for all.
 */
function spread(pairs: NamedPair[]): NamedPair[] {
  const waiting = pairs
    .map((pair) => ({ pair, ticket: contentId('draw', pair.id) }))
    .sort((a, b) => (a.ticket < b.ticket ? -1 : 1))
    .map(({ pair }) => pair);
  const taken = new Map<string, number>();
  const uses = ({ chosen, rejected }: NamedPair) => (taken.get(chosen) ?? 0) + (taken.get(rejected) ?? 0);
  const kept: NamedPair[] = [];
  while (waiting.length > 0 && kept.length < MOST_PAIRS_A_TASK) {
    const meant = waiting.filter(({ source }) => MEANT.has(source));
    const room = meant.length > 0 ? meant : waiting;
    const next = room.reduce((least, pair) => (uses(pair) < uses(least) ? pair : least));
    waiting.splice(waiting.indexOf(next), 1);
    kept.push(next);
    for (const id of [next.chosen, next.rejected]) taken.set(id, (taken.get(id) ?? 0) + 1);
  }
  return kept.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const MEANT: ReadonlySet<PreferenceSource> = new Set(['feedback', 'retry']);

const pairOf = (
  task_key: string,
  { chosen, rejected, source, strength, confidence }: Opinion,
): NamedPair => ({
  id: preferenceId(chosen.project, task_key, chosen.id, rejected.id),
  project: chosen.project,
  task_key,
  task: chosen.task,
  chosen: chosen.id,
  rejected: rejected.id,
  source,
  strength,
  confidence,
  verdicts: { chosen: chosen.judged, rejected: rejected.judged },
  names: {
    chosen: { model: chosen.model, agent: chosen.agent },
    rejected: { model: rejected.model, agent: rejected.agent },
  },
});
