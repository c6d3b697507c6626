/**
 * Is there something in a run worth telling? Novelty against the memory, generalisability of what it did, complexity;
 * each 0..1, a boolean, and the reasons in words.
 */
import { templateOf } from '../learners/template.ts';
import { jaccard } from '../learners/words.ts';
import type { Abstractability, Trajectory } from '../types.ts';
import { isActing } from './acts/acts.ts';
import { commandsOf } from './acts/commands.ts';
import { failuresOf } from './errors/fixes.ts';

/** A run in memory that resembles the one judged. */
export interface Neighbour {
  trajectory: Trajectory;
  /** Similarity of the tasks, 0..1. */
  similarity: number;
}

const LEAST = { novelty: 0.15, generalizability: 0.3, complexity: 0.2 };

/** Judges one run. `neighbours` are the nearest other runs in memory; none means that everything is new. */
export function assessHeuristic(trajectory: Trajectory, neighbours: Neighbour[]): Abstractability {
  const acts = actsIn(trajectory);
  const failures = failuresOf(trajectory.steps);
  const failed = failures.filter(Boolean).length;
  const known = neighbours.map((near) => ({
    ...near,
    same: near.similarity * jaccard(names(acts), names(actsIn(near.trajectory))),
  }));
  const nearest = known.reduce((most, { same }) => Math.max(most, same), 0);
  const scores = {
    novelty: round(1 - nearest),
    generalizability: round(generality(acts)),
    complexity: round(1 - Math.exp(-(acts.length + 2 * failed) / 6)),
  };
  const success = trajectory.outcome.success === true;
  const blockers = [
    ...(trajectory.steps.length === 0 ? ['it has no steps'] : []),
    ...(success ? [] : [trajectory.outcome.success === null ? 'nobody judged it a success' : 'it failed']),
    ...(acts.length < 2 && failed === 0 ? ['it has fewer than two acts'] : []),
    ...Object.entries(LEAST).flatMap(([score, least]) =>
      scores[score as keyof typeof scores] < least ? [`its ${score} is below ${least}`] : [],
    ),
  ];
  const reasons = [
    nearest > 0.5
      ? 'much the same was done in a run already in memory'
      : known.length > 0
        ? 'no run in memory did the same'
        : 'nothing similar is in memory',
    `${Math.round(scores.generalizability * 100)} % of its words are free of private literals`,
    `${acts.length} acts, ${failed} failed ${failed === 1 ? 'step' : 'steps'} on the way`,
  ];
  const verdict =
    blockers.length === 0 ? 'Worth abstracting' : `Not abstracted, because ${blockers.join(' and ')}`;
  return {
    abstractable: blockers.length === 0,
    scores,
    reasoning: `${verdict}: ${reasons.join('; ')}.`,
    method: 'heuristic',
  };
}

interface ActIn {
  name: string;
  text: string;
}

function actsIn(trajectory: Pick<Trajectory, 'steps'>): ActIn[] {
  return trajectory.steps.flatMap((step) =>
    commandsOf(step)
      .filter((command) => isActing(command))
      .map(({ name, text }) => ({ name, text: text.slice(0, 300) })),
  );
}

const names = (acts: ActIn[]) => new Set(acts.map(({ name }) => name));

/** Share of the words of the acts that are no private literals (paths, numbers, ids, quoted text). */
function generality(acts: ActIn[]): number {
  let all = 0;
  let open = 0;
  for (const { text } of acts.slice(0, 200)) {
    const tokens = templateOf(text)
      .template.split(' ')
      .filter((token) => token !== '');
    all += tokens.length;
    open += tokens.filter((token) => !/<\w+>|\{\w+\}/u.test(token)).length;
  }
  return all === 0 ? 0 : open / all;
}

const round = (score: number) => Math.round(Math.min(1, Math.max(0, score)) * 1000) / 1000;
