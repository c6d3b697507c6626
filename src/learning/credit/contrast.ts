/**
 * Credit by contrast (seed 001's counterfactual, from other attempts instead of an opinion): what of this run did those do
 * who ended well, and those who did not? The offline share of a step is multiplied by the odds that speak for or against
 * what it did and saw, P(feature | success) / P(feature | failure), smoothed; in a failure by their inverse, and doubly at
 * the first step from which no success went along. It is association, not cause: others may have done it for other reasons.
 */

import { commandKey, commandsOf, isNote } from '../../learners/commands/commands.ts';
import { failureOf } from '../../learners/failures.ts';
import type { Attribution, Step } from '../../types.ts';
import { attributeSimple, type Credited, normalize } from './simple.ts';

/** At least so many other attempts with a known outcome, of either kind, make a contrast. */
const LEAST = 1;
const LONGEST = 400;
/** Odds beyond these count as these: a few attempts prove little. */
const MOST_ODDS = 20;
const STEPS_READ = 1_000;

/** An attempt as contrast looks at it: small enough to keep thousands. */
export interface Attempted {
  success: boolean | null;
  /** Hashes of what it did and saw, each once. */
  features: Float64Array;
}

export const attemptedOf = ({ steps, outcome }: Credited): Attempted => ({
  success: outcome.success,
  features: Float64Array.from(new Set(steps.slice(0, STEPS_READ).flatMap(stepFeatures))),
});

/** @returns undefined where the others do not differ in their outcome, or nothing that this run did is seen in them. */
export const attributeByContrast = (run: Credited, others: Credited[]): Attribution | undefined =>
  attributeAgainst(run, others.map(attemptedOf));

/** As `attributeByContrast`, against attempts that were looked at before. */
export function attributeAgainst(run: Credited, others: Attempted[]): Attribution | undefined {
  const { outcome, steps } = run;
  if (outcome.success === null || steps.length === 0) return undefined;
  const ended = (success: boolean) =>
    others.filter((other) => other.success === success).map(({ features }) => features);
  const [good, bad] = [ended(true), ended(false)];
  if (good.length < LEAST || bad.length < LEAST) return undefined;
  const wentWell = counts(good);
  const wentBadly = counts(bad);
  const odds = steps.map((step) => {
    const known = stepFeatures(step)
      .filter((feature) => wentWell.has(feature) || wentBadly.has(feature))
      .map(
        (feature) =>
          (((wentWell.get(feature) ?? 0) + 0.5) / (good.length + 1)) *
          ((bad.length + 1) / ((wentBadly.get(feature) ?? 0) + 0.5)),
      );
    if (known.length === 0) return undefined;
    return outcome.success ? Math.max(...known) : 1 / Math.min(...known);
  });
  if (odds.every((each) => each === undefined)) return undefined;
  const left = outcome.success ? -1 : leaves(steps, wentWell);
  const prior = attributeSimple(run);
  return normalize(
    prior.map(([i, share]) => {
      const bounded = Math.min(MOST_ODDS, Math.max(1 / MOST_ODDS, odds[i] ?? 1));
      return share * bounded * (i === left ? 2 : 1);
    }),
  );
}

/** The first step of those at the end that no success has taken; -1 where a success took the last. */
function leaves(steps: readonly Step[], wentWell: Map<number, number>): number {
  const shared = steps.findLastIndex((step) => stepFeatures(step).some((feature) => wentWell.has(feature)));
  return shared + 1 < steps.length ? shared + 1 : -1;
}

function counts(attempts: Float64Array[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const attempt of attempts)
    for (const feature of attempt) found.set(feature, (found.get(feature) ?? 0) + 1);
  return found;
}

/** What a step did, in its own words and as commands on targets, and what it saw; as hashes. */
function stepFeatures(step: Step): number[] {
  const failed = failureOf(step) !== undefined;
  const saw = flat(step.observation);
  const commands = commandsOf(step).filter((command) => !isNote(command));
  return [
    `${failed} did ${flat(step.action)}`,
    ...commands.map((command) => `${failed} ran ${commandKey(command)}`),
    ...(failed || saw === '' ? [] : [`saw ${saw}`]),
  ].map(hashed);
}

/** 53 bits of two FNV-1a: among millions of features no two are likely to share one. */
function hashed(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}

const flat = (text: string): string => text.slice(0, LONGEST).replace(/\s+/gu, ' ').trim().toLowerCase();
