/** Which examples come in: verdicts and decisions, near-duplicates, over-full strata. Of every example one fate, so counts add up. */

import { nearDuplicates } from '../../learners/minhash.ts';
import type { DatasetSettings, QualityJudgement } from '../../types.ts';
import { judge } from '../quality/judge.ts';
import { sampleDown } from '../quality/sample-down.ts';
import type { Sketch } from '../quality/sketch.ts';

export const FATES = [
  'in',
  'waiting',
  'rejected',
  'near_duplicate',
  'sampled_down',
  'like_held_out',
] as const;
export type Fate = (typeof FATES)[number];

export interface Candidate {
  sketch: Sketch;
  /** Of a row that is in already, and stays. */
  judgement?: QualityJudgement;
}

export interface Choice {
  fate: Fate;
  judgement: QualityJudgement;
}

export interface Chosen {
  /** In the order of the candidates. */
  choices: Choice[];
  /** Strata that were over-full. */
  sampled: { stratum: string; of: number; kept: number }[];
}

/** New examples are judged among all that there are; rows that are in already keep their judgement and their place. */
export function choose(
  candidates: Candidate[],
  settings: DatasetSettings,
  decided: ReadonlyMap<string, 'accepted' | 'rejected'>,
): Chosen {
  const judged = judge(
    candidates.map(({ sketch }) => sketch),
    settings,
  );
  const choices = candidates.map(({ sketch, judgement }, nth): Choice => {
    if (judgement) return { fate: 'in', judgement };
    const found = judged[nth] as QualityJudgement;
    return choiceOf(found, decided.get(sketch.id));
  });
  dropNearDuplicates(candidates, choices, settings.duplicates);
  return { choices, sampled: dropOverFull(candidates, choices, settings) };
}

function choiceOf(judgement: QualityJudgement, decision: 'accepted' | 'rejected' | undefined): Choice {
  if (decision === 'accepted')
    return {
      fate: 'in',
      judgement: { ...judgement, verdict: 'accept', reasons: [...judgement.reasons, 'accepted_in_review'] },
    };
  if (decision === 'rejected')
    return {
      fate: 'rejected',
      judgement: { ...judgement, verdict: 'reject', reasons: [...judgement.reasons, 'rejected_in_review'] },
    };
  const fate = { accept: 'in', review: 'waiting', reject: 'rejected' } as const;
  return { fate: fate[judgement.verdict], judgement };
}

/**
 * Of those that say nearly the same, one stays: one that is in already, else the better composite, then the older. An accepted
 * and a rejected answer are never the same, however alike: what sets them apart is what there is to learn. What waits for
 * review gives way to what is in, so that nobody is asked about it.
 */
function dropNearDuplicates(candidates: Candidate[], choices: Choice[], similarity: number): void {
  for (const label of [true, false]) {
    const order = candidates
      .map((candidate, nth) => ({ ...candidate, nth, choice: choices[nth] as Choice }))
      .filter(
        ({ sketch, choice: { fate } }) => sketch.label === label && (fate === 'in' || fate === 'waiting'),
      )
      .sort(
        (a, b) =>
          rankOf(a) - rankOf(b) ||
          (b.choice.judgement.composite ?? -1) - (a.choice.judgement.composite ?? -1) ||
          byAge(a.sketch, b.sketch),
      );
    const first = nearDuplicates(
      order.map(({ sketch }) => sketch.whole),
      similarity,
    );
    for (const [at, { choice, judgement }] of order.entries())
      if (first[at] !== at && judgement === undefined) choice.fate = 'near_duplicate';
  }
}

const rankOf = ({
  judgement,
  choice,
}: {
  judgement?: QualityJudgement | undefined;
  choice: Choice;
}): number => (judgement ? 0 : choice.fate === 'in' ? 1 : 2);

export const byAge = (a: Pick<Sketch, 'created_at' | 'id'>, b: Pick<Sketch, 'created_at' | 'id'>): number =>
  a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/** Over-full tasks and strata, where what is in already takes its part of the room and is not drawn again. */
function dropOverFull(
  candidates: Candidate[],
  choices: Choice[],
  settings: DatasetSettings,
): Chosen['sampled'] {
  const taken = new Map<string, number>();
  let left = settings.most_examples;
  const rooms = new Map<number, number[]>();
  for (const { sketch, judgement } of candidates) {
    if (!judgement) continue;
    left -= 1;
    taken.set(sketch.task_key, (taken.get(sketch.task_key) ?? 0) + 1);
  }
  for (const [nth, { sketch, judgement }] of candidates.entries()) {
    if (judgement || choices[nth]?.fate !== 'in') continue;
    const room = Math.max(0, settings.most_per_task - (taken.get(sketch.task_key) ?? 0));
    const members = rooms.get(room);
    if (members) members.push(nth);
    else rooms.set(room, [nth]);
  }
  const sample = (members: number[], most_per_task: number, most_examples: number) => {
    const { seed } = settings;
    const drawn = sampleDown(
      members.map((nth) => (candidates[nth] as Candidate).sketch),
      { most_per_task, most_examples, seed },
    );
    for (const [at, nth] of members.entries())
      if (!drawn.kept[at]) (choices[nth] as Choice).fate = 'sampled_down';
    return drawn.report;
  };
  const [only] = rooms;
  const reports =
    rooms.size === 1 && only
      ? sample(only[1], only[0], Math.max(0, left))
      : [
          ...[...rooms].flatMap(([room, members]) => sample(members, room, members.length)),
          ...sample(
            [...rooms.values()].flat().filter((nth) => choices[nth]?.fate === 'in'),
            candidates.length,
            Math.max(0, left),
          ),
        ];
  return reports.filter(({ of, kept }) => kept < of);
}
