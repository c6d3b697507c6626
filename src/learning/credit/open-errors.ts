/** Errors that a run never got past: where the same command did not go through later. */

import { mainCommand } from '../../learners/commands/commands.ts';
import type { Failure } from '../../learners/failures.ts';
import { templateOf } from '../../learners/template.ts';
import type { Step } from '../../types.ts';

/** Beyond this distance the weight 2^-distance is held, so that 5,000 steps do not underflow. */
export const FARTHEST = 40;

/** For each step 1 where such an error first came, half as much each time it came again, else 0. */
export function openErrors(steps: readonly Step[], failures: (Failure | undefined)[]): number[] {
  const shares = new Array<number>(steps.length).fill(0);
  /** By command, then by template: a run of 5,000 different errors is looked through once. */
  const open = new Map<string, Map<string, number[]>>();
  for (const [i, failure] of failures.entries()) {
    const step = steps[i];
    const command = (step && mainCommand(step)?.name) ?? '';
    if (!failure) {
      // The same command went through: its earlier errors were got past.
      open.delete(command);
      continue;
    }
    const template = failure.messages[0] ? templateOf(failure.messages[0]).template : '';
    const templates = open.get(command) ?? new Map<string, number[]>();
    open.set(command, templates.set(template, [...(templates.get(template) ?? []), i].slice(0, FARTHEST)));
  }
  for (const templates of open.values()) {
    for (const at of templates.values()) for (const [nth, i] of at.entries()) shares[i] = 2 ** -nth;
  }
  return shares;
}
