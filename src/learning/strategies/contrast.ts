/**
 * Strategies from contrast: what successful attempts did and failed attempts did not. Compared within each task
 * (Mantel-Haenszel), so that an easy task cannot pass for good advice; where all attempts at a task did the same, the task
 * is compared as one unit with those like it, at half the weight, so that something can be learned where each task was
 * tried once.
 */

import { wilson } from '../../learners/statistics.ts';
import { compareArms, type Stratified } from '../../learners/stratified.ts';
import type { Attempt } from '../../types.ts';
import { type Feature, type Features, featuresOf } from '../acts/features.ts';
import { believable, pOf } from './believable.ts';
import { type Grounds, groundsFor } from './grounds.ts';
import { similarTasks } from './similar.ts';
import { strataOf } from './strata.ts';

/** An attempt with all that follows from what it did. */
export interface Attempted extends Attempt {
  features: Features;
}

export interface Finding {
  feature: Feature;
  /** Success rate of those who did minus those who did not, pooled over tasks: -1..1. */
  difference: number;
  z: number;
  /** Not explained by having looked at so many features. */
  believed: boolean;
  /** Attempts that did it, and how they ended. */
  did: Attempted[];
  worked: number;
  /** Attempts at the same tasks, or at tasks like them, that did not, and how those ended. */
  others: Attempted[];
  without: { worked: number; tried: number };
  /** Tasks at which somebody did it and succeeded. */
  tasks: number;
}

/** How strong a contrast must be: less than this tells nothing. */
const LEAST_DIFFERENCE = 0.2;
const LEAST_Z = 1.28;
interface Judged extends Stratified {
  feature: Feature;
  key: string;
  did: Attempted[];
  grounds: Grounds;
}

/**
 * Findings among judged attempts, helpful and harmful, strongest first. Features with the same followers are one
 * finding: the most telling of them stays.
 */
export function contrast(attempts: Attempt[]): Finding[] {
  const judged = attempts
    .filter(({ success }) => success !== null)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((attempt): Attempted => ({ ...attempt, features: featuresOf(attempt) }));
  const groundsOf = groundsFor(
    judged,
    similarTasks(judged.map(({ task_key: key, topics }) => ({ key, topics }))),
  );
  const doers = new Map<string, { feature: Feature; did: Attempted[] }>();
  for (const attempt of judged) {
    for (const [key, { kind, act, than }] of attempt.features) {
      const known = doers.get(key);
      if (known) known.did.push(attempt);
      else
        doers.set(key, { feature: { kind, act, ...(than === undefined ? {} : { than }) }, did: [attempt] });
    }
  }
  const compared: Judged[] = [];
  for (const [key, { feature, did }] of doers) {
    if (did.length < 2) continue;
    const grounds = groundsOf(feature);
    const result = compareArms(strataOf(did, grounds));
    if (result.strata > 0) compared.push({ ...result, feature, key, did, grounds });
  }
  const bound = believable(compared);
  const findings = compared
    .filter(isTelling)
    .sort(
      (a, b) =>
        Math.abs(b.z) - Math.abs(a.z) ||
        telling(b) - telling(a) ||
        general(b) - general(a) ||
        (a.key < b.key ? -1 : 1),
    );
  return withoutEchoes(findings).flatMap((each) => toFinding(each, pOf(each) <= bound) ?? []);
}

const isTelling = ({ difference, z, log_odds, error }: Judged): boolean =>
  Math.abs(difference) >= LEAST_DIFFERENCE && Math.abs(z) >= LEAST_Z && Math.abs(log_odds) > error;

/** Everybody that is counted, by name. Undefined for what is no advice. */
function toFinding(judged: Judged, believed: boolean): Finding | undefined {
  const { feature, key, did, difference, z, grounds } = judged;
  const byTask = Map.groupBy(did, ({ task_key }) => task_key);
  // At a single task, running what the task asked for is no advice.
  if (byTask.size === 1 && feature.kind === 'ran' && did.some(({ features }) => features.get(key)?.asked))
    return undefined;
  // Nor is looking at or changing the very file that the task names.
  const own = did.filter(({ features }) => features.get(key)?.asked).length;
  if (/^(?:read|edited)$/u.test(feature.kind) && 2 * own > did.length) return undefined;
  const whole = new Set<string>();
  const compared = new Set<string>();
  for (const [task, same] of byTask) {
    const known = grounds.tasks.get(task);
    if (!known) continue;
    if (known.n > same.length) compared.add(task);
    else whole.add(known.cluster);
  }
  const others = grounds.attempts.filter(({ task_key, features }) => {
    if (features.has(key)) return false;
    if (compared.has(task_key)) return true;
    return !byTask.has(task_key) && whole.has(grounds.tasks.get(task_key)?.cluster ?? '');
  });
  return {
    feature,
    difference,
    z,
    believed,
    did,
    worked: did.filter(({ success }) => success).length,
    others,
    without: { worked: others.filter(({ success }) => success).length, tried: others.length },
    tasks: [...byTask.values()].filter((same) => same.some(({ success }) => success)).length,
  };
}

const TELLING: Record<Feature['kind'], number> = {
  ran: 4,
  read: 3,
  did: 3,
  wrote: 3,
  edited: 2,
  before: 2,
  used: 1,
};
const telling = ({ feature }: Judged) => TELLING[feature.kind];
/** Of two that the same attempts did, the one with a parameter holds for more. */
const general = ({ feature }: Judged): number => Number(feature.act.includes('{'));
const SAME_FOLLOWERS = 0.7;
/** So many of the strongest are compared with each other. */
const MOST_FINDINGS = 500;

function withoutEchoes(findings: Judged[]): Judged[] {
  const kept: Judged[] = [];
  for (const finding of findings) {
    if (kept.length >= MOST_FINDINGS) break;
    const ids = new Set(finding.did.map(({ id }) => id));
    const echo = kept.some((other) => {
      if (Math.sign(other.difference) !== Math.sign(finding.difference)) return false;
      const [few, many] = [Math.min(ids.size, other.did.length), Math.max(ids.size, other.did.length)];
      if (few / many < SAME_FOLLOWERS) return false;
      const shared = other.did.filter(({ id }) => ids.has(id)).length;
      return shared / (ids.size + other.did.length - shared) >= SAME_FOLLOWERS;
    });
    if (!echo) kept.push(finding);
  }
  return kept;
}

/** More than a fluke: at several tasks, believed among all that was looked at, and above those who did not do it. */
export const isFirm = ({ worked, did, without, tasks, z, believed }: Finding): boolean =>
  tasks >= 2 &&
  z > 0 &&
  believed &&
  wilson(worked, did.length, 1)[0] > (without.worked + 1) / (without.tried + 2);
