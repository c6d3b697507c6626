/** Rows to voices: one for each rater and workflow, however often they rated. All pure. */
import type { RaterKind, Rating, RatingParts } from '../../types.ts';

/** All that one rater said of one workflow, the newest of each part. */
export interface Voice {
  workflow: string;
  project: string;
  task_key: string;
  trajectories: string[];
  rater: string;
  rater_kind: RaterKind;
  said: RatingParts;
  /** When they last said something. */
  at: string;
  /** Rows that it is made of. */
  ratings: number;
}

/** An agent that calls itself by a person's name is not that person: the kind belongs to who somebody is. */
const voiceKey = ({ rater, rater_kind }: Pick<Rating, 'rater' | 'rater_kind'>): string =>
  `${rater_kind}:${rater}`;

/** The newest counts part by part: who later says how satisfied they are still stands by their CAT score. */
export function voicesOf(rows: readonly Rating[]): Voice[] {
  const voices = new Map<string, Voice>();
  for (const row of [...rows].sort(byTime)) {
    const { workflow, project, task_key, trajectories, rater, rater_kind, at } = row;
    const key = JSON.stringify([project, workflow, voiceKey(row)]);
    const before = voices.get(key);
    const said = { ...before?.said, ...row.said };
    const ratings = (before?.ratings ?? 0) + 1;
    voices.set(key, { workflow, project, task_key, trajectories, rater, rater_kind, said, at, ratings });
  }
  return [...voices.values()];
}

/** Oldest first. */
export const byTime = (a: Rating, b: Rating): number =>
  a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1;
