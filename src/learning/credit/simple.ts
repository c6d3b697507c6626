/**
 * Credit: which steps made the outcome. Pairs (step, share), shares >= 0 that sum to 1.
 *
 * `simple` (seeds 000 and 001, "the last successful action gets credit", made to look at what happened) is the offline
 * default. In a success failed steps and notes get nothing, later acts count twice the ones before them (2^-distance), and
 * the last successful act gets most. In a failure the blame lies where it turned: on the first error that was never got past,
 * and less on its repetitions; without any, on the last act. Two kinds of runs say less about themselves: in a conversation
 * between agents signs of the messages are weighed (conversation.ts), and where no step names its tool the answers count
 * (answers.ts). `npm run eval:credit` measures it against the rules alone, contrast with other attempts and fixed places.
 */

import { commandsOf, isNote, isRead, mainCommand } from '../../learners/commands/commands.ts';
import type { Failure } from '../../learners/failures.ts';
import type { Attribution, Step, Task, Trajectory } from '../../types.ts';
import { failuresOf } from '../errors/fixes.ts';
import { blameAnswers, namesNoTool, praiseAnswers } from './answers.ts';
import { blameConversation, isConversation } from './conversation.ts';
import { FARTHEST, openErrors } from './open-errors.ts';

const READ_WEIGHT = 0.25;

/** What credit looks at; without a task nothing counts as told in it. */
export type Credited = Pick<Trajectory, 'steps' | 'outcome'> & { task?: Task };

export function attributeSimple(run: Credited): Attribution {
  const { steps, outcome } = run;
  if (steps.length === 0) return [];
  const failed = outcome.success === false;
  if (failed && isConversation(steps))
    return normalize(blameConversation(run.task?.description ?? '', steps));
  if (!namesNoTool(steps)) return attributeByRules(run);
  const failures = failuresOf(steps);
  return normalize(failed ? blameAnswers(steps, failures) : praiseAnswers(failures));
}

/** The rules for acts alone, whatever the run is made of. */
export function attributeByRules({ steps, outcome }: Credited): Attribution {
  if (steps.length === 0) return [];
  const failures = failuresOf(steps);
  return normalize(outcome.success === false ? blame(steps, failures) : praise(steps, failures));
}

function praise(steps: Step[], failures: (Failure | undefined)[]): number[] {
  const acts = steps.map((step, i) => (failures[i] ? 0 : weightOf(step)));
  let distance = 0;
  const shares = new Array<number>(steps.length).fill(0);
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    const weight = acts[i] ?? 0;
    if (weight === 0) continue;
    shares[i] = weight * 2 ** -Math.min(distance, FARTHEST);
    distance += weight;
  }
  return shares;
}

/** Notes and messages weigh nothing beside acts, looking weighs little; a run of notes alone weighs by place. */
function weightOf(step: Step): number {
  const command = mainCommand(step);
  if (!command || isNote(command)) return 0;
  return commandsOf(step).every((c) => isRead(c) || isNote(c)) ? READ_WEIGHT : 1;
}

function errorWeight(step: Step | undefined): number {
  const command = step && mainCommand(step);
  return command && isRead(command) ? READ_WEIGHT : 1;
}

function blame(steps: Step[], failures: (Failure | undefined)[]): number[] {
  // Where only looking failed, less hung on it.
  const shares = openErrors(steps, failures).map((share, i) => share * errorWeight(steps[i]));
  if (shares.some((share) => share > 0)) return shares;
  const acts = steps.map(weightOf);
  const last = acts.lastIndexOf(1);
  shares[last >= 0 ? last : steps.length - 1] = 1;
  return shares;
}

/** Scales to sum 1; all-zero becomes uniform. */
export function normalize(raw: number[]): Attribution {
  const finite = raw.map((share) => (Number.isFinite(share) && share > 0 ? share : 0));
  const sum = finite.reduce((total, share) => total + share, 0);
  return finite.map((share, i) => [i, sum > 0 ? share / sum : 1 / finite.length]);
}

/**
 * The key steps: those with at least a quarter of the largest share, at most seven, in order. Relative, so that it means
 * the same for 3 and for 300 steps.
 */
export function keySteps(attribution: Attribution): number[] {
  const largest = attribution.reduce((most, [, share]) => Math.max(most, share), 0);
  // Equal shares say that no step stands out.
  if (attribution.length > 2 && attribution.every(([, share]) => share === largest)) return [];
  return attribution
    .filter(([, share]) => share > 0 && share >= largest * 0.25)
    .sort((a, b) => b[1] - a[1] || b[0] - a[0])
    .slice(0, 7)
    .map(([step]) => step)
    .sort((a, b) => a - b);
}
