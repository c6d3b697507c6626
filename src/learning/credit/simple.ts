/**
 * Credit: which steps made the outcome. Pairs (step, share), shares >= 0 that sum to 1.
 *
 * `simple` (seeds 000 and 001, "the last successful action gets credit", made to look at what happened): in a success
 * failed steps and notes get nothing, later acts count twice the ones before them (2^-distance), and the last
 * successful act gets most. In a failure the blame lies where it turned: on the first error that was never got past,
 * and less on its repetitions; without any error, on the last act.
 */

import { templateOf } from '../../learners/template.ts';
import type { Attribution, Step, Trajectory } from '../../types.ts';
import { commandsOf, isNote, isRead, mainCommand } from '../acts/commands.ts';
import type { Failure } from '../errors/failures.ts';
import { failuresOf } from '../errors/fixes.ts';

/** Beyond this distance the weight 2^-distance is held, so that 5,000 steps do not underflow. */
const FARTHEST = 40;
const READ_WEIGHT = 0.25;

export function attributeSimple(trajectory: Pick<Trajectory, 'steps' | 'outcome'>): Attribution {
  const { steps, outcome } = trajectory;
  if (steps.length === 0) return [];
  const failures = failuresOf(steps);
  const raw = outcome.success === false ? blame(steps, failures) : praise(steps, failures);
  return normalize(raw);
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

function blame(steps: Step[], failures: (Failure | undefined)[]): number[] {
  const shares = new Array<number>(steps.length).fill(0);
  const open = new Map<string, number[]>();
  for (const [i, failure] of failures.entries()) {
    const step = steps[i];
    const key = (step && mainCommand(step)?.name) ?? '';
    if (!failure) {
      // The same command went through: its earlier errors were got past.
      for (const [template, at] of open) if (template.startsWith(`${key}\0`)) at.length = 0;
      continue;
    }
    const template = `${key}\0${failure.messages[0] ? templateOf(failure.messages[0]).template : ''}`;
    open.set(template, [...(open.get(template) ?? []), i]);
  }
  for (const at of open.values()) {
    for (const [nth, i] of at.entries()) shares[i] = (shares[i] ?? 0) + 2 ** -Math.min(nth, FARTHEST);
  }
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
  const largest = Math.max(0, ...attribution.map(([, share]) => share));
  // Equal shares say that no step stands out.
  if (attribution.length > 2 && attribution.every(([, share]) => share === largest)) return [];
  return attribution
    .filter(([, share]) => share > 0 && share >= largest * 0.25)
    .sort((a, b) => b[1] - a[1] || b[0] - a[0])
    .slice(0, 7)
    .map(([step]) => step)
    .sort((a, b) => a - b);
}
