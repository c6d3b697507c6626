/** What a build says of itself: of every example that was selected, what became of it. */
import type { DatasetVersion } from '../../types.ts';
import type { Candidate, Choice, Fate } from './choose.ts';
import type { Collected } from './collect.ts';
import type { Earlier } from './incremental.ts';

export interface BuildResult {
  built: boolean;
  reason: 'built' | 'dry_run' | 'too_few_new' | 'same_content';
  /** The version that was built; where nothing was, the newest that there is; of a dry run the one there would be. */
  version?: DatasetVersion;
  /** The version that it adds to. */
  adds_to?: string;
  /** `selected` is the sum of `accepted` to `left_out`. */
  counts: {
    runs: number;
    tasks: number;
    selected: number;
    accepted: number;
    waiting: number;
    rejected: number;
    near_duplicates: number;
    sampled_down: number;
    left_out: number;
    /** Rows of the version it adds to that stay. */
    kept: number;
    pairs: number;
  };
  /** What did not come in, by why; also pairs. */
  left_out: Record<string, number>;
  /** Rows of the version it adds to that were taken out, by why. */
  dropped: Record<string, number>;
  /** Strata that were over-full. */
  sampled: { stratum: string; of: number; kept: number }[];
  /** `outdated`: questions that were taken back, since the run is another example now. */
  review: { queued: number; waiting: number; outdated: number };
}

/** The outcome as far as it is known before anything is written. */
export function outcomeOf(
  { counts, excluded }: Collected,
  { dropped }: Earlier,
  candidates: Candidate[],
  choices: Choice[],
  sampled: BuildResult['sampled'],
): BuildResult {
  const found = new Map<Fate, number>();
  const out: Record<string, number> = { ...counts.left_out };
  const gone = { ...dropped };
  let kept = 0;
  for (const [nth, { fate }] of choices.entries()) {
    const wasIn = candidates[nth]?.judgement !== undefined;
    if (!wasIn) found.set(fate, (found.get(fate) ?? 0) + 1);
    else if (fate === 'in') kept += 1;
    else gone[fate] = (gone[fate] ?? 0) + 1;
  }
  const of = (fate: Fate) => found.get(fate) ?? 0;
  for (const [why, count] of Object.entries(counts.broken)) add(out, `broken_${why}`, count);
  add(out, 'evaluation_task', excluded.size);
  add(out, 'like_held_out', of('like_held_out'));
  const left_out = sum(Object.values(out));
  const now = {
    accepted: of('in'),
    waiting: of('waiting'),
    rejected: of('rejected'),
    near_duplicates: of('near_duplicate'),
    sampled_down: of('sampled_down'),
    left_out,
  };
  const { accepted: _, left_out: __, ...others } = now;
  for (const [why, count] of Object.entries(others)) add(out, why, count);
  return {
    built: false,
    reason: 'dry_run',
    counts: {
      runs: counts.runs,
      tasks: counts.tasks,
      selected: sum(Object.values(now)),
      ...now,
      kept,
      pairs: 0,
    },
    left_out: out,
    dropped: gone,
    sampled,
    review: { queued: 0, waiting: now.waiting, outdated: 0 },
  };
}

function add(tally: Record<string, number>, why: string, count: number): void {
  if (count > 0) tally[why] = (tally[why] ?? 0) + count;
}

const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
