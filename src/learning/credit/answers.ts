/**
 * Credit where no step names its tool: queries and commands with what came back, as environments with one kind of action
 * record them. What a step changed cannot be told from it; what was answered can.
 */

import { mainCommand } from '../../learners/commands/commands.ts';
import type { Failure } from '../../learners/failures.ts';
import type { Step } from '../../types.ts';
import { FARTHEST, openErrors } from './open-errors.ts';

const FIRST = 0.75;
const LAST = 0.6;
const HANDED_IN = 1.1;
const STUCK = 1.5;
/** Statements that only ask how things are named. */
const LOOKS = /^\W*(?:execute\W+)?(?:show|desc|describe|explain)\b/iu;

export const namesNoTool = (steps: readonly Step[]): boolean =>
  steps.every(({ tool, exit_code }) => tool === undefined && exit_code === undefined);

const HANDS_IN = /^\W*(?:submit|finish|answer|final answer)\b/iu;

/** Shares of a success: the last answer most, next the first that went through, then by how near the end they are. */
export function praiseAnswers(failures: (Failure | undefined)[]): number[] {
  const shares = failures.map((failure, i) =>
    failure ? 0 : 2 ** -Math.min(failures.length - 1 - i, FARTHEST),
  );
  const last = failures.lastIndexOf(undefined);
  const first = failures.indexOf(undefined);
  if (first < last) shares[first] = Math.max(shares[first] ?? 0, FIRST * (shares[last] ?? 0));
  return shares;
}

/**
 * Shares of a failure: an error of a command that was never got past, or that it ended in. Else the first answer that went
 * through, which set what followed on its way; more only where an answer was handed in for good, which ended the trying;
 * then the last answer, then the others in order.
 */
export function blameAnswers(steps: readonly Step[], failures: (Failure | undefined)[]): number[] {
  const open = openErrors(steps, failures);
  if (steps.some((step, i) => (open[i] ?? 0) > 0 && mainCommand(step)?.name !== 'say')) return open;
  const shares = open.map((share) => STUCK * share);
  let nth = 0;
  for (const [i, step] of steps.entries()) {
    if (failures[i] || LOOKS.test(step.action)) continue;
    shares[i] = 2 ** -Math.min(nth, FARTHEST);
    nth += 1;
  }
  const last = failures.lastIndexOf(undefined);
  const least = HANDS_IN.test(steps[last]?.action ?? '') ? HANDED_IN : LAST;
  if (last >= 0) shares[last] = Math.max(shares[last] ?? 0, least);
  return shares;
}
