/**
 * Is there something in a run worth telling? Novelty against the memory, generalisability of what it did, complexity;
 * each 0..1, a boolean, and the reasons in words. Where others met the situation, how they fared counts
 * (abstractability/replay.ts); a lesson that nobody else met yet is judged by its words.
 */

import { commandsOf } from '../../learners/commands/commands.ts';
import { contradictionIn } from '../../learners/contradiction.ts';
import { templateOf } from '../../learners/template.ts';
import type { Abstractability, Replay, Step, Trajectory } from '../../types.ts';
import { isActing } from '../acts/acts.ts';
import { failuresOf } from '../errors/fixes.ts';
import { faredWorse, holding, SITUATION, tell } from './replay.ts';

/** A run in memory that resembles the one judged. */
export interface Neighbour {
  /** Similarity of the tasks, 0..1. */
  similarity: number;
  /** How much of what either did both did, 0..1. */
  same: number;
}

const LEAST = { novelty: 0.15, generalizability: 0.3, complexity: 0.2 };

/** Judges one run. `neighbours` are the nearest other runs in memory; none means that everything is new. */
export function assessHeuristic(
  { steps, outcome }: Pick<Trajectory, 'steps' | 'outcome'>,
  neighbours: Neighbour[],
  replay?: Replay,
): Abstractability {
  const acts = actsIn(steps);
  const failed = failuresOf(steps).filter(Boolean).length;
  const nearest = neighbours.reduce((most, { similarity, same }) => Math.max(most, similarity * same), 0);
  const byWords = generality(acts);
  const scores = {
    novelty: round(1 - nearest),
    generalizability: round(holding(byWords, replay)),
    complexity: round(1 - Math.exp(-(acts.length + 2 * failed) / 6)),
  };
  const contradiction = contradictionIn(outcome);
  const blockers = [
    ...(steps.length === 0 ? ['it has no steps'] : []),
    ...(outcome.success === true
      ? []
      : [outcome.success === null ? 'nobody judged it a success' : 'it failed']),
    ...(contradiction === undefined ? [] : [contradiction]),
    ...(acts.length < 2 && failed === 0 ? ['it has fewer than two acts'] : []),
    ...Object.entries(LEAST).flatMap(([score, least]) =>
      scores[score as keyof typeof scores] < least ? [`its ${score} is below ${least}`] : [],
    ),
    ...(replay && faredWorse(replay) ? [FARED_WORSE] : []),
  ];
  const reasons = [
    nearest > 0.5
      ? 'much the same was done in a run already in memory'
      : neighbours.some(({ similarity }) => similarity >= SITUATION)
        ? 'no run in memory did the same'
        : 'nothing similar is in memory',
    `${Math.round(byWords * 100)} % of its words are free of private literals`,
    `${acts.length} acts, ${failed} failed ${failed === 1 ? 'step' : 'steps'} on the way`,
    ...(replay ? [tell(replay)] : []),
  ];
  const verdict =
    blockers.length === 0 ? 'Worth abstracting' : `Not abstracted, because ${blockers.join(' and ')}`;
  return {
    abstractable: blockers.length === 0,
    scores,
    reasoning: `${verdict}: ${reasons.join('; ')}.`,
    method: 'heuristic',
    ...(replay ? { replay } : {}),
  };
}

/** Why a lesson is not kept, whoever judged it otherwise. */
export const FARED_WORSE = 'those who did the same elsewhere fared worse';

/** The texts of the acts, each cut. */
const actsIn = (steps: Step[]): string[] =>
  steps.flatMap((step) =>
    commandsOf(step)
      .filter((command) => isActing(command))
      .map(({ text }) => text.slice(0, LONGEST_ACT)),
  );

const LONGEST_ACT = 300;
const MOST_ACTS_READ = 200;
/** A word, or a mask in the place of a literal. */
const WORD = /<\w+>|\{\w+\}|[\p{L}\p{N}_-]+/gu;

/** Share of the words of the acts that are no private literals (paths, numbers, ids, quoted text). */
function generality(acts: string[]): number {
  let all = 0;
  let open = 0;
  for (const text of acts.slice(0, MOST_ACTS_READ)) {
    for (const [word] of templateOf(text).template.matchAll(WORD)) {
      all += 1;
      if (!/^[<{]/u.test(word)) open += 1;
    }
  }
  return all === 0 ? 0 : open / all;
}

const round = (score: number) => Math.round(Math.min(1, Math.max(0, score)) * 1000) / 1000;
