/**
 * What is known of a run before anybody says what they think of it: from the run alone, each in plain words, null where
 * it is not known. Nothing here reads ratings, feedback or a person's verdict, so nothing can leak from what is to be
 * foreseen (the seed's target was a formula of its own features).
 */
import type { Trajectory } from '../../types.ts';
import { type Course, courseOf } from './course.ts';
import { ACTS, EARLIER_ATTEMPTS } from './features-acts.ts';
import { ENDS } from './features-ends.ts';
import { WORDS } from './features-words.ts';

/** A run, whole or as far as it was looked at. */
export interface View {
  run: FeatureRun;
  course: Course;
  /** It was cut off: how it ended and what it used as a whole are not known. */
  cut: boolean;
}

/** Of a run, what features may look at. */
export type FeatureRun = Pick<Trajectory, 'task' | 'steps' | 'outcome'> &
  Partial<Pick<Trajectory, 'metadata' | 'usage' | 'started_at' | 'ended_at'>> & {
    /** Earlier attempts at the same task; unknown where absent. */
    earlier?: number;
  };

export interface Feature {
  /** In plain words. */
  name: string;
  /** Whether it counts something that has no upper end: told to learners by its logarithm. */
  counts?: true;
  of(view: View): number | null;
}

const FEATURES: Feature[] = [...ACTS, ...WORDS, ...ENDS];

/** Names in the order of the values; a model fitted on other names is of no use. */
export const FEATURE_NAMES: readonly string[] = FEATURES.map(({ name }) => name);

/**
 * The values in the order of FEATURE_NAMES, counts as log(1 + count). With `steps` only the first so many steps of the
 * run are looked at, as while it is under way: what is known at the end alone is then null.
 */
export function featuresOf(run: FeatureRun, steps?: number): (number | null)[] {
  const view: View = { run, course: courseOf(run, steps), cut: steps !== undefined };
  return FEATURES.map(({ of, counts }) => {
    const value = of(view);
    if (value === null || !Number.isFinite(value)) return null;
    return counts ? Math.log1p(Math.max(0, value)) : value;
  });
}

const EARLIER = FEATURE_NAMES.indexOf(EARLIER_ATTEMPTS);

/** The same, with the number of earlier attempts at the task. */
export const withEarlier = (x: (number | null)[], earlier: number): (number | null)[] =>
  x.with(EARLIER, Math.log1p(earlier));

/** A value as it is told to people: counts are counts again. */
export function toldValue(nth: number, value: number | null): number | null {
  if (value === null) return null;
  const told = FEATURES[nth]?.counts ? Math.expm1(value) : value;
  return Number(told.toPrecision(6));
}
