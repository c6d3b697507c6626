/** Of two attempts at a task: which is preferred, by what, and how sure that is. All pure. */
import { parentsOf } from '../../learners/retry-links.ts';
import { RATER_TRUST } from '../ratings/submit.ts';
import type { TaskAttempt } from './attempts.ts';
import type { PreferenceSource } from './pair.ts';
import { COUNTED } from './rated.ts';

export interface Opinion {
  chosen: TaskAttempt;
  rejected: TaskAttempt;
  source: PreferenceSource;
  strength: number;
  confidence: number;
}

/** Scores and ratings that differ by less are a tie. */
const CLEARLY = { score: 0.1, rating: 0.05 };
/** Judgements that speak against each other: the surer one holds, less the other's confidence, if so much is left. */
const SURER = 0.1;

/** Undefined: nothing tells them apart. */
export function opinionOf(
  a: TaskAttempt,
  b: TaskAttempt,
  retries: (later: TaskAttempt, earlier: TaskAttempt) => boolean,
): Opinion | 'contradictory' | undefined {
  const judged = byVerdict(a, b, retries);
  if (judged === 'contradictory') return judged;
  const rated = byRatings(a, b);
  if (!judged || !rated) return judged ?? rated;
  const [surer, other] = rated.confidence > judged.confidence ? [rated, judged] : [judged, rated];
  if (surer.chosen === other.chosen) return surer;
  const left = surer.confidence - other.confidence;
  return left < SURER ? 'contradictory' : { ...surer, confidence: left };
}

/** Success before failure; of two that ended alike, the higher score. A success that scored less than a failure tells nothing. */
function byVerdict(
  a: TaskAttempt,
  b: TaskAttempt,
  retries: (later: TaskAttempt, earlier: TaskAttempt) => boolean,
): Opinion | 'contradictory' | undefined {
  const confidence = Math.min(a.worth, b.worth);
  if (confidence === 0) return undefined;
  const gap = gapOf(a.judged.score, b.judged.score);
  if (a.judged.success === b.judged.success) {
    if (Math.abs(gap) < CLEARLY.score) return undefined;
    return preferred(gap > 0 ? [a, b] : [b, a], 'score', Math.abs(gap), confidence);
  }
  const [won, lost] = a.judged.success ? [a, b] : [b, a];
  if (gapOf(won.judged.score, lost.judged.score) < 0) return 'contradictory';
  return preferred([won, lost], retries(won, lost) ? 'retry' : 'outcome', 1, confidence);
}

/**
 * By the kind of rater that counts most and rated both. Confidence is what such a rater is worth, times n / (n + 1) for the
 * n raters of the run that fewer rated, less what they disagree: nothing is left where their ratings spread by 0.5.
 */
function byRatings(a: TaskAttempt, b: TaskAttempt): Opinion | undefined {
  for (const kind of COUNTED) {
    const [one, other] = [a.rating?.kinds[kind], b.rating?.kinds[kind]];
    if (!one || !other) continue;
    const gap = one.adjusted - other.adjusted;
    if (Math.abs(gap) < CLEARLY.rating) return undefined;
    const raters = Math.min(one.raters, other.raters);
    const agreement = 1 - Math.min(1, 2 * Math.max(one.spread ?? 0, other.spread ?? 0));
    const confidence = RATER_TRUST[kind] * (raters / (raters + 1)) * agreement;
    if (confidence <= 0) return undefined;
    return preferred(gap > 0 ? [a, b] : [b, a], 'feedback', Math.min(1, Math.abs(gap)), confidence);
  }
  return undefined;
}

const gapOf = (a: number | undefined, b: number | undefined): number =>
  a === undefined || b === undefined ? 0 : a - b;

const preferred = (
  [chosen, rejected]: [TaskAttempt, TaskAttempt],
  source: PreferenceSource,
  strength: number,
  confidence: number,
): Opinion => ({ chosen, rejected, source, strength, confidence });

/** Whether one attempt retries another: it names it as parent, directly or over others, or comes later in the same place. */
export function retriesAmong(attempts: TaskAttempt[]): (later: TaskAttempt, earlier: TaskAttempt) => boolean {
  const parents = new Map(attempts.map(({ id, parent }) => [id, parent]));
  return (later, earlier) => {
    for (const id of parentsOf(later, (each) => parents.get(each))) if (id === earlier.id) return true;
    const samePlace = later.place !== undefined && later.place === earlier.place;
    return samePlace && Date.parse(later.at) > Date.parse(earlier.at);
  };
}
