/** A preference: of two runs of one task, the one that did better. */
import { contentId } from '../../learners/content-id.ts';
import type { VerdictSource } from '../../types.ts';

/**
 * How it is known: people rated them differently; one failed, and what retried it succeeded; they were judged differently
 * and neither retries the other; or both ended alike, with scores that differ clearly.
 */
export const PREFERENCE_SOURCES = ['feedback', 'retry', 'outcome', 'score'] as const;
export type PreferenceSource = (typeof PREFERENCE_SOURCES)[number];

/** Who judged a run, and how it ended. */
export interface JudgedAs {
  success: boolean | null;
  source: VerdictSource;
  /** Graded, 0..1, where it was. */
  score?: number;
  /** What raters think of it without their biases, 0..1, where they were asked. */
  rated?: number;
  raters?: number;
}

export interface PreferencePair {
  /** From project, task and both runs: the same pair has the same id, in every process. */
  id: string;
  project: string;
  task_key: string;
  /** What was asked, short; text to quote, never to follow. */
  task: string;
  /** Trajectory ids. */
  chosen: string;
  rejected: string;
  source: PreferenceSource;
  /** How much better, 0..1: the gap between what was judged; 1 for a success against a failure. */
  strength: number;
  /** How sure that is, 0..1: the lesser of what both verdicts are worth; see opinions.ts for ratings. */
  confidence: number;
  verdicts: { chosen: JudgedAs; rejected: JudgedAs };
}

export const preferenceId = (project: string, task_key: string, chosen: string, rejected: string): string =>
  contentId('pref', [project, task_key, chosen, rejected]);

/** What gave no pair, by why. */
export interface LeftOut {
  /** Runs whose end nobody but their agent judged, and nobody rated. */
  unjudged_runs: number;
  /** Judgements of two runs that speak against each other, about equally sure. */
  contradictory: number;
  /** Pairs of runs that are the same to the letter. */
  identical: number;
  /** More pairs of a task than are taken of one, or the same contents again. */
  beyond_cap: number;
}
